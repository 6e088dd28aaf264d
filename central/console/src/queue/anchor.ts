/** Which rows the eyes are on, and where to scroll so that they stay where they are. */

export interface Anchor {
  /** Candidates, the best first, each with how far below the view's top edge it stands. */
  rows: readonly (readonly [id: string, offset: number])[];
}

interface Window {
  top: number;
  height: number;
}

/** What to hold on to: the cursor's row when in view, else the first rows in view. Null: at the top, let it flow. */
export function anchorOf(
  order: readonly string[],
  window: Window,
  rowHeight: number,
  cursor: string | null,
): Anchor | null {
  if (window.top < 4 && cursor === null) return null;
  const first = Math.max(0, Math.floor(window.top / rowHeight));
  const last = Math.min(order.length - 1, Math.ceil((window.top + window.height) / rowHeight));
  const inView: (readonly [string, number])[] = [];
  for (let index = first; index <= last; index++)
    inView.push([order[index]!, index * rowHeight - window.top] as const);
  const own = inView.filter(([id]) => id === cursor);
  return { rows: [...own, ...inView.filter(([id]) => id !== cursor)] };
}

/** The scroll position that keeps the anchor where it was; null when there is nothing to keep. */
export function scrollFor(anchor: Anchor | null, order: readonly string[], rowHeight: number): number | null {
  if (!anchor || anchor.rows.length === 0) return null;
  const index = new Map(order.map((id, at) => [id, at]));
  for (const [id, offset] of anchor.rows) {
    const at = index.get(id);
    if (at !== undefined) return Math.max(0, at * rowHeight - offset);
  }
  return null;
}
