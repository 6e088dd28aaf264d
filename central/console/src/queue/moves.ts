/** Where the cursor goes, and what is selected. Pure: a board and a wish give the next board. */
import { type Board, isOpen } from "./board";

/** The cursor so many rows on; from nowhere, the first row in view. */
export function moved(board: Board, by: number, from = 0): Board {
  const last = board.order.length - 1;
  if (last < 0) return board;
  const at = board.cursor ? board.order.indexOf(board.cursor) : -1;
  const to = at < 0 ? Math.min(from, last) : Math.max(0, Math.min(last, at + by));
  return placed(board, board.order[to] ?? null);
}

/** The cursor on this alert, or on none. */
export function placed(board: Board, id: string | null): Board {
  return board.cursor === id ? board : { ...board, cursor: id };
}

/** The first open row after these, else the last one before them; null when all is done. */
export function nextOpen(board: Board, ids: readonly string[]): string | null {
  const acted = new Set(ids);
  const at = board.order.reduce((last, id, index) => (acted.has(id) ? index : last), -1);
  const free = (id: string): boolean => {
    const row = board.rows.get(id);
    return !acted.has(id) && row !== undefined && isOpen(row);
  };
  return board.order.slice(at + 1).find(free) ?? board.order.slice(0, Math.max(at, 0)).findLast(free) ?? null;
}

export function toggled(board: Board, id: string | null): Board {
  if (!id || !board.order.includes(id)) return board;
  const selected = new Set(board.selected);
  if (!selected.delete(id)) selected.add(id);
  return { ...board, selected };
}

/** Move and take the rows on the way into the selection. */
export function extended(board: Board, by: number, from = 0): Board {
  const next = moved(board, by, from);
  const ids = [board.cursor, next.cursor].filter(
    (id): id is string => id !== null && board.order.includes(id),
  );
  return { ...next, selected: new Set([...board.selected, ...ids]) };
}

/** Everything between the cursor and this row (a click with Shift). */
export function spanned(board: Board, id: string): Board {
  const [a, b] = [board.order.indexOf(board.cursor ?? id), board.order.indexOf(id)];
  if (b < 0) return board;
  const from = a < 0 ? b : a;
  const ids = board.order.slice(Math.min(from, b), Math.max(from, b) + 1);
  return { ...board, cursor: id, selected: new Set([...board.selected, ...ids]) };
}

export function cleared(board: Board): Board {
  return board.selected.size === 0 ? board : { ...board, selected: new Set() };
}

export function allSelected(board: Board): Board {
  const open = board.order.filter((id) => {
    const row = board.rows.get(id);
    return row !== undefined && isOpen(row);
  });
  return { ...board, selected: new Set(open) };
}

/** Whom a key is about: the selection when there is one, else the cursor. */
export function targets(board: Board): string[] {
  if (board.selected.size > 0) return board.order.filter((id) => board.selected.has(id));
  return board.cursor ? [board.cursor] : [];
}
