/** What is chosen, with the ways on: to its alert, its case, its place in the fleet, and what else is at that place. */
import { ActionIcon, Anchor, Button, Group, Stack, Text, Title } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { CoverageBar } from "@/parts/CoverageBar";
import { Picture } from "@/parts/Picture";
import { Severity } from "@/parts/Severity";
import { Age, Deadline, Moment } from "@/parts/time";

import type { AlertLine, AlertSpot, CaseSpot, DeviceSpot, Item } from "./items";
import classes from "./map.module.css";
import { useRuleName, valueOf } from "./telling";

interface Props {
  item: Item;
  wardName: string;
  /** What else stands at the same place. */
  near: readonly Item[];
  choose: (item: Item) => void;
  close: () => void;
}
const MOST = 4;

export function ItemCard({ item, wardName, near, choose, close }: Props): ReactNode {
  const { t } = useTranslation("map");
  const nearWords = useNearWords();
  const title = useRef<HTMLHeadingElement>(null);
  // A screen reader follows to the card; a pointer does not mind.
  useEffect(() => title.current?.focus({ preventScroll: true }), [item.key]);
  return (
    <section className={classes.card} aria-label={t("card.title")}>
      <Group justify="space-between" wrap="nowrap" align="flex-start" gap="xs">
        <div>
          <Text size="xs" className="ws-quiet">
            {t(`one.${item.kind}`)} · {wardName}
          </Text>
          <Title order={2} size="h5" ref={title} tabIndex={-1} className={classes.cardTitle}>
            {item.name}
          </Title>
        </div>
        <ActionIcon variant="subtle" color="gray" size="lg" onClick={close} aria-label={t("app:do.close")}>
          <IconX size={18} />
        </ActionIcon>
      </Group>
      {item.kind === "alert" ? (
        <Alerts item={item} />
      ) : item.kind === "case" ? (
        <Cases item={item} />
      ) : (
        <Device item={item} />
      )}
      {near.length > 0 && (
        <Group gap={6} mt="sm">
          {near.map((other) => (
            <Button key={other.key} size="xs" variant="default" onClick={() => choose(other)}>
              {nearWords(other)}
            </Button>
          ))}
        </Group>
      )}
    </section>
  );
}

function useNearWords(): (other: Item) => string {
  const { t } = useTranslation("map");
  return (other) => {
    if (other.kind === "alert") return t("list.alerts", { count: other.alerts.length });
    if (other.kind === "case") return t("list.cases", { count: other.cases.length });
    return t(`one.${other.kind}`);
  };
}

function Alerts({ item }: { item: AlertSpot }): ReactNode {
  const { t } = useTranslation("map");
  const first = item.alerts[0];
  return (
    <Stack gap={6} mt="xs">
      {first?.evidence[0] && (
        <Picture
          through={`alerts/${first.id}`}
          evidence={first.evidence[0]}
          boxes={first.evidence[0].boxes}
          alt={t("card.picture")}
        />
      )}
      {item.alerts.slice(0, MOST).map((alert) => (
        <AlertRow key={alert.id} alert={alert} />
      ))}
      {item.alerts.length > MOST && (
        <Text size="sm" className="ws-quiet">
          {t("card.more", { count: item.alerts.length - MOST })}
        </Text>
      )}
    </Stack>
  );
}

function AlertRow({ alert }: { alert: AlertLine }): ReactNode {
  const { t } = useTranslation("map");
  const ruleName = useRuleName();
  return (
    <div className={classes.cardRow}>
      <Severity grade={alert.severity} />
      <div className={classes.cardWords}>
        <Anchor component={Link} href={`~/queue/${alert.id}`} fw={600} size="sm">
          {ruleName(alert.rule)}
        </Anchor>
        <Text size="xs" className="ws-quiet">
          {t(`codes:handling.${alert.handling}`)} · <Age at={alert.raised_at ?? alert.first_seen} />
        </Text>
      </div>
    </div>
  );
}

function Cases({ item }: { item: CaseSpot }): ReactNode {
  const { t } = useTranslation("map");
  const ruleName = useRuleName();
  return (
    <Stack gap={6} mt="xs">
      {item.cases.slice(0, MOST).map((one) => (
        <div key={one.id} className={classes.cardRow}>
          <Severity grade={one.severity} />
          <div className={classes.cardWords}>
            <Anchor component={Link} href={`~/cases/${one.id}`} fw={600} size="sm">
              {t("card.case", { number: one.number, name: ruleName(one.rule ?? one.kind) })}
            </Anchor>
            <Text size="xs" className="ws-quiet">
              {t(`codes:caseState.${one.state}`)} · {one.unit_name ?? one.unit}
            </Text>
            <Text size="xs">
              <Deadline at={one.deadline} />
            </Text>
          </div>
        </div>
      ))}
      {item.cases.length > MOST && (
        <Text size="sm" className="ws-quiet">
          {t("card.more", { count: item.cases.length - MOST })}
        </Text>
      )}
    </Stack>
  );
}

function Device({ item: { device } }: { item: DeviceSpot }): ReactNode {
  const { t, i18n } = useTranslation("map");
  const cause = device.cause && t(`codes:reason.${device.cause}`, { defaultValue: device.cause });
  return (
    <Stack gap={6} mt="xs">
      {device.kind === "sensor" && (
        <Text size="xl" fw={600} className="ws-number">
          {valueOf(device, i18n.language)}
        </Text>
      )}
      {device.value_at && (
        <Text size="xs" className="ws-quiet">
          {t("card.measured")} <Age at={device.value_at} />
          {device.quality && device.quality !== "good" && ` · ${t(`codes:quality.${device.quality}`)}`}
        </Text>
      )}
      <Text size="sm">
        <b>{t(`codes:deviceState.${device.state}`, { defaultValue: device.state })}</b>
        {device.state_since && (
          <>
            {" "}
            {t("card.since")} <Moment at={device.state_since} />
          </>
        )}
        {device.state !== "live" && cause && ` · ${cause}`}
      </Text>
      {device.today && <CoverageBar watch={device.today} words />}
      <Group gap="md">
        <Anchor component={Link} href={`~/fleet?device=${device.id}`} size="sm">
          {t("card.fleet")}
        </Anchor>
        {device.kind === "sensor" && (
          <Anchor component={Link} href={`~/sensors/${device.id}`} size="sm">
            {t("card.chart")}
          </Anchor>
        )}
      </Group>
    </Stack>
  );
}
