/** The queue's promises, tried with many turns of fortune: nothing moves, nothing is lost, nothing is forgotten. */
import { describe, expect, test } from "vitest";

import { anchorOf, scrollFor } from "@/queue/anchor";
import {
  type Board,
  compare,
  DONE,
  empty,
  handlingOf,
  headed,
  leaving,
  type Line,
  missing,
  NOTICE_MS,
  OPEN,
  paged,
  rolledBack,
  seen,
  settled,
  stepped,
  UNDO_MS,
  undoUntil,
  updated,
  without,
} from "@/queue/board";
import { inTurn, summed } from "@/queue/bulk";
import { limitOf } from "@/queue/deadline";
import { commandOf, reasonOfDigit } from "@/queue/keys";
import { extended, moved, nextOpen, placed, spanned, targets, toggled } from "@/queue/moves";

const ME = "me";
const NOW = Date.parse("2026-11-22T08:00:00Z");

/** Repeatable chance. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

function line(no: number, more: Partial<Line> = {}): Line {
  const raised = new Date(NOW + no * 1000).toISOString();
  return {
    id: `a${String(no).padStart(5, "0")}`,
    ward: "hai-chau",
    rule: "loitering",
    unit: "u",
    device: { id: "c", kind: "camera", name: "C", lat: null, lon: null },
    zone: null,
    subject: null,
    severity: "minor",
    condition: "active",
    handling: "new",
    suppression: "none",
    reason: null,
    case_id: null,
    first_seen: raised,
    last_seen: raised,
    raised_at: raised,
    cleared_at: null,
    handled_at: null,
    occurrences: 1,
    late: false,
    peak: null,
    handler: null,
    version: 1,
    boxes: [],
    evidence: [],
    ...more,
  };
}

const lines = (from: number, to: number): Line[] =>
  Array.from({ length: from - to + 1 }, (_, index) => line(from - index));
const start = (count = 10): Board => headed(empty(OPEN), lines(count, 1), null, NOW);
const confirmed = (no: number, by = ME): Line =>
  line(no, { handling: "confirmed", handler: by, handled_at: new Date(NOW).toISOString(), version: 2 });

describe("order", () => {
  test("the first page is nothing new; what comes in above it later is fresh", () => {
    const board = headed(start(), lines(13, 4), null, NOW);
    expect(board.order.slice(0, 4)).toEqual(["a00013", "a00012", "a00011", "a00010"]);
    expect([...board.fresh].sort()).toEqual(["a00011", "a00012", "a00013"]);
    expect(seen(board, 1).fresh).toEqual(new Set(["a00013"]));
    expect(seen(board, 0).fresh.size).toBe(0);
  });

  test("an alert that is raised again stays where it stands", () => {
    const again = line(3, { raised_at: new Date(NOW + 99_000).toISOString(), version: 9 });
    const board = headed(start(), [again, ...lines(10, 4)], null, NOW);
    expect(board.order).toEqual(start().order);
    expect(board.rows.get("a00003")?.line.version).toBe(9);
  });

  test("what is done stands by when it was handled, whenever it was raised", () => {
    const handled = (no: number, after: number): Line =>
      line(no, { handling: "confirmed", handled_at: new Date(NOW + after).toISOString() });
    const board = headed(empty(DONE), [handled(1, 9000), handled(7, 5000)], null, NOW);
    const later = headed(board, [handled(3, 12_000), handled(1, 9000)], null, NOW);
    expect(later.order).toEqual(["a00003", "a00001", "a00007"]);
    expect(later.fresh).toEqual(new Set(["a00003"]));
  });

  test("an answer that was overtaken changes nothing", () => {
    const board = updated(start(), line(3, { version: 7, severity: "critical" }), NOW);
    expect(updated(board, line(3, { version: 6 }), NOW).rows.get("a00003")?.line.severity).toBe("critical");
  });

  test("whatever comes in whatever order, rows keep their order among themselves and none stands twice", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const roll = dice(seed);
      let board = headed(empty(OPEN), lines(40, 21), "more", NOW);
      let newest = 40;
      for (let turn = 0; turn < 40; turn++) {
        const before = board.order;
        const fate = roll(4);
        if (fate === 0) {
          newest += roll(4);
          board = headed(board, lines(newest, newest - 19), "more", NOW);
        } else if (fate === 1) board = paged(board, lines(20 - roll(10), 1), null, NOW);
        else if (fate === 2) board = updated(board, line(1 + roll(newest), { version: 2 + roll(5) }), NOW);
        else board = without(board, [board.order[roll(board.order.length)]!]);
        const kept = new Set(board.order);
        const common = before.filter((id) => kept.has(id));
        const was = new Set(before);
        expect(board.order.filter((id) => was.has(id))).toEqual(common);
        expect(kept.size).toBe(board.order.length);
        const places = board.order.map((id) => board.rows.get(id)!.place);
        expect(places.every((place, at) => at === 0 || compare(places[at - 1]!, place) < 0)).toBe(true);
      }
    }
  });

  test("who stands within the page's reach and is not in it has been dealt with", () => {
    const page = lines(10, 6).filter(({ id }) => id !== "a00008");
    expect(missing(start(), page, false)).toEqual(["a00008"]);
    expect(missing(start(), page, true)).toEqual([
      "a00008",
      "a00005",
      "a00004",
      "a00003",
      "a00002",
      "a00001",
    ]);
  });
});

describe("the eyes' anchor", () => {
  test("what was in view stays at its pixel, however many come above or go", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const roll = dice(seed);
      const board = start(60);
      const window = { top: 500 + roll(2000), height: 800 };
      const cursor = roll(2) ? board.order[20]! : null;
      const anchor = anchorOf(board.order, window, 90, cursor);
      const gone = board.order.filter(() => roll(5) === 0);
      const after = headed(without(board, gone), lines(60 + roll(9), 41), null, NOW);
      const top = scrollFor(anchor, after.order, 90)!;
      const held = anchor!.rows.find(([id]) => after.order.includes(id))!;
      if (top > 0) expect(after.order.indexOf(held[0]) * 90 - top).toBe(held[1]);
    }
  });

  test("at the very top with no cursor the list flows", () => {
    expect(anchorOf(start().order, { top: 0, height: 800 }, 90, null)).toBeNull();
    expect(anchorOf(start().order, { top: 0, height: 800 }, 90, "a00010")?.rows[0]).toEqual(["a00010", 0]);
  });
});

describe("a step", () => {
  test("shows at once and goes back when it is refused", () => {
    const board = stepped(start(), ["a00005"], "dismiss", "permitted");
    expect(handlingOf(board.rows.get("a00005")!)).toBe("dismissed");
    expect(handlingOf(rolledBack(board, "a00005").rows.get("a00005")!)).toBe("new");
  });

  test("can be taken back while its window is open, by whoever took it", () => {
    const board = settled(stepped(start(), ["a00005"], "confirm"), confirmed(5), UNDO_MS, NOW);
    const row = board.rows.get("a00005")!;
    expect(undoUntil(row, ME, NOW + UNDO_MS - 1)).toBe(NOW + UNDO_MS);
    expect(undoUntil(row, ME, NOW + UNDO_MS)).toBeNull();
    expect(undoUntil(row, "somebody", NOW)).not.toBe(NOW + UNDO_MS - 1);
    expect(undoUntil(updated(start(), confirmed(5, "lan"), NOW).rows.get("a00005")!, ME, NOW)).toBeNull();
  });

  test("leaves the row where it is until the window is over and nobody is on it", () => {
    const done = settled(stepped(start(), ["a00005"], "confirm"), confirmed(5), UNDO_MS, NOW);
    expect(done.order).toEqual(start().order);
    expect(leaving(done, ME, NOW + UNDO_MS - 1)).toEqual([]);
    expect(leaving(done, ME, NOW + UNDO_MS + 1)).toEqual(["a00005"]);
    expect(leaving(placed(done, "a00005"), ME, NOW + UNDO_MS + 1)).toEqual([]);
    expect(leaving(toggled(done, "a00005"), ME, NOW + UNDO_MS + 1)).toEqual([]);
  });

  test("of somebody else is shown, then leaves", () => {
    const done = updated(start(), confirmed(5, "lan"), NOW);
    expect(leaving(done, ME, NOW + NOTICE_MS - 1)).toEqual([]);
    expect(leaving(done, ME, NOW + NOTICE_MS)).toEqual(["a00005"]);
    expect(without(placed(done, "a00005"), ["a00005"]).cursor).toBeNull();
  });

  test("taken back puts the row among the open ones again", () => {
    const done = settled(stepped(start(), ["a00005"], "confirm"), confirmed(5), UNDO_MS, NOW);
    const back = line(5, { handling: "acknowledged", handler: ME, version: 3 });
    const board = settled(stepped(done, ["a00005"], "undo"), back, null, NOW + 1);
    expect(leaving(board, ME, NOW + 10 * UNDO_MS)).toEqual([]);
    expect(board.rows.get("a00005")!.left).toBeNull();
  });

  test("the list of what was handled takes what the queue lets go", () => {
    const board = headed(empty(DONE), [confirmed(3), confirmed(2)], null, NOW);
    expect(board.order).toEqual(["a00003", "a00002"]);
  });
});

describe("the cursor", () => {
  test("starts at the first row in view and stops at the ends", () => {
    expect(moved(start(), 1, 3).cursor).toBe("a00007");
    expect(moved(placed(start(), "a00010"), -1).cursor).toBe("a00010");
    expect(moved(placed(start(), "a00001"), 1).cursor).toBe("a00001");
    expect(moved(empty(OPEN), 1).cursor).toBeNull();
  });

  test("goes to the next open row, or the last one before, or nowhere", () => {
    const board = stepped(start(4), ["a00002"], "confirm");
    expect(nextOpen(board, ["a00003"])).toBe("a00001");
    expect(nextOpen(board, ["a00001"])).toBe("a00003");
    expect(nextOpen(board, ["a00004", "a00003", "a00001"])).toBeNull();
  });

  test("takes the rows on its way into the selection", () => {
    const board = extended(extended(placed(start(), "a00008"), 1), 1);
    expect(targets(board)).toEqual(["a00008", "a00007", "a00006"]);
    expect(targets(spanned(placed(start(), "a00009"), "a00006"))).toHaveLength(4);
    expect(targets(placed(start(), "a00009"))).toEqual(["a00009"]);
  });
});

describe("many at once", () => {
  test("are done a few at a time and told in the order given", async () => {
    let abreast = 0;
    let most = 0;
    const all = Array.from({ length: 23 }, (_, index) => index);
    const results = await inTurn(all, async (item) => {
      most = Math.max(most, ++abreast);
      for (let wait = 0; wait <= item % 3; wait++) await Promise.resolve();
      abreast--;
      return item * 2;
    });
    expect(results).toEqual(all.map((item) => item * 2));
    expect(most).toBe(4);
  });

  test("are summed up by what stood in the way", () => {
    const codes = [null, "version_differs", null, "illegal_step", "version_differs"];
    expect(summed(codes.map((code, index) => ({ id: String(index), code })))).toEqual({
      done: 2,
      refused: 3,
      codes: [
        ["version_differs", 2],
        ["illegal_step", 1],
      ],
    });
  });
});

describe("words and keys", () => {
  const press = (key: string, more: object = {}) =>
    commandOf({ key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...more });
  test("keys mean what the sheet says, and never with Ctrl", () => {
    expect(press("j")).toEqual({ do: "move", by: 1, extend: false });
    expect(press("K", { shiftKey: true })).toEqual({ do: "move", by: -1, extend: true });
    expect(press("C")).toEqual({ do: "confirm" });
    expect(press("c", { ctrlKey: true })).toBeNull();
    expect(press("A", { shiftKey: true })).toBeNull();
    expect(press("?", { shiftKey: true })).toEqual({ do: "help" });
    expect(reasonOfDigit("1")).toBe("false_detection");
    expect(reasonOfDigit("9")).toBeNull();
  });
  test("a rule's deadline is taken apart", () => {
    expect(limitOf("4h working")).toEqual({ unit: "hour", count: 4, working: true });
    expect(limitOf("30m wall")).toEqual({ unit: "minute", count: 30, working: false });
    expect(limitOf("soon")).toBeNull();
  });
});
