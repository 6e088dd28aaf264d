/**
 * What pages ask the centre, each under a key whose first word is the `kind` of the changes that make it stale.
 * So a change of kind `case` refreshes every `["case", …]` that is on the screen, and nothing else.
 */
import { QueryClient, queryOptions } from "@tanstack/react-query";

import { api, Problem, told } from "./client";
import type { Change } from "./live";

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        refetchOnWindowFocus: false,
        // A passing trouble is tried again by itself; a refusal is an answer.
        retry: (count, error) => error instanceof Problem && error.passing && count < 3,
      },
      mutations: { retry: false },
    },
  });
}

/** Mark as stale what these changes concern. */
export function refresh(client: QueryClient, changes: readonly Change[]): void {
  for (const kind of new Set(changes.map((change) => change.kind)))
    void client.invalidateQueries({ queryKey: [kind], predicate: (query) => query.meta?.ownLive !== true });
}

export const me = queryOptions({
  queryKey: ["me"],
  queryFn: () => told(api.GET("/v1/me")),
  staleTime: Infinity,
});

export const wards = queryOptions({
  queryKey: ["ward"],
  queryFn: () => told(api.GET("/v1/wards")),
  staleTime: 300_000,
});

export const units = queryOptions({
  queryKey: ["unit"],
  queryFn: () => told(api.GET("/v1/units")),
  staleTime: 300_000,
});

export const rules = queryOptions({
  queryKey: ["rule"],
  queryFn: () => told(api.GET("/v1/rules")),
  staleTime: 300_000,
});

export const alert = (id: string) =>
  queryOptions({
    queryKey: ["alert", id],
    queryFn: () => told(api.GET("/v1/alerts/{alert_id}", { params: { path: { alert_id: id } } })),
  });

export const oneCase = (id: string) =>
  queryOptions({
    queryKey: ["case", id],
    queryFn: () => told(api.GET("/v1/cases/{case_id}", { params: { path: { case_id: id } } })),
  });
