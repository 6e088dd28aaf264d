/** One camera or sensor whole, beside the table; also one that the table does not hold. */
import { Anchor, Drawer, Group, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { CoverageBar } from "@/parts/CoverageBar";
import { Failed, Loading } from "@/parts/States";
import { Age, Moment } from "@/parts/time";
import { number } from "@/words/format";
import { api, told } from "@/wire/client";
import { wards } from "@/wire/queries";

import { Clock, Since } from "./Devices";
import { type Device, stateOf } from "./fleet";
import { StateMark } from "./StateMark";

interface Props {
  id: string | null;
  known: Device | null;
  close: () => void;
}

export function DevicePanel({ id, known, close }: Props): ReactNode {
  const { t } = useTranslation("fleet");
  const { data, error } = useQuery({
    queryKey: ["device", "one", id],
    enabled: id !== null && known === null,
    queryFn: () => told(api.GET("/v1/devices/{device_id}", { params: { path: { device_id: id ?? "" } } })),
  });
  const device = known ?? data ?? null;
  return (
    <Drawer
      opened={id !== null}
      onClose={close}
      position="right"
      title={<Text fw={600}>{device?.name ?? id}</Text>}
      closeButtonProps={{ "aria-label": t("app:do.close") }}
    >
      {device ? <Whole device={device} /> : error ? <Failed error={error} /> : <Loading rows={3} />}
    </Drawer>
  );
}

function Whole({ device }: { device: Device }): ReactNode {
  const { t, i18n } = useTranslation("fleet");
  const { data } = useQuery(wards);
  const drops = Object.entries(device.drops);
  const rows: [string, ReactNode][] = [
    ["kind", t(`codes:deviceKind.${device.kind}`)],
    ["id", device.id],
    ["ward", data?.find((ward) => ward.id === device.ward)?.name ?? device.ward],
    [
      "node",
      <>
        <Anchor component={Link} href={`/nodes?node=${device.node}`}>
          {device.node}
        </Anchor>{" "}
        {t(device.node_online ? "node.online" : "node.offline")}
      </>,
    ],
    ["clock", <Clock key="clock" device={device} />],
    ...(device.value_at ? [["value", <Age key="value" at={device.value_at} />] as [string, ReactNode]] : []),
    ...(device.retired_at
      ? [["retired", <Moment key="gone" at={device.retired_at} />] as [string, ReactNode]]
      : []),
  ];
  return (
    <Stack>
      <div>
        <StateMark state={stateOf(device)} />
        <Since device={device} />
      </div>
      {device.value !== null && (
        <Text size="xl" fw={600} className="ws-number">
          {number(device.value, i18n.language, 2)} {device.unit}
        </Text>
      )}
      {device.today && <CoverageBar watch={device.today} words />}
      <Table variant="vertical" layout="auto">
        <Table.Tbody>
          {rows.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row">{t(`detail.${name}`)}</Table.Th>
              <Table.Td style={{ overflowWrap: "anywhere" }}>{value}</Table.Td>
            </Table.Tr>
          ))}
          {device.kind === "camera" && (
            <Table.Tr>
              <Table.Th scope="row">{t("column.drops")}</Table.Th>
              <Table.Td>
                {drops.length === 0
                  ? t("drops.none")
                  : drops.map(([queue, count]) => (
                      <div key={queue}>
                        {t(`drops.${queue}`, { defaultValue: queue })}: {number(count, i18n.language)}
                      </div>
                    ))}
                <Text size="xs" className="ws-quiet">
                  {t("drops.since")}
                </Text>
              </Table.Td>
            </Table.Tr>
          )}
        </Table.Tbody>
      </Table>
      <Group>
        {device.lat !== null && (
          <Anchor component={Link} href={`~/map?device=${device.id}`}>
            {t("toMap")}
          </Anchor>
        )}
        {device.kind === "sensor" && (
          <Anchor component={Link} href={`~/sensors/${device.id}`}>
            {t("toChart")}
          </Anchor>
        )}
      </Group>
    </Stack>
  );
}
