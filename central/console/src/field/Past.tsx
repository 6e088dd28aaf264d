import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Shapes } from "@/wire/client";
import { moment } from "@/words/format";

import classes from "./Field.module.css";

/** What happened to the task, the newest first: why it came back is what a crew must not miss. */
export function Past({ history }: { history: readonly Shapes["CaseHistoryEntry"][] }): ReactNode {
  const { t, i18n } = useTranslation("field");
  return (
    <section>
      <h2 className={classes.heading}>{t("history.title")}</h2>
      <ol className={classes.past}>
        {[...history].reverse().map((entry) => {
          const reason = entry.params?.reason;
          return (
            <li key={`${entry.at} ${entry.step}`}>
              <strong>{t(`codes:caseStep.${entry.step}`)}</strong>
              {typeof reason === "string" && `: ${t(`codes:why.${reason}`)}`}
              {entry.note && <div>{entry.note}</div>}
              <div className="ws-quiet">
                {t("history.by", {
                  name: entry.actor_name ?? t("history.system"),
                  when: moment(entry.at, i18n.language),
                })}
              </div>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
