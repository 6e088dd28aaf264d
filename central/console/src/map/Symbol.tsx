import type { ReactNode } from "react";

import { drawn, RATIO } from "./symbols";

const made = new Map<string, { url: string; width: number }>();

/** The map's own drawing as an image, made once. */
function image(name: string): { url: string; width: number } {
  const known = made.get(name);
  if (known) return known;
  const data = drawn(name)?.data;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = data?.width ?? 1;
  if (data) canvas.getContext("2d")?.putImageData(data, 0, 0);
  const now = { url: canvas.toDataURL(), width: canvas.width / RATIO };
  made.set(name, now);
  return now;
}

/** A symbol of the map in the legend or the list. The words beside it say the same. */
export function MapSymbol({ name }: { name: string }): ReactNode {
  const { url, width } = image(name);
  return (
    <img
      className="ws-mark"
      src={url}
      width={Math.min(width, 30)}
      alt=""
      style={{ flex: "none", margin: "0 auto" }}
    />
  );
}
