/** Every camera and sensor: how it is, since when and why, its day, its clock, its drops. Only the rows in view are drawn. */
import { Group, SegmentedControl, Select, Stack, Text, TextInput, UnstyledButton } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useSearch } from "wouter";

import { useWard } from "@/app/ward";
import { CoverageBar } from "@/parts/CoverageBar";
import { Asked, Empty } from "@/parts/States";
import { Age, Moment } from "@/parts/time";
import { number, percent } from "@/words/format";
import { allDevices, useFreshLists } from "@/wire/everything";

import { DevicePanel } from "./DevicePanel";
import { chosen, CLOCK_OFF_MS, type Device, dropped, stateOf, STATES, summary, type Wanted } from "./fleet";
import classes from "./fleet.module.css";
import { StateMark } from "./StateMark";

const ALL = "all";

export function Devices(): ReactNode {
  useFreshLists();
  const { ward } = useWard();
  const query = useQuery(allDevices(ward));
  return <Asked query={query}>{({ items }) => <Found devices={items} />}</Asked>;
}

function Found({ devices }: { devices: readonly Device[] }): ReactNode {
  const { t } = useTranslation("fleet");
  const [wanted, setWanted] = useState<Wanted>({ kind: null, state: null, text: "" });
  const late = useDeferredValue(wanted);
  const shown = useMemo(() => chosen(devices, late), [devices, late]);
  const [, navigate] = useLocation();
  const id = new URLSearchParams(useSearch()).get("device");
  const open = devices.find((device) => device.id === id) ?? null;
  return (
    <Stack gap={0} className={classes.whole}>
      <Summary devices={devices} />
      <Filters wanted={wanted} want={(change) => setWanted({ ...wanted, ...change })} />
      {shown.length === 0 ? (
        <Empty title={t(devices.length ? "none.found" : "none.devices")} />
      ) : (
        <Table devices={shown} open={open} choose={(device) => navigate(`?device=${device.id}`)} />
      )}
      <DevicePanel id={id} known={open} close={() => navigate("", { replace: true })} />
    </Stack>
  );
}

function Summary({ devices }: { devices: readonly Device[] }): ReactNode {
  const { t, i18n } = useTranslation("fleet");
  const lines = summary(devices).map(({ kind, all, states }) => {
    const told = states
      .map(({ state, count }) => `${number(count, i18n.language)} ${t(`state.${state}`)}`)
      .join(", ");
    return `${t(`count.${kind}`, { count: all, shown: number(all, i18n.language) })}: ${told}`;
  });
  return (
    <Text component="p" role="status" fw={600} className={classes.summary}>
      {lines.join(" · ")}
    </Text>
  );
}

function Filters({ wanted, want }: { wanted: Wanted; want: (change: Partial<Wanted>) => void }): ReactNode {
  const { t } = useTranslation("fleet");
  return (
    <Group className={classes.filters} gap="sm">
      <TextInput
        className={classes.search}
        aria-label={t("filter.text")}
        placeholder={t("filter.text")}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={wanted.text}
        onChange={(event) => want({ text: event.currentTarget.value })}
      />
      <SegmentedControl
        aria-label={t("filter.kind")}
        value={wanted.kind ?? ALL}
        onChange={(kind) => want({ kind: kind === "camera" || kind === "sensor" ? kind : null })}
        data={[ALL, "camera", "sensor"].map((value) => ({ value, label: t(`filter.${value}`) }))}
      />
      <Select
        w={170}
        aria-label={t("filter.state")}
        placeholder={t("filter.anyState")}
        clearable
        value={wanted.state}
        onChange={(state) => want({ state: state })}
        data={STATES.map((value) => ({ value, label: t(`codes:deviceState.${value}`) }))}
      />
    </Group>
  );
}

const COLUMNS = ["name", "state", "today", "clock", "drops"] as const;

interface TableProps {
  devices: readonly Device[];
  open: Device | null;
  choose: (device: Device) => void;
}

