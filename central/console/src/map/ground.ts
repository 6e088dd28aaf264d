/**
 * The ground under the symbols: wards, water, parks, buildings, streets, from one GeoJSON or one PMTiles file of the
 * centre's own, and one function that makes its style of the theme. No tile, glyph or sprite server anywhere.
 */
import type { FeatureCollection, Geometry } from "geojson";
import type { LayerSpecification, SourceSpecification } from "maplibre-gl";

import type { Shapes } from "@/wire/client";

import type { View } from "./items";

export type Theme = "light" | "dark";
export const GROUND = "ground";
export type Named = { kind?: string; name?: string; class?: string; ward?: string } | null;
export type GroundFeatures = FeatureCollection<Geometry, Named>;
export type Ground =
  | { type: "features"; features: GroundFeatures; configured: boolean }
  | { type: "tiles"; url: string; view: View | null };

/** What the centre answered, or the bare wards when it has no map. */
export function groundOf(answer: unknown, wards: readonly Shapes["WardShape"][]): Ground {
  const told = answer as { type?: string; url?: string } | null;
  if (told?.type === "FeatureCollection")
    return { type: "features", features: answer as GroundFeatures, configured: true };
  if (told?.type === "pmtiles" && told.url) return { type: "tiles", url: told.url, view: null };
  const features: GroundFeatures = {
    type: "FeatureCollection",
    features: wards
      .filter((ward) => ward.boundary)
      .map((ward) => ({
        type: "Feature",
        properties: { kind: "boundary", name: ward.name, ward: ward.id },
        geometry: ward.boundary as unknown as Geometry,
      })),
  };
  return { type: "features", features, configured: false };
}

function* points(geometry: Geometry): Generator<readonly number[]> {
  if (geometry.type === "GeometryCollection") {
    for (const one of geometry.geometries) yield* points(one);
    return;
  }
  const stack: unknown[] = [geometry.coordinates];
  while (stack.length) {
    const top = stack.pop() as unknown[];
    if (typeof top[0] === "number") yield top as number[];
    else stack.push(...top);
  }
}

/** The rectangle around these, or null around nothing. */
export function around(all: Iterable<readonly number[]>): View | null {
  let view: [number, number, number, number] | null = null;
  for (const [lon = 0, lat = 0] of all)
    view = view
      ? [Math.min(view[0], lon), Math.min(view[1], lat), Math.max(view[2], lon), Math.max(view[3], lat)]
      : [lon, lat, lon, lat];
  return view;
}

/** What to show first: the chosen ward, else every ward, else all that is drawn. */
export function firstView(ground: Ground, ward: string | undefined): View | null {
  if (ground.type === "tiles") return ground.view;
  const { features } = ground.features;
  const wards = features.filter((one) => one.properties?.kind === "boundary");
  const chosen = ward ? wards.filter((one) => one.properties?.ward === ward) : [];
  const best = [chosen, wards, features].find((some) => some.length > 0) ?? [];
  return around(best.flatMap((one) => [...points(one.geometry)]));
}

const COLOURS = {
  light: {
    outside: "#e6ecee", inside: "#f7f8f6", water: "#b9dbea", park: "#cfe5c9", building: "#e4e2dc",
    casing: "#c9d2d6", street: "#ffffff", main: "#ffe9b5", mainCasing: "#dcbf7a", boundary: "#6b4fa0",
  },
  dark: {
    outside: "#0a141a", inside: "#13212a", water: "#153c55", park: "#173629", building: "#1e2e38",
    casing: "#0c171e", street: "#31434f", main: "#5a5237", mainCasing: "#0c171e", boundary: "#b59cf0",
  },
} as const; // prettier-ignore

type Colours = Record<keyof (typeof COLOURS)["light"], string>;
export const groundColours = (theme: Theme): Colours => COLOURS[theme];

export function groundSource(ground: Ground): SourceSpecification {
  return ground.type === "tiles"
    ? { type: "vector", url: `pmtiles://${new URL(ground.url, location.origin).href}` }
    : { type: "geojson", data: ground.features };
}

/** A street's width grows with the zoom: so many pixels at zoom 13 and at 18. */
const width = (at13: number, at18: number): never =>
  ["interpolate", ["exponential", 1.5], ["zoom"], 11, at13 / 2, 13, at13, 18, at18] as never;

/** The layers of the ground, from below to above. */
export function groundLayers(ground: Ground, theme: Theme): LayerSpecification[] {
  const colours = groundColours(theme);
  const tiles = ground.type === "tiles";
  const of = (kind: string, more: unknown[] = []): object => ({
    source: GROUND,
    ...(tiles && { "source-layer": kind }),
    filter: ["all", ...(tiles ? [] : [["==", ["get", "kind"], kind]]), ...more],
  });
  const areas = [["==", ["geometry-type"], "Polygon"]];
  const main = [["==", ["get", "class"], "main"]];
  const minor = [["!=", ["get", "class"], "main"]];
  const round = { "line-cap": "round", "line-join": "round" };
  const layers = [
    { id: "outside", type: "background", paint: { "background-color": colours.outside } },
    { id: "ward", type: "fill", ...of("boundary", areas), paint: { "fill-color": colours.inside } },
    { id: "park", type: "fill", ...of("park", areas), paint: { "fill-color": colours.park } },
    { id: "water", type: "fill", ...of("water", areas), paint: { "fill-color": colours.water } },
    {
      id: "stream",
      type: "line",
      ...of("water", [["==", ["geometry-type"], "LineString"]]),
      layout: round,
      paint: { "line-color": colours.water, "line-width": width(2, 14) },
    },
    {
      id: "building",
      type: "fill",
      minzoom: 14,
      ...of("building", areas),
      paint: { "fill-color": colours.building, "fill-outline-color": colours.casing },
    },
    ...[
      ["minor-casing", minor, colours.casing, width(2, 20)],
      ["minor", minor, colours.street, width(1, 17)],
      ["main-casing", main, colours.mainCasing, width(5, 32)],
      ["main", main, colours.main, width(3.5, 28)],
    ].map(([id, which, colour, wide]) => ({
      id,
      type: "line",
      ...of("street", which as unknown[]),
      layout: round,
      paint: { "line-color": colour, "line-width": wide },
    })),
    {
      id: "boundary",
      type: "line",
      ...of("boundary"),
      layout: round,
      paint: {
        "line-color": colours.boundary,
        "line-width": 1.8,
        "line-dasharray": [3, 2],
        "line-opacity": 0.8,
      },
    },
  ];
  return layers as LayerSpecification[];
}
