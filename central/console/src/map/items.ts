/**
 * What stands on the map and in the list beside it, one `Item` for each symbol: a camera, a sensor, the open alerts of
 * one place, the open cases of one place. Both show the same items in the same order, the worst first.
 */
import { byName, says } from "@/parts/finding";
import type { Shapes } from "@/wire/client";

export type Device = Shapes["DeviceShape"];
export type AlertLine = Shapes["AlertLine"];
export type CaseLine = Shapes["CaseLine"];
type Severity = Shapes["Severity"];

export type Kind = "alert" | "case" | "camera" | "sensor";
export const KINDS: readonly Kind[] = ["alert", "case", "camera", "sensor"];
export type At = readonly [lon: number, lat: number];

interface Common {
  key: string;
  name: string;
  ward: string;
  at: At | null;
}
export interface AlertSpot extends Common {
  kind: "alert";
  grade: Severity;
  /** Nobody has looked at at least one of them. */
  fresh: boolean;
  alerts: readonly AlertLine[];
}
export interface CaseSpot extends Common {
  kind: "case";
  late: boolean;
  cases: readonly CaseLine[];
}
export interface DeviceSpot extends Common {
  kind: "camera" | "sensor";
  device: Device;
}
export type Item = AlertSpot | CaseSpot | DeviceSpot;

const GRADES: readonly Severity[] = ["critical", "major", "minor", "info"];
const STATES: readonly string[] = ["blind", "unfit", "silent", "unknown", "live"];
const worseFirst =
  <T>(order: readonly T[]) =>
  (one: T): number =>
    order.includes(one) ? order.indexOf(one) : order.length;
export const byGrade = worseFirst(GRADES);
export const byState = worseFirst(STATES);

const place = (lat: number | null | undefined, lon: number | null | undefined): At | null =>
  lat == null || lon == null ? null : [lon, lat];

function grouped<T>(all: readonly T[], key: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const found = groups.get(key(one));
    if (found) found.push(one);
    else groups.set(key(one), [one]);
  }
  return groups;
}

/** The alerts of one camera or sensor are one spot, as bad as its worst. */
export function alertSpots(alerts: readonly AlertLine[]): AlertSpot[] {
  return [...grouped(alerts, (alert) => alert.device.id)].map(([device, here]) => {
    const sorted = here.toSorted((a, b) => byGrade(a.severity) - byGrade(b.severity));
    const worst = sorted[0]!;
    return {
      kind: "alert",
      key: `alert ${device}`,
      name: worst.device.name ?? device,
      ward: worst.ward,
      at: place(worst.device.lat, worst.device.lon),
      grade: worst.severity,
      fresh: here.some((alert) => alert.handling === "new"),
      alerts: sorted,
    };
  });
}

/** The cases of one place are one spot; the one due first comes first. */
export function caseSpots(cases: readonly CaseLine[]): CaseSpot[] {
  const where = (one: CaseLine): At | null =>
    place(one.lat, one.lon) ?? place(one.device?.lat, one.device?.lon);
  const spot = (one: CaseLine): string => {
    const at = where(one);
    return at ? `${at[0].toFixed(5)} ${at[1].toFixed(5)}` : one.id;
  };
  return [...grouped(cases, spot)].map(([key, here]) => {
    const sorted = here.toSorted((a, b) => a.deadline.localeCompare(b.deadline));
    const first = sorted[0]!;
    return {
      kind: "case",
      key: `case ${key}`,
      name: first.device?.name ?? first.words ?? `#${first.number}`,
      ward: first.ward,
      at: where(first),
      late: here.some((one) => one.overdue),
      cases: sorted,
    };
  });
}

export function deviceSpots(devices: readonly Device[]): DeviceSpot[] {
  return devices
    .filter((device) => !device.retired_at)
    .map((device) => ({
      kind: device.kind,
      key: `device ${device.id}`,
      name: device.name,
      ward: device.ward,
      at: place(device.lat, device.lon),
      device,
    }));
}

/** Alerts before cases before cameras before sensors; the worst of each first; then by name. */
export function ordered(items: readonly Item[]): Item[] {
  const rank = (item: Item): number => {
    if (item.kind === "alert") return byGrade(item.grade) * 2 + (item.fresh ? 0 : 1);
    if (item.kind === "case") return item.late ? 0 : 1;
    return byState(item.device.state);
  };
  return items.toSorted(
    (a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || rank(a) - rank(b) || byName(a.name, b.name),
  );
}

/** A camera's watched share of today so far, of what was told; null when nothing was. */
export function watchedShare(device: Device): number | null {
  const today = device.today;
  if (!today) return null;
  const told = today.watched_s + Object.values(today.blind_s).reduce((sum, one) => sum + one, 0);
  const all = told + today.untold_s;
  return all > 0 ? today.watched_s / all : null;
}

/** The piece of ground one sees: west, south, east, north. */
export type View = readonly [west: number, south: number, east: number, north: number];

/** What of these lies in view; without a view, everything. */
export function inView(items: readonly Item[], view: View | null): Item[] {
  if (!view) return [...items];
  const [west, south, east, north] = view;
  return items.filter(({ at }) => at && at[0] >= west && at[0] <= east && at[1] >= south && at[1] <= north);
}

/** Those whose name says it, or whose device's id. */
export const named = (items: readonly Item[], text: string): Item[] =>
  items.filter((item) => says(`${item.name} ${"device" in item ? item.device.id : ""}`, text));

/** What the address asks for: `alert=…`, `case=…` or `device=…`. */
export interface Asked {
  what: "alert" | "case" | "device";
  id: string;
}

export function asked(search: string): Asked | null {
  const params = new URLSearchParams(search);
  for (const what of ["alert", "case", "device"] as const) {
    const id = params.get(what);
    if (id) return { what, id };
  }
  return null;
}

/** The address that selects this item. */
export function addressOf(item: Item): string {
  if (item.kind === "alert") return `?alert=${item.alerts[0]?.id}`;
  if (item.kind === "case") return `?case=${item.cases[0]?.id}`;
  return `?device=${item.device.id}`;
}

/** The item the address asks for, if it is among these. */
export function found(items: readonly Item[], wanted: Asked | null): Item | null {
  if (!wanted) return null;
  const is = (item: Item): boolean => {
    if (item.kind === "alert")
      return wanted.what === "alert" && item.alerts.some((one) => one.id === wanted.id);
    if (item.kind === "case") return wanted.what === "case" && item.cases.some((one) => one.id === wanted.id);
    return wanted.what === "device" && item.device.id === wanted.id;
  };
  return items.find(is) ?? null;
}
