/**
 * The page's address is in the hash, its question too: `#/map?alert=…`. So a link can be opened in a new tab, sent to
 * somebody, and leaves nothing behind on the next page. (wouter's own hash hook puts the question before the hash.)
 */
import { useSyncExternalStore } from "react";

interface Options {
  replace?: boolean;
  state?: unknown;
}

/** "#/map?alert=1" as its path and its question. */
export function parted(hash: string): [path: string, search: string] {
  const whole = hash.replace(/^#?\/?/, "");
  const at = whole.indexOf("?");
  return at < 0 ? [`/${whole}`, ""] : [`/${whole.slice(0, at)}`, whole.slice(at + 1)];
}

const watch = (watcher: () => void): (() => void) => {
  addEventListener("hashchange", watcher);
  addEventListener("popstate", watcher);
  return () => {
    removeEventListener("hashchange", watcher);
    removeEventListener("popstate", watcher);
  };
};

function navigate(to: string, { replace = false, state = null }: Options = {}): void {
  const [path, search] = parted(to);
  const next = `${location.pathname}#${path}${search ? `?${search}` : ""}`;
  history[replace ? "replaceState" : "pushState"](state, "", next);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

const usePath = (): [string, typeof navigate] => [
  useSyncExternalStore(watch, () => parted(location.hash)[0]),
  navigate,
];
const useQuestion = (): string => useSyncExternalStore(watch, () => parted(location.hash)[1]);

/** For wouter's Router. */
export const useAddress = Object.assign(usePath, {
  searchHook: useQuestion,
  hrefs: (href: string) => `#${href}`,
});
