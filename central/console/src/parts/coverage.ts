/** A camera's day so far as shares that add up to one: watched, blind by cause (the longest first), untold. */
import type { Shapes } from "@/wire/client";

export type Watch = NonNullable<Shapes["DeviceShape"]["today"]>;

export interface Part {
  what: "watched" | "blind" | "untold";
  cause: string | null;
  seconds: number;
  share: number;
}

export function partsOf(watch: Watch): Part[] {
  const blind = Object.entries(watch.blind_s).toSorted(([, a], [, b]) => b - a);
  const all = watch.watched_s + watch.untold_s + blind.reduce((sum, [, seconds]) => sum + seconds, 0);
  const part = (what: Part["what"], cause: string | null, seconds: number): Part => ({
    what,
    cause,
    seconds,
    share: all > 0 ? seconds / all : 0,
  });
  return [
    part("watched", null, watch.watched_s),
    ...blind.map(([cause, seconds]) => part("blind", cause, seconds)),
    part("untold", null, watch.untold_s),
  ].filter(({ seconds }) => seconds > 0);
}
