/** The audit as people read it: what was asked for, where a row can be seen, and what an act's parameters say. */
import type { Shapes } from "@/wire/client";

export type Entry = Shapes["AuditEntry"];

export const ACTS = [
  "sign_in", "sign_in_link", "sign_in_failed", "sign_out", "set_password", "add", "change", "link", "renew_secret",
  "order_command", "order_config", "look", "open", "withdraw", "acknowledge", "return", "confirm", "dismiss", "undo",
  "assign", "accept", "decline", "start", "wait", "resolve", "close", "reject", "reopen", "extend", "made", "changed",
  "retired", "delete", "expire", "fault_over", "two_boxes", "unknown_node", "another_node", "another_ward",
  "foreign_device", "foreign_event", "fragmented",
] as const; // prettier-ignore
export const OF = [
  "account",
  "alert",
  "case",
  "evidence",
  "photo",
  "node",
  "device",
  "ward",
  "unit",
] as const;

export interface Sought {
  act: string | null;
  of: string | null;
  row: string | null;
  account: string | null;
}
const FIELDS = ["act", "of", "row", "account"] as const;

export function read(search: string): Sought {
  const found = new URLSearchParams(search);
  return { act: found.get("act"), of: found.get("of"), row: found.get("row"), account: found.get("account") };
}

export function written(sought: Sought): string {
  const told = new URLSearchParams();
  for (const field of FIELDS) if (sought[field]) told.set(field, sought[field]);
  return told.toString();
}

/** The page that shows the row of an act, if there is one. */
export function pageOf(entry: Pick<Entry, "of" | "row">): string | null {
  if (entry.of === "case") return `/cases/${entry.row}`;
  if (entry.of === "alert") return `/queue/${entry.row}`;
  return null;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

/** A row's id, short enough to stand in a line: names stay whole, numbers keep their ends. */
export function shortened(row: string): string {
  if (UUID.test(row)) return row.slice(-8);
  return row.length > 24 ? `${row.slice(0, 10)}…` : row;
}

/** The groups of words in which the reason of an act may stand; the first that knows it is right. */
export function reasonKeys({ of, act, why }: Pick<Entry, "of" | "act" | "why">): string[] {
  if (!why || !/^[a-z_]+$/.test(why)) return [];
  if (of === "alert") return [`codes:dismiss.${why}`];
  if (of === "case") return [`codes:why.${why}`];
  return act === "delete" ? [`codes:evidenceReason.${why}`] : [];
}

/** "through <id>" as the row that was looked through. */
export const through = (why: string | null): string | null => /^through (\S+)$/.exec(why ?? "")?.[1] ?? null;

export interface Said {
  key: string;
  from?: string;
  to: string;
}

const plain = (value: unknown): string => {
  if (value === null || value === undefined || value === "") return "–";
  if (Array.isArray(value)) return value.map(plain).join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
};

/** Parameters as a list: a field that went from something to something, or a name and what it is. */
export function said(params: Entry["params"]): Said[] {
  return Object.entries(params ?? {}).map(([key, value]) => {
    const pair = value as { from?: unknown; to?: unknown } | null;
    if (pair && typeof pair === "object" && "from" in pair && "to" in pair)
      return { key, from: plain(pair.from), to: plain(pair.to) };
    return { key, to: plain(value) };
  });
}
