import { describe, expect, test } from "vitest";

import { boxAround, boxBetween, byKey, fitted, shifted } from "../src/field/marks";
import {
  byDeadline,
  coordinates,
  distance,
  geoLink,
  metresBetween,
  placeOf,
  takenAt,
} from "../src/field/tasks";

const BRIDGE = { lat: 16.0612, lon: 108.2241 };

describe("tasks", () => {
  test("the nearest deadline first, equal ones by number", () => {
    const tasks = [
      { number: 3, deadline: "2026-11-22T09:00:00Z" },
      { number: 2, deadline: "2026-11-22T09:00:00+00:00" },
      { number: 9, deadline: "2026-11-22T08:59:59.5Z" },
    ];
    expect(byDeadline(tasks).map((task) => task.number)).toEqual([9, 2, 3]);
  });
  test("metres over ground", () => {
    expect(metresBetween(BRIDGE, { lat: 16.0684, lon: 108.2244 })).toBeCloseTo(801, 0);
    expect(metresBetween(BRIDGE, BRIDGE)).toBe(0);
  });
  test("a distance is no finer than the fix", () => {
    expect(distance(40, 60)).toEqual({ unit: "here", value: 0 });
    expect(distance(344, 10)).toEqual({ unit: "m", value: 340 });
    expect(distance(1249, 10)).toEqual({ unit: "km", value: 1.2 });
    expect(distance(400, 5000).unit).toBe("m");
  });
  test("places as maps read them", () => {
    expect(coordinates(BRIDGE)).toBe("16.06120, 108.22410");
    expect(geoLink(BRIDGE, "Bạch Đằng")).toBe(
      "geo:16.06120,108.22410?q=16.06120,108.22410(B%E1%BA%A1ch%20%C4%90%E1%BA%B1ng)",
    );
  });
  test("an old picture gets no place of now, and none is from the future", () => {
    const fix = { ...BRIDGE, accuracyM: 8, at: 5_000_000 };
    expect(takenAt(6_000_000, 5_000_000)).toBe(5_000_000);
    expect(takenAt(0, 5_000_000)).toBe(5_000_000);
    expect(placeOf(4_900_000, fix)).toBe(fix);
    expect(placeOf(1_000_000, fix)).toBeNull();
  });
});

describe("marks", () => {
  test("a box reaches from where the finger went down to where it is, within the picture", () => {
    const box = boxBetween({ x: 0.5, y: 0.4 }, { x: 0.3, y: 1.2 });
    expect(box).toMatchObject({ x: 0.3, y: 0.4 });
    expect(box?.w).toBeCloseTo(0.2);
    expect(box?.h).toBeCloseTo(0.6);
    expect(boxBetween({ x: 0.5, y: 0.5 }, { x: 0.502, y: 0.9 })).toBeNull();
  });
  test("a touch at the edge still hides within the picture", () => {
    const box = boxAround({ x: 1, y: 0 }, 4 / 3);
    expect([box.x + box.w, box.y]).toEqual([1, 0]);
  });
  test("keys move it, and with Shift change its size", () => {
    const box = { type: "box", x: 0.4, y: 0.4, w: 0.2, h: 0.2 } as const;
    expect(byKey(box, "ArrowLeft", false)?.x).toBeCloseTo(0.385);
    expect(byKey(box, "ArrowDown", true)?.h).toBeCloseTo(0.215);
    expect(byKey(box, "a", false)).toBeNull();
    expect(shifted(box, 5, -5)).toMatchObject({ x: 0.8, y: 0 });
  });
  test("a picture is made smaller, never larger", () => {
    expect(fitted(4000, 3000, 2048)).toEqual({ width: 2048, height: 1536 });
    expect(fitted(600, 800, 2048)).toEqual({ width: 600, height: 800 });
  });
});
