/** The layers of the map as its legend lists them; each can be put out, and stays so in this browser. */
import type { Theme } from "./ground";
import { type Item, type Kind, watchedShare } from "./items";
import { eighths } from "./layers";

export interface Layer {
  id: string;
  kind: Kind;
  /** Words: `codes:<words>`. */
  words: string;
  /** The symbol's name, without its theme. */
  symbol: string;
}

const severity = (grade: string): Layer => ({
  id: `alert.${grade}`,
  kind: "alert",
  words: `codes:severity.${grade}`,
  symbol: `alert|${grade}`,
});
const camera = (state: string, share: string): Layer => ({
  id: `camera.${state}`,
  kind: "camera",
  words: `codes:deviceState.${state}`,
  symbol: `camera|${state}|${share}`,
});
const row = (kind: Kind, look: string, symbol: string): Layer => ({
  id: `${kind}.${look}`,
  kind,
  words: `legend.${kind}.${look}`,
  symbol,
});

export const LAYERS: readonly Layer[] = [
  ...["critical", "major", "minor", "info"].map(severity),
  row("case", "late", "case|late"),
  row("case", "due", "case|due"),
  camera("live", "8"),
  camera("blind", "4"),
  camera("unfit", "4"),
  camera("silent", "2"),
  camera("unknown", "none"),
  row("sensor", "live", "sensor|live"),
  row("sensor", "doubtful", "sensor|doubtful"),
  row("sensor", "silent", "sensor|silent"),
];
const KNOWN = new Set(LAYERS.map((layer) => layer.id));

function sensorLook(item: Item & { kind: "sensor" | "camera" }): string {
  if (item.device.state !== "live") return "silent";
  return item.device.quality === "bad" || item.device.quality === "suspect" ? "doubtful" : "live";
}

/** The layer an item belongs to. */
export function layerOf(item: Item): string {
  if (item.kind === "alert") return `alert.${item.grade}`;
  if (item.kind === "case") return item.late ? "case.late" : "case.due";
  if (item.kind === "sensor") return `sensor.${sensorLook(item)}`;
  const layer = `camera.${item.device.state}`;
  return KNOWN.has(layer) ? layer : "camera.unknown";
}

/** The name of the item's symbol. */
export function symbolOf(item: Item, theme: Theme): string {
  if (item.kind === "alert") return `${theme}|alert|${item.grade}`;
  if (item.kind === "case") return `${theme}|case|${item.late ? "late" : "due"}`;
  if (item.kind === "sensor") return `${theme}|sensor|${sensorLook(item)}`;
  return `${theme}|camera|${item.device.state}|${eighths(watchedShare(item.device))}`;
}

/** How many items each layer holds. */
export function counted(items: readonly Item[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(layerOf(item), (counts.get(layerOf(item)) ?? 0) + 1);
  return counts;
}

/** Put these out, or light them again when all of them are out. */
export function switched(out: ReadonlySet<string>, ids: readonly string[]): ReadonlySet<string> {
  const next = new Set(out);
  if (ids.every((id) => out.has(id))) ids.forEach((id) => next.delete(id));
  else ids.forEach((id) => next.add(id));
  return next;
}

const KEPT = "wardsense.map.out";
export const kept = (): ReadonlySet<string> =>
  new Set((localStorage.getItem(KEPT) ?? "").split(" ").filter((id) => KNOWN.has(id)));
export const keep = (out: ReadonlySet<string>): void => localStorage.setItem(KEPT, [...out].join(" "));
