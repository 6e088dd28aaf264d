/** What the cases' pages decide: where a case stands on the board, and what a step needs. */
import { describe, expect, test } from "vitest";

import {
  type CaseLine,
  fits,
  late,
  onTime,
  ordered,
  type Page,
  placed,
  removed,
  settled,
  sorted,
  type Wanted,
} from "@/cases/board";
import { columns, read, written } from "@/cases/filters";
import { cityTime, lacking, later, localTime, primary, type Told } from "@/cases/steps";

const line = (id: string, more: Partial<CaseLine> = {}): CaseLine => ({
  id,
  ward: "hai-chau",
  number: Number(id),
  kind: "loitering",
  rule: "loitering",
  unit: "patrol",
  unit_name: "Đội trật tự",
  assignee: null,
  assignee_name: null,
  state: "assigned",
  severity: "minor",
  device: null,
  zone: null,
  lat: null,
  lon: null,
  words: null,
  opened_at: "2026-11-22T08:00:00Z",
  deadline: `2026-11-22T${id.padStart(2, "0")}:00:00Z`,
  first_deadline: `2026-11-22T${id.padStart(2, "0")}:00:00Z`,
  overdue: false,
  resolved_at: null,
  closed_at: null,
  alert_id: null,
  version: 1,
  steps: [],
  ...more,
});
const ids = (pages: readonly Page[] | null): string[][] | undefined =>
  pages?.map((page) => page.items.map((one) => one.id));
const WANTED: Wanted = { states: ["assigned"], overdue: false, text: "" };

describe("the board", () => {
  test("stands work by deadline, work to check by how long it waits, finished work latest first", () => {
    expect(ordered("assigned", [line("12"), line("3")]).map(({ id }) => id)).toEqual(["3", "12"]);
    const resolved = [
      line("1", { resolved_at: "2026-11-22T10:00:00Z" }),
      line("2", { resolved_at: "2026-11-22T09:00:00Z" }),
    ];
    expect(ordered("resolved", resolved).map(({ id }) => id)).toEqual(["2", "1"]);
    const closed = [
      line("1", { closed_at: "2026-11-21T10:00:00Z" }),
      line("2", { closed_at: "2026-11-22T09:00:00Z" }),
    ];
    expect(ordered("closed", closed).map(({ id }) => id)).toEqual(["2", "1"]);
  });

  test("is late only while work is owed, and on time by the last deadline", () => {
    const now = Date.parse("2026-11-22T12:00:00Z");
    expect(late(line("3"), now)).toBe(true);
    expect(late(line("3", { state: "resolved" }), now)).toBe(false);
    expect(onTime(line("3"))).toBeNull();
    expect(onTime(line("3", { state: "closed", resolved_at: "2026-11-22T02:59:00Z" }))).toBe(true);
    expect(onTime(line("3", { state: "resolved", resolved_at: "2026-11-22T03:01:00Z" }))).toBe(false);
    expect(onTime(line("3", { state: "rejected", closed_at: "2026-11-22T02:00:00Z" }))).toBe(true);
  });

  test("sorts what is loaded by any column, equals by deadline", () => {
    const lines = [
      line("9", { severity: "info" }),
      line("2"),
      line("5", { severity: "critical" }),
      line("1"),
    ];
    expect(sorted(lines, "severity", false, "vi").map(({ id }) => id)).toEqual(["5", "1", "2", "9"]);
    expect(sorted(lines, "number", true, "vi").map(({ id }) => id)).toEqual(["9", "5", "2", "1"]);
  });
});

