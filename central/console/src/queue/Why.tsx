/** Why the alert was raised, in words; the machine's own figures behind a fold. */
import { Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { length, number, percent } from "@/words/format";

import type { Line } from "./board";
import classes from "./Detail.module.css";
import type { Detail } from "./queue";
import { type Fact, facts, modelOf } from "./why";
import type { Names } from "./words";

interface Props {
  line: Line;
  whole: Detail | undefined;
  names: Names;
}

export function Why({ line, whole, names }: Props): ReactNode {
  const { t } = useTranslation(["queue", "codes"]);
  const words = useFactWords();
  const event = whole?.events[0];
  const what = line.kind ? t(`codes:eventKind.${line.kind}`, { defaultValue: names.rule(line.rule) }) : null;
  const said = facts(line, names.ruleOf(line.rule), event?.doubtful ?? false);
  return (
    <section className={classes.card}>
      <Title order={3} className={classes.cardTitle}>
        {t("queue:why.title")}
      </Title>
      <ul className={classes.facts}>
        {what && (
          <li>
            {line.subject ? t("queue:why.event", { what, subject: names.subject(line.subject) }) : what}
            {line.zone && ` · ${t("queue:why.zone", { zone: line.zone_name ?? names.zone(line.zone) })}`}
          </li>
        )}
        {said.map((fact) => (
          <li key={fact.key}>{words(fact)}</li>
        ))}
      </ul>
      <Technical {...{ line, whole, names }} />
    </section>
  );
}

function useFactWords(): (fact: Fact) => string {
  const { t, i18n } = useTranslation("queue");
  const lang = i18n.language;
  return (fact) => {
    if ("seconds" in fact) return t(`why.${fact.key}`, { length: length(fact.seconds, lang) });
    if ("value" in fact) return t(`why.${fact.key}`, { value: number(fact.value, lang, 2), unit: fact.unit });
    if ("count" in fact) return t(`why.${fact.key}`, { count: fact.count });
    if (fact.key === "votes") return t("why.votes", { atLeast: fact.atLeast, of: fact.of });
    return t(`why.${fact.key}`);
  };
}

function Technical({ line, whole }: Props): ReactNode {
  const { t, i18n } = useTranslation("queue");
  const event = whole?.events[0];
  const model = modelOf(event?.body);
  const config = event?.body.config_rev;
  const rows: (readonly [string, string])[] = [
    [t("why.alertId"), line.id],
    [t("why.rule"), line.rule],
    ...(model ? [[t("why.model"), model.id] as const] : []),
    ...(model?.threshold ? [[t("why.threshold"), percent(model.threshold, i18n.language)] as const] : []),
    ...(typeof line.score === "number"
      ? [[t("why.score"), percent(line.score, i18n.language)] as const]
      : []),
    ...(event ? [[t("why.eventId"), event.id] as const] : []),
    ...(typeof config === "string" ? [[t("why.config"), config] as const] : []),
    [t("why.device"), line.device.id],
    [t("why.version"), String(line.version)],
  ];
  return (
    <details className={classes.fold}>
      <summary>{t("why.more")}</summary>
      <dl className={classes.technical}>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <Text span ff="monospace" size="xs">
                {value}
              </Text>
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
