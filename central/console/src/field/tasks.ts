/** What a crew sees first: the order of tasks, how far they are, how near the deadline. Pure. */
import type { Shapes } from "@/wire/client";

export type Task = Shapes["CaseLine"];
export type TaskDetail = Shapes["CaseDetail"];

export interface Spot {
  lat: number;
  lon: number;
}

/** A place with its accuracy in metres and when it was found. */
export interface Fix extends Spot {
  accuracyM: number;
  at: number;
}

const EARTH_M = 6_371_008.8;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Metres over ground between two places. */
export function metresBetween(a: Spot, b: Spot): number {
  const north = radians(b.lat - a.lat) / 2;
  const east = radians(b.lon - a.lon) / 2;
  const chord =
    Math.sin(north) ** 2 + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * Math.sin(east) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(chord)));
}

/** The nearest deadline first; equal ones by number, so that the list never jumps. */
export function byDeadline<T extends { deadline: string; number: number }>(tasks: readonly T[]): T[] {
  return [...tasks].sort((a, b) => Date.parse(a.deadline) - Date.parse(b.deadline) || a.number - b.number);
}

/** A distance as one says it on the street: 80 m, 350 m, 1,2 km. Nearer than the fix can tell is `here`. */
export function distance(metres: number, accuracyM: number): { unit: "here" | "m" | "km"; value: number } {
  if (metres < Math.max(15, Math.min(accuracyM, 100))) return { unit: "here", value: 0 };
  if (metres < 1000) return { unit: "m", value: Math.round(metres / 10) * 10 };
  return { unit: "km", value: Math.round(metres / 100) / 10 };
}

/** A link that opens the phone's own maps at the place, with its name as the label. */
export function geoLink({ lat, lon }: Spot, label: string): string {
  const where = coordinates({ lat, lon }).replace(" ", "");
  return `geo:${where}?q=${where}(${encodeURIComponent(label)})`;
}

/** 16.06120, 108.22410: about a metre, and what every map understands. */
export function coordinates({ lat, lon }: Spot): string {
  return `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
}

const FRESH_MS = 5 * 60_000;

/** When a picture was taken, by its file; a phone's clock that runs ahead does not make it later than now. */
export function takenAt(fileMs: number, now: number): number {
  return fileMs > 0 ? Math.min(fileMs, now) : now;
}

/** Where we are now is where a photo was taken only when it was taken just now: an old picture gets no place. */
export function placeOf(takenMs: number, fix: Fix | null): Fix | null {
  return fix && Math.abs(fix.at - takenMs) <= FRESH_MS ? fix : null;
}
