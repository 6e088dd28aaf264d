import { Anchor } from "@mantine/core";
import { IconMap2, IconUrgent } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { Age, Moment } from "@/parts/time";

import type { CaseDetail } from "./asking";
import classes from "./detail.module.css";

function Fact({ name, children }: { name: string; children: ReactNode }): ReactNode {
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Where, whose, until when; and the ways to the alert and to the map. */
export function Facts({ one }: { one: CaseDetail }): ReactNode {
  const { t } = useTranslation("cases");
  const extended = one.first_deadline !== one.deadline;
  return (
    <section className={`ws-panel ${classes.panel}`} aria-label={t("detail.facts")}>
      <dl className={classes.facts}>
        <Fact name={t("fact.place")}>
          {one.device?.name ?? t("fact.noPlace")}
          {one.zone && (
            <span className="ws-quiet"> · {t("fact.zone", { zone: one.zone_name ?? one.zone })}</span>
          )}
        </Fact>
        <Fact name={t("fact.unit")}>{one.unit_name ?? one.unit}</Fact>
        <Fact name={t("fact.assignee")}>
          {one.assignee_name ?? <span className="ws-quiet">{t("fact.nobody")}</span>}
        </Fact>
        <Fact name={t("fact.openedAt")}>
          <Moment at={one.opened_at} />{" "}
          <span className="ws-quiet">
            (<Age at={one.opened_at} />)
          </span>
        </Fact>
        <Fact name={t("fact.deadline")}>
          <Moment at={one.deadline} />
          {extended && (
            <span className="ws-quiet">
              {" "}
              · {t("fact.firstDeadline")} <Moment at={one.first_deadline} />
            </span>
          )}
        </Fact>
        {one.resolved_at && (
          <Fact name={t("fact.resolvedAt")}>
            <Moment at={one.resolved_at} />
          </Fact>
        )}
        {one.closed_at && (
          <Fact name={t("fact.closedAt")}>
            <Moment at={one.closed_at} />
          </Fact>
        )}
        {one.words && <Fact name={t("fact.words")}>{one.words}</Fact>}
      </dl>
      <nav className={classes.ways} aria-label={t("detail.ways")}>
        {one.alert_id && (
          <Anchor component={Link} href={`~/queue/${one.alert_id}`} className={classes.way}>
            <IconUrgent size={16} aria-hidden />
            {t("detail.toAlert")}
          </Anchor>
        )}
        {one.lat !== null && (
          <Anchor component={Link} href={`~/map?case=${one.id}`} className={classes.way}>
            <IconMap2 size={16} aria-hidden />
            {t("detail.toMap")}
          </Anchor>
        )}
      </nav>
    </section>
  );
}
