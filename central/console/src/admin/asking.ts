/** The pages of lists an administrator or an auditor reads. None of them is in the stream of changes. */
import { infiniteQueryOptions } from "@tanstack/react-query";

import { api, type Shapes, told } from "@/wire/client";

import type { Sought } from "./acts";

interface Page<T> {
  items: T[];
  next?: string | null;
}
const FIRST = null as string | null;
const next = (page: Page<unknown>): string | null | undefined => page.next;

export const accountPages = infiniteQueryOptions({
  queryKey: ["account"],
  initialPageParam: FIRST,
  getNextPageParam: next,
  queryFn: ({ pageParam: after }): Promise<Page<Shapes["AccountShape"]>> =>
    told(api.GET("/v1/accounts", { params: { query: { after, limit: 200 } } })),
});

export const nodePages = infiniteQueryOptions({
  queryKey: ["node", "admin"],
  initialPageParam: FIRST,
  getNextPageParam: next,
  queryFn: ({ pageParam: after }): Promise<Page<Shapes["NodeShape"]>> =>
    told(api.GET("/v1/nodes", { params: { query: { after, limit: 100 } } })),
});

export const letterPages = infiniteQueryOptions({
  queryKey: ["dead-letter"],
  staleTime: 0,
  initialPageParam: FIRST,
  getNextPageParam: next,
  queryFn: ({ pageParam: after }): Promise<Page<Shapes["DeadLetterShape"]>> =>
    told(api.GET("/v1/dead-letters", { params: { query: { after, limit: 100 } } })),
});

export const auditPages = (sought: Sought, ward: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ["audit", sought, ward],
    staleTime: 0,
    initialPageParam: FIRST,
    getNextPageParam: next,
    queryFn: ({ pageParam: after }): Promise<Page<Shapes["AuditEntry"]>> =>
      told(api.GET("/v1/audit", { params: { query: { ...sought, ward, after, limit: 100 } } })),
  });
