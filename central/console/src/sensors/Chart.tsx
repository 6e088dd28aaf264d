/**
 * 24 hours of one sensor with its rules' lines: drag or pinch to look closer, arrows and +/- on the keyboard, double
 * click for the whole. uPlot draws; colours come from the theme and change with it.
 */
import "uplot/dist/uPlot.min.css";

import { ActionIcon, Group, useComputedColorScheme } from "@mantine/core";
import { IconArrowsHorizontal, IconZoomIn, IconZoomOut } from "@tabler/icons-react";
import { type ReactNode, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import UPlot from "uplot";

import { rem } from "@/parts/size";
import { clock, exact, number, seconds, ZONE } from "@/words/format";

import classes from "./Chart.module.css";
import { type Columns, type Line, zoomed } from "./series";

interface Props {
  data: Columns;
  lines: readonly Line[];
  unit: string;
  /** What the picture shows, for who cannot see it. */
  label: string;
  /** The whole of the time, seconds since 1970. */
  whole: [number, number];
}

interface Words {
  at: string;
  value: string;
}

const HEIGHT_REM = 20;

const ink = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function drawLines(lines: readonly Line[]): (plot: UPlot) => void {
  return (plot) => {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.lineWidth = devicePixelRatio * 1.5;
    ctx.font = `${0.75 * rem() * devicePixelRatio}px 'Be Vietnam Pro', sans-serif`;
    for (const line of lines) {
      const y = plot.valToPos(line.at, "y", true);
      if (y < bbox.top || y > bbox.top + bbox.height) continue;
      ctx.strokeStyle = ctx.fillStyle = ink(line.role === "clear" ? "--ws-good" : `--ws-${line.severity}`);
      ctx.setLineDash(line.role === "clear" ? [3 * devicePixelRatio, 5 * devicePixelRatio] : []);
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
    }
    ctx.restore();
  };
}

function range(data: Columns, lines: readonly Line[]): [number, number] {
  const values = [...data[1].filter((value) => value !== null), ...lines.map((line) => line.at)];
  if (values.length === 0) return [0, 1];
  const [least, most] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  const room = (most - least || Math.abs(most) || 1) * 0.08;
  return [least - room, most + room];
}

/** Minutes on the axis, and seconds where minutes would repeat themselves. */
function tick(at: number, ticks: readonly number[], language: string): string {
  const apart = (ticks[1] ?? 0) - (ticks[0] ?? 0);
  return (apart < 60 ? seconds : clock)(new Date(at * 1000), language);
}

function options(props: Props, words: Words, language: string, width: number): UPlot.Options {
  const em = rem();
  const grid = { stroke: ink("--ws-line"), width: 1 };
  const axis = {
    stroke: ink("--ws-quiet"),
    grid,
    ticks: grid,
    font: `${0.75 * em}px 'Be Vietnam Pro'`,
    size: 3.125 * em,
  };
  return {
    width,
    height: HEIGHT_REM * em,
    tzDate: (at) => UPlot.tzDate(new Date(at * 1000), ZONE),
    cursor: { drag: { x: true, y: false, setScale: true }, points: { size: 8 } },
    scales: { x: { time: true }, y: { range: () => range(props.data, props.lines) } },
    axes: [
      { ...axis, space: 5 * em, values: (_, ticks) => ticks.map((at) => tick(at, ticks, language)) },
      { ...axis, size: 4 * em, values: (_, ticks) => ticks.map((value) => number(value, language, 2)) },
    ],
    series: [
      { label: words.at, value: (_, at) => (at === null ? "–" : exact(new Date(at * 1000), language)) },
      {
        label: words.value,
        stroke: ink("--ws-cursor"),
        width: 2,
        points: { show: false },
        value: (_, value) => (value === null ? "–" : `${number(value, language, 2)} ${props.unit}`),
      },
      {
        label: "",
        stroke: ink("--ws-major"),
        width: 0,
        points: { show: true, size: 5, fill: ink("--ws-major") },
      },
    ],
    legend: { live: true },
    hooks: { draw: [drawLines(props.lines)] },
  };
}

/** Two fingers look closer; one finger goes along when part of the time is shown. Returns how to stop. */
function touches(plot: UPlot, show: (factor: number, around: number) => void): () => void {
  let apart = 0;
  const distance = (event: TouchEvent): number =>
    Math.abs(event.touches[0]!.clientX - event.touches[1]!.clientX);
  const begin = (event: TouchEvent): void => {
    if (event.touches.length === 2) apart = distance(event);
  };
  const move = (event: TouchEvent): void => {
    if (event.touches.length !== 2 || apart === 0) return;
    event.preventDefault();
    const middle =
      (event.touches[0]!.clientX + event.touches[1]!.clientX) / 2 - plot.over.getBoundingClientRect().left;
    const now = Math.max(12, distance(event));
    show(apart / now, plot.posToVal(middle, "x"));
    apart = now;
  };
  plot.over.addEventListener("touchstart", begin, { passive: true });
  plot.over.addEventListener("touchmove", move, { passive: false });
  return () => {
    plot.over.removeEventListener("touchstart", begin);
    plot.over.removeEventListener("touchmove", move);
  };
}

export default function Chart(props: Props): ReactNode {
  const { t, i18n } = useTranslation("sensors");
  const scheme = useComputedColorScheme();
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const shown = useRef<[number, number] | null>(null);
  const { data, lines, whole } = props;

  const show = useMemo(
    () => (factor: number, around?: number) => {
      const { min, max } = plot.current?.scales.x ?? {};
      if (!plot.current || min === undefined || max === undefined) return;
      const part = zoomed([min, max], whole, around ?? (min + max) / 2, factor);
      shown.current = part[1] - part[0] >= whole[1] - whole[0] - 1 ? null : part;
      plot.current.setScale("x", { min: part[0], max: part[1] });
    },
    [whole],
  );

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const made = new UPlot(
      options(props, { at: t("at"), value: t("value") }, i18n.language, element.clientWidth),
      data,
      element,
    );
    const [min, max] = shown.current ?? whole;
    made.setScale("x", { min, max });
    plot.current = made;
    const stop = touches(made, show);
    const observer = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: HEIGHT_REM * rem() }),
    );
    observer.observe(element);
    return () => {
      stop();
      observer.disconnect();
      made.destroy();
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- props are these parts; a new object each time is not news
  }, [data, lines, scheme, i18n.language, t, props.unit, whole, show]);

  return (
    <div>
      <Group justify="flex-end" gap={6} mb={4}>
        <ActionIcon variant="default" size="lg" aria-label={t("zoomIn")} onClick={() => show(0.5)}>
          <IconZoomIn size={18} />
        </ActionIcon>
        <ActionIcon variant="default" size="lg" aria-label={t("zoomOut")} onClick={() => show(2)}>
          <IconZoomOut size={18} />
        </ActionIcon>
        <ActionIcon variant="default" size="lg" aria-label={t("whole")} onClick={() => show(1e6)}>
          <IconArrowsHorizontal size={18} />
        </ActionIcon>
      </Group>
      <div ref={frame} role="img" aria-label={props.label} className={classes.frame} />
    </div>
  );
}
