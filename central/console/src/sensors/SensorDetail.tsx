import { ActionIcon, Alert, Anchor, Badge, Group, Stack, Table, Text, Title } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { Severity } from "@/parts/Severity";
import { Asked, Empty, Loading } from "@/parts/States";
import { Age } from "@/parts/time";
import { exact, number } from "@/words/format";
import { api, told } from "@/wire/client";
import { rules } from "@/wire/queries";

import { readings } from "./readings";
import { columns, type Device, type Line, limitsOf, type Point, summary } from "./series";

const Chart = lazy(() => import("./Chart"));
const LAST = 12;

export function SensorDetail({ id, close }: { id: string; close: () => void }): ReactNode {
  const { t } = useTranslation(["sensors", "app"]);
  const sensor = useQuery({
    queryKey: ["device", id],
    queryFn: () => told(api.GET("/v1/devices/{device_id}", { params: { path: { device_id: id } } })),
    refetchInterval: 10_000,
  });
  return (
    <Stack gap="md">
      <Group wrap="nowrap">
        <ActionIcon variant="default" size="lg" hiddenFrom="md" aria-label={t("app:do.back")} onClick={close}>
          <IconArrowLeft size={18} />
        </ActionIcon>
        <Title order={2} size="h3">
          {sensor.data?.name ?? id}
        </Title>
      </Group>
      <Asked query={sensor}>{(found) => <Measured sensor={found} />}</Asked>
    </Stack>
  );
}

function Measured({ sensor }: { sensor: Device }): ReactNode {
  const client = useQueryClient();
  const { t, i18n } = useTranslation(["sensors", "codes"]);
  const points = useQuery(readings(sensor.id, client));
  const { data: known } = useQuery(rules);
  const lines = useMemo(() => limitsOf(sensor, known ?? []), [sensor, known]);
  const value =
    sensor.value === null ? t("noValue") : `${number(sensor.value, i18n.language, 2)} ${sensor.unit ?? ""}`;
  return (
    <Stack gap="md">
      <Group gap="lg">
        <Text fz={36} fw={600} className="ws-number" aria-live="polite">
          {value}
        </Text>
        <Stack gap={2}>
          <Badge
            color={sensor.quality === "good" || sensor.quality === null ? "jade" : "orange"}
            variant="light"
          >
            {t(`codes:quality.${sensor.quality ?? "good"}`)}
          </Badge>
          <Text size="sm" className="ws-quiet">
            {sensor.value_at ? <Age at={sensor.value_at} /> : t("never")}
          </Text>
        </Stack>
        <Anchor href={`#/map?device=${sensor.id}`} size="sm">
          {t("onMap")}
        </Anchor>
      </Group>
      <Asked query={points}>{(found) => <Drawn sensor={sensor} points={found} lines={lines} />}</Asked>
    </Stack>
  );
}

function Drawn({ sensor, points, lines }: { sensor: Device; points: Point[]; lines: Line[] }): ReactNode {
  const { t, i18n } = useTranslation("sensors");
  const data = useMemo(() => columns(points), [points]);
  const whole = useMemo((): [number, number] => {
    const end = (data[0].at(-1) ?? 0) + 60;
    return [Math.max(end - 86_400, (data[0][0] ?? 0) - 60), end];
  }, [data]);
  const figures = useMemo(() => summary(points), [points]);
  if (points.length === 0) return <Empty title={t("empty")}>{t("emptyWhy")}</Empty>;
  const say = (value: number): string => `${number(value, i18n.language, 2)} ${sensor.unit ?? ""}`;
  const told = figures
    ? t("figures", { least: say(figures.least), most: say(figures.most), mean: say(figures.mean) })
    : "";
  return (
    <Stack gap="md">
      <Suspense fallback={<Loading rows={1} height={320} />}>
        <Chart
          data={data}
          lines={lines}
          unit={sensor.unit ?? ""}
          label={`${sensor.name}. ${told}`}
          whole={whole}
        />
      </Suspense>
      <Limits lines={lines} say={say} />
      {told && <Text size="sm">{told}</Text>}
      {figures && figures.notGood > 0 && (
        <Alert color="orange">{t("notGood", { count: figures.notGood })}</Alert>
      )}
      <Newest points={points} say={say} />
    </Stack>
  );
}

function Limits({ lines, say }: { lines: readonly Line[]; say: (value: number) => string }): ReactNode {
  const { t, i18n } = useTranslation("sensors");
  if (lines.length === 0)
    return (
      <Text size="sm" className="ws-quiet">
        {t("noLimits")}
      </Text>
    );
  return (
    <Stack gap={4}>
      {lines.map((line) => (
        <Group key={`${line.rule.id}.${line.role}.${line.at}`} gap="xs">
          {line.role === "clear" ? <ClearMark /> : <Severity grade={line.severity} size={14} />}
          <Text size="sm">
            {t(`limit.${line.role}`, {
              value: say(line.at),
              rule: i18n.language === "vi" ? line.rule.title_vi : line.rule.title_en,
            })}
          </Text>
        </Group>
      ))}
    </Stack>
  );
}

function ClearMark(): ReactNode {
  return (
    <svg className="ws-mark" width={14} height={14} viewBox="0 0 14 14" aria-hidden="true">
      <path d="M0 7H14" stroke="var(--ws-good)" strokeWidth="2" strokeDasharray="3 2" />
    </svg>
  );
}

function Newest({ points, say }: { points: readonly Point[]; say: (value: number) => string }): ReactNode {
  const { t, i18n } = useTranslation(["sensors", "codes"]);
  return (
    <Table captionSide="top" verticalSpacing={6}>
      <Table.Caption>{t("newest")}</Table.Caption>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t("at")}</Table.Th>
          <Table.Th>{t("value")}</Table.Th>
          <Table.Th>{t("qualityHead")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {points
          .slice(-LAST)
          .reverse()
          .map((point) => (
            <Table.Tr key={point.at}>
              <Table.Td>
                <time dateTime={point.at} className="ws-number">
                  {exact(point.at, i18n.language)}
                </time>
              </Table.Td>
              <Table.Td className="ws-number">{point.value === null ? "–" : say(point.value)}</Table.Td>
              <Table.Td>
                {t(`codes:quality.${point.quality}`)}
                {typeof point.reason?.code === "string" && `: ${t(`codes:reason.${point.reason.code}`)}`}
              </Table.Td>
            </Table.Tr>
          ))}
      </Table.Tbody>
    </Table>
  );
}
