/** What happened at the same camera or sensor and zone before, and what was made of it. */
import { Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { Severity } from "@/parts/Severity";
import { Asked } from "@/parts/States";
import { Moment } from "@/parts/time";
import { api, type Shapes, told } from "@/wire/client";

import classes from "./Detail.module.css";
import type { Names } from "./words";

/** Looked up after the alert itself, and not for a cursor that runs past. */
const REST_MS = 300;
const MOST = 10;

export function SamePlace({ id, names }: { id: string; names: Names }): ReactNode {
  const { t } = useTranslation("queue");
  const [rests, setRests] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setRests(true), REST_MS);
    return () => clearTimeout(timer);
  }, []);
  const query = useQuery({
    queryKey: ["alert", id, "same-place"],
    enabled: rests,
    staleTime: 60_000,
    meta: { ownLive: true },
    queryFn: () =>
      told(
        api.GET("/v1/alerts/{alert_id}/same-place", {
          params: { path: { alert_id: id }, query: { limit: MOST } },
        }),
      ),
  });
  return (
    <section className={classes.card}>
      <Title order={3} className={classes.cardTitle}>
        {t("same.title")}
      </Title>
      <Asked query={query} rows={1}>
        {({ items }) =>
          items.length === 0 ? (
            <Text size="sm" className="ws-quiet">
              {t("same.none")}
            </Text>
          ) : (
            <ul className={classes.same}>
              {items.map((line) => (
                <Same key={line.id} line={line} names={names} />
              ))}
            </ul>
          )
        }
      </Asked>
    </section>
  );
}

function Same({ line, names }: { line: Shapes["AlertLine"]; names: Names }): ReactNode {
  const { t } = useTranslation("codes");
  return (
    <li>
      <Link href={`/${line.id}`} className={classes.sameLink}>
        <Severity grade={line.severity} size={15} />
        <span className={classes.sameTitle}>{names.rule(line.rule)}</span>
        <span className="ws-quiet">
          {t(`handling.${line.handling}`)}
          {line.reason && `: ${t(`dismiss.${line.reason}`)}`}
        </span>
        <Moment at={line.raised_at ?? line.first_seen} />
      </Link>
    </li>
  );
}
