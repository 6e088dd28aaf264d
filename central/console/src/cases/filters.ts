/** What the page shows, kept in its address, so that a link to "late cases of the drainage team" can be sent. */
import { FINISHED, OPEN, type State } from "@/wire/states";

import { type Sort, SORTS, type Wanted } from "./board";

export interface Asked {
  view: "board" | "list" | undefined;
  unit: string | undefined;
  overdue: boolean;
  finished: boolean;
  state: State | undefined;
  text: string;
  sort: Sort;
  down: boolean;
}

const isState = (word: string | null): word is State =>
  ([...OPEN, ...FINISHED] as (string | null)[]).includes(word);
const isSort = (word: string | undefined): word is Sort =>
  (SORTS as readonly (string | undefined)[]).includes(word);

export function read(search: string): Asked {
  const found = new URLSearchParams(search);
  const view = found.get("view");
  const state = found.get("state");
  const sort = found.get("sort") ?? "";
  const column = sort.replace(/^-/, "");
  return {
    view: view === "board" || view === "list" ? view : undefined,
    unit: found.get("unit") ?? undefined,
    overdue: found.has("late"),
    finished: found.has("finished"),
    state: isState(state) ? state : undefined,
    text: found.get("q") ?? "",
    sort: isSort(column) ? column : "deadline",
    down: sort.startsWith("-"),
  };
}

/** The address of what is asked; what is as usual is not written. */
export function written(asked: Asked): string {
  const told = new URLSearchParams();
  if (asked.view) told.set("view", asked.view);
  if (asked.unit) told.set("unit", asked.unit);
  if (asked.overdue) told.set("late", "1");
  if (asked.finished) told.set("finished", "1");
  if (asked.state) told.set("state", asked.state);
  if (asked.text) told.set("q", asked.text);
  const sort = `${asked.down ? "-" : ""}${asked.sort}`;
  if (sort !== "deadline") told.set("sort", sort);
  return told.toString();
}

/** The columns of the board. */
export const columns = (asked: Asked): readonly State[] => (asked.finished ? [...OPEN, ...FINISHED] : OPEN);

/** What to ask the centre for: these states, and the filters. */
export function wanted(asked: Asked, states: readonly State[], ward: string | undefined): Wanted {
  return { states, ward, unit: asked.unit, overdue: asked.overdue, text: asked.text };
}
