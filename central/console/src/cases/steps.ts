/**
 * What each step of a case needs from the person who takes it, and whether what was typed is enough. The centre judges
 * again; this only spares a person a refusal that could be seen coming.
 */
import type { Shapes } from "@/wire/client";

export type Step = Shapes["Step"];
export type Why = Shapes["Why"];

/** What a person typed for a step, all of it; each step takes what it needs. */
export interface Told {
  unit: string;
  /** Whom of that unit; empty leaves it to the unit. */
  assignee: string;
  reason: Why | "";
  note: string;
  /** A time in the city's zone, as an input of a date and time holds it: 2026-11-23T14:00. */
  until: string;
}

export interface Need {
  unit?: true;
  /** Reasons that make sense here; the likeliest first. */
  reasons?: readonly Why[];
  words?: "may" | "must";
  until?: true;
  /** Ends the case or undoes somebody's work: said in red, and confirmed. */
  grave?: true;
}

export const NEEDS: Record<Step, Need> = {
  assign: { unit: true, words: "may" },
  accept: { words: "may" },
  decline: { reasons: ["not_ours", "no_crew", "unsafe", "wrong_place", "other"], words: "may" },
  start: { words: "may" },
  wait: { reasons: ["needs_parts", "needs_others", "weather", "unsafe", "no_crew", "other"], words: "may" },
  resolve: { words: "must" },
  return: { reasons: ["unfinished", "poor_proof", "wrong_place", "other"], words: "may", grave: true },
  close: { words: "may" },
  reject: { reasons: ["not_found", "not_ours", "wrong_place", "mistake", "other"], words: "may", grave: true },
  reopen: { reasons: ["came_back", "unfinished", "poor_proof", "mistake", "other"], words: "may", grave: true },
  extend: { reasons: ["needs_parts", "needs_others", "weather", "no_crew", "unsafe", "other"], words: "may", until: true },
}; // prettier-ignore

/** The step one most likely came for, in this order; the others stand beside it more quietly. */
const FORWARD: readonly Step[] = ["close", "resolve", "accept", "start", "assign", "reopen"];

export function primary(steps: readonly Step[]): Step | undefined {
  return FORWARD.find((step) => steps.includes(step));
}

/** The field of the form that still lacks something, or null when the step can be sent. */
export function lacking(step: Step, told: Told, deadline: string): keyof Told | null {
  const need = NEEDS[step];
  if (need.unit && !told.unit) return "unit";
  if (need.until && !(Date.parse(cityTime(told.until)) > Date.parse(deadline))) return "until";
  if (need.reasons && !told.reason) return "reason";
  if ((need.words === "must" || told.reason === "other") && !told.note.trim()) return "note";
  return null;
}

/** Vietnam keeps no summer time, so the city is always this far from UTC. */
const AHEAD = "+07:00";
const AHEAD_MS = 7 * 3_600_000;

/** An input's date and time, meant in the city, as the wire wants it; empty when it is none. */
export function cityTime(local: string): string {
  const at = Date.parse(`${local}${AHEAD}`);
  return Number.isNaN(at) ? "" : new Date(at).toISOString();
}

/** A time as an input of a date and time holds it, in the city, to the minute. */
export const localTime = (at: number): string => new Date(at + AHEAD_MS).toISOString().slice(0, 16);

/** A later deadline to begin with: counted from the deadline, or from now when that is past; whole quarters. */
export function later(deadline: string, now: number, hours: number): string {
  const quarter = 900_000;
  const from = Math.max(Date.parse(deadline), now) + hours * 3_600_000;
  return localTime(Math.ceil(from / quarter) * quarter);
}
