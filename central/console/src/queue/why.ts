/**
 * Why an alert was raised, as facts to be worded; its life, with what repeats told once; and its pictures with the
 * boxes that belong to each.
 */
import type { Shapes } from "@/wire/client";

import type { Line } from "./board";

type Rule = Shapes["RuleShape"];
type Entry = Shapes["HistoryEntry"];
type Box = Shapes["Box"];

/** A fact: the word's key, numbers and lengths still raw. */
export type Fact =
  | { key: "dwell" | "hold" | "silent"; seconds: number }
  | { key: "count" | "occurrences"; count: number }
  | { key: "above" | "below" | "peak"; value: number; unit: string }
  | { key: "votes"; atLeast: number; of: number }
  | { key: "camera" | "late" | "doubtful" };

export function facts(alert: Line, rule: Rule | undefined, doubtful: boolean): Fact[] {
  const found: Fact[] = [];
  const limits = rule?.limits;
  if (limits) {
    if (alert.peak !== null) found.push({ key: "peak", value: alert.peak, unit: limits.unit });
    found.push({
      key: limits.side === "above" ? "above" : "below",
      value: limits.raise_at,
      unit: limits.unit,
    });
    if (limits.of > 1) found.push({ key: "votes", atLeast: limits.at_least, of: limits.of });
  }
  if ((alert.count ?? 0) > 1) found.push({ key: "count", count: alert.count ?? 0 });
  if (alert.dwell) found.push({ key: "dwell", seconds: alert.dwell });
  if (rule?.listens === "silent" && rule.silent_after_s)
    found.push({ key: "silent", seconds: rule.silent_after_s });
  if (rule?.listens === "camera_state") found.push({ key: "camera" });
  if (rule && rule.hold_s > 0) found.push({ key: "hold", seconds: rule.hold_s });
  if (alert.occurrences > 1) found.push({ key: "occurrences", count: alert.occurrences });
  if (alert.late) found.push({ key: "late" });
  if (doubtful) found.push({ key: "doubtful" });
  return found;
}

/** A step of the alert's life, or a run of coming and going told as one (`times` > 1). */
export interface Told {
  entry: Entry;
  times: number;
  since: string;
}

const CYCLE = new Set(["clear", "reopen"]);

/** The life, newest first; more than two steps of coming and going in a row are told as one. */
export function life(history: readonly Entry[]): Told[] {
  const out: Told[] = [];
  for (let at = 0; at < history.length;) {
    let end = at;
    while (end < history.length && CYCLE.has(history[end]!.step) && !history[end]!.actor) end++;
    if (end - at > 2) {
      const run = history.slice(at, end);
      const times = run.filter((entry) => entry.step === "reopen").length;
      out.push({ entry: run.at(-1)!, times, since: run[0]!.at });
      at = end;
    } else {
      out.push({ entry: history[at]!, times: 1, since: history[at]!.at });
      at++;
    }
  }
  return out.reverse();
}

/** A picture of the alert, what it shows, and when it was taken. */
export interface Shot {
  ref: Shapes["EvidenceRef"];
  role: "before" | "at";
  boxes: readonly Box[];
  at: string | null;
}

const isPicture = (ref: Shapes["EvidenceRef"]): boolean => ref.media_type.startsWith("image/");
export const roleOf = (ref: Shapes["EvidenceRef"]): Shot["role"] =>
  ref.role === "before" || ref.role === "clean" || ref.role === "reference" ? "before" : "at";

/** The pictures, newest event first and within one event the moment itself first, each content once. */
export function shots(alert: Line, events: readonly Shapes["EventShape"][] | undefined): Shot[] {
  const all: Shot[] = events
    ? events.flatMap((event) =>
        event.evidence.map((ref) => ({
          ref,
          role: roleOf(ref),
          boxes: roleOf(ref) === "before" ? [] : ref.boxes,
          at: event.captured,
        })),
      )
    : alert.evidence.map((ref) => ({
        ref,
        role: roleOf(ref),
        boxes: roleOf(ref) === "before" ? [] : ref.boxes,
        at: null,
      }));
  const seen = new Set<string>();
  const once = all.filter(({ ref }) => isPicture(ref) && !seen.has(ref.sha256) && seen.add(ref.sha256));
  const newest = once[0]?.at;
  const rank = (shot: Shot): number =>
    shot.at === newest && shot.role === "before" ? 1 : shot.at === newest ? 0 : 2;
  return once.sort((a, b) => rank(a) - rank(b));
}

/** The picture that stands for the alert in a list. */
export function thumb(alert: Line): Shapes["EvidenceRef"] | undefined {
  const pictures = alert.evidence.filter(isPicture);
  return pictures.find((ref) => roleOf(ref) === "at") ?? pictures[0];
}

/** The model that saw it, where the event names one. */
export function modelOf(
  body: Record<string, unknown> | undefined,
): { id: string; threshold: number | null } | null {
  const model = body?.model as { id?: unknown; threshold?: unknown } | undefined;
  if (typeof model?.id !== "string") return null;
  return { id: model.id, threshold: typeof model.threshold === "number" ? model.threshold : null };
}
