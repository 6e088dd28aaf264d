import { describe, expect, test } from "vitest";

import {
  after,
  again,
  backOff,
  type Item,
  type LineRest,
  RESTED,
  standing,
  type StepDeed,
  turn,
} from "../src/field/outbox";

const NOW = 1_000_000;

function step(no: number, caseId: string, told: Partial<StepDeed> = {}, more: Partial<Item> = {}): Item {
  return {
    no,
    id: `key-${no}`,
    account: "lan",
    caseId,
    about: { number: 1, title: "Xe dừng đỗ" },
    at: "2026-11-22T07:00:00Z",
    deed: { type: "step", step: "accept", from: "assigned", ...told },
    version: 3,
    sent: false,
    tries: 0,
    notBefore: 0,
    refusal: null,
    ...more,
  };
}

function photo(no: number, caseId: string, more: Partial<Item> = {}): Item {
  const deed = {
    type: "photo",
    role: "after",
    takenAt: "",
    lat: null,
    lon: null,
    accuracyM: null,
    bytes: 9,
  } as const;
  return { ...step(no, caseId), deed, ...more };
}

const refusal = { code: "illegal_step", params: {} };
const judged = (items: Item[], of: Item, answer: Parameters<typeof after>[2], line: LineRest = RESTED) =>
  after({ items, line }, of, answer, NOW, 0.5);

describe("what goes out next", () => {
  test("the oldest of a case first, in the order it was done", () => {
    expect(turn([photo(2, "a"), step(1, "a")], RESTED, NOW)).toMatchObject({ type: "send", item: { no: 1 } });
  });
  test("a refused one holds back its own case and no other", () => {
    const items = [step(1, "a", {}, { refusal }), photo(2, "a"), photo(3, "b")];
    expect(turn(items, RESTED, NOW)).toMatchObject({ type: "send", item: { no: 3 } });
    expect(turn(items.slice(0, 2), RESTED, NOW)).toEqual({ type: "rest" });
  });
  test("one that must wait lets other cases by, but not what stands behind it", () => {
    const items = [step(1, "a", {}, { notBefore: NOW + 50 }), photo(2, "a"), photo(3, "b")];
    expect(turn(items, RESTED, NOW)).toMatchObject({ type: "send", item: { no: 3 } });
    expect(turn(items.slice(0, 2), RESTED, NOW)).toEqual({ type: "wait", until: NOW + 50 });
  });
  test("nothing goes out on a line that rests", () => {
    expect(turn([step(1, "a")], { misses: 1, notBefore: NOW + 9 }, NOW)).toEqual({
      type: "wait",
      until: NOW + 9,
    });
  });
});

describe("what an answer changes", () => {
  test("a step that was taken hands its version to the next that never went out", () => {
    const start = step(3, "a", { step: "start", from: "accepted" });
    const items = [step(1, "a"), photo(2, "a"), start, step(4, "b")];
    const left = judged(items, items[0]!, { type: "taken", version: 4 }).items;
    expect(left.map((item) => [item.no, item.version])).toEqual([[2, 3], [3, 4], [4, 3]]); // prettier-ignore
  });
  test("a step that went out keeps its version, for the centre knows the repeat by it", () => {
    const items = [photo(1, "a"), step(2, "a", {}, { sent: true })];
    expect(judged(items, items[0]!, { type: "taken", version: 9 }).items[0]?.version).toBe(3);
    const silent = judged([items[1]!], items[1]!, { type: "silence" }).items[0];
    expect(silent).toMatchObject({ id: "key-2", version: 3, sent: true, tries: 1 });
  });
  test("silence rests the whole line, longer each time; an answer wakes it", () => {
    const one = step(1, "a");
    const first = judged([one], one, { type: "silence" });
    const second = judged([one], one, { type: "silence" }, first.line);
    expect([first.line, second.line]).toEqual([
      { misses: 1, notBefore: NOW + 2000 },
      { misses: 2, notBefore: NOW + 4000 },
    ]);
    expect(judged([one], one, { type: "taken", version: null }, second.line).line).toEqual(RESTED);
  });
  test("a busy centre is asked again no sooner than it said", () => {
    const one = step(1, "a");
    expect(judged([one], one, { type: "later", retryAfterS: 30 }).items[0]?.notBefore).toBe(NOW + 30_000);
    expect(judged([one], one, { type: "later", retryAfterS: null }).items[0]?.notBefore).toBe(NOW + 2000);
  });
  test("a refusal is kept with its words until the person does something", () => {
    const one = step(1, "a");
    const kept = judged([one], one, { type: "refused", refusal }).items[0]!;
    expect(kept.refusal).toEqual(refusal);
    expect(again(kept, 8)).toMatchObject({ refusal: null, version: 8, sent: false, id: "key-1" });
  });
  test("a session that ended costs the item nothing", () => {
    const one = step(1, "a");
    const kept = judged([one], one, { type: "session" });
    expect(kept.items).toEqual([one]);
    expect(kept.line.notBefore).toBeGreaterThan(NOW);
  });
});

describe("overtaken by somebody else's change", () => {
  const start = step(1, "a", { step: "start", from: "accepted" }, { sent: true });
  test("the step stands while the case is where it was decided", () => {
    const found = { type: "overtaken", version: 7, state: "accepted", steps: ["start", "decline"] } as const;
    expect(judged([start], start, found).items[0]).toMatchObject({ version: 7, sent: false, refusal: null });
  });
  test("it is told when the case went elsewhere, or is not theirs any more", () => {
    const elsewhere = { type: "overtaken", version: 7, state: "assigned", steps: ["accept"] } as const;
    const foreign = { type: "overtaken", version: 7, state: "accepted", steps: [] } as const;
    for (const found of [elsewhere, foreign])
      expect(judged([start], start, found).items[0]?.refusal?.code).toBe("version_differs");
  });
  test("it does not go round for ever", () => {
    const same = { type: "overtaken", version: 3, state: "accepted", steps: ["start"] } as const;
    expect(judged([start], start, same).items[0]?.refusal?.code).toBe("version_differs");
  });
});

test("the pause doubles to five minutes and is spread", () => {
  expect([1, 2, 3, 20].map((misses) => backOff(misses, 0.5))).toEqual([2000, 4000, 8000, 300_000]);
  expect(backOff(3, 0)).toBe(6000);
  expect(backOff(3, 1)).toBe(10_000);
});

describe("how a case stands for who did what waits", () => {
  const task = { id: "a", state: "assigned", steps: ["accept", "decline"] } as const;
  test("as the centre told it when nothing waits", () => {
    expect(standing(task, [step(1, "b")])).toEqual({
      state: "assigned",
      steps: ["accept", "decline"],
      unsent: 0,
      refused: false,
    });
  });
  test("carried on by what is not sent yet", () => {
    const items = [step(1, "a"), step(2, "a", { step: "start", from: "accepted" }), photo(3, "a")];
    expect(standing(task, items)).toMatchObject({
      state: "in_progress",
      steps: ["wait", "resolve"],
      unsent: 3,
    });
  });
  test("an item the centre has taken already moves nothing twice", () => {
    expect(
      standing({ ...task, state: "accepted", steps: ["start", "decline"] }, [step(1, "a")]),
    ).toMatchObject({
      state: "accepted",
      steps: ["start", "decline"],
    });
  });
  test("a refusal is settled first", () => {
    expect(standing(task, [step(1, "a", {}, { refusal })]).steps).toEqual([]);
  });
});
