import { describe, expect, test } from "vitest";

import { around, firstView, groundLayers, groundOf } from "@/map/ground";
import {
  type AlertLine, alertSpots, asked, type CaseLine, caseSpots, type Device, deviceSpots, found, inView, named, ordered,
  watchedShare,
} from "@/map/items"; // prettier-ignore
import { labelsOf, placed, straight } from "@/map/labels";
import { eighths, pointsOf } from "@/map/layers";
import { layerOf, switched } from "@/map/layerSwitch";
import { partsOf } from "@/parts/coverage";
import { paced, renewed, whole } from "@/wire/everything";

const device = (id: string, more: Partial<Device> = {}): Device =>
  ({
    id,
    kind: "camera",
    name: id,
    ward: "w",
    lat: 16,
    lon: 108,
    state: "live",
    retired_at: null,
    value: null,
    ...more,
  }) as Device;
const alert = (id: string, at: string, more: Partial<AlertLine> = {}): AlertLine =>
  ({
    id,
    ward: "w",
    severity: "minor",
    handling: "new",
    device: { id: at, kind: "camera", name: at, lat: 16, lon: 108 },
    ...more,
  }) as AlertLine;
const work = (id: string, deadline: string, more: Partial<CaseLine> = {}): CaseLine =>
  ({ id, ward: "w", number: 1, lat: 16, lon: 108, deadline, overdue: false, ...more }) as CaseLine;

describe("items", () => {
  test("the alerts of one place are one spot, as bad as its worst", () => {
    const [spot, ...rest] = alertSpots([
      alert("1", "a", { handling: "acknowledged" }),
      alert("2", "a", { severity: "critical" }),
    ]);
    expect(rest).toEqual([]);
    expect(spot).toMatchObject({ grade: "critical", fresh: true, at: [108, 16] });
    expect(spot?.alerts.map(({ id }) => id)).toEqual(["2", "1"]);
  });

  test("cases without a place stay apart, and the one due first leads", () => {
    expect(caseSpots([work("1", "2026-02"), work("2", "2026-01")])[0]?.cases[0]?.id).toBe("2");
    const nowhere = { lat: null, lon: null, device: null };
    expect(caseSpots([work("1", "2026", nowhere), work("2", "2026", nowhere)])).toHaveLength(2);
  });

  test("the worst comes first, alerts before all", () => {
    const items = ordered([
      ...deviceSpots([device("live"), device("blind", { state: "blind" })]),
      ...alertSpots([alert("1", "a")]),
    ]);
    expect(items.map(({ name }) => name)).toEqual(["a", "blind", "live"]);
  });

  test("a retired device stands nowhere, one without a position in no view", () => {
    expect(deviceSpots([device("gone", { retired_at: "2026" })])).toEqual([]);
    const items = deviceSpots([device("here"), device("nowhere", { lat: null })]);
    expect(inView(items, [107, 15, 109, 17]).map(({ name }) => name)).toEqual(["here"]);
    expect(inView(items, null)).toHaveLength(2);
  });

  test("names are found without their marks", () => {
    const items = deviceSpots([device("x", { name: "Điện Biên Phủ" }), device("y", { name: "Trần Phú" })]);
    expect(named(items, "phu dien").map(({ key }) => key)).toEqual(["device x"]);
    expect(named(items, "  ")).toHaveLength(2);
  });

  test("the address selects one thing, wherever it is gathered", () => {
    const items = [...alertSpots([alert("1", "a"), alert("2", "a")]), ...deviceSpots([device("a")])];
    expect(found(items, asked("alert=2"))?.key).toBe("alert a");
    expect(found(items, asked("device=a"))?.key).toBe("device a");
    expect(found(items, asked("device=b"))).toBeNull();
    expect(asked("x=1")).toBeNull();
  });

  test("a watched share counts what nobody told", () => {
    const today = { day: "2026-11-22", watched_s: 50, blind_s: { dark: 25 }, untold_s: 25 };
    expect(watchedShare(device("a", { today }))).toBe(0.5);
    expect(watchedShare(device("a", { today: null }))).toBeNull();
    expect(partsOf(today).map(({ what, share }) => [what, share])).toEqual([
      ["watched", 0.5],
      ["blind", 0.25],
      ["untold", 0.25],
    ]);
  });
});

