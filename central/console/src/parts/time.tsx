/** Times that stay true while one looks at them. One clock for the page, a tick a second. */
import { Tooltip } from "@mantine/core";
import { type ReactNode, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";

import { exact, length, moment } from "@/words/format";

const watchers = new Set<() => void>();
let ticking: ReturnType<typeof setInterval> | null = null;
let now = Date.now();

function tick(): void {
  now = Date.now();
  watchers.forEach((watcher) => watcher());
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  ticking ??= setInterval(tick, 1000);
  return () => {
    watchers.delete(watcher);
    if (watchers.size === 0 && ticking) {
      clearInterval(ticking);
      ticking = null;
    }
  };
}

/** The time now, in milliseconds, new every second; with `every`, only that often (seconds). */
export function useNow(every = 1): number {
  return useSyncExternalStore(watch, () => Math.floor(now / (every * 1000)) * every * 1000);
}

/** "3 phút trước", with the exact time on hover and focus. */
export function Age({ at }: { at: string }): ReactNode {
  const { t, i18n } = useTranslation();
  const seconds = Math.max(0, (useNow() - Date.parse(at)) / 1000);
  const words = seconds < 5 ? t("age.now") : t("age.ago", { length: length(seconds, i18n.language) });
  return (
    <Tooltip label={exact(at, i18n.language)}>
      <time dateTime={at} className="ws-number">
        {words}
      </time>
    </Tooltip>
  );
}

/** "còn 2 giờ" or "quá hạn 10 phút"; late is said in words and in colour. */
export function Deadline({ at, done = false }: { at: string; done?: boolean }): ReactNode {
  const { t, i18n } = useTranslation();
  const left = (Date.parse(at) - useNow()) / 1000;
  const late = left < 0;
  const words = t(late ? "age.late" : "age.left", { length: length(left, i18n.language) });
  const color = done ? "inherit" : late ? "var(--ws-critical)" : left < 1800 ? "var(--ws-major)" : "inherit";
  return (
    <Tooltip label={exact(at, i18n.language)}>
      <time dateTime={at} className="ws-number" style={{ color, fontWeight: late && !done ? 600 : 400 }}>
        {done ? moment(at, i18n.language) : words}
      </time>
    </Tooltip>
  );
}

/** 14:05, or 22/11 14:05; the exact time on hover and focus. */
export function Moment({ at }: { at: string }): ReactNode {
  const { i18n } = useTranslation();
  return (
    <Tooltip label={exact(at, i18n.language)}>
      <time dateTime={at} className="ws-number">
        {moment(at, i18n.language)}
      </time>
    </Tooltip>
  );
}
