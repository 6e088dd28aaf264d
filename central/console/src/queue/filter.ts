/** What the operator wants to see of the queue. */
import type { Shapes } from "@/wire/client";

export type Grade = Shapes["Severity"];

export interface Filter {
  tab: "open" | "done";
  severity: readonly Grade[];
  rule: string | null;
  text: string;
}

export const GRADES: readonly Grade[] = ["critical", "major", "minor", "info"];
export const EVERYTHING: Filter = { tab: "open", severity: [], rule: null, text: "" };

/** Whether something is left out. */
export const narrowed = (filter: Filter): boolean =>
  filter.severity.length > 0 || filter.rule !== null || filter.text !== "";
