/** Every sensor with its newest value; beside it (on phones: instead of it) the chart of the one looked at. */
import { Group, SimpleGrid, Stack, Text, Title, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Route, Switch, useLocation } from "wouter";

import { useWard } from "@/app/ward";
import { Severity } from "@/parts/Severity";
import { Asked, Empty } from "@/parts/States";
import { Age } from "@/parts/time";
import { number } from "@/words/format";
import { api, told } from "@/wire/client";
import { rules } from "@/wire/queries";

import { SensorDetail } from "./SensorDetail";
import classes from "./SensorsPage.module.css";
import { beyond, type Device, limitsOf } from "./series";

function Value({ sensor }: { sensor: Device }): ReactNode {
  const { t, i18n } = useTranslation("sensors");
  if (sensor.value === null) return <Text className="ws-quiet">{t("noValue")}</Text>;
  return (
    <Text component="span" fz={30} fw={600} className="ws-number">
      {number(sensor.value, i18n.language, 2)}{" "}
      <Text component="span" fz="md" className="ws-quiet">
        {sensor.unit}
      </Text>
    </Text>
  );
}

function Card({ sensor, chosen, open }: { sensor: Device; chosen: boolean; open: () => void }): ReactNode {
  const { t } = useTranslation(["sensors", "codes"]);
  const { data } = useQuery(rules);
  const crossed = beyond(sensor, limitsOf(sensor, data ?? []));
  const quality = sensor.quality ?? "good";
  return (
    <UnstyledButton className={`ws-panel ${classes.card}`} aria-pressed={chosen} onClick={open}>
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <Text fw={600}>{sensor.name}</Text>
        {crossed && <Severity grade={crossed.severity} />}
      </Group>
      <Text size="sm" className="ws-quiet">
        {t(`quantity.${sensor.quantity ?? "unknown"}`, { defaultValue: sensor.quantity ?? "" })}
      </Text>
      <Value sensor={sensor} />
      <Group gap="xs" justify="space-between">
        <Text
          size="sm"
          c={quality === "good" ? undefined : "var(--ws-major)"}
          fw={quality === "good" ? 400 : 600}
        >
          {t(`codes:quality.${quality}`)}
        </Text>
        <Text size="sm" className="ws-quiet">
          {sensor.value_at ? <Age at={sensor.value_at} /> : t("never")}
        </Text>
      </Group>
    </UnstyledButton>
  );
}

export default function SensorsPage(): ReactNode {
  const { t } = useTranslation("sensors");
  const { ward } = useWard();
  const [path, go] = useLocation();
  const sensors = useQuery({
    queryKey: ["device", "sensors", ward],
    queryFn: () => told(api.GET("/v1/devices", { params: { query: { kind: "sensor", ward, limit: 1000 } } })),
    refetchInterval: 10_000,
  });
  const chosen = path.slice(1);
  return (
    <div className={classes.page} data-chosen={chosen !== "" || undefined}>
      <section className={classes.list} aria-label={t("list")}>
        <Title order={1} size="h3" mb="sm">
          {t("title")}
        </Title>
        <Asked query={sensors}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title={t("none")}>{t("noneWhy")}</Empty>
            ) : (
              <SimpleGrid cols={{ base: 1, xs: 2, md: 1, xl: 2 }} spacing="sm">
                {items.map((sensor) => (
                  <Card
                    key={sensor.id}
                    sensor={sensor}
                    chosen={sensor.id === chosen}
                    open={() => go(`/${sensor.id}`)}
                  />
                ))}
              </SimpleGrid>
            )
          }
        </Asked>
      </section>
      <Switch>
        <Route path="/:id">
          {({ id }) => (
            <section className={classes.detail} aria-label={t("chart")}>
              <SensorDetail id={id} close={() => go("/")} />
            </section>
          )}
        </Route>
        <Route>
          <section className={classes.detail} aria-label={t("chart")}>
            <Stack h="100%" justify="center">
              <Empty title={t("choose")}>{t("chooseWhy")}</Empty>
            </Stack>
          </section>
        </Route>
      </Switch>
    </div>
  );
}
