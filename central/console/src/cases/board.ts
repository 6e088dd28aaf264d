/**
 * The board's decisions, without a screen: which columns stand, in what order cases stand in one, which cases a page
 * asked for, and where a case that just changed belongs. Late comes first, because late is what somebody answers for.
 */
import type { Shapes } from "@/wire/client";
import { FINISHED, OPEN, type State } from "@/wire/states";

export type CaseLine = Shapes["CaseLine"];

/** What a page of cases was asked for. */
export interface Wanted {
  states: readonly State[];
  ward?: string;
  unit?: string;
  overdue: boolean;
  text: string;
}

export interface Page {
  items: CaseLine[];
  next?: string | null;
}

/** Whether somebody still owes work, so that the deadline runs. */
export const running = (line: Pick<CaseLine, "state">): boolean =>
  line.state !== "resolved" && !FINISHED.includes(line.state);

/** Late now: still owed after its deadline. */
export const late = (line: CaseLine, now: number): boolean =>
  running(line) && Date.parse(line.deadline) < now;

/** Whether finished work was on time, by the deadline as it was last extended; null while it is owed. */
export function onTime(line: CaseLine): boolean | null {
  const done = line.resolved_at ?? (line.state === "rejected" ? line.closed_at : null);
  return running(line) || done === null ? null : Date.parse(done) <= Date.parse(line.deadline);
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byKey = (a: CaseLine, b: CaseLine): number =>
  Date.parse(a.deadline) - Date.parse(b.deadline) || byText(a.id, b.id);

/** A column in the order one works it off: what runs by deadline, what waits for a check by how long it waits, what is
 *  over with the latest first. */
export function ordered(state: State, lines: readonly CaseLine[]): CaseLine[] {
  const kept = [...lines];
  if (state === "resolved") return kept.sort((a, b) => byText(a.resolved_at ?? "", b.resolved_at ?? ""));
  if (FINISHED.includes(state)) return kept.sort((a, b) => byText(b.closed_at ?? "", a.closed_at ?? ""));
  return kept.sort(byKey);
}

/** Whether a case is among those asked for. A text is searched by the centre alone, so it says "maybe": null. */
export function fits(line: CaseLine, wanted: Wanted): boolean | null {
  if (!wanted.states.includes(line.state)) return false;
  if (wanted.ward && line.ward !== wanted.ward) return false;
  if (wanted.unit && line.unit !== wanted.unit) return false;
  if (wanted.overdue && !line.overdue) return false;
  return wanted.text ? null : true;
}

/**
 * The pages after a case changed: taken out where it stood, put in where its deadline puts it. A place beyond what is
 * loaded is left alone; it comes with its page. Null when only the centre can tell.
 */
export function placed(pages: readonly Page[], line: CaseLine, wanted: Wanted): Page[] | null {
  const fit = fits(line, wanted);
  const without = pages.map((page) => ({ ...page, items: page.items.filter((one) => one.id !== line.id) }));
  if (fit === false) return without;
  if (fit === null) return null;
  const at = without.findIndex(
    (page, index) =>
      page.items.some((one) => byKey(line, one) < 0) || (index === without.length - 1 && !page.next),
  );
  return without.map((page, index) =>
    index === at ? { ...page, items: [...page.items, line].sort(byKey) } : page,
  );
}

/** The pages without a case that is gone from the person's sight. */
export const removed = (pages: readonly Page[], id: string): Page[] =>
  pages.map((page) => ({ ...page, items: page.items.filter((one) => one.id !== id) }));

export const SORTS = ["deadline", "number", "state", "unit", "place", "severity", "opened"] as const;
export type Sort = (typeof SORTS)[number];

const GRADES = ["critical", "major", "minor", "info"];
const KEYS: Record<Exclude<Sort, "deadline">, (line: CaseLine) => number | string> = {
  number: (line) => line.number,
  state: (line) => [...OPEN, ...FINISHED].indexOf(line.state),
  unit: (line) => line.unit_name ?? line.unit,
  place: (line) => line.device?.name ?? "",
  severity: (line) => GRADES.indexOf(line.severity),
  opened: (line) => Date.parse(line.opened_at),
};

/** The loaded cases by a column of the list; equals stand by deadline. */
export function sorted(lines: readonly CaseLine[], by: Sort, down: boolean, language: string): CaseLine[] {
  const way = down ? -1 : 1;
  if (by === "deadline") return [...lines].sort((a, b) => way * byKey(a, b));
  const key = KEYS[by];
  const compare = (a: number | string, b: number | string): number =>
    typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), language);
  return [...lines].sort((a, b) => way * compare(key(a), key(b)) || byKey(a, b));
}

/** Pictures in the order they were first met on this page, new ones behind: what somebody looks at does not move away
 *  because the camera saw more. */
export function settled<T extends { sha256: string }>(pictures: readonly T[], met: readonly string[]): T[] {
  const at = (one: T): number => {
    const found = met.indexOf(one.sha256);
    return found < 0 ? met.length : found;
  };
  return [...pictures].sort((a, b) => at(a) - at(b));
}