describe("layers", () => {
  test("only a whole watch is told as whole", () => {
    expect([null, 0, 0.97, 1].map(eighths)).toEqual(["none", "0", "7", "8"]);
  });

  test("a state nobody knows falls into the unknown", () => {
    expect(layerOf(deviceSpots([device("a", { state: "asleep" })])[0]!)).toBe("camera.unknown");
  });

  test("a switch puts out, and lights what is out", () => {
    expect([...switched(new Set(["a"]), ["a", "b"])]).toEqual(["a", "b"]);
    expect([...switched(new Set(["a", "b"]), ["a", "b"])]).toEqual([]);
  });

  test("a sensor's point carries its value as people write it", () => {
    const items = deviceSpots([device("s", { kind: "sensor", value: 1.5, unit: "m" })]);
    expect(pointsOf(items, "vi").devices.features[0]?.properties).toMatchObject({
      value: "1,5 m",
      look: "live",
    });
  });
});

describe("ground", () => {
  const square = [[0, 0], [0, 2], [2, 2], [2, 0], [0, 0]]; // prettier-ignore
  const ward = { id: "w", name: "W", boundary: { type: "Polygon", coordinates: [square] } };

  test("without a base map the wards are drawn", () => {
    const ground = groundOf(null, [ward as never]);
    expect(ground).toMatchObject({ type: "features", configured: false });
    expect(firstView(ground, undefined)).toEqual([0, 0, 2, 2]);
    expect(around([])).toBeNull();
  });

  test("tiles name their layers, features their kinds", () => {
    const tiles = groundOf({ type: "pmtiles", url: "/v1/map/tiles.pmtiles" }, []);
    expect(groundLayers(tiles, "dark").find(({ id }) => id === "park")).toMatchObject({
      "source-layer": "park",
    });
  });

  test("a street is cut where it turns", () => {
    expect(straight([[0, 0], [1, 0], [2, 0], [2, 1]])).toEqual([[[0, 0], [2, 0]], [[2, 0], [2, 1]]]); // prettier-ignore
  });

  test("a name has its room or waits", () => {
    const street = (name: string, y: number): object => ({
      properties: { kind: "street", class: "main", name },
      geometry: { type: "LineString", coordinates: [[0, y], [300, y]] }, // prettier-ignore
    });
    const labels = labelsOf({ features: [street("Một", 50), street("Hai", 52), street("Ba", 150)] as never });
    const project = ([x = 0, y = 0]: readonly number[]): { x: number; y: number } => ({ x, y });
    const screen = { width: 400, height: 200, zoom: 16, scale: 1 };
    expect(placed(labels, project, screen).map(({ label }) => label.name)).toEqual(["Một", "Ba"]);
    expect(placed(labels, project, { ...screen, zoom: 12 })).toEqual([]);
  });
});

describe("whole lists", () => {
  test("page after page, and no further than asked", async () => {
    const page = (after: string | undefined): Promise<{ items: number[]; next: string }> =>
      Promise.resolve({ items: [Number(after ?? 0)], next: String(Number(after ?? 0) + 1) });
    expect(await whole(page, 3)).toEqual({ items: [0, 1, 2], cut: true });
  });

  test("one device is put in the place of its old self", () => {
    const list = { items: [device("a"), device("b")], cut: false };
    expect(renewed(list, device("b", { state: "blind" }))?.items[1]?.state).toBe("blind");
    expect(renewed(list, device("c"))).toBe(list);
  });

  test("many calls become one, later", async () => {
    let acts = 0;
    const act = paced(() => acts++, 20);
    act();
    act();
    await new Promise((done) => setTimeout(done, 5));
    expect(acts).toBe(1);
    act();
    await new Promise((done) => setTimeout(done, 40));
    expect(acts).toBe(2);
  });
});
