/**
 * The live queue: a board kept true by asking the centre as little as will do.
 *
 * A change of an alert nobody knows here asks for the newest page, once for all that came meanwhile. A change of one
 * on the screen asks for that one; of one off the screen only when it comes into view. Steps are shown at once and
 * sent one after another for each alert, each with the version the one before left.
 */
import { Problem, type Shapes } from "@/wire/client";
import type { Change } from "@/wire/live";

import {
  type Board,
  type Deed,
  type DismissReason,
  empty,
  type Handling,
  headed,
  leaving,
  type Line,
  merged,
  missing,
  paged,
  rolledBack,
  settled,
  stepped,
  updated,
  without,
} from "./board";
import { inTurn, type Outcome } from "./bulk";

export type Detail = Line & Pick<Shapes["AlertDetail"], "undo_until" | "history" | "events">;

/** What the queue asks of the centre. */
export interface Door {
  list: (after: string | null) => Promise<{ items: Line[]; next?: string | null }>;
  one: (id: string) => Promise<Detail>;
  step: (id: string, version: number, deed: Deed, reason: DismissReason | null) => Promise<Detail>;
}

export interface View {
  board: Board;
  /** What went wrong with the first page or the newest. */
  error: unknown;
  loadingMore: boolean;
}

const STILL_UNKNOWN = new Set(["touch", "clear", "ignore"]);

export class Queue {
  private view: View;
  private readonly watchers = new Set<() => void>();
  private readonly tails = new Map<string, Promise<unknown>>();
  private readonly stale = new Set<string>();
  private readonly asking = new Set<string>();
  private heading: Promise<void> | null = null;
  private headAgain = false;
  private shown: ReadonlySet<string> = new Set();

  constructor(
    wanted: readonly Handling[],
    private readonly door: Door,
    private readonly me: string,
    private readonly clock: () => number = Date.now,
  ) {
    this.view = { board: empty(wanted), error: null, loadingMore: false };
  }

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  state = (): View => this.view;

  /** Change the board by a pure move. */
  move(next: (board: Board) => Board): void {
    this.become({ board: next(this.view.board) });
  }

  /** Ask for the newest page; while one is under way, once more after it. */
  head(): Promise<void> {
    if (this.heading) {
      this.headAgain = true;
      return this.heading;
    }
    this.heading = this.askHead().finally(() => {
      this.heading = null;
      if (!this.headAgain) return;
      this.headAgain = false;
      void this.head();
    });
    return this.heading;
  }

  /** Ask for the next older page. */
  async more(): Promise<void> {
    const { next } = this.view.board;
    if (!next || this.view.loadingMore) return;
    this.become({ loadingMore: true });
    try {
      const page = await this.door.list(next);
      this.move((board) => paged(board, page.items, page.next ?? null, this.clock()));
    } catch (error) {
      this.become({ error });
    } finally {
      this.become({ loadingMore: false });
    }
  }

  /** Changes from the centre's feed. */
  heard(changes: readonly Change[]): void {
    let unknown = false;
    for (const { kind, row, params } of changes) {
      if (kind !== "alert") continue;
      const known = this.view.board.rows.has(row);
      if (known) this.stale.add(row);
      else unknown ||= !STILL_UNKNOWN.has(typeof params?.verb === "string" ? params.verb : "");
    }
    if (unknown) void this.head();
    this.refreshShown();
  }

  /** Everything may be wrong: the newest page now, the others when they are looked at. */
  reset(): void {
    this.view.board.order.forEach((id) => this.stale.add(id));
    void this.head();
    this.refreshShown();
  }

  /** These rows are on the screen. */
  show(ids: readonly string[]): void {
    this.shown = new Set(ids);
    this.refreshShown();
  }

  /** Take in what another part of the page was told of an alert. */
  hear(found: Detail): void {
    this.move((board) => updated(board, found, this.clock()));
  }

  /** Ask for one alert, now. */
  async renew(id: string): Promise<void> {
    this.stale.delete(id);
    if (this.asking.has(id)) return;
    this.asking.add(id);
    try {
      const found = await this.door.one(id);
      this.hear(found);
    } catch (error) {
      if (error instanceof Problem && error.status === 404) this.move((board) => without(board, [id]));
    } finally {
      this.asking.delete(id);
      if (this.stale.has(id)) this.refreshShown();
    }
  }

  /** Let go what may go. `calm`: nothing on the screen is being looked at or aimed at. */
  sweep(calm: boolean): void {
    const free = leaving(this.view.board, this.me, this.clock());
    const off = calm ? free : free.filter((id) => !this.shown.has(id));
    if (off.length > 0) this.move((board) => without(board, off));
  }

  /** Take a step with each of these; shown at once, undone where the centre refuses. */
  act(ids: readonly string[], deed: Deed, reason: DismissReason | null = null): Promise<Outcome[]> {
    this.move((board) => stepped(board, ids, deed, reason));
    return inTurn(ids, (id) => this.inLine(id, deed, reason));
  }

  private inLine(id: string, deed: Deed, reason: DismissReason | null): Promise<Outcome> {
    const before = this.tails.get(id) ?? Promise.resolve();
    const mine = before.then(() => this.send(id, deed, reason));
    this.tails.set(id, mine);
    return mine.finally(() => {
      if (this.tails.get(id) === mine) this.tails.delete(id);
    });
  }

  private async send(id: string, deed: Deed, reason: DismissReason | null): Promise<Outcome> {
    const row = this.view.board.rows.get(id);
    if (!row) return { id, code: "not_found" };
    // The step before this one was refused: what this one was decided on is no longer so.
    if (!row.mine) return { id, code: "version_differs" };
    try {
      const after = await this.door.step(id, row.line.version, deed, reason);
      this.took(after, deed, row.mine.deed);
      return { id, code: null };
    } catch (error) {
      this.move((board) => rolledBack(board, id));
      void this.renew(id);
      return { id, code: error instanceof Problem ? error.code : "unknown" };
    }
  }

  private took(after: Detail, deed: Deed, shown: Deed): void {
    const { undo_until: until, handled_at: at } = after;
    const undoMs = until && at ? Date.parse(until) - Date.parse(at) - 1000 : null;
    const newest = this.view.board.rows.get(after.id)?.mine?.deed ?? shown;
    // When a later step is already shown, only the version is learnt here.
    this.move((board) =>
      newest === deed ? settled(board, after, undoMs, this.clock()) : merged(board, [after], this.clock()),
    );
  }

  private async askHead(): Promise<void> {
    try {
      const page = await this.door.list(null);
      const now = this.clock();
      const gone = missing(this.view.board, page.items, !page.next);
      page.items.forEach((line) => this.stale.delete(line.id));
      this.become({ board: headed(this.view.board, page.items, page.next ?? null, now), error: null });
      const unseen = gone.filter((id) => !this.shown.has(id) && id !== this.view.board.cursor);
      this.move((board) => without(board, unseen));
      gone.filter((id) => !unseen.includes(id)).forEach((id) => this.stale.add(id));
      this.refreshShown();
    } catch (error) {
      this.become({ error });
    }
  }

  private refreshShown(): void {
    const { cursor } = this.view.board;
    const due = [...this.stale].filter((id) => (this.shown.has(id) || id === cursor) && !this.asking.has(id));
    if (due.length > 0) void inTurn(due, (id) => this.renew(id));
  }

  private become(next: Partial<View>): void {
    this.view = { ...this.view, ...next };
    this.watchers.forEach((watcher) => watcher());
  }
}
