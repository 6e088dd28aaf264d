/** A rule's deadline as the configuration writes it ("4h working", "30m wall"), taken apart so that it can be worded. */
export interface Limit {
  unit: "minute" | "hour" | "day";
  count: number;
  working: boolean;
}

const UNIT: Record<string, Limit["unit"]> = { m: "minute", h: "hour", d: "day" };

export function limitOf(text: string): Limit | null {
  const [, count, unit = "", clock] = /^(\d+)\s*([mhd])\s+(working|wall)$/.exec(text.trim()) ?? [];
  const found = UNIT[unit];
  return count && found ? { unit: found, count: Number(count), working: clock === "working" } : null;
}

/** "long-duong" as people read it, where nobody has given it a name. */
export const readable = (slug: string): string => slug.replaceAll(/[-_]+/g, " ");
