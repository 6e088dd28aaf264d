/** Every box: there or not, what waits in its outbox, what it runs, what is wrong, and where every record it made is. */
import { Alert, Badge, Text, TextInput, Title } from "@mantine/core";
import { IconAlertTriangle, IconCloudOff, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearch } from "wouter";

import { says } from "@/parts/finding";
import { useWard } from "@/app/ward";
import { Asked, Empty } from "@/parts/States";
import { Age, Moment } from "@/parts/time";
import { length, number, percent } from "@/words/format";
import { wards } from "@/wire/queries";

import { type Box, faultsOf, orderedBoxes } from "./fleet";
import classes from "./fleet.module.css";
import { LedgerLine } from "./LedgerLine";
import { allNodes } from "./queries";

const MOST = 200;

export function Nodes(): ReactNode {
  const { t, i18n } = useTranslation("fleet");
  const { ward } = useWard();
  const query = useQuery(allNodes);
  const [text, setText] = useState("");
  const asked = new URLSearchParams(useSearch()).get("node");
  return (
    <Asked query={query}>
      {({ items }) => {
        const boxes = orderedBoxes(items, asked ? undefined : ward);
        const found = boxes.filter((box) => says(`${box.name} ${box.id}`, text));
        const away = boxes.filter((box) => !box.online).length;
        return (
          <div className={classes.nodes}>
            <Text component="p" fw={600} role="status" m={0}>
              {t("count.node", { count: boxes.length, shown: number(boxes.length, i18n.language) })}
              {": "}
              {t("count.nodeStates", { online: boxes.length - away, away })}
            </Text>
            {boxes.length > 3 && (
              <TextInput
                maw={360}
                aria-label={t("filter.text")}
                placeholder={t("filter.text")}
                leftSection={<IconSearch size={16} aria-hidden />}
                value={text}
                onChange={(event) => setText(event.currentTarget.value)}
              />
            )}
            {found.length === 0 && <Empty title={t(boxes.length ? "none.found" : "none.nodes")} />}
            <div className={classes.cards}>
              {found.slice(0, MOST).map((box) => (
                <Card key={box.id} box={box} open={box.id === asked} />
              ))}
            </div>
            {found.length > MOST && (
              <Text className="ws-quiet">{t("none.more", { count: found.length - MOST })}</Text>
            )}
          </div>
        );
      }}
    </Asked>
  );
}

function Card({ box, open }: { box: Box; open: boolean }): ReactNode {
  const { t } = useTranslation("fleet");
  const { data } = useQuery(wards);
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (open) card.current?.scrollIntoView({ block: "nearest" });
  }, [open]);
  return (
    <article
      ref={card}
      className={`ws-panel ${classes.card}`}
      data-open={open || undefined}
      aria-label={box.name}
    >
      <header className={classes.cardHead}>
        <div>
          <Title order={2} size="h5">
            {box.name}
          </Title>
          <Text size="xs" className="ws-quiet">
            {box.id} · {data?.find((ward) => ward.id === box.ward)?.name ?? box.ward}
          </Text>
        </div>
        <Badge variant="light" color={box.online ? "jade" : "red"} size="lg" tt="none">
          {t(box.online ? "node.online" : "node.offline")}
        </Badge>
      </header>
      {box.deaf_since && (
        <Alert color="yellow" p="xs" icon={<IconCloudOff size={18} />} role="status">
          {t("node.deaf")} <Moment at={box.deaf_since} />
        </Alert>
      )}
      <Faults box={box} />
      <Facts box={box} />
      <LedgerLine box={box} />
    </article>
  );
}

function Faults({ box }: { box: Box }): ReactNode {
  const { t, i18n } = useTranslation("fleet");
  const worded = (code: string): string => {
    const place = ["fault", "deadLetter"].find((one) => i18n.exists(`${one}.${code}`, { ns: "codes" }));
    return place ? t(`codes:${place}.${code}`) : code;
  };
  return faultsOf(box).map(({ code }) => (
    <Alert key={code} color="red" p="xs" icon={<IconAlertTriangle size={18} />}>
      {worded(code)}
    </Alert>
  ));
}

function Facts({ box }: { box: Box }): ReactNode {
  const { t, i18n } = useTranslation("fleet");
  const language = i18n.language;
  const share = (name: string): string | null => {
    const value = box.health?.[name];
    return typeof value === "number" ? percent(value, language) : null;
  };
  const load = (["cpu", "memory", "disk"] as const)
    .map((name) => [t(`node.${name}`), share(name)])
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name} ${value}`)
    .join(" · ");
  const facts: [string, ReactNode][] = [
    ["heard", box.heard_at ? <Age key="heard" at={box.heard_at} /> : t("node.never")],
    ["since", box.status_at ? <Moment key="since" at={box.status_at} /> : "–"],
    ["outbox", <Outbox key="outbox" box={box} />],
    ["clock", <NodeClock key="clock" box={box} />],
    ["load", load || "–"],
    ["config", box.config_rev ?? "–"],
    ["versions", <Versions key="versions" box={box} />],
  ];
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{t(`node.${name}`)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Outbox({ box }: { box: Box }): ReactNode {
  const { t, i18n } = useTranslation("fleet");
  if (box.outbox_records === null) return t("app:state.unknown");
  if (box.outbox_records === 0) return t("node.outboxEmpty");
  return t("node.outboxHolds", {
    count: box.outbox_records,
    shown: number(box.outbox_records, i18n.language),
    age: length(box.outbox_age_s ?? 0, i18n.language),
  });
}

function NodeClock({ box }: { box: Box }): ReactNode {
  const { t, i18n } = useTranslation("fleet");
  const clock = box.clock as { source?: string; offset_ms?: number; synced?: boolean } | null;
  if (!clock) return t("app:state.unknown");
  const source = t(`codes:clockSource.${clock.source ?? "none"}`, { defaultValue: clock.source ?? "" });
  const offset = t("clock.ok", { offset: number(clock.offset_ms ?? 0, i18n.language, 0) });
  return (
    <span className={clock.synced ? undefined : classes.bad}>
      {source}, {offset}
      {!clock.synced && `, ${t("clock.unsynced")}`}
    </span>
  );
}

function Versions({ box }: { box: Box }): ReactNode {
  const told = useMemo(
    () =>
      Object.entries(box.versions ?? {}).toSorted(
        ([a], [b]) => Number(b === "wardsense") - Number(a === "wardsense") || a.localeCompare(b),
      ),
    [box.versions],
  );
  if (told.length === 0) return "–";
  return told.map(([name, version]) => `${name} ${String(version)}`).join(" · ");
}
