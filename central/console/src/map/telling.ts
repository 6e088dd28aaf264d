/** One line about an item, in the language of the page; shared by the list and the card. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { moment, number, percent } from "@/words/format";
import type { Shapes } from "@/wire/client";
import { rules } from "@/wire/queries";

import { type Item, watchedShare } from "./items";

/** The rule's name in the language of the page, or its code. */
export function useRuleName(): (id: string | null) => string {
  const { i18n } = useTranslation("map");
  const { data } = useQuery(rules);
  return (id) => {
    const rule = data?.find((one) => one.id === id);
    return (i18n.language === "en" ? rule?.title_en : rule?.title_vi) ?? id ?? "";
  };
}

/** A sensor's newest value as people write it. */
export function valueOf(device: Shapes["DeviceShape"], language: string): string {
  if (device.value === null) return "—";
  return `${number(device.value, language, 2)} ${device.unit ?? ""}`.trim();
}

export function useTelling(): (item: Item) => string {
  const { t, i18n } = useTranslation("map");
  const ruleName = useRuleName();
  const when = (at: string): string => moment(at, i18n.language);
  return (item) => {
    if (item.kind === "alert") {
      const names = [...new Set(item.alerts.map((alert) => ruleName(alert.rule)))].join(", ");
      const count = t("list.alerts", { count: item.alerts.length });
      return `${t(`codes:severity.${item.grade}`)} · ${item.alerts.length > 1 ? `${count}: ` : ""}${names}`;
    }
    if (item.kind === "case") {
      const first = item.cases[0]!;
      const due = t(first.overdue ? "list.late" : "list.due", { when: when(first.deadline) });
      const more = item.cases.length > 1 ? `${t("list.cases", { count: item.cases.length })} · ` : "";
      return `${more}${t(`codes:caseState.${first.state}`)} · ${due}`;
    }
    const { device } = item;
    const state = t(`codes:deviceState.${device.state}`, { defaultValue: device.state });
    const since = device.state_since ? ` ${t("app:age.since", { when: when(device.state_since) })}` : "";
    if (item.kind === "sensor")
      return device.state === "live"
        ? valueOf(device, i18n.language)
        : `${state}${since} · ${valueOf(device, i18n.language)}`;
    if (device.state !== "live") {
      const cause = device.cause
        ? ` · ${t(`codes:reason.${device.cause}`, { defaultValue: device.cause })}`
        : "";
      return `${state}${since}${cause}`;
    }
    const share = watchedShare(device);
    return share === null
      ? state
      : `${state} · ${t("list.watched", { share: percent(share, i18n.language) })}`;
  };
}
