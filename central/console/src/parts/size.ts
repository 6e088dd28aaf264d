/**
 * How large the page writes: pixels to one rem. The stylesheet sets it by the screen and people set it in their
 * browser; what is reckoned or drawn in pixels (rows of a list, a chart, the map's symbols) has to follow.
 */
import { useSyncExternalStore } from "react";

/** Pixels to one rem where nothing has been set otherwise. */
export const USUAL = 16;

export function rem(): number {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) || USUAL;
}

// Asked for at every drawing of a list: reading a style would make the browser lay out each time.
let known: number | null = null;

function watch(watcher: () => void): () => void {
  const look = (): void => {
    known = rem();
    watcher();
  };
  addEventListener("resize", look);
  return () => removeEventListener("resize", look);
}

/** The same, followed as the window goes from one screen to another. */
export function useRem(): number {
  return useSyncExternalStore(watch, () => (known ??= rem()));
}
