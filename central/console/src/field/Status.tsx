/** Always in sight: what is not sent yet, and as of when one sees what one sees. */
import { Loader } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconCloudUp } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useLine } from "@/app/session";
import { moment } from "@/words/format";

import { useSight } from "./carrier";
import classes from "./Field.module.css";

export function Status(): ReactNode {
  const { t } = useTranslation("field");
  const { items, others, sending } = useSight();
  const refused = items.filter((item) => item.refusal).length;
  const waits = items.length > 0;
  const icon = sending ? (
    <Loader size={18} color="currentcolor" aria-hidden />
  ) : refused ? (
    <IconAlertTriangle size={20} aria-hidden />
  ) : waits ? (
    <IconCloudUp size={20} aria-hidden />
  ) : (
    <IconCheck size={20} aria-hidden />
  );
  return (
    <div className={classes.status}>
      <Link
        href="/unsent"
        className={classes.unsent}
        data-waits={waits || undefined}
        data-refused={refused > 0 || undefined}
      >
        {icon}
        <span role="status">
          {waits ? t("unsent.count", { count: items.length }) : t("unsent.all")}
          {refused > 0 && ` · ${t("unsent.refusedCount", { count: refused })}`}
        </span>
      </Link>
      {others > 0 && <span className="ws-quiet">+{others}</span>}
    </div>
  );
}

/** Old tasks are shown with their time. */
export function AsOf({ at, fresh }: { at: number; fresh: boolean }): ReactNode {
  const { t, i18n } = useTranslation("field");
  const { line } = useSight();
  const live = useLine();
  if (fresh && line.misses === 0 && live.state !== "lost") return null;
  return (
    <div className={classes.asOf} role="status">
      {t("asOf", { when: moment(new Date(at), i18n.language) })}
    </div>
  );
}
