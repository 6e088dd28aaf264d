/**
 * The operator's queue as a value: what is on the board, in which order, where the cursor is.
 *
 * An alert is given its place when it first comes on the board and keeps it: what is learnt of it later changes its
 * row and never its place, so nothing moves under an operator's hand. Newer alerts are put in above, older pages
 * below, and a row that is done with stays until its undo window is over and nobody looks at it. Every function takes
 * a board and gives the next one; the time is handed in.
 */
import type { Shapes } from "@/wire/client";

export type Line = Shapes["AlertLine"];
export type Handling = Shapes["Handling"];
export type DismissReason = Shapes["DismissReason"];
export type Deed = "acknowledge" | "return" | "confirm" | "dismiss" | "undo";

/** What this operator did with a row: shown at once, before the centre has answered. */
export interface Mine {
  deed: Deed;
  reason: DismissReason | null;
  sending: boolean;
  /** Until when it can be taken back, on this machine's clock. */
  undoUntil: number | null;
}

export interface Row {
  line: Line;
  place: Place;
  mine: Mine | null;
  /** Since when it belongs here no more, on this machine's clock. */
  left: number | null;
}

/** Newest first: when it was raised, or on the board of what is done when it was handled, then its id. */
export type Place = readonly [at: string, id: string];

export interface Board {
  /** The handlings that belong on this board. */
  wanted: readonly Handling[];
  rows: ReadonlyMap<string, Row>;
  order: readonly string[];
  /** Came in above and has not been seen yet. */
  fresh: ReadonlySet<string>;
  cursor: string | null;
  selected: ReadonlySet<string>;
  /** Where the older ones go on; null when there are none, undefined before the first page. */
  next: string | null | undefined;
}

export const OPEN: readonly Handling[] = ["new", "acknowledged"];
export const DONE: readonly Handling[] = ["confirmed", "dismissed", "merged", "expired"];
export const UNDO_MS = 30_000;
/** How long a row that somebody else dealt with stays to be noticed. */
export const NOTICE_MS = 8_000;

export function empty(wanted: readonly Handling[]): Board {
  return {
    wanted,
    rows: new Map(),
    order: [],
    fresh: new Set(),
    cursor: null,
    selected: new Set(),
    next: undefined,
  };
}

const EFFECT: Record<Deed, Handling> = {
  acknowledge: "acknowledged",
  return: "new",
  confirm: "confirmed",
  dismiss: "dismissed",
  undo: "acknowledged",
};

/** The handling a row shows: what was just done counts before the centre has said so. */
export function handlingOf(row: Row): Handling {
  return row.mine?.sending ? EFFECT[row.mine.deed] : row.line.handling;
}

export const isOpen = (row: Row): boolean => OPEN.includes(handlingOf(row));

/** Why it was dismissed, as the row shows it. */
export function reasonOf(row: Row): DismissReason | null {
  return row.mine?.sending && row.mine.deed === "dismiss" ? row.mine.reason : row.line.reason;
}

function placeOf({ wanted }: Board, line: Line): Place {
  const raised = line.raised_at ?? line.first_seen;
  return [wanted === DONE ? (line.handled_at ?? raised) : raised, line.id];
}

/** Below zero when `a` stands above `b`. */
export function compare(a: Place, b: Place): number {
  if (a[0] !== b[0]) return a[0] > b[0] ? -1 : 1;
  return a[1] === b[1] ? 0 : a[1] > b[1] ? -1 : 1;
}

/** Whether a line as the centre tells it belongs on this board. */
export function belongs(board: Board, line: Line): boolean {
  return board.wanted.includes(line.handling) && (board.wanted !== OPEN || line.suppression === "none");
}

/** Put lines in: known ones are brought up to date where they stand, unknown ones take their place. */
export function merged(board: Board, lines: readonly Line[], now: number, fresh = false): Board {
  const rows = new Map(board.rows);
  const come: string[] = [];
  const here = new Set(board.order);
  for (const line of lines) {
    const known = rows.get(line.id);
    rows.set(line.id, known ? renewed(board, known, line, now) : newcomer(board, line));
    if (!here.has(line.id) && belongs(board, line)) {
      come.push(line.id);
      here.add(line.id);
    }
  }
  if (come.length === 0) return { ...board, rows };
  const order = woven(rows, board.order, come);
  return { ...board, rows, order, fresh: fresh ? new Set([...board.fresh, ...come]) : board.fresh };
}

const newcomer = (board: Board, line: Line): Row => ({
  line,
  place: placeOf(board, line),
  mine: null,
  left: null,
});

function renewed(board: Board, row: Row, line: Line, now: number): Row {
  // An answer that was overtaken on the way tells nothing new.
  if (line.version < row.line.version) return row;
  const next = { ...row, line };
  return { ...next, left: belongs(board, line) ? null : (row.left ?? now) };
}

