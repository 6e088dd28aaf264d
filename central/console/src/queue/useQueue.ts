/** The queue in a page: made for a filter, fed by the stream, swept every second. */
import { useEffect, useMemo, useRef, useSyncExternalStore } from "react";

import { useChanges, useSession } from "@/app/session";
import { api, ifMatch, told } from "@/wire/client";

import { DONE, type Deed, type DismissReason, OPEN } from "./board";
import { type Door, Queue, type View } from "./queue";
import type { Filter } from "./filter";

export const PAGE = 100;
const DAY_MS = 86_400_000;
/** Without a key or a pointer for this long, nobody is aiming at anything on the list. */
const CALM_MS = 4_000;

function list(filter: Filter, ward: string | undefined): Door["list"] {
  const since = new Date(Date.now() - DAY_MS).toISOString();
  return (after) =>
    told(
      api.GET("/v1/alerts", {
        params: {
          query: {
            handling: [...(filter.tab === "open" ? OPEN : DONE)],
            ...(filter.tab === "open" ? { suppressed: false } : { since, order: "handled_at" }),
            ...(ward ? { ward } : {}),
            ...(filter.severity.length > 0 ? { severity: [...filter.severity] } : {}),
            ...(filter.rule ? { rule: filter.rule } : {}),
            ...(filter.text ? { q: filter.text } : {}),
            ...(after ? { after } : {}),
            limit: PAGE,
          },
        },
      }),
    );
}

function step(
  id: string,
  version: number,
  deed: Deed,
  reason: DismissReason | null,
): ReturnType<Door["step"]> {
  const params = { path: { alert_id: id }, header: ifMatch(version) };
  switch (deed) {
    case "acknowledge":
      return told(api.POST("/v1/alerts/{alert_id}/acknowledge", { params }));
    case "return":
      return told(api.POST("/v1/alerts/{alert_id}/return", { params }));
    case "confirm":
      return told(api.POST("/v1/alerts/{alert_id}/confirm", { params }));
    case "undo":
      return told(api.POST("/v1/alerts/{alert_id}/undo", { params }));
    case "dismiss":
      return told(
        api.POST("/v1/alerts/{alert_id}/dismiss", { params, body: { reason: reason ?? "false_detection" } }),
      );
  }
}

const one: Door["one"] = (id) =>
  told(api.GET("/v1/alerts/{alert_id}", { params: { path: { alert_id: id } } }));

export function useQueue(filter: Filter, ward: string | undefined): { queue: Queue; view: View } {
  const { me } = useSession();
  const queue = useMemo(() => {
    const door: Door = { list: list(filter, ward), one, step };
    return new Queue(filter.tab === "open" ? OPEN : DONE, door, me.id);
  }, [filter, ward, me.id]);
  useEffect(() => void queue.head(), [queue]);
  useChanges(
    useMemo(() => ({ changed: (changes) => queue.heard(changes), reset: () => queue.reset() }), [queue]),
  );
  useSweep(queue);
  return { queue, view: useSyncExternalStore(queue.watch, queue.state) };
}

/** Lets handled rows go; those on the screen only while nobody moves. */
function useSweep(queue: Queue): void {
  const stirred = useRef(0);
  useEffect(() => {
    const stir = (): void => {
      stirred.current = Date.now();
    };
    const kinds = ["pointermove", "pointerdown", "keydown", "wheel"] as const;
    kinds.forEach((kind) => addEventListener(kind, stir, { passive: true }));
    const timer = setInterval(() => queue.sweep(Date.now() - stirred.current > CALM_MS), 1000);
    return () => {
      clearInterval(timer);
      kinds.forEach((kind) => removeEventListener(kind, stir));
    };
  }, [queue]);
}
