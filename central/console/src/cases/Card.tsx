/** A case at a glance: what, where, whose, and how long there still is. The whole card leads to the case. */
import { IconMapPin, IconUsersGroup } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useWard } from "@/app/ward";
import { Severity } from "@/parts/Severity";
import { Age, Deadline, useNow } from "@/parts/time";
import { wards } from "@/wire/queries";

import { useCaseTitle } from "./asking";
import { type CaseLine, late, onTime, running } from "./board";
import classes from "./cases.module.css";
import { StateBadge } from "./StateBadge";

/** The ward's name where cases of several wards stand together: numbers count within a ward. */
export function useWardName(): (ward: string) => string | undefined {
  const { ward: chosen } = useWard();
  const { data } = useQuery(wards);
  return (ward) =>
    chosen || !data || data.length < 2 ? undefined : (data.find((one) => one.id === ward)?.name ?? ward);
}

/** The running deadline; of finished work, whether it was on time. */
export function Due({ line }: { line: CaseLine }): ReactNode {
  const { t } = useTranslation("cases");
  if (running(line)) return <Deadline at={line.deadline} />;
  const good = onTime(line);
  if (good === null) return <Deadline at={line.deadline} done />;
  return (
    <span style={{ color: good ? "var(--ws-good)" : "var(--ws-critical)", fontWeight: 600 }}>
      {t(good ? "due.onTime" : "due.late")}
    </span>
  );
}

/** `state`: where cases of several states stand together, the card says its own. */
export function Card({ line, state = false }: { line: CaseLine; state?: boolean }): ReactNode {
  const { t } = useTranslation("cases");
  const title = useCaseTitle();
  const wardName = useWardName()(line.ward);
  const overdue = late(line, useNow(10));
  return (
    <Link href={`/${line.id}`} className={classes.card} data-late={overdue || undefined}>
      <span className={classes.cardTop}>
        <Severity grade={line.severity} size={16} />
        <span className={classes.number}>#{line.number}</span>
        <span className={classes.due}>
          <Due line={line} />
        </span>
      </span>
      <span className={classes.cardTitle}>{title(line)}</span>
      <span className={classes.fact}>
        <IconMapPin size={15} aria-label={t("fact.place")} />
        <span>
          {line.device?.name ?? t("fact.noPlace")}
          {wardName && <span className="ws-quiet"> · {wardName}</span>}
        </span>
      </span>
      <span className={classes.fact}>
        <IconUsersGroup size={15} aria-label={t("fact.unit")} />
        <span>
          {line.unit_name ?? line.unit}
          {line.assignee_name && <> · {line.assignee_name}</>}
        </span>
      </span>
      <span className={classes.age}>
        <span>
          {t("fact.opened")} <Age at={line.opened_at} />
        </span>
        {state && <StateBadge state={line.state} />}
      </span>
    </Link>
  );
}
