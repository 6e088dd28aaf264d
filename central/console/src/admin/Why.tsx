import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { units, wards } from "@/wire/queries";

import { CITY } from "./accounts";
import { type Entry, reasonKeys, said, shortened, through } from "./acts";
import classes from "./admin.module.css";

/** Why something was done, and what came with it, in words where there are words. */
export function Why({ entry }: { entry: Entry }): ReactNode {
  const { t, i18n } = useTranslation(["admin", "codes"]);
  const { data } = useQuery(units);
  const { data: places } = useQuery(wards);
  const seen = through(entry.why);
  const reason = reasonKeys(entry).find((key) => i18n.exists(key));
  const words = seen ? t("audit.through", { row: shortened(seen) }) : reason ? t(reason) : entry.why;
  const text = (key: string, value: string): string => {
    if (key === "unit") return data?.find(({ id }) => id === value)?.name ?? value;
    if (key === "given" || key === "removed") return value.split(", ").map(grant).join(", ");
    return value === "true" || value === "false" ? t(`yes.${value}`) : value;
  };
  const grant = (told: string): string => {
    const [role, place] = told.split("@");
    const where = place === CITY ? t("grant.city") : (places?.find(({ id }) => id === place)?.name ?? place);
    return `${t(`codes:role.${role}`)} (${where})`;
  };
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
