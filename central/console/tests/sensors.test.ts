import { describe, expect, test } from "vitest";

import { beyond, columns, type Device, limitsOf, type Point, summary, zoomed } from "../src/sensors/series";

const START = Date.parse("2026-11-22T00:00:00Z");
const point = (minute: number, value: number | null, quality: Point["quality"] = "good"): Point => ({
  at: new Date(START + minute * 60_000).toISOString(),
  value,
  quality,
  doubtful: false,
});

describe("columns", () => {
  test("a bad reading has no point and a suspect one is drawn apart", () => {
    const [, line, suspect] = columns([point(0, 1), point(1, null, "bad"), point(2, 3, "suspect")]);
    expect(line).toEqual([1, null, 3]);
    expect(suspect).toEqual([null, null, 3]);
  });
  test("a long silence breaks the line, a short one does not", () => {
    const [x, line] = columns([point(0, 1), point(1, 1), point(2, 1), point(5, 2), point(60, 3)]);
    expect(line).toEqual([1, 1, 1, 2, null, 3]);
    expect(x).toEqual([...x].sort((a, b) => a - b));
  });
});

const RULE = {
  id: "flood",
  severity: "major",
  wards: [] as string[],
  limits: { quantity: "water_level", sensors: [] as string[], side: "above", raise_at: 1.2, clear_at: 1, worse: [{ at: 1.5, severity: "critical" }] },
} as never; // prettier-ignore
const sensor = (value: number | null, quantity = "water_level"): Device =>
  ({ id: "river", ward: "a", value, quantity }) as Device;

describe("the lines of the rules", () => {
  test("stand from high to low, and only for their quantity", () => {
    expect(limitsOf(sensor(1), [RULE]).map((line) => [line.at, line.role])).toEqual([
      [1.5, "worse"],
      [1.2, "raise"],
      [1, "clear"],
    ]);
    expect(limitsOf(sensor(1, "rain"), [RULE])).toEqual([]);
  });
  test("the gravest crossed one is told", () => {
    const grade = (value: number | null): string | undefined =>
      beyond(sensor(value), limitsOf(sensor(value), [RULE]))?.severity;
    expect([1.1, 1.3, 1.6, null].map(grade)).toEqual([undefined, "major", "critical", undefined]);
  });
});

test("figures are of what may be believed", () => {
  expect(summary([point(0, 1), point(1, 9, "suspect"), point(2, 3)])).toEqual({
    least: 1,
    most: 3,
    mean: 2,
    count: 2,
    notGood: 1,
  });
  expect(summary([point(0, null, "bad")])).toBeNull();
});

test("looking closer stays within the whole, keeps what is under the finger, and stops at a minute", () => {
  expect(zoomed([0, 1000], [0, 1000], 500, 0.5)).toEqual([250, 750]);
  expect(zoomed([250, 750], [0, 1000], 250, 4)).toEqual([0, 1000]);
  expect(zoomed([0, 100], [0, 1000], 100, 0.1)).toEqual([40, 100]);
});