function woven(
  rows: ReadonlyMap<string, Row>,
  order: readonly string[],
  come: readonly string[],
): readonly string[] {
  const place = (id: string): Place => rows.get(id)?.place ?? ["", id];
  const sorted = [...come].sort((a, b) => compare(place(a), place(b)));
  const out: string[] = [];
  let at = 0;
  for (const id of order) {
    while (at < sorted.length && compare(place(sorted[at]!), place(id)) < 0) out.push(sorted[at++]!);
    out.push(id);
  }
  return [...out, ...sorted.slice(at)];
}

/** Take in the newest page; what came above is fresh, unless the board was empty before. */
export function headed(board: Board, lines: readonly Line[], next: string | null, now: number): Board {
  const first = board.next === undefined;
  const after = merged(board, lines, now, !first);
  return first ? { ...after, next } : after;
}

/** Take in the next older page. */
export function paged(board: Board, lines: readonly Line[], next: string | null, now: number): Board {
  return { ...merged(board, lines, now), next };
}

/** Rows that stand within the newest page's reach and are not in it: somebody dealt with them, or they are held back. */
export function missing(board: Board, lines: readonly Line[], whole: boolean): string[] {
  const told = new Set(lines.map((line) => line.id));
  const last = lines.at(-1);
  const reach = last ? placeOf(board, last) : null;
  return board.order.filter((id) => {
    const row = board.rows.get(id);
    if (!row || told.has(id) || row.mine?.sending || row.left !== null) return false;
    return whole || (reach !== null && compare(placeOf(board, row.line), reach) < 0);
  });
}

/** An answer about one alert. */
export function updated(board: Board, line: Line, now: number): Board {
  const known = board.rows.get(line.id);
  if (!known) return { ...board, rows: new Map(board.rows).set(line.id, newcomer(board, line)) };
  return withRow(board, line.id, renewed(board, known, line, now));
}

function withRow(board: Board, id: string, row: Row): Board {
  return { ...board, rows: new Map(board.rows).set(id, row) };
}

/** A step of this operator, shown at once. */
export function stepped(
  board: Board,
  ids: readonly string[],
  deed: Deed,
  reason: DismissReason | null = null,
): Board {
  const rows = new Map(board.rows);
  for (const id of ids) {
    const row = rows.get(id);
    if (row) rows.set(id, { ...row, mine: { deed, reason, sending: true, undoUntil: null } });
  }
  return { ...board, rows };
}

/** The centre has taken the step. `undoMs`: for how long from now it can be taken back. */
export function settled(board: Board, line: Line, undoMs: number | null, now: number): Board {
  const known = board.rows.get(line.id);
  if (!known) return updated(board, line, now);
  const row = renewed(board, known, line, now);
  const mine = row.mine && undoMs !== null ? { ...row.mine, sending: false, undoUntil: now + undoMs } : null;
  return withRow(board, line.id, { ...row, mine });
}

/** The centre has refused the step: the row shows again what the centre says. */
export function rolledBack(board: Board, id: string): Board {
  const row = board.rows.get(id);
  return row ? withRow(board, id, { ...row, mine: null }) : board;
}

/** Until when (ms) a person's verdict on this row can be taken back; null when it cannot. */
export function undoUntil(row: Row, me: string, now: number): number | null {
  const handling = handlingOf(row);
  if (handling !== "confirmed" && handling !== "dismissed") return null;
  if (row.mine?.sending) return now + UNDO_MS;
  if (row.line.handler !== me || !row.line.handled_at) return null;
  const until = row.mine?.undoUntil ?? Date.parse(row.line.handled_at) + UNDO_MS;
  return until > now ? until : null;
}

/** Whether this step can be taken with this row as it shows. */
export function takes(row: Row, deed: Deed, me: string, now: number): boolean {
  const handling = handlingOf(row);
  if (deed === "undo") return undoUntil(row, me, now) !== null;
  if (deed === "return") return handling === "acknowledged";
  if (deed === "acknowledge") return handling === "new";
  return OPEN.includes(handling);
}

/** Which rows may go now: done with, not to be undone, and nobody's cursor or selection is on them. */
export function leaving(board: Board, me: string, now: number): string[] {
  return board.order.filter((id) => {
    const row = board.rows.get(id);
    if (!row || row.left === null || row.mine?.sending) return false;
    if (id === board.cursor || board.selected.has(id)) return false;
    return undoUntil(row, me, now) === null && now - row.left >= NOTICE_MS;
  });
}

/** Take rows off the board. */
export function without(board: Board, ids: readonly string[]): Board {
  if (ids.length === 0) return board;
  const off = new Set(ids);
  const rows = new Map(board.rows);
  ids.forEach((id) => rows.delete(id));
  const keep = (id: string): boolean => !off.has(id);
  return {
    ...board,
    rows,
    order: board.order.filter(keep),
    fresh: new Set([...board.fresh].filter(keep)),
    selected: new Set([...board.selected].filter(keep)),
    cursor: board.cursor && off.has(board.cursor) ? null : board.cursor,
  };
}

/** What is at or below this index has been seen. */
export function seen(board: Board, first: number): Board {
  if (board.fresh.size === 0) return board;
  const above = board.order.slice(0, first).filter((id) => board.fresh.has(id));
  return above.length === board.fresh.size ? board : { ...board, fresh: new Set(above) };
}
