/** One alert whole: its pictures, why it was raised, where, its life, and what happened at the same place. */
import { ActionIcon, Anchor, Button, Group, Stack, Text, Title, Tooltip } from "@mantine/core";
import {
  IconArrowLeft,
  IconBriefcase,
  IconChevronDown,
  IconChevronUp,
  IconMapPin,
} from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { memo, type ReactNode, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useChanges, useSession } from "@/app/session";
import { Failed, Loading } from "@/parts/States";
import { Severity } from "@/parts/Severity";
import { Age, Deadline, Moment } from "@/parts/time";
import { percent } from "@/words/format";
import { api, Problem, told } from "@/wire/client";

import { handlingOf, type Line, reasonOf, type Row } from "./board";
import classes from "./Detail.module.css";
import { Life } from "./Life";
import { Pictures } from "./Pictures";
import type { Detail as Whole, Queue } from "./queue";
import { SamePlace } from "./SamePlace";
import { UndoButton } from "./UndoButton";
import { Why } from "./Why";
import { shots } from "./why";
import type { Names } from "./words";

interface Props {
  id: string;
  row: Row | undefined;
  queue: Queue;
  names: Names;
  /** Back to the list, where this is a page of its own. */
  back: (() => void) | null;
  undo: (id: string) => void;
  /** The alert below (1) or above (-1). */
  step: (by: 1 | -1) => void;
}

/** A cursor that runs on asks for nothing; one that rests here asks once. */
const REST_MS = 150;

export const Detail = memo(function Detail(props: Props): ReactNode {
  const { id, row, queue, back } = props;
  const { t } = useTranslation("queue");
  const whole = useWhole(id, queue, row?.line.version);
  const line = row?.line ?? whole.data;
  if (!line) {
    if (whole.error)
      return (
        <Stack>
          {back && <Back back={back} />}
          {whole.error instanceof Problem && whole.error.status === 404 ? (
            <Text p="xl">{t("detail.notFound")}</Text>
          ) : (
            <Failed error={whole.error} again={() => void whole.refetch()} />
          )}
        </Stack>
      );
    return <Loading rows={3} height={140} />;
  }
  return <Alert {...props} line={line} whole={whole.data} />;
});

/** The alert whole, asked for when the cursor rests; again when the queue has learnt of a newer version. */
function useWhole(id: string, queue: Queue, version: number | undefined) {
  const client = useQueryClient();
  const [rests, setRests] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setRests(true), REST_MS);
    return () => clearTimeout(timer);
  }, []);
  const key = useMemo(() => ["alert", id, "whole"], [id]);
  const query = useQuery({
    queryKey: key,
    enabled: rests,
    staleTime: 5_000,
    meta: { ownLive: true },
    queryFn: async (): Promise<Whole> => {
      const found = await told(api.GET("/v1/alerts/{alert_id}", { params: { path: { alert_id: id } } }));
      queue.hear(found);
      return found;
    },
  });
  useChanges(
    useMemo(
      () => ({
        changed: (changes) => {
          if (changes.some((change) => change.kind === "alert" && change.row === id))
            void client.invalidateQueries({ queryKey: key });
        },
      }),
      [client, id, key],
    ),
  );
  const behind = query.data !== undefined && version !== undefined && query.data.version < version;
  useEffect(() => {
    if (behind) void client.invalidateQueries({ queryKey: key });
  }, [behind, client, key]);
  return query;
}

function Back({ back }: { back: () => void }): ReactNode {
  const { t } = useTranslation("queue");
  return (
    <ActionIcon variant="subtle" size={44} aria-label={t("detail.back")} onClick={back}>
      <IconArrowLeft />
    </ActionIcon>
  );
}

