/**
 * Dates, times and numbers as people here write them, always in the city's zone, whatever the machine's is.
 */
export const ZONE = "Asia/Ho_Chi_Minh";

const LOCALE: Record<string, string> = { vi: "vi-VN", en: "en-GB" };
const made = new Map<string, Intl.DateTimeFormat>();

function formatter(language: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language}.${name}`;
  const found = made.get(key) ?? new Intl.DateTimeFormat(LOCALE[language], { timeZone: ZONE, ...options });
  made.set(key, found);
  return found;
}

type When = string | Date;
const asDate = (when: When): Date => (typeof when === "string" ? new Date(when) : when);

/** 14:05 */
export function clock(when: When, language: string): string {
  return formatter(language, "clock", { hour: "2-digit", minute: "2-digit", hour12: false }).format(
    asDate(when),
  );
}

/** 14:05:09 */
export function seconds(when: When, language: string): string {
  const digits = { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false } as const;
  return formatter(language, "seconds", digits).format(asDate(when));
}

/** 22/11/2026 */
export function day(when: When, language: string): string {
  return formatter(language, "day", { day: "2-digit", month: "2-digit", year: "numeric" }).format(
    asDate(when),
  );
}

/** 14:05 when it is today, else 22/11 14:05, with the year when it is another one. */
export function moment(when: When, language: string, now: Date = new Date()): string {
  const date = asDate(when);
  if (day(date, language) === day(now, language)) return clock(date, language);
  const whole = day(date, language);
  const short = whole.slice(-4) === day(now, language).slice(-4) ? whole.slice(0, 5) : whole;
  return `${short} ${clock(date, language)}`;
}

/** 22/11/2026 14:05:09 */
export function exact(when: When, language: string): string {
  return `${day(when, language)} ${seconds(when, language)}`;
}

/** A number with the separators people are used to: 1.234,5 in Vietnamese. */
export function number(value: number, language: string, digits = 1): string {
  return new Intl.NumberFormat(LOCALE[language], { maximumFractionDigits: digits }).format(value);
}

/** 0.873 as 87 %. */
export function percent(share: number, language: string): string {
  return new Intl.NumberFormat(LOCALE[language], { style: "percent", maximumFractionDigits: 0 }).format(
    share,
  );
}

export interface Span {
  unit: "second" | "minute" | "hour" | "day";
  count: number;
}

/** A length of time in its largest sensible unit: 95 s is a minute, 26 h a day. */
export function span(seconds: number): Span {
  const whole = Math.abs(seconds);
  if (whole < 60) return { unit: "second", count: Math.floor(whole) };
  if (whole < 3600) return { unit: "minute", count: Math.floor(whole / 60) };
  if (whole < 86_400) return { unit: "hour", count: Math.floor(whole / 3600) };
  return { unit: "day", count: Math.floor(whole / 86_400) };
}

const UNITS: Record<string, Record<Span["unit"], string>> = {
  vi: { second: "giây", minute: "phút", hour: "giờ", day: "ngày" },
  en: { second: "s", minute: "min", hour: "h", day: "d" },
};

/** 3 phút, 2 giờ 10 phút (the second part only below a day). */
export function length(seconds: number, language: string): string {
  const units = UNITS[language] ?? UNITS.vi!;
  const { unit, count } = span(seconds);
  const first = `${count} ${units[unit]}`;
  const rest = Math.floor((Math.abs(seconds) % 3600) / 60);
  return unit === "hour" && count < 10 && rest > 0 ? `${first} ${rest} ${units.minute}` : first;
}
