/**
 * Carries what waits on the phone to the centre, as long as the page is open.
 *
 * One tab at a time: whoever holds the lock reads the shelves anew, so two tabs never carry the same thing at once.
 * It goes when something is added, when the line comes back, when the page is looked at again, and when a pause is
 * over. What it does next is decided by `outbox`, what is kept by `store`, what is said by `send`.
 */
import { after, again, inOrder, type Item, type LineRest, type NewItem, RESTED, turn } from "./outbox";
import { type Found, send } from "./send";
import { allItems, keep, photoBytes, settle } from "./store";

const LOCK = "wardsense.field.courier";
const CHANNEL = "wardsense.field";
const LONGEST_SLEEP_MS = 60_000;

export interface Sight {
  /** What waits of the person signed in. */
  items: readonly Item[];
  /** How many things of other people wait on this phone. */
  others: number;
  /** Being sent now. */
  sending: number | null;
  line: LineRest;
  loaded: boolean;
}

export type Taken = (item: Item) => void;

export class Courier {
  private sight: Sight = { items: [], others: 0, sending: null, line: RESTED, loaded: false };
  private readonly watchers = new Set<() => void>();
  private channel: BroadcastChannel | null = null;
  private stop = new AbortController();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private going = false;
  private wanted = false;

  constructor(
    private readonly account: string,
    private readonly taken: Taken,
    private readonly found: Found,
  ) {}

  open(): void {
    this.stop = new AbortController();
    const { signal } = this.stop;
    this.channel = new BroadcastChannel(CHANNEL);
    const wake = (): void => this.hurry();
    window.addEventListener("online", wake, { signal });
    window.addEventListener("pageshow", wake, { signal });
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && wake(), {
      signal,
    });
    this.channel.addEventListener("message", () => void this.look(), { signal });
    void this.look().then(wake);
  }

  close(): void {
    this.stop.abort();
    this.channel?.close();
    this.channel = null;
    if (this.timer) clearTimeout(this.timer);
  }

  /** For React's `useSyncExternalStore`. */
  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  see = (): Sight => this.sight;

  /** Keep it, then carry it. Rejects when the phone cannot keep it: then nothing is lost but nothing waits either. */
  async add(
    item: Omit<NewItem, "account">,
    photo: ArrayBuffer | null,
    draftKey: string | null,
  ): Promise<void> {
    // Ask once that the browser does not clear our shelves when it runs short; a refusal changes nothing.
    void navigator.storage?.persist?.();
    await keep({ ...item, account: this.account }, photo, draftKey);
    await this.changed();
    this.hurry();
  }

  /** Give up one thing that waits. */
  async discard(item: Item): Promise<void> {
    await settle([item], []);
    await this.changed();
    this.hurry();
  }

  /** Try a refused thing again, on the version the case has now. */
  async retry(item: Item, version: number | null): Promise<void> {
    await settle([item], [again(item, version)]);
    await this.changed();
    this.hurry();
  }

  /** Go now, whatever the pause. */
  hurry(): void {
    this.show({ line: RESTED });
    void this.go();
  }

  private async changed(): Promise<void> {
    this.channel?.postMessage("changed");
    await this.look();
  }

  private async own(): Promise<Item[]> {
    return (await allItems()).filter((item) => item.account === this.account);
  }

  private async look(): Promise<void> {
    const items = await allItems();
    const own = inOrder(items.filter((item) => item.account === this.account));
    this.show({ items: own, others: items.length - own.length, loaded: true });
  }

  private show(part: Partial<Sight>): void {
    this.sight = { ...this.sight, ...part };
    this.watchers.forEach((watcher) => watcher());
  }

  private async go(): Promise<void> {
    this.wanted = true;
    if (this.going) return;
    this.going = true;
    try {
      while (this.wanted && !this.stop.signal.aborted) {
        this.wanted = false;
        this.sleep(await this.alone(() => this.carry()));
      }
    } finally {
      this.going = false;
    }
  }

  private sleep(until: number | null): void {
    if (this.timer) clearTimeout(this.timer);
    if (until === null || this.stop.signal.aborted) return;
    const ms = Math.min(LONGEST_SLEEP_MS, Math.max(50, until - Date.now()));
    this.timer = setTimeout(() => void this.go(), ms);
  }

  /** Carry until nothing is ready; returns when to come back, if something is left. */
  private async carry(): Promise<number | null> {
    for (;;) {
      if (this.stop.signal.aborted) return null;
      const next = turn(await this.own(), this.sight.line, Date.now());
      if (next.type === "rest") return null;
      if (next.type === "wait") return next.until;
      await this.carryOne(next.item);
    }
  }

  private async carryOne(item: Item): Promise<void> {
    const gone = { ...item, sent: true };
    await settle([item], [gone]);
    this.show({ sending: item.no });
    const answer = await send(gone, photoBytes, this.found);
    // More may wait by now, and something may have been given up.
    const held = await this.own();
    const outcome = after({ items: held, line: this.sight.line }, gone, answer, Date.now(), Math.random());
    await settle(held, outcome.items);
    this.show({ sending: null, line: outcome.line });
    await this.changed();
    if (answer.type === "taken") this.taken(gone);
  }

  /** With no other tab at it. Without locks (a page that is not served safely) the centre's own care must do. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    return "locks" in navigator ? (navigator.locks.request(LOCK, work) as Promise<T>) : work();
  }
}
