/**
 * What waits on the phone to be told to the centre, and what is decided about it. Pure: no clock, no network, no disk.
 *
 * Of one case things go out in the order they were done, each only after the one before it was taken: a photo before
 * the words that rest on it. Every item has its own name from birth (`Idempotency-Key` of a step, `client_id` of a
 * photo), so an answer lost on the way costs nothing: the same thing is said again. A step also keeps the version it
 * was first sent with, because the centre knows a repeat by its key, its version and its body together.
 */
import type { Shapes } from "@/wire/client";

export type State = Shapes["CaseLine"]["state"];
export type CrewStep = "accept" | "decline" | "start" | "wait" | "resolve";
export type Why = Shapes["Why"];
export type PhotoRole = Shapes["PhotoRole"];

export interface StepDeed {
  type: "step";
  step: CrewStep;
  /** The state it was decided in. When the case has left it, the step is not taken behind the person's back. */
  from: State;
  reason?: Why;
  /** A remark; of `resolve`, the words that tell what was done. */
  words?: string;
}

export interface PhotoDeed {
  type: "photo";
  role: PhotoRole;
  takenAt: string;
  lat: number | null;
  lon: number | null;
  accuracyM: number | null;
  bytes: number;
}

export interface Refusal {
  code: string;
  params: Record<string, unknown>;
}

export interface Item {
  /** Its place in the order of everything; given by the store. */
  no: number;
  /** `Idempotency-Key` or `client_id`. */
  id: string;
  account: string;
  caseId: string;
  /** What the person sees of the case in the list of what waits. */
  about: { number: number; title: string };
  at: string;
  deed: StepDeed | PhotoDeed;
  /** The version the step goes out with. */
  version: number;
  /** Whether it went out with that version already: then the version is part of its name and stays. */
  sent: boolean;
  tries: number;
  /** Milliseconds since 1970; not before then. */
  notBefore: number;
  refusal: Refusal | null;
}

export type NewItem = Omit<Item, "no">;

/** How the line is: so many times in a row nobody answered, and not before then again. */
export interface LineRest {
  misses: number;
  notBefore: number;
}

export const RESTED: LineRest = { misses: 0, notBefore: 0 };

export type Answer =
  | { type: "taken"; version: number | null }
  /** No answer at all. */
  | { type: "silence" }
  /** Nobody is signed in, or somebody else is. */
  | { type: "session" }
  /** The centre is busy or broken. */
  | { type: "later"; retryAfterS: number | null }
  /** Somebody else changed the case meanwhile; this is how it stands now. */
  | { type: "overtaken"; version: number; state: State; steps: readonly string[] }
  | { type: "refused"; refusal: Refusal };

export type Turn = { type: "send"; item: Item } | { type: "wait"; until: number } | { type: "rest" };

const FIRST_MS = 2_000;
const LONGEST_MS = 300_000;
const SESSION_MS = 60_000;

/** How long to wait after so many misses in a row: doubling to five minutes; `chance` in 0..1 spreads many phones. */
export function backOff(misses: number, chance: number): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, misses - 1));
  return Math.round(whole * (0.75 + chance * 0.5));
}

/** What goes out now. A refused item holds back those of its own case behind it, and nobody else's. */
export function turn(items: readonly Item[], line: LineRest, now: number): Turn {
  const heads = headsOf(items).filter((item) => !item.refusal);
  if (heads.length === 0) return { type: "rest" };
  if (line.notBefore > now) return { type: "wait", until: line.notBefore };
  const ready = heads.find((item) => item.notBefore <= now);
  if (ready) return { type: "send", item: ready };
  return { type: "wait", until: Math.min(...heads.map((item) => item.notBefore)) };
}

function headsOf(items: readonly Item[]): Item[] {
  const seen = new Set<string>();
  return inOrder(items).filter((item) => !seen.has(item.caseId) && seen.add(item.caseId));
}

