/** The live queue against a scripted centre: how little it asks, and what it does when two hands are on one alert. */
import { expect, test } from "vitest";

import { handlingOf, OPEN } from "@/queue/board";
import { type Detail, type Door, Queue } from "@/queue/queue";
import { Problem } from "@/wire/client";
import type { Change } from "@/wire/live";

const AT = "2026-11-22T08:00:00.000Z";

/** A centre of one page that judges versions as the real one does. */
class Centre implements Door {
  readonly alerts = new Map<string, Detail>();
  readonly asked: string[] = [];

  add(id: string): void {
    this.alerts.set(id, {
      id,
      ward: "w",
      rule: "r",
      unit: "u",
      device: { id: "c", kind: "camera", name: null, lat: null, lon: null },
      zone: null,
      subject: null,
      severity: "minor",
      condition: "active",
      handling: "new",
      suppression: "none",
      reason: null,
      case_id: null,
      first_seen: AT,
      last_seen: AT,
      raised_at: AT,
      cleared_at: null,
      handled_at: null,
      occurrences: 1,
      late: false,
      peak: null,
      handler: null,
      version: 1,
      boxes: [],
      evidence: [],
      history: [],
      events: [],
    });
  }

  list = async (after: string | null) => {
    this.asked.push(`list ${after ?? ""}`);
    await Promise.resolve();
    const items = [...this.alerts.values()].filter((one) => OPEN.includes(one.handling));
    return { items: items.sort((a, b) => (a.id > b.id ? -1 : 1)), next: null };
  };

  one = async (id: string): Promise<Detail> => {
    this.asked.push(`one ${id}`);
    await Promise.resolve();
    return this.alerts.get(id)!;
  };

  step: Door["step"] = async (id, version, deed) => {
    this.asked.push(`${deed} ${id} ${version}`);
    await Promise.resolve();
    const alert = this.alerts.get(id)!;
    if (alert.version !== version) throw new Problem("version_differs", 412);
    return this.handled(id, deed === "confirm" ? "confirmed" : "acknowledged", "me");
  };

  handled(id: string, handling: Detail["handling"], handler: string): Detail {
    const alert = this.alerts.get(id)!;
    const after = { ...alert, handling, handler, handled_at: AT, version: alert.version + 1 };
    const until = handling === "confirmed" ? "2026-11-22T08:00:30.000Z" : null;
    this.alerts.set(id, { ...after, undo_until: until });
    return this.alerts.get(id)!;
  }
}

const change = (row: string, verb = "raise"): Change => ({
  ward: "w",
  no: 1,
  at: AT,
  kind: "alert",
  row,
  params: { verb },
});

async function settle(): Promise<void> {
  for (let turn = 0; turn < 60; turn++) await Promise.resolve();
}

async function opened(count: number): Promise<[Queue, Centre]> {
  const centre = new Centre();
  for (let no = 0; no < count; no++) centre.add(`a${no}`);
  const queue = new Queue(OPEN, centre, "me", () => Date.parse(AT));
  await queue.head();
  centre.asked.length = 0;
  return [queue, centre];
}

test("a burst of new alerts asks for the newest page, and once more for what came meanwhile", async () => {
  const [queue, centre] = await opened(3);
  for (let no = 3; no < 9; no++) {
    centre.add(`a${no}`);
    queue.heard([change(`a${no}`)]);
  }
  await settle();
  expect(centre.asked).toEqual(["list ", "list "]);
  expect(queue.state().board.order).toHaveLength(9);
});

test("a change off the screen asks for nothing until it comes into view", async () => {
  const [queue, centre] = await opened(5);
  queue.show(["a4", "a3"]);
  queue.heard([change("a0", "touch"), change("a4", "touch")]);
  await settle();
  expect(centre.asked).toEqual(["one a4"]);
  queue.show(["a1", "a0"]);
  await settle();
  expect(centre.asked).toEqual(["one a4", "one a0"]);
});

test("two steps in one breath go one after the other, each with the version the one before left", async () => {
  const [queue, centre] = await opened(1);
  const first = queue.act(["a0"], "acknowledge");
  const second = queue.act(["a0"], "confirm");
  expect(handlingOf(queue.state().board.rows.get("a0")!)).toBe("confirmed");
  expect([...(await first), ...(await second)].map(({ code }) => code)).toEqual([null, null]);
  expect(centre.asked).toEqual(["acknowledge a0 1", "confirm a0 2"]);
  expect(handlingOf(queue.state().board.rows.get("a0")!)).toBe("confirmed");
});

test("a stale step is refused, rolled back, and the newest is shown; what was decided on it is not sent", async () => {
  const [queue, centre] = await opened(1);
  centre.handled("a0", "acknowledged", "lan");
  const first = queue.act(["a0"], "acknowledge");
  const second = queue.act(["a0"], "confirm");
  expect([...(await first), ...(await second)].map(({ code }) => code)).toEqual([
    "version_differs",
    "version_differs",
  ]);
  await settle();
  expect(centre.asked.filter((one) => one.startsWith("confirm"))).toEqual([]);
  expect(queue.state().board.rows.get("a0")?.line.handler).toBe("lan");
});

test("what somebody else finished far off the screen goes quietly with the next page", async () => {
  const [queue, centre] = await opened(4);
  queue.show(["a3"]);
  centre.handled("a1", "dismissed", "lan");
  centre.handled("a3", "confirmed", "lan");
  centre.add("a4");
  queue.heard([change("a4")]);
  await settle();
  expect(queue.state().board.order).toEqual(["a4", "a3", "a2", "a0"]);
  expect(handlingOf(queue.state().board.rows.get("a3")!)).toBe("confirmed");
});
