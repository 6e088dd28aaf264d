/**
 * What changes at the centre, as it commits: one EventSource for the whole page.
 *
 * The browser comes back with `Last-Event-ID` by itself, so nothing is missed over a short cut; after a longer one the
 * centre says `reset` and everything is loaded anew. Changes are handed on in bundles, at most one every 250 ms, so
 * that a day of rain does not make a page ask ten thousand questions. The centre says `beat` every few seconds: a line
 * that is silent for longer than `SILENT_MS` is taken for dead, whatever the browser thinks of it.
 */

export interface Change {
  ward: string;
  no: number;
  at: string;
  kind: string;
  row: string;
  params: Record<string, unknown> | null;
}

export type Line = { state: "live" } | { state: "lost"; since: Date } | { state: "opening" };

export interface Listener {
  /** Changes in the order of their wards' feeds. */
  changed?: (changes: readonly Change[]) => void;
  /** What was loaded before may be wrong now: load it anew. */
  reset?: () => void;
}

export const BUNDLE_MS = 250;
export const SILENT_MS = 35_000;
const AGAIN_MS = 3_000;

export class Live {
  private source: EventSource | null = null;
  private line: Line = { state: "opening" };
  private readonly listeners = new Set<Listener>();
  private readonly watchers = new Set<() => void>();
  private held: Change[] = [];
  private cursor = "";
  private bundle: ReturnType<typeof setTimeout> | null = null;
  private silence: ReturnType<typeof setTimeout> | null = null;
  private again: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly path: string,
    private readonly ended: (code: string) => void,
  ) {}

  open(): void {
    this.close();
    const source = new EventSource(
      this.cursor ? `${this.path}?after=${encodeURIComponent(this.cursor)}` : this.path,
    );
    this.source = source;
    source.addEventListener("hello", (event) => this.heard(event));
    source.addEventListener("beat", () => this.alive());
    source.addEventListener("change", (event) => {
      this.heard(event);
      this.hold(JSON.parse(event.data as string) as Change);
    });
    source.addEventListener("reset", (event) => {
      this.heard(event);
      this.listeners.forEach((listener) => listener.reset?.());
    });
    source.addEventListener("bye", (event) => this.bye(event));
    source.addEventListener("error", () => this.broken(source));
  }

  close(): void {
    this.source?.close();
    this.source = null;
    for (const timer of [this.silence, this.again]) if (timer) clearTimeout(timer);
  }

  /** Hear of changes. Returns how to stop. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Be told when `state()` becomes different; for React's `useSyncExternalStore`. */
  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  state = (): Line => this.line;

  private heard(event: MessageEvent): void {
    this.cursor = event.lastEventId || this.cursor;
    this.alive();
  }

  private alive(): void {
    this.become({ state: "live" });
    if (this.silence) clearTimeout(this.silence);
    this.silence = setTimeout(() => this.cut(), SILENT_MS);
  }

  private cut(): void {
    this.source?.close();
    this.fallen();
  }

  private broken(source: EventSource): void {
    if (source.readyState === EventSource.CLOSED) this.fallen();
    else this.become({ state: "lost", since: new Date() });
  }

  private fallen(): void {
    this.become({ state: "lost", since: new Date() });
    if (this.again) clearTimeout(this.again);
    this.again = setTimeout(() => this.open(), AGAIN_MS);
  }

  private bye(event: MessageEvent): void {
    const { code } = JSON.parse(event.data as string) as { code: string };
    if (code === "session_expired") {
      this.close();
      this.ended(code);
    } else this.cut();
  }

  private become(line: Line): void {
    if (line.state === this.line.state) return;
    const wasLost = this.line.state === "lost";
    this.line = line;
    this.watchers.forEach((watcher) => watcher());
    // Whoever was away may have answers that were overtaken: a cheap look again is the honest thing.
    if (wasLost && line.state === "live") this.listeners.forEach((listener) => listener.reset?.());
  }

  private hold(change: Change): void {
    this.held.push(change);
    this.bundle ??= setTimeout(() => this.handOn(), BUNDLE_MS);
  }

  private handOn(): void {
    const changes = this.held;
    this.held = [];
    this.bundle = null;
    this.listeners.forEach((listener) => listener.changed?.(changes));
  }
}