function Table({ devices, open, choose }: TableProps): ReactNode {
  const { t } = useTranslation("fleet");
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- its rows are read on every render, and not remembered
  const rows = useVirtualizer({
    count: devices.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 72,
    overscan: 6,
    getItemKey: (index) => devices[index]!.id,
  });
  const at = devices.findIndex((device) => device.id === open?.id);
  useEffect(() => {
    if (at >= 0) rows.scrollToIndex(at, { align: "auto" });
    // Only when another device is opened: new values must not move the table under the reader.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [open?.id]);
  return (
    <div ref={scroller} className={classes.scroller}>
      <div role="table" aria-label={t("table")} aria-rowcount={devices.length + 1}>
        <div role="row" className={classes.head} aria-rowindex={1}>
          {COLUMNS.map((column) => (
            <span key={column} role="columnheader">
              {t(`column.${column}`)}
            </span>
          ))}
        </div>
        <div role="rowgroup" className={classes.rows} style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((row) => {
            const device = devices[row.index]!;
            return (
              <div
                key={row.key}
                ref={rows.measureElement}
                data-index={row.index}
                role="row"
                aria-rowindex={row.index + 2}
                className={classes.row}
                data-open={device.id === open?.id || undefined}
                style={{ transform: `translateY(${row.start}px)` }}
              >
                <Cells device={device} choose={choose} />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Cells({ device, choose }: { device: Device; choose: (device: Device) => void }): ReactNode {
  const { t, i18n } = useTranslation("fleet");
  const drops = dropped(device);
  return (
    <>
      <div role="cell">
        <UnstyledButton className={classes.name} onClick={() => choose(device)}>
          {device.name}
        </UnstyledButton>
        <Text size="xs" className="ws-quiet">
          {t(`codes:deviceKind.${device.kind}`)} · {device.id}
        </Text>
      </div>
      <div role="cell">
        <StateMark state={stateOf(device)} />
        <Since device={device} />
      </div>
      <div role="cell">
        {device.kind === "sensor" ? <Value device={device} /> : <Today device={device} />}
      </div>
      <div role="cell">
        <span className={classes.label}>{t("column.clock")}: </span>
        <Clock device={device} />
      </div>
      <div role="cell" className="ws-number">
        <span className={classes.label}>{t("column.drops")}: </span>
        {device.kind === "sensor" ? "–" : number(drops, i18n.language)}
      </div>
    </>
  );
}

/** Since when, and why. */
export function Since({ device }: { device: Device }): ReactNode {
  const { t } = useTranslation("fleet");
  const cause =
    device.state !== "live" && device.cause
      ? t(`codes:reason.${device.cause}`, { defaultValue: device.cause })
      : null;
  if (!device.state_since && !cause) return null;
  return (
    <Text size="xs" className="ws-quiet">
      {device.state_since && (
        <>
          {t("since")} <Moment at={device.state_since} />
        </>
      )}
      {device.state_since && cause && " · "}
      {cause}
    </Text>
  );
}

function Today({ device }: { device: Device }): ReactNode {
  const { t, i18n } = useTranslation("fleet");
  const { today } = device;
  if (!today) return <span className="ws-quiet">–</span>;
  const all = today.watched_s + today.untold_s + Object.values(today.blind_s).reduce((a, b) => a + b, 0);
  return (
    <>
      <CoverageBar watch={today} />
      <Text size="xs" className="ws-quiet ws-number">
        {t("watched", { share: percent(all > 0 ? today.watched_s / all : 0, i18n.language) })}
      </Text>
    </>
  );
}

function Value({ device }: { device: Device }): ReactNode {
  const { t, i18n } = useTranslation("fleet");
  if (device.value === null) return <span className="ws-quiet">{t("noValue")}</span>;
  const doubt =
    device.quality && device.quality !== "good" ? ` · ${t(`codes:quality.${device.quality}`)}` : "";
  return (
    <>
      <Text fw={600} className="ws-number">
        {number(device.value, i18n.language, 2)} {device.unit}
      </Text>
      <Text size="xs" className="ws-quiet">
        {device.value_at && <Age at={device.value_at} />}
        {doubt}
      </Text>
    </>
  );
}

export function Clock({ device }: { device: Device }): ReactNode {
  const { t, i18n } = useTranslation("fleet");
  const off = device.clock_offset_ms;
  if (off === null) return <span className="ws-quiet">{t("app:state.unknown")}</span>;
  const bad = Math.abs(off) > CLOCK_OFF_MS;
  return (
    <span className={bad ? classes.bad : "ws-number"}>
      {t(bad ? "clock.off" : "clock.ok", { offset: number(off, i18n.language, 0) })}
    </span>
  );
}
