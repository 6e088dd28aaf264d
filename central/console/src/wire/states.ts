/** The states of a case, in the order it goes through them. */
import type { Shapes } from "./client";

export type State = Shapes["CaseLine"]["state"];

/** Somebody still has something to do or to judge. */
export const OPEN: readonly State[] = [
  "received",
  "assigned",
  "accepted",
  "in_progress",
  "waiting",
  "resolved",
];
export const FINISHED: readonly State[] = ["closed", "rejected"];
