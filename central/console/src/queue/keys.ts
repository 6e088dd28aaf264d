/** The keyboard of the queue: which key means what, and when a key is somebody's typing and not meant for us. */
import type { Deed } from "./board";
import type { Shapes } from "@/wire/client";

export type Command =
  | { do: "move"; by: 1 | -1; extend: boolean }
  | { do: Exclude<Deed, "dismiss" | "return" | "undo"> }
  | { do: "dismiss" | "undo" | "search" | "help" | "select" | "open" | "close" | "newest" };

/** The reasons of the small menu, by digit. */
export const REASONS: readonly Shapes["DismissReason"][] = [
  "false_detection",
  "permitted",
  "duplicate",
  "already_handled",
  "poor_evidence",
  "not_ours",
  "test",
];

export interface Press {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
}

const LETTERS: Record<string, Command> = {
  a: { do: "acknowledge" },
  c: { do: "confirm" },
  d: { do: "dismiss" },
  z: { do: "undo" },
  x: { do: "select" },
  g: { do: "newest" },
  "/": { do: "search" },
  "?": { do: "help" },
  Enter: { do: "open" },
  Escape: { do: "close" },
};

const MOVES: Record<string, 1 | -1> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

/** What a key press asks for; null when nothing, or when it belongs to the browser. */
export function commandOf(press: Press): Command | null {
  if (press.ctrlKey || press.altKey || press.metaKey) return null;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  const by = MOVES[key];
  if (by) return { do: "move", by, extend: press.shiftKey };
  if (press.shiftKey && /^[a-z]$/.test(key)) return null;
  return LETTERS[key] ?? null;
}

/** The reason a digit stands for in the menu. */
export function reasonOfDigit(key: string): Shapes["DismissReason"] | null {
  return /^[1-9]$/.test(key) ? (REASONS[Number(key) - 1] ?? null) : null;
}

/** Whether the keys belong to what has the focus: a field, a menu, a dialog, a control that uses this very key. */
export function taken(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest("input:not([type=checkbox]), textarea, select, [contenteditable=true]")) return true;
  if (target.closest("[role=dialog], [role=menu], [role=listbox], [role=radiogroup]")) return true;
  if (key === "Enter" || key === " ") return target.closest("button, a, summary, input") !== null;
  if (key.startsWith("Arrow")) return target.closest("[role=tablist]") !== null;
  return false;
}
