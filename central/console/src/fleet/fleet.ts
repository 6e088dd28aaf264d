/** What the fleet page decides: who is shown, in which order, and whether a box's numbers add up. */
import { byName, says } from "@/parts/finding";
import type { Shapes } from "@/wire/client";

export type Device = Shapes["DeviceShape"];
export type Box = Shapes["NodeShape"];
type Ledger = Shapes["Ledger"];

/** The states a camera or sensor is counted by, the worst first. */
export const STATES = ["blind", "unfit", "silent", "unknown", "live"] as const;
export type State = (typeof STATES)[number];

export const stateOf = (device: Device): State => STATES.find((state) => state === device.state) ?? "unknown";

export interface Wanted {
  kind: "camera" | "sensor" | null;
  state: State | null;
  text: string;
}

/** Those in use that are wanted, what sees nothing first, then what has been so for longest. */
export function chosen(devices: readonly Device[], wanted: Wanted): Device[] {
  return devices
    .filter(
      (device) =>
        !device.retired_at &&
        (!wanted.kind || device.kind === wanted.kind) &&
        (!wanted.state || stateOf(device) === wanted.state) &&
        says(`${device.name} ${device.id} ${device.node}`, wanted.text),
    )
    .toSorted(
      (a, b) =>
        STATES.indexOf(stateOf(a)) - STATES.indexOf(stateOf(b)) ||
        (stateOf(a) === "live" ? 0 : (a.state_since ?? "").localeCompare(b.state_since ?? "")) ||
        byName(a.name, b.name),
    );
}

export interface Sum {
  kind: "camera" | "sensor";
  all: number;
  states: { state: State; count: number }[];
}

/** "3 cameras: 2 live, 1 blind", for each kind that is there. */
export function summary(devices: readonly Device[]): Sum[] {
  const used = devices.filter((device) => !device.retired_at);
  return (["camera", "sensor"] as const).flatMap((kind) => {
    const some = used.filter((device) => device.kind === kind);
    if (some.length === 0) return [];
    const states = STATES.toReversed()
      .map((state) => ({ state, count: some.filter((device) => stateOf(device) === state).length }))
      .filter(({ count }) => count > 0);
    return [{ kind, all: some.length, states }];
  });
}

/** What was dropped of this camera since its box started, all queues together. */
export const dropped = (device: Device): number =>
  Object.values(device.drops).reduce((sum, count) => sum + count, 0);

/** A clock further off than this is worth a word (DESIGN: a camera's time is used within 2 s). */
export const CLOCK_OFF_MS = 2000;

/** Where every record a box made is now, in the order they are told; the rare ways only when there are any. */
export const FATES = ["stored", "dead_lettered", "lost", "merged", "aside", "outstanding"] as const;
export type Fate = (typeof FATES)[number];
const RARE: readonly Fate[] = ["merged", "aside"];

export interface Balance {
  made: number;
  parts: { fate: Fate; count: number }[];
  /** Made but not accounted for; below nought: told twice. */
  off: number;
}

export function balance(ledger: Ledger): Balance {
  const parts = FATES.map((fate) => ({ fate, count: ledger[fate] }));
  const told = parts.reduce((sum, { count }) => sum + count, 0);
  return {
    made: ledger.made,
    parts: parts.filter(({ fate, count }) => count > 0 || !RARE.includes(fate)),
    off: ledger.made - told,
  };
}

/** A box's faults as codes and their parameters, whatever shape it told them in. */
export function faultsOf(box: Box): { code: string; params: Record<string, unknown> }[] {
  const told = box.faults;
  if (Array.isArray(told))
    return told.map((one) => ({ code: String((one as { code?: unknown }).code ?? one), params: {} }));
  if (told && typeof told === "object")
    return Object.entries(told).map(([code, params]) => ({
      code,
      params: params && typeof params === "object" ? (params as Record<string, unknown>) : {},
    }));
  return [];
}

/** Boxes that need somebody first: away, then faulty or losing, then by name. */
export function orderedBoxes(boxes: readonly Box[], ward: string | undefined): Box[] {
  const rank = (box: Box): number =>
    !box.online ? 0 : faultsOf(box).length > 0 || balance(box.ledger).off !== 0 ? 1 : 2;
  return boxes
    .filter((box) => !box.retired_at && (!ward || box.ward === ward))
    .toSorted((a, b) => rank(a) - rank(b) || byName(a.name, b.name));
}