describe("a case that changed", () => {
  const pages: Page[] = [
    { items: [line("2"), line("4")], next: "more" },
    { items: [line("6"), line("8")], next: "more" },
  ];

  test("a new one stands where its deadline puts it", () => {
    expect(ids(placed(pages, line("5"), WANTED))).toEqual([
      ["2", "4"],
      ["5", "6", "8"],
    ]);
    expect(ids(placed([{ items: [] }], line("5"), WANTED))).toEqual([["5"]]);
  });
  test("one beyond what is loaded waits for its page", () => {
    expect(ids(placed(pages, line("9"), WANTED))).toEqual([
      ["2", "4"],
      ["6", "8"],
    ]);
  });
  test("an extended one moves, an accepted one leaves the column", () => {
    const moved = placed(pages, line("2", { deadline: "2026-11-22T07:00:00Z" }), WANTED);
    expect(ids(moved)).toEqual([["4"], ["6", "2", "8"]]);
    expect(ids(placed(pages, line("4", { state: "accepted" }), WANTED))).toEqual([["2"], ["6", "8"]]);
  });
  test("whether a text fits only the centre can tell; what surely does not fit leaves", () => {
    expect(placed(pages, line("4"), { ...WANTED, text: "cống" })).toBeNull();
    expect(ids(placed(pages, line("4", { state: "closed" }), { ...WANTED, text: "cống" }))).toEqual([
      ["2"],
      ["6", "8"],
    ]);
    expect(fits(line("1", { ward: "son-tra" }), { ...WANTED, ward: "hai-chau" })).toBe(false);
    expect(fits(line("1", { overdue: false }), { ...WANTED, overdue: true })).toBe(false);
  });
  test("one out of sight is gone", () => {
    expect(ids(removed(pages, "6"))).toEqual([["2", "4"], ["8"]]);
  });
});

describe("what a step needs", () => {
  const told: Told = { assignee: "", unit: "", reason: "", note: "", until: "" };
  const due = "2026-11-22T10:00:00Z";

  test("a unit to assign, a reason to return, words with another reason", () => {
    expect(lacking("assign", told, due)).toBe("unit");
    expect(lacking("assign", { ...told, unit: "patrol" }, due)).toBeNull();
    expect(lacking("return", told, due)).toBe("reason");
    expect(lacking("return", { ...told, reason: "other" }, due)).toBe("note");
    expect(lacking("return", { ...told, reason: "other", note: "Còn rác" }, due)).toBeNull();
    expect(lacking("resolve", { ...told, note: "  " }, due)).toBe("note");
    expect(lacking("close", told, due)).toBeNull();
  });
  test("a later time to extend, meant in the city", () => {
    const because = { ...told, reason: "weather" as const };
    expect(lacking("extend", { ...because, until: "2026-11-22T17:00" }, due)).toBe("until");
    expect(lacking("extend", { ...because, until: "2026-11-22T17:15" }, due)).toBeNull();
    expect(lacking("extend", { ...because, until: "" }, due)).toBe("until");
  });
  test("the main button is the step forward", () => {
    expect(primary(["return", "close"])).toBe("close");
    expect(primary(["assign", "reject", "extend"])).toBe("assign");
    expect(primary(["extend"])).toBeUndefined();
  });
  test("times of the form are the city's", () => {
    expect(cityTime("2026-11-23T00:30")).toBe("2026-11-22T17:30:00.000Z");
    expect(localTime(Date.parse("2026-11-22T17:30:00Z"))).toBe("2026-11-23T00:30");
    expect(later(due, Date.parse("2026-11-22T09:00:00Z"), 4)).toBe("2026-11-22T21:00");
    expect(later(due, Date.parse("2026-11-22T11:01:00Z"), 2)).toBe("2026-11-22T20:15");
  });
});

test("pictures stay where they were when the camera sees more", () => {
  const pictures = ["new", "b", "a"].map((sha256) => ({ sha256 }));
  expect(settled(pictures, ["b", "a", "gone"]).map(({ sha256 }) => sha256)).toEqual(["b", "a", "new"]);
});

test("the address holds what is shown", () => {
  const asked = read("view=list&unit=patrol&late=1&state=waiting&sort=-opened&q=ch%E1%BB%A3");
  expect(asked).toMatchObject({
    view: "list",
    unit: "patrol",
    overdue: true,
    state: "waiting",
    sort: "opened",
    down: true,
    text: "chợ",
  });
  expect(read(written(asked))).toEqual(asked);
  expect(written(read(""))).toBe("");
  expect(read("state=made-up&sort=nothing&view=x")).toEqual(read(""));
  expect(columns(read("finished=1"))).toContain("closed");
});
