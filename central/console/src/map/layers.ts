/**
 * The items as features of three sources, and the layers that draw them. Devices, alerts and cases gather in clusters
 * of their own when they are far away; nothing here is an element of the page, so ten thousand stay fluid.
 */
import type { Feature, FeatureCollection, Point } from "geojson";
import type { LayerSpecification, SourceSpecification } from "maplibre-gl";

import { number } from "@/words/format";

import type { Theme } from "./ground";
import { byGrade, type Item, watchedShare } from "./items";
import { ink } from "./symbols";

export const SOURCES = ["devices", "cases", "alerts"] as const;
export type SourceName = (typeof SOURCES)[number];
export type Points = Record<SourceName, FeatureCollection<Point>>;

/** Alerts stand so far above their camera or sensor, cases so far below it, on a screen of usual size. */
export const ABOVE_PX = 31;
export const BELOW_PX = 30;

/** What can be clicked, the uppermost first. */
export const PICKED = [
  "alert-clusters", "alerts", "case-clusters", "cases", "cameras", "sensors", "device-clusters",
]; // prettier-ignore

const point = (at: readonly [number, number], properties: Record<string, unknown>): Feature<Point> => ({
  type: "Feature",
  geometry: { type: "Point", coordinates: [at[0], at[1]] },
  properties,
});

/** A share in eighths, so that a few drawings serve ten thousand cameras. Only a whole is told as whole. */
export function eighths(share: number | null): string {
  if (share === null) return "none";
  return String(share >= 0.999 ? 8 : Math.min(7, Math.round(share * 8)));
}

function properties(item: Item, language: string): Record<string, unknown> {
  if (item.kind === "alert")
    return {
      worst: byGrade(item.grade),
      grade: item.grade,
      count: item.alerts.length,
      fresh: item.fresh ? 1 : 0,
    };
  if (item.kind === "case")
    return { late: item.late ? 1 : 0, look: item.late ? "late" : "due", count: item.cases.length };
  const { device } = item;
  const ill = device.state === "live" ? 0 : 1;
  if (item.kind === "camera")
    return { kind: "camera", ill, state: device.state, share: eighths(watchedShare(device)) };
  const doubtful = device.quality === "bad" || device.quality === "suspect";
  const look = ill ? "silent" : doubtful ? "doubtful" : "live";
  const value =
    device.value === null ? "—" : `${number(device.value, language, 2)} ${device.unit ?? ""}`.trim();
  return { kind: "sensor", ill, look, value };
}

/** The features of what is to be drawn. */
export function pointsOf(items: readonly Item[], language: string): Points {
  const points = (some: readonly Item[]): FeatureCollection<Point> => ({
    type: "FeatureCollection",
    features: some.flatMap((item) =>
      item.at ? [point(item.at, { key: item.key, name: item.name, ...properties(item, language) })] : [],
    ),
  });
  return {
    devices: points(items.filter((item) => item.kind === "camera" || item.kind === "sensor")),
    cases: points(items.filter((item) => item.kind === "case")),
    alerts: points(items.filter((item) => item.kind === "alert")),
  };
}

export function pointSources(points: Points, scale: number): Record<string, SourceSpecification> {
  const clustered = (data: FeatureCollection<Point>, sums: object): SourceSpecification =>
    ({
      type: "geojson", data, cluster: true, clusterRadius: 46 * scale, clusterMaxZoom: 14, clusterProperties: sums,
    }); // prettier-ignore
  return {
    devices: clustered(points.devices, { ill: ["+", ["get", "ill"]] }),
    cases: clustered(points.cases, { late: ["+", ["get", "late"]], count: ["+", ["get", "count"]] }),
    alerts: clustered(points.alerts, {
      worst: ["min", ["get", "worst"]],
      fresh: ["+", ["get", "fresh"]],
      count: ["+", ["get", "count"]],
    }),
  };
}

const GRADE_OF = ["match", ["get", "worst"], 0, "critical", 1, "major", 2, "minor", "info"];

/** The layers of the items, from below to above. Alerts stand above their camera and cases below it. */
export function pointLayers(theme: Theme, language: string, scale: number): LayerSpecification[] {
  const colours = ink(theme);
  const icon = (...name: unknown[]): unknown => ["concat", `${theme}|`, ...name];
  const all = { "icon-allow-overlap": true, "icon-ignore-placement": true, "icon-size": scale };
  const text = (field: unknown, size: number): object => ({
    "text-field": field,
    "text-font": ["Be Vietnam Pro", "sans-serif"],
    "text-size": size * scale,
    "text-allow-overlap": true,
    "text-ignore-placement": true,
  });
  const several = ["case", [">", ["get", "count"], 1], ["to-string", ["get", "count"]], ""];
  const clustered = ["has", "point_count"];
  const single = ["!", clustered];
  const count = ["number-format", ["get", "point_count"], { locale: language === "vi" ? "vi-VN" : "en-GB" }];
  const share = ["ceil", ["*", 8, ["/", ["get", "ill"], ["get", "point_count"]]]];
  const onGrade = { "text-color": colours.paper };
  const alert = (grade: unknown): object => ({
    "icon-image": icon("alert|", grade),
    "icon-offset": [0, -ABOVE_PX],
    ...all,
    ...text(several, 11),
    "text-offset": [0, -ABOVE_PX / 11 + 0.1],
  });
  const layers = [
    {
      id: "device-clusters",
      source: "devices",
      filter: clustered,
      layout: { "icon-image": icon("cluster|", ["to-string", share]), ...all, ...text(count, 12) },
      paint: { "text-color": theme === "light" ? "#12242e" : "#e8eef1" },
    },
    {
      id: "sensors",
      source: "devices",
      filter: ["all", single, ["==", ["get", "kind"], "sensor"]],
      layout: {
        "icon-image": icon("sensor|", ["get", "look"]),
        "icon-text-fit": "both",
        "icon-text-fit-padding": [1, 4, 1, 4],
        ...all,
        ...text(["get", "value"], 12),
      },
      paint: { "text-color": theme === "light" ? "#12242e" : "#e8eef1" },
    },
    {
      id: "cameras",
      source: "devices",
      filter: ["all", single, ["==", ["get", "kind"], "camera"]],
      layout: { "icon-image": icon("camera|", ["get", "state"], "|", ["get", "share"]), ...all },
    },
    {
      id: "case-clusters",
      source: "cases",
      filter: clustered,
      layout: {
        "icon-image": icon("case|", ["case", [">", ["get", "late"], 0], "late", "due"]),
        "icon-offset": [0, BELOW_PX],
        ...all,
        ...text(several, 11),
        "text-offset": [0, BELOW_PX / 11 + 0.15],
      },
      paint: onGrade,
    },
    {
      id: "cases",
      source: "cases",
      filter: single,
      layout: {
        "icon-image": icon("case|", ["get", "look"]),
        "icon-offset": [0, BELOW_PX],
        ...all,
        ...text(several, 11),
        "text-offset": [0, BELOW_PX / 11 + 0.15],
      },
      paint: onGrade,
    },
    { id: "alert-clusters", source: "alerts", filter: clustered, layout: alert(GRADE_OF), paint: onGrade },
    { id: "alerts", source: "alerts", filter: single, layout: alert(["get", "grade"]), paint: onGrade },
  ];
  return layers.map((layer) => ({ type: "symbol", ...layer })) as unknown as LayerSpecification[];
}
