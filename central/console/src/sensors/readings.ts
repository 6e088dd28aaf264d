/** The last 24 hours of a sensor, loaded once and then only continued: a page open for a shift asks for little. */
import { type QueryClient, queryOptions } from "@tanstack/react-query";

import { api, type Shapes, told } from "@/wire/client";

import type { Point } from "./series";

const DAY_MS = 86_400_000;
const A_TIME = 5000;
const EVERY_MS = 10_000;
/** At one reading a second a day has 86,400; more than this many pages are not worth waiting for. */
const MOST_PAGES = 20;

export const readings = (sensor: string, client: QueryClient) => {
  const key = ["device", "readings", sensor] as const;
  return queryOptions({
    queryKey: key,
    refetchInterval: EVERY_MS,
    meta: { ownLive: true },
    queryFn: async (): Promise<Point[]> => {
      const oldest = new Date(Date.now() - DAY_MS).toISOString();
      const before = (client.getQueryData<Point[]>(key) ?? []).filter((point) => point.at > oldest);
      const last = before.at(-1);
      const since = last ? new Date(Date.parse(last.at) + 1).toISOString() : oldest;
      return [...before, ...(await from(sensor, since))];
    },
  });
};

async function from(sensor: string, since: string): Promise<Point[]> {
  const found: Point[] = [];
  let next: string | null | undefined = since;
  for (let page = 0; next && page < MOST_PAGES; page += 1) {
    const series: Shapes["Series"] = await told(
      api.GET("/v1/sensors/{sensor_id}/readings", {
        params: { path: { sensor_id: sensor }, query: { since: next, limit: A_TIME } },
      }),
    );
    found.push(...series.points);
    next = series.next;
  }
  return found;
}
