/** Where every record of a box is now: made = stored + dead-lettered + lost + … + still on the box, checked aloud. */
import { Text } from "@mantine/core";
import { IconCircleCheck, IconExclamationCircle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { number } from "@/words/format";

import { balance, type Box } from "./fleet";
import classes from "./fleet.module.css";

export function LedgerLine({ box }: { box: Box }): ReactNode {
  const { t, i18n } = useTranslation("fleet");
  const { made, parts, off } = balance(box.ledger);
  const shown = (count: number): string => number(count, i18n.language);
  const kept = parts.find(({ fate }) => fate === "outstanding")?.count ?? 0;
  const gone = box.ledger.lost + box.ledger.dead_lettered;
  const verdict =
    off !== 0
      ? t(off > 0 ? "ledger.missing" : "ledger.twice", { count: Math.abs(off), shown: shown(Math.abs(off)) })
      : `${t("ledger.right", { shown: shown(made) })} ${
          gone > 0 ? t("ledger.gone", { count: gone, shown: shown(gone) }) : t("ledger.noneGone")
        } ${kept > 0 ? t("ledger.kept", { count: kept, shown: shown(kept) }) : ""}`;
  return (
    <section aria-label={t("ledger.title")} className={classes.ledger}>
      <Text size="sm" fw={600}>
        {t("ledger.title")}
      </Text>
      <ul className={classes.sum}>
        <li>
          <b>{shown(made)}</b>
          <span>{t("ledger.made")}</span>
        </li>
        {parts.map(({ fate, count }, index) => (
          <li
            key={fate}
            data-sign={index === 0 ? "=" : "+"}
            data-bad={((fate === "lost" || fate === "dead_lettered") && count > 0) || undefined}
          >
            <b>{shown(count)}</b>
            <span>{t(`ledger.${fate}`)}</span>
          </li>
        ))}
      </ul>
      <p className={classes.verdict} data-off={off !== 0 || undefined}>
        {off === 0 ? (
          <IconCircleCheck size={18} aria-hidden />
        ) : (
          <IconExclamationCircle size={18} aria-hidden />
        )}
        <span>{verdict}</span>
      </p>
    </section>
  );
}
