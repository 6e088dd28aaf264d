import { expect, test } from "vitest";

import {
  balance,
  type Box,
  chosen,
  type Device,
  dropped,
  faultsOf,
  orderedBoxes,
  summary,
} from "@/fleet/fleet";

const device = (id: string, more: Partial<Device> = {}): Device =>
  ({
    id,
    kind: "camera",
    name: id,
    node: "n",
    state: "live",
    state_since: null,
    retired_at: null,
    drops: {},
    ...more,
  }) as Device;
const ledger = { made: 10, stored: 8, dead_lettered: 1, lost: 0, merged: 0, aside: 0, outstanding: 1 };
const box = (id: string, more: Partial<Box> = {}): Box =>
  ({ id, name: id, ward: "w", online: true, faults: null, retired_at: null, ledger, ...more }) as Box;
const ANY = { kind: null, state: null, text: "" };

test("what sees nothing comes first, longest first; what is retired is gone", () => {
  const found = chosen(
    [
      device("b"),
      device("late", { state: "blind", state_since: "2026-02" }),
      device("early", { state: "blind", state_since: "2026-01" }),
      device("a"),
      device("gone", { retired_at: "2026" }),
      device("strange", { state: "asleep" }),
    ],
    ANY,
  );
  expect(found.map(({ id }) => id)).toEqual(["early", "late", "strange", "a", "b"]);
});

test("a filter takes kind, state and words without their marks together", () => {
  const all = [device("a", { name: "Trần Phú" }), device("s", { name: "Trần Phú", kind: "sensor" })];
  expect(chosen(all, { kind: "sensor", state: "live", text: "tran" }).map(({ id }) => id)).toEqual(["s"]);
  expect(chosen(all, { ...ANY, state: "blind" })).toEqual([]);
});

test("the summary counts each kind by state, the live first", () => {
  expect(summary([device("a"), device("b"), device("c", { state: "blind" })])).toEqual([
    { kind: "camera", all: 3, states: [{ state: "live", count: 2 }, { state: "blind", count: 1 }] },
  ]); // prettier-ignore
});

test("a box's numbers add up, or by how much they do not", () => {
  expect(balance(ledger).off).toBe(0);
  expect(balance(ledger).parts.map(({ fate }) => fate)).toEqual([
    "stored",
    "dead_lettered",
    "lost",
    "outstanding",
  ]);
  expect(balance({ ...ledger, made: 12, merged: 1 }).off).toBe(1);
  expect(balance({ ...ledger, made: 9 }).off).toBe(-1);
});

test("the boxes that need somebody come first", () => {
  const faulty = box("f", { faults: { two_boxes: { at: "2026" } } });
  const found = orderedBoxes([box("a"), faulty, box("z", { online: false }), box("x", { ward: "v" })], "w");
  expect(found.map(({ id }) => id)).toEqual(["z", "f", "a"]);
  expect(faultsOf(faulty)).toEqual([{ code: "two_boxes", params: { at: "2026" } }]);
  expect(faultsOf(box("a"))).toEqual([]);
});

test("drops of every queue are one number", () => {
  expect(dropped(device("a", { drops: { slot: 2, packets: 3 } }))).toBe(5);
});
