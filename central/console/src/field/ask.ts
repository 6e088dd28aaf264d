/**
 * What the crew's pages ask the centre. Every answer is kept on the phone, and given again with its time when the
 * centre is silent: old tasks with "as of 14:05" are worth more under a bridge than an error.
 */
import { type QueryClient, queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { api, Problem, told } from "@/wire/client";

import { forget, hear, heard } from "./store";
import type { Task, TaskDetail } from "./tasks";

const PATIENCE_MS = 15_000;
const AGAIN_MS = 15_000;
const DETAILS_AHEAD = 30;

export interface Told<T> {
  told: T;
  at: number;
  /** Whether it came from the centre just now. */
  fresh: boolean;
}

async function orHeard<T>(key: string, ask: (signal: AbortSignal) => Promise<T>): Promise<Told<T>> {
  try {
    const answer = await ask(AbortSignal.timeout(PATIENCE_MS));
    const at = Date.now();
    // A full phone shows what it was told all the same.
    await hear(key, answer, at).catch(() => undefined);
    return { told: answer, at, fresh: true };
  } catch (error) {
    const kept = error instanceof Problem && error.passing ? await heard<T>(key) : undefined;
    if (!kept) throw error;
    return { told: kept.told, at: kept.at, fresh: false };
  }
}

const often = (query: { state: { data?: { fresh: boolean } | undefined } }): number | false =>
  query.state.data?.fresh === false ? AGAIN_MS : false;

const listKey = (account: string): string => `${account}/tasks`;
const detailKey = (account: string, id: string): string => `${account}/task/${id}`;

const tasksOf = (account: string) =>
  queryOptions({
    queryKey: ["case", "tasks", account],
    networkMode: "always",
    retry: false,
    refetchInterval: often,
    queryFn: () =>
      orHeard(
        listKey(account),
        async (signal) =>
          (await told(api.GET("/v1/tasks", { params: { query: { limit: 100 } }, signal }))).items,
      ),
  });

const taskOf = (account: string, id: string) =>
  queryOptions({
    queryKey: ["case", "task", account, id],
    networkMode: "always",
    retry: false,
    refetchInterval: often,
    queryFn: () =>
      orHeard(detailKey(account, id), (signal) =>
        told(api.GET("/v1/cases/{case_id}", { params: { path: { case_id: id } }, signal })),
      ),
  });

/** Show what was heard before while the centre has not answered yet. */
function usePrimed<T>(queryKey: readonly unknown[], key: string): void {
  const client = useQueryClient();
  const name = JSON.stringify(queryKey);
  useEffect(() => {
    const where = JSON.parse(name) as unknown[];
    void heard<T>(key).then((kept) => {
      if (!kept || client.getQueryData(where)) return;
      client.setQueryData<Told<T>>(where, { told: kept.told, at: kept.at, fresh: false }, { updatedAt: 1 });
    });
  }, [client, name, key]);
}

export function useTasks(account: string) {
  const client = useQueryClient();
  const options = tasksOf(account);
  usePrimed<Task[]>(options.queryKey, listKey(account));
  const query = useQuery(options);
  const { data } = query;
  useEffect(() => {
    if (data?.fresh) void fetchAhead(client, account, data.told);
  }, [client, account, data]);
  return query;
}

export function useTask(account: string, id: string) {
  const options = taskOf(account, id);
  usePrimed<TaskDetail>(options.queryKey, detailKey(account, id));
  return useQuery(options);
}

/** The whole of every task, while there is a line; what is no task any more is forgotten. */
async function fetchAhead(client: QueryClient, account: string, tasks: readonly Task[]): Promise<void> {
  await forget(`${account}/task/`, new Set(tasks.map((task) => detailKey(account, task.id))));
  for (const task of tasks.slice(0, DETAILS_AHEAD)) {
    const kept = await heard<TaskDetail>(detailKey(account, task.id));
    if (kept?.told.version === task.version) continue;
    await client.prefetchQuery(taskOf(account, task.id));
  }
}

/** Take a case as an answer showed it, in the list too. */
export function keepTask(client: QueryClient, account: string, found: TaskDetail): void {
  const at = Date.now();
  client.setQueryData(taskOf(account, found.id).queryKey, { told: found, at, fresh: true });
  const within = (list: readonly Task[]): Task[] =>
    list.map((one) => (one.id === found.id ? { ...one, ...found } : one));
  client.setQueryData(tasksOf(account).queryKey, (list) => list && { ...list, told: within(list.told) });
  void heard<Task[]>(listKey(account))
    .then((kept) => kept && hear(kept.key, within(kept.told), kept.at))
    .catch(() => undefined);
  void hear(detailKey(account, found.id), found, at).catch(() => undefined);
}

/** What a task is called, in the language of the page: the title of the rule that opened it. */
export function useTitles(): (task: Task) => string {
  const { i18n } = useTranslation();
  const { data } = useQuery({
    queryKey: ["rule", "titles"],
    networkMode: "always",
    retry: false,
    staleTime: 300_000,
    queryFn: () => orHeard("rules", (signal) => told(api.GET("/v1/rules", { signal }))),
    refetchInterval: often,
  });
  return (task) => {
    const rule = data?.told.find((one) => one.id === task.rule);
    const title = i18n.language === "en" ? rule?.title_en : rule?.title_vi;
    return title ?? task.kind;
  };
}

/** The version of a case as it was last heard in this page. */
export function versionOf(client: QueryClient, account: string, id: string): number | null {
  return client.getQueryData(taskOf(account, id).queryKey)?.told.version ?? null;
}
