/** What was done with a case, newest first, in words: who, what, when, why, and what they wrote. */
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Shapes } from "@/wire/client";
import { Moment } from "@/parts/time";
import { units } from "@/wire/queries";
import { moment } from "@/words/format";

import type { CaseDetail } from "./asking";
import classes from "./detail.module.css";

type Entry = Shapes["CaseHistoryEntry"];

/** A parameter of a step, if it is there and a word. */
const word = (entry: Entry, name: string): string | undefined => {
  const found = entry.params?.[name];
  return typeof found === "string" ? found : undefined;
};

function Said({ entry }: { entry: Entry }): ReactNode {
  const { t, i18n } = useTranslation(["cases", "codes"]);
  const { data } = useQuery(units);
  const unit = word(entry, "unit");
  const reason = word(entry, "reason");
  const [from, to] = [word(entry, "from"), word(entry, "to")];
  const when = (at: string): string => moment(at, i18n.language);
  return (
    <>
      {unit && <div>{t("history.to", { unit: data?.find((one) => one.id === unit)?.name ?? unit })}</div>}
      {from && to && <div>{t("history.deadline", { from: when(from), to: when(to) })}</div>}
      {reason && (
        <div>{t("history.because", { reason: t(`codes:why.${reason}`, { defaultValue: reason }) })}</div>
      )}
      {entry.note && <blockquote className={classes.note}>{entry.note}</blockquote>}
    </>
  );
}

export function History({ one }: { one: CaseDetail }): ReactNode {
  const { t } = useTranslation(["cases", "codes"]);
  return (
    <section className={`ws-panel ${classes.panel}`} aria-labelledby="case-history">
      <h2 id="case-history" className={classes.heading}>
        {t("history.title")}
      </h2>
      <ol className={classes.history}>
        {one.history.toReversed().map((entry, index) => (
          <li key={`${entry.at} ${index}`} data-after={entry.after}>
            <div className={classes.act}>
              <strong>{t(`codes:caseStep.${entry.step}`, { defaultValue: entry.step })}</strong>
              <span className="ws-quiet">
                <Moment at={entry.at} />
              </span>
            </div>
            <div className="ws-quiet">{entry.actor_name ?? t("history.system")}</div>
            <Said entry={entry} />
          </li>
        ))}
      </ol>
    </section>
  );
}
