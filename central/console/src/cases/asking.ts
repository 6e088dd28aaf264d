/**
 * Asking the centre for cases, page by page, and keeping what was loaded true: a change names a case, that case alone
 * is asked for again and put where it now belongs. So a busy evening costs one small question a change, not a board.
 */
import {
  type InfiniteData,
  infiniteQueryOptions,
  type QueryClient,
  queryOptions,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { useChanges } from "@/app/session";
import { api, ifMatch, Problem, type Shapes, told as answerOf } from "@/wire/client";
import type { Listener } from "@/wire/live";
import { oneCase, rules } from "@/wire/queries";

import { type CaseLine, type Page, placed, removed, type Wanted } from "./board";
import { cityTime, type Step, type Told, type Why } from "./steps";

export type CaseDetail = Shapes["CaseDetail"];

/** More cases than this in one bundle are asked for as pages again. */
const ONE_BY_ONE = 12;

export function casePages(wanted: Wanted, limit = 60) {
  return infiniteQueryOptions({
    queryKey: ["case", "pages", wanted, limit] as const,
    meta: { ownLive: true },
    // Kept true only while the page stands: whoever comes back asks again.
    staleTime: 0,
    initialPageParam: null as string | null,
    getNextPageParam: (page: Page) => page.next,
    queryFn: ({ pageParam }): Promise<Page> =>
      answerOf(
        api.GET("/v1/cases", {
          params: {
            query: {
              state: [...wanted.states],
              ward: wanted.ward,
              unit: wanted.unit,
              overdue: wanted.overdue,
              q: wanted.text || undefined,
              after: pageParam,
              limit,
            },
          },
        }),
      ),
  });
}

const PAGES = { queryKey: ["case", "pages"] };
type Loaded = InfiniteData<Page, string | null>;

function put(client: QueryClient, id: string, line: CaseLine | null): void {
  for (const [key, data] of client.getQueriesData<Loaded>(PAGES)) {
    if (!data) continue;
    const next = line ? placed(data.pages, line, key[2] as Wanted) : removed(data.pages, id);
    if (next) client.setQueryData<Loaded>(key, { ...data, pages: next });
    else void client.invalidateQueries({ queryKey: key, exact: true });
  }
}

async function look(client: QueryClient, id: string): Promise<void> {
  try {
    put(client, id, await client.fetchQuery({ ...oneCase(id), staleTime: 0 }));
  } catch (error) {
    if (error instanceof Problem && error.status === 404) put(client, id, null);
    else void client.invalidateQueries(PAGES);
  }
}

/** Keeps every loaded page of cases true for as long as the component stands. */
export function useLiveCases(): void {
  const client = useQueryClient();
  const listener = useMemo<Listener>(
    () => ({
      changed: (changes) => {
        const ids = new Set(changes.filter(({ kind }) => kind === "case").map(({ row }) => row));
        if (ids.size > ONE_BY_ONE) void client.invalidateQueries(PAGES);
        else ids.forEach((id) => void look(client, id));
      },
    }),
    [client],
  );
  useChanges(listener);
}

/** Asks for a case again when one of its camera's pictures arrives or is lost. */
export function useLiveEvidence(id: string): void {
  const client = useQueryClient();
  const listener = useMemo<Listener>(
    () => ({
      changed: (changes) => {
        const { queryKey } = oneCase(id);
        const shown = new Set(client.getQueryData(queryKey)?.evidence.map(({ sha256 }) => sha256));
        if (changes.some(({ kind, row }) => kind === "evidence" && shown.has(row)))
          void client.invalidateQueries({ queryKey });
      },
    }),
    [client, id],
  );
  useChanges(listener);
}

/** What a case is called: the title of its rule, else its kind. */
export function useCaseTitle(): (line: Pick<CaseLine, "rule" | "kind">) => string {
  const { data } = useQuery(rules);
  const { i18n, t } = useTranslation("codes");
  const titles = useMemo(
    () => new Map(data?.map((rule) => [rule.id, i18n.language === "en" ? rule.title_en : rule.title_vi])),
    [data, i18n.language],
  );
  return ({ rule, kind }) =>
    titles.get(rule ?? kind) ?? t(`eventKind.${kind.replaceAll("-", "_")}`, { defaultValue: kind });
}

/** Takes a step decided on this version of the case. */
/** Who of a unit may be given this case. */
export function assignees(id: string, unit: string) {
  return queryOptions({
    queryKey: ["assignees", id, unit],
    queryFn: () =>
      answerOf(
        api.GET("/v1/cases/{case_id}/assignees", { params: { path: { case_id: id }, query: { unit } } }),
      ),
  });
}

export function takeStep(step: Step, id: string, version: number, given: Told): Promise<CaseDetail> {
  const params = { path: { case_id: id }, header: ifMatch(version) };
  const note = given.note.trim() || null;
  const remark = { params, body: { note } };
  const because = { params, body: { reason: given.reason as Why, note } };
  const doors: Record<Step, () => Promise<CaseDetail>> = {
    assign: () =>
      answerOf(
        api.POST("/v1/cases/{case_id}/assign", {
          params,
          body: { unit: given.unit, assignee: given.assignee || null, note },
        }),
      ),
    accept: () => answerOf(api.POST("/v1/cases/{case_id}/accept", remark)),
    decline: () => answerOf(api.POST("/v1/cases/{case_id}/decline", because)),
    start: () => answerOf(api.POST("/v1/cases/{case_id}/start", remark)),
    wait: () => answerOf(api.POST("/v1/cases/{case_id}/wait", because)),
    resolve: () =>
      answerOf(api.POST("/v1/cases/{case_id}/resolve", { params, body: { words: given.note.trim() } })),
    return: () => answerOf(api.POST("/v1/cases/{case_id}/return", because)),
    close: () => answerOf(api.POST("/v1/cases/{case_id}/close", remark)),
    reject: () => answerOf(api.POST("/v1/cases/{case_id}/reject", because)),
    reopen: () => answerOf(api.POST("/v1/cases/{case_id}/reopen", because)),
    extend: () =>
      answerOf(
        api.POST("/v1/cases/{case_id}/extend", {
          params,
          body: { reason: given.reason as Why, note, until: cityTime(given.until) },
        }),
      ),
  };
  return doors[step]();
}
