/**
 * A sensor's measurements as a chart wants them, and what its rules say about them. Pure.
 *
 * A bad reading has no point and a long silence breaks the line: what was not measured is not drawn. Suspect readings
 * are drawn apart, so that a stuck gauge does not look like a calm river.
 */
import type { Shapes } from "@/wire/client";

export type Point = Shapes["ReadingPoint"];
export type Device = Shapes["DeviceShape"];
type Rule = Shapes["RuleShape"];

/** x in seconds since 1970; the value of the line, and of those points that are only suspected. */
export type Columns = [number[], (number | null)[], (number | null)[]];

/** A silence longer than so many usual intervals is a gap. */
const SILENT_INTERVALS = 6;

export function columns(points: readonly Point[]): Columns {
  const gap = SILENT_INTERVALS * usual(points);
  const found: Columns = [[], [], []];
  let before: number | null = null;
  for (const point of points) {
    const at = Date.parse(point.at) / 1000;
    if (before !== null && at - before > gap) push(found, (at + before) / 2, null, null);
    const value = point.quality === "bad" ? null : point.value;
    push(found, at, value, point.quality === "suspect" ? value : null);
    before = at;
  }
  return found;
}

function push([x, line, suspect]: Columns, at: number, value: number | null, doubted: number | null): void {
  x.push(at);
  line.push(value);
  suspect.push(doubted);
}

/** The median interval between readings, in seconds; a minute at least, so that jitter breaks nothing. */
export function usual(points: readonly Point[]): number {
  const steps = points
    .slice(1)
    .map((point, index) => (Date.parse(point.at) - Date.parse(points[index]!.at)) / 1000);
  steps.sort((a, b) => a - b);
  return Math.max(60, steps[Math.floor(steps.length / 2)] ?? 60);
}

export interface Line {
  rule: Rule;
  at: number;
  /** What crossing it means: the alert, a worse one, or the end of it. */
  role: "raise" | "worse" | "clear";
  severity: Rule["severity"];
}

/** The lines that rules draw into this sensor's chart, highest first. */
export function limitsOf(sensor: Device, rules: readonly Rule[]): Line[] {
  const lines = rules.flatMap((rule): Line[] => {
    const { limits } = rule;
    if (!limits || limits.quantity !== sensor.quantity) return [];
    if (limits.sensors.length > 0 && !limits.sensors.includes(sensor.id)) return [];
    if (rule.wards.length > 0 && !rule.wards.includes(sensor.ward)) return [];
    return [
      { rule, at: limits.raise_at, role: "raise", severity: rule.severity },
      { rule, at: limits.clear_at, role: "clear", severity: "info" },
      ...limits.worse.map((level): Line => ({ rule, at: level.at, role: "worse", severity: level.severity })),
    ];
  });
  return lines.sort((a, b) => b.at - a.at);
}

/** The line the value is beyond now, the gravest of them; null below all of them. */
export function beyond(sensor: Device, lines: readonly Line[]): Line | null {
  const { value } = sensor;
  if (value === null) return null;
  const crossed = lines.filter(({ at, role, rule }) => {
    if (role === "clear") return false;
    return rule.limits?.side === "below" ? value < at : value > at;
  });
  return crossed.sort((a, b) => GRAVITY.indexOf(a.severity) - GRAVITY.indexOf(b.severity))[0] ?? null;
}

const GRAVITY: readonly Rule["severity"][] = ["critical", "major", "minor", "info"];

export interface Summary {
  least: number;
  most: number;
  mean: number;
  count: number;
  notGood: number;
}

/** The figures of the measurements that may be believed; null when there are none. */
export function summary(points: readonly Point[]): Summary | null {
  const values = points
    .filter((point) => point.quality === "good" && point.value !== null)
    .map((point) => point.value!);
  if (values.length === 0) return null;
  let [least, most, sum] = [Infinity, -Infinity, 0];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
    sum += value;
  }
  return {
    least,
    most,
    mean: sum / values.length,
    count: values.length,
    notGood: points.length - values.length,
  };
}

/** A part of the time shown, changed by a factor around a moment, never beyond the whole and never below 60 s. */
export function zoomed(
  shown: [number, number],
  whole: [number, number],
  around: number,
  factor: number,
): [number, number] {
  const width = Math.min(whole[1] - whole[0], Math.max(60, (shown[1] - shown[0]) * factor));
  const share = (around - shown[0]) / (shown[1] - shown[0] || 1);
  const from = Math.min(Math.max(around - share * width, whole[0]), whole[1] - width);
  return [from, from + width];
}
