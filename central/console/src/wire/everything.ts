/**
 * Whole lists for the pages that need them at once: every device, every open alert, every open case.
 *
 * A page of the API is read after the other. A change of one device is looked up alone: with ten thousand cameras, a
 * flickering one must not make a page ask for all of them; whatever comes in a crowd is asked for again, not too often.
 */
import { queryOptions, type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";

import { useChanges } from "@/app/session";

import { api, Problem, type Shapes, told } from "./client";
import type { Change, Listener } from "./live";
import { OPEN } from "./states";

type Device = Shapes["DeviceShape"];
type AlertLine = Shapes["AlertLine"];
type CaseLine = Shapes["CaseLine"];

interface Page<T> {
  items: T[];
  next?: string | null;
}

export interface Whole<T> {
  items: T[];
  /** There is more than was asked for. */
  cut: boolean;
}

/** Page after page, at most so many pages. */
export async function whole<T>(
  page: (after: string | undefined) => Promise<Page<T>>,
  most = 50,
): Promise<Whole<T>> {
  const items: T[] = [];
  let after: string | undefined;
  for (let count = 0; count < most; count++) {
    const found = await page(after);
    items.push(...found.items);
    if (!found.next) return { items, cut: false };
    after = found.next;
  }
  return { items, cut: true };
}

const DEVICES_A_PAGE = 1000;
const ALERTS_A_PAGE = 200;

/** Every camera and sensor in use. Values of sensors move without a word, so it is asked for again now and then. */
export const allDevices = (ward: string | undefined) =>
  queryOptions({
    queryKey: ["device", "all", ward ?? ""],
    meta: { ownLive: true },
    refetchInterval: (query) => ((query.state.data?.items.length ?? 0) > DEVICES_A_PAGE ? 120_000 : 20_000),
    queryFn: () =>
      whole<Device>((after) =>
        told(api.GET("/v1/devices", { params: { query: { ward, after, limit: DEVICES_A_PAGE } } })),
      ),
  });

/** Alerts that wait for a person, the newest two thousand. */
export const openAlerts = (ward: string | undefined) =>
  queryOptions({
    queryKey: ["alert", "open", ward ?? ""],
    meta: { ownLive: true },
    queryFn: () =>
      whole<AlertLine>(
        (after) =>
          told(
            api.GET("/v1/alerts", {
              params: {
                query: {
                  ward,
                  after,
                  handling: ["new", "acknowledged"],
                  suppressed: false,
                  limit: ALERTS_A_PAGE,
                },
              },
            }),
          ),
        10,
      ),
  });

export const openCases = (ward: string | undefined) =>
  queryOptions({
    queryKey: ["case", "open", ward ?? ""],
    meta: { ownLive: true },
    queryFn: () =>
      whole<CaseLine>(
        (after) =>
          told(
            api.GET("/v1/cases", {
              params: { query: { ward, after, state: [...OPEN], limit: ALERTS_A_PAGE } },
            }),
          ),
        10,
      ),
  });

const FEW = 12;
const APART_MS = 3_000;

/** Put one device's newest in place of its old self, in every list that holds it. */
export function renewed(list: Whole<Device> | undefined, device: Device): Whole<Device> | undefined {
  if (!list?.items.some((one) => one.id === device.id)) return list;
  return { ...list, items: list.items.map((one) => (one.id === device.id ? device : one)) };
}

async function lookUp(client: QueryClient, id: string): Promise<void> {
  try {
    const device = await told(api.GET("/v1/devices/{device_id}", { params: { path: { device_id: id } } }));
    client.setQueriesData<Whole<Device>>({ queryKey: ["device", "all"] }, (list) => renewed(list, device));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    void client.invalidateQueries({ queryKey: ["device", "all"] });
  }
}

/** At once, then not again for a while: the last call is never lost. */
export function paced(act: () => void, apart: number): () => void {
  let last = 0;
  let due: ReturnType<typeof setTimeout> | null = null;
  return () => {
    if (due) return;
    due = setTimeout(
      () => {
        due = null;
        last = Date.now();
        act();
      },
      Math.max(0, last + apart - Date.now()),
    );
  };
}

/** Keeps the whole lists above fresh for as long as the component stands. */
export function useFreshLists(): void {
  const client = useQueryClient();
  const listener = useMemo<Listener>(() => {
    const again = (kind: string, list: string): (() => void) =>
      paced(() => void client.invalidateQueries({ queryKey: [kind, list] }), APART_MS);
    const alerts = again("alert", "open");
    const cases = again("case", "open");
    const devices = again("device", "all");
    return {
      changed: (changes: readonly Change[]) => {
        const kinds = new Set(changes.map((change) => change.kind));
        if (kinds.has("alert")) alerts();
        if (kinds.has("case")) cases();
        const ids = new Set(changes.filter((change) => change.kind === "device").map((change) => change.row));
        if (ids.size > FEW || kinds.has("node")) devices();
        else ids.forEach((id) => void lookUp(client, id));
      },
    };
  }, [client]);
  useChanges(listener);
}