export function inOrder(items: readonly Item[]): Item[] {
  return [...items].sort((a, b) => a.no - b.no);
}

export interface Outcome {
  items: Item[];
  line: LineRest;
}

/** How an answer to `item` changes what waits. */
export function after(before: Outcome, item: Item, answer: Answer, now: number, chance: number): Outcome {
  const { items, line } = before;
  const put = (next: Item): Item[] => items.map((one) => (one.no === item.no ? next : one));
  switch (answer.type) {
    case "taken":
      return { items: taken(items, item, answer.version), line: RESTED };
    case "silence": {
      const misses = line.misses + 1;
      return { items: put(tried(item, 0)), line: { misses, notBefore: now + backOff(misses, chance) } };
    }
    case "session":
      return { items: put(item), line: { misses: 0, notBefore: now + SESSION_MS } };
    case "later": {
      const wait = Math.max((answer.retryAfterS ?? 0) * 1000, backOff(item.tries + 1, chance));
      return { items: put(tried(item, now + wait)), line: RESTED };
    }
    case "overtaken":
      return { items: put(overtaken(item, answer)), line: RESTED };
    case "refused":
      return { items: put({ ...item, refusal: answer.refusal }), line: RESTED };
  }
}

function tried(item: Item, notBefore: number): Item {
  return { ...item, tries: item.tries + 1, notBefore };
}

/** The next steps of the case, if they never went out, are decided on the version this one made. */
function taken(items: readonly Item[], item: Item, version: number | null): Item[] {
  return items
    .filter((one) => one.no !== item.no)
    .map((one) =>
      version !== null && one.caseId === item.caseId && one.deed.type === "step" && !one.sent
        ? { ...one, version }
        : one,
    );
}

/**
 * Another person's change leaves a step standing when the case is still where the step was decided: a later deadline
 * takes no "arrived" away. The refusal cost the key nothing, so it is used again with the new version.
 */
function overtaken(item: Item, found: Extract<Answer, { type: "overtaken" }>): Item {
  const { deed } = item;
  const stands = deed.type === "step" && deed.from === found.state && found.steps.includes(deed.step);
  return stands && found.version !== item.version
    ? { ...item, version: found.version, sent: false }
    : { ...item, refusal: { code: "version_differs", params: {} } };
}

/** Try a refused item again, on how the case stands now. */
export function again(item: Item, version: number | null): Item {
  return { ...item, refusal: null, sent: false, tries: 0, notBefore: 0, version: version ?? item.version };
}

/** The states a crew's steps lead to: what the phone shows before the centre has said so. */
const LEADS: Partial<Record<State, Partial<Record<CrewStep, State>>>> = {
  assigned: { accept: "accepted", decline: "received" },
  accepted: { start: "in_progress", decline: "received" },
  in_progress: { wait: "waiting", resolve: "resolved" },
  waiting: { start: "in_progress" },
};

export interface Standing {
  state: State;
  steps: CrewStep[];
  /** How many things of this case wait to be sent. */
  unsent: number;
  refused: boolean;
}

const CREW: readonly string[] = ["accept", "decline", "start", "wait", "resolve"];

/** How a case stands for the person who did what waits here: told by the centre, carried on by what is not sent yet. */
export function standing(
  task: { id: string; state: State; steps: readonly string[] },
  items: readonly Item[],
): Standing {
  const own = inOrder(items).filter((item) => item.caseId === task.id);
  const refused = own.some((item) => item.refusal);
  let state = task.state;
  let moved = false;
  for (const { deed } of own) {
    const next = deed.type === "step" ? LEADS[state]?.[deed.step] : undefined;
    if (next) [state, moved] = [next, true];
  }
  const steps = moved
    ? (Object.keys(LEADS[state] ?? {}) as CrewStep[])
    : task.steps.filter((step): step is CrewStep => CREW.includes(step));
  return { state, steps: refused ? [] : steps, unsent: own.length, refused };
}
