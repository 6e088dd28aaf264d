import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { units } from "@/wire/queries";

import { type Entry, reasonKeys, said, shortened, through } from "./acts";
import classes from "./admin.module.css";

/** Why something was done, and what came with it, in words where there are words. */
export function Why({ entry }: { entry: Entry }): ReactNode {
  const { t, i18n } = useTranslation(["admin", "codes"]);
  const { data } = useQuery(units);
  const seen = through(entry.why);
  const reason = reasonKeys(entry).find((key) => i18n.exists(key));
  const words = seen ? t("audit.through", { row: shortened(seen) }) : reason ? t(reason) : entry.why;
  const text = (key: string, value: string): string =>
    key === "unit" ? (data?.find(({ id }) => id === value)?.name ?? value) : value;
  return (
    <>
      {words && <div className={classes.why}>{words}</div>}
      {said(entry.params).map(({ key, from, to }) => (
        <div key={key} className={classes.param}>
          {t(`param.${key}`, { defaultValue: key })}: {from !== undefined && <>{text(key, from)} → </>}
          {text(key, to)}
        </div>
      ))}
      {!words && !entry.params && <span className="ws-quiet">–</span>}
    </>
  );
}
