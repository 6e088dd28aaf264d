/**
 * The marks that hide faces and number plates, in shares of the picture (0..1), so that they fit it at every size.
 * Pure: drawing is `canvas.ts`. They are painted solid: a fine mosaic or a blur can be turned back, black cannot.
 */
export interface Point {
  x: number;
  y: number;
}

export interface Box {
  type: "box";
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface Stroke {
  type: "stroke";
  /** Width as a share of the picture's longer side. */
  width: number;
  points: Point[];
}

export type Mark = Box | Stroke;

const LEAST = 0.012;
export const BRUSH = 0.05;

const inside = (share: number): number => Math.min(1, Math.max(0, share));

/** The box between where a finger went down and where it is; null while it is no more than a touch. */
export function boxBetween(from: Point, to: Point): Box | null {
  const [x1, x2] = [inside(Math.min(from.x, to.x)), inside(Math.max(from.x, to.x))];
  const [y1, y2] = [inside(Math.min(from.y, to.y)), inside(Math.max(from.y, to.y))];
  return x2 - x1 < LEAST || y2 - y1 < LEAST ? null : { type: "box", x: x1, y: y1, w: x2 - x1, h: y2 - y1 };
}

/** A finger's touch alone hides as much as a face from a few steps away. */
export function boxAround(point: Point, ratio: number): Box {
  const w = 0.08;
  const h = Math.min(1, w * ratio);
  return shifted({ type: "box", x: point.x - w / 2, y: point.y - h / 2, w, h }, 0, 0);
}

/** The box moved, but never out of the picture. */
export function shifted(box: Box, dx: number, dy: number): Box {
  return {
    ...box,
    x: Math.min(1 - box.w, Math.max(0, box.x + dx)),
    y: Math.min(1 - box.h, Math.max(0, box.y + dy)),
  };
}

/** The box made larger or smaller at its right and lower edges. */
export function stretched(box: Box, dw: number, dh: number): Box {
  return {
    ...box,
    w: Math.min(1 - box.x, Math.max(LEAST, box.w + dw)),
    h: Math.min(1 - box.y, Math.max(LEAST, box.h + dh)),
  };
}

/** What a key does to a box: arrows move it, arrows with Shift change its size. Null: not a key of ours. */
export function byKey(box: Box, key: string, shift: boolean): Box | null {
  const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  if (!by) return null;
  const [dx = 0, dy = 0] = by.map((way) => way * 0.015);
  return shift ? stretched(box, dx, dy) : shifted(box, dx, dy);
}

/** The size of a picture brought to at most `longest` on its longer side. Never enlarged. */
export function fitted(width: number, height: number, longest: number): { width: number; height: number } {
  const scale = Math.min(1, longest / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
