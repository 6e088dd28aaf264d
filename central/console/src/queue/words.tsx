/** What an alert is called: its rule's title, its deadline and its zone in the language of the page. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import type { Shapes } from "@/wire/client";
import { rules, units, wards } from "@/wire/queries";

import { limitOf, readable } from "./deadline";

export interface Names {
  rule: (id: string) => string;
  ruleOf: (id: string) => Shapes["RuleShape"] | undefined;
  rules: readonly Shapes["RuleShape"][];
  unit: (id: string) => string;
  ward: (id: string) => string;
  /** Whether the person sees more than one ward. */
  manyWards: boolean;
  zone: (id: string) => string;
  subject: (id: string) => string;
  /** The rule's deadline in words. */
  limit: (rule: string) => string | null;
}

export function useNames(): Names {
  const { t, i18n } = useTranslation("queue");
  const { data: all } = useQuery(rules);
  const { data: someUnits } = useQuery(units);
  const { data: someWards } = useQuery(wards);
  return useMemo(() => {
    const byId = new Map((all ?? []).map((rule) => [rule.id, rule]));
    const unitNames = new Map((someUnits ?? []).map((unit) => [unit.id, unit.name]));
    const wardNames = new Map((someWards ?? []).map((ward) => [ward.id, ward.name]));
    const title = (rule: Shapes["RuleShape"]): string =>
      i18n.language === "en" ? rule.title_en : rule.title_vi;
    return {
      rule: (id) => (byId.has(id) ? title(byId.get(id)!) : readable(id)),
      ruleOf: (id) => byId.get(id),
      rules: all ?? [],
      unit: (id) => unitNames.get(id) ?? readable(id),
      ward: (id) => wardNames.get(id) ?? readable(id),
      manyWards: wardNames.size > 1,
      zone: readable,
      subject: (id) => t(`subject.${id}`, { defaultValue: readable(id) }),
      limit: (id) => {
        const limit = limitOf(byId.get(id)?.deadline ?? "");
        if (!limit) return null;
        return t(limit.working ? `limit.${limit.unit}Working` : `limit.${limit.unit}`, {
          count: limit.count,
        });
      },
    };
  }, [all, someUnits, someWards, t, i18n.language]);
}