function Alert({
  line,
  whole,
  row,
  names,
  back,
  undo,
  step,
}: Props & { line: Line; whole: Whole | undefined }): ReactNode {
  const pictures = useMemo(() => shots(line, whole?.events), [line, whole?.events]);
  const title = names.rule(line.rule);
  return (
    <article className={classes.alert} aria-labelledby="alert-title">
      <header className={classes.head}>
        {back && <Back back={back} />}
        <div className={classes.heading}>
          <Group gap={8} wrap="nowrap" align="center">
            <Severity grade={line.severity} size={20} />
            <Title order={2} size="h3" id="alert-title">
              {title}
            </Title>
          </Group>
          <Text className="ws-quiet" size="sm">
            {line.device.name ?? line.device.id}
            {line.zone && ` · ${line.zone_name ?? names.zone(line.zone)}`}
            {` · ${names.ward(line.ward)}`}
          </Text>
        </div>
        <Handled line={line} row={row} undo={undo} />
        <Neighbours step={step} />
      </header>
      <div className={classes.body}>
        <div className={classes.column}>
          <Pictures id={line.id} shots={pictures} title={title} sensor={line.device.kind === "sensor"} />
        </div>
        <div className={classes.column}>
          <Numbers line={line} names={names} />
          <Why line={line} whole={whole} names={names} />
          <Life whole={whole} />
          <SamePlace id={line.id} names={names} />
        </div>
      </div>
    </article>
  );
}

function Neighbours({ step }: Pick<Props, "step">): ReactNode {
  const { t } = useTranslation("queue");
  return (
    <div className={classes.steps}>
      {([-1, 1] as const).map((by) => (
        <Tooltip key={by} label={t(by < 0 ? "help.previous" : "help.next")}>
          <Button
            variant="default"
            size="compact-md"
            px={7}
            aria-label={t(by < 0 ? "help.previous" : "help.next")}
            aria-keyshortcuts={by < 0 ? "K" : "J"}
            rightSection={<kbd className="ws-key">{by < 0 ? "K" : "J"}</kbd>}
            onClick={() => step(by)}
          >
            {by < 0 ? <IconChevronUp size={18} aria-hidden /> : <IconChevronDown size={18} aria-hidden />}
          </Button>
        </Tooltip>
      ))}
    </div>
  );
}

function Handled({ line, row, undo }: Pick<Props, "row" | "undo"> & { line: Line }): ReactNode {
  const { t } = useTranslation(["queue", "codes"]);
  const { me } = useSession();
  const handling = row ? handlingOf(row) : line.handling;
  const reason = row ? reasonOf(row) : line.reason;
  const mine = row?.mine !== undefined && row.mine !== null ? true : line.handler === me.id;
  const who = mine ? t("queue:row.you") : line.handler_name;
  return (
    <Stack gap={6} align="flex-end" className={classes.handled}>
      <span className={classes.badge} data-handling={handling}>
        {t(`codes:handling.${handling}`)}
        {handling === "dismissed" && reason ? `: ${t(`codes:dismiss.${reason}`)}` : ""}
      </span>
      {handling !== "new" && who && (
        <Text size="xs" className="ws-quiet">
          {who}
          {line.handled_at && (
            <>
              {" · "}
              <Moment at={line.handled_at} />
            </>
          )}
        </Text>
      )}
      {row && <UndoButton row={row} me={me.id} undo={() => undo(line.id)} />}
      {line.case_id && (
        <Button
          component={Link}
          href={`~/cases/${line.case_id}`}
          size="compact-sm"
          variant="light"
          leftSection={<IconBriefcase size={15} />}
        >
          {t("queue:detail.case")}
        </Button>
      )}
    </Stack>
  );
}

function Numbers({ line, names }: { line: Line; names: Names }): ReactNode {
  const { t, i18n } = useTranslation(["queue", "codes"]);
  const limit = names.limit(line.rule);
  const rule = names.ruleOf(line.rule);
  const pairs: (readonly [string, ReactNode])[] = [
    [t("queue:detail.raised"), <Age key="raised" at={line.raised_at ?? line.first_seen} />],
    [t("queue:detail.condition"), t(`codes:condition.${line.condition}`)],
    ...(typeof line.score === "number"
      ? [[t("queue:detail.score"), percent(line.score, i18n.language)] as const]
      : []),
    ...(line.deadline
      ? [[t("queue:detail.deadline"), <Deadline key="deadline" at={line.deadline} />] as const]
      : limit
        ? [[t("queue:detail.deadline"), limit] as const]
        : []),
    [t("queue:detail.unit"), names.unit(line.unit)],
    ...(rule ? [[t("queue:detail.disposition"), t(`codes:disposition.${rule.disposition}`)] as const] : []),
  ];
  return (
    <section className={classes.card} aria-label={t("queue:detail.numbers")}>
      <dl className={classes.numbers}>
        {pairs.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Anchor component={Link} href={`~/map?alert=${line.id}`} size="sm" className={classes.mapLink}>
        <IconMapPin size={16} aria-hidden /> {t("queue:detail.map")}
      </Anchor>
    </section>
  );
}
