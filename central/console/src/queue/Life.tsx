/** The life of an alert as worded steps, newest first. */
import { Button, Skeleton, Title } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { Moment } from "@/parts/time";

import classes from "./Detail.module.css";
import type { Detail } from "./queue";
import { life, type Told } from "./why";

const FIRST = 6;

export function Life({ whole }: { whole: Detail | undefined }): ReactNode {
  const { t } = useTranslation("queue");
  const [all, setAll] = useState(false);
  const steps = whole ? life(whole.history) : null;
  return (
    <section className={classes.card}>
      <Title order={3} className={classes.cardTitle}>
        {t("life.title")}
      </Title>
      {steps ? (
        <ol className={classes.life}>
          {(all ? steps : steps.slice(0, FIRST)).map((step, index) => (
            <Step key={index} {...step} />
          ))}
        </ol>
      ) : (
        <Skeleton h={60} />
      )}
      {steps && steps.length > FIRST && !all && (
        <Button variant="subtle" size="compact-sm" onClick={() => setAll(true)}>
          {t("life.all", { count: steps.length })}
        </Button>
      )}
    </section>
  );
}

function Step({ entry, times, since }: Told): ReactNode {
  const { t } = useTranslation(["queue", "codes"]);
  const reason =
    entry.step === "dismiss"
      ? t(`codes:dismiss.${entry.reason}`, { defaultValue: "" })
      : entry.reason
        ? t(`codes:alertReason.${entry.reason}`, { defaultValue: "" })
        : "";
  const note = typeof entry.params?.note === "string" ? entry.params.note : "";
  if (times > 1)
    return (
      <li>
        <span className={classes.when}>
          <Moment at={entry.at} />
        </span>
        <span>
          {t("queue:life.cycles", { count: times })}{" "}
          <span className="ws-quiet">
            {t("queue:life.since")} <Moment at={since} />
          </span>
        </span>
      </li>
    );
  return (
    <li>
      <span className={classes.when}>
        <Moment at={entry.at} />
      </span>
      <span>
        <strong>{t(`codes:alertStep.${entry.step}`, { defaultValue: entry.step })}</strong>
        {reason && <span className="ws-quiet">: {reason}</span>}
        {entry.actor_name && <span> · {entry.actor_name}</span>}
        {note && <q className={classes.note}>{note}</q>}
      </span>
    </li>
  );
}
