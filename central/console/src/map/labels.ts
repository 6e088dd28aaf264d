/**
 * Where the names of wards, streets, parks and waters go. Pure: what there is to name, and what of it has room now.
 *
 * A street's name stands along a straight piece of it: the line is cut where it turns, longest pieces first. What is
 * named first keeps its room; whatever would touch it waits for the next zoom. A street is named again only far away.
 */
import type { Geometry, Position } from "geojson";

import type { GroundFeatures } from "./ground";

export type LabelKind = "boundary" | "water" | "park" | "building" | "main" | "street";

export interface Label {
  kind: LabelKind;
  name: string;
  /** A straight piece to stand along; a point when both are the same. */
  from: Position;
  to: Position;
  /** Squared length in degrees: only to compare. */
  size: number;
}

const ORDER: readonly LabelKind[] = ["boundary", "water", "main", "park", "street", "building"];
/** Below this zoom a kind is not named. */
const FROM_ZOOM: Record<LabelKind, number> = {
  boundary: 10,
  water: 12.5,
  main: 13.5,
  park: 14,
  street: 15,
  building: 15.5,
};
export const FONT: Record<LabelKind, number> = {
  boundary: 15,
  water: 12.5,
  park: 12,
  building: 11.5,
  main: 12.5,
  street: 11.5,
};
const TURN = Math.PI / 12;

const heading = (a: Position, b: Position): number => Math.atan2(b[1]! - a[1]!, b[0]! - a[0]!);
const apart = (a: Position, b: Position): number => (a[0]! - b[0]!) ** 2 + (a[1]! - b[1]!) ** 2;

/** How far two headings differ, 0 to π. */
function turn(one: number, other: number): number {
  const difference = Math.abs(one - other) % (2 * Math.PI);
  return difference > Math.PI ? 2 * Math.PI - difference : difference;
}

/** The straight pieces of a line, each by its two ends. */
export function straight(line: readonly Position[]): [Position, Position][] {
  const pieces: [Position, Position][] = [];
  let start = line[0];
  let toward: number | null = null;
  for (let index = 1; start && index < line.length; index++) {
    const [before, here] = [line[index - 1]!, line[index]!];
    const now = heading(before, here);
    toward ??= now;
    if (turn(now, toward) > TURN) {
      pieces.push([start, before]);
      start = before;
      toward = now;
    }
    if (index === line.length - 1) pieces.push([start, here]);
  }
  return pieces;
}

function lines(geometry: Geometry): Position[][] {
  if (geometry.type === "LineString") return [geometry.coordinates];
  if (geometry.type === "MultiLineString") return geometry.coordinates;
  return [];
}

/** The middle of an area: the centroid of its outer ring, which for the areas of a ward is inside. */
function middle(geometry: Geometry): { at: Position; size: number } | null {
  const ring =
    geometry.type === "Polygon"
      ? geometry.coordinates[0]
      : geometry.type === "MultiPolygon"
        ? geometry.coordinates.toSorted((a, b) => (b[0]?.length ?? 0) - (a[0]?.length ?? 0))[0]?.[0]
        : undefined;
  if (!ring || ring.length < 3) return null;
  let [area, x, y] = [0, 0, 0];
  for (let index = 0; index < ring.length - 1; index++) {
    const [a, b] = [ring[index]!, ring[index + 1]!];
    const cross = a[0]! * b[1]! - b[0]! * a[1]!;
    area += cross;
    x += (a[0]! + b[0]!) * cross;
    y += (a[1]! + b[1]!) * cross;
  }
  if (area === 0) return null;
  return { at: [x / (3 * area), y / (3 * area)], size: Math.abs(area) };
}

/** Everything that has a name, the most worth naming first. */
export function labelsOf(ground: Pick<GroundFeatures, "features">): Label[] {
  const labels = ground.features.flatMap(({ properties, geometry }): Label[] => {
    const { name, kind } = properties ?? {};
    if (!name) return [];
    const sort = kind === "street" ? (properties?.class === "main" ? "main" : "street") : kind;
    if (!ORDER.includes(sort as LabelKind)) return [];
    const base = { kind: sort as LabelKind, name };
    const along = lines(geometry).flatMap(straight);
    if (along.length) return along.map(([from, to]) => ({ ...base, from, to, size: apart(from, to) }));
    const inside = middle(geometry);
    return inside ? [{ ...base, from: inside.at, to: inside.at, size: inside.size }] : [];
  });
  return labels.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || b.size - a.size);
}

export interface Placed {
  label: Label;
  x: number;
  y: number;
  angle: number;
}

type Project = (at: Position) => { x: number; y: number };

/** Where a label stands on the screen and which way up it is read. */
export function stand(label: Label, project: Project): { x: number; y: number; angle: number; run: number } {
  const [a, b] = [project(label.from), project(label.to)];
  let angle = Math.atan2(b.y - a.y, b.x - a.x);
  if (angle > Math.PI / 2) angle -= Math.PI;
  if (angle <= -Math.PI / 2) angle += Math.PI;
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, angle, run: Math.hypot(b.x - a.x, b.y - a.y) };
}

const AGAIN_PX = 420;
const CELL = 14;

/** What has room now. `most` keeps the page light. */
export function placed(
  labels: readonly Label[],
  project: Project,
  screen: { width: number; height: number; zoom: number; scale: number },
  most = 90,
): Placed[] {
  const taken = new Set<string>();
  const names = new Map<string, { x: number; y: number }[]>();
  const chosen: Placed[] = [];
  for (const label of labels) {
    if (chosen.length >= most) break;
    if (screen.zoom < FROM_ZOOM[label.kind]) continue;
    const { x, y, angle, run } = stand(label, project);
    if (x < 0 || y < 0 || x > screen.width || y > screen.height) continue;
    const long = label.name.length * FONT[label.kind] * screen.scale * 0.56 + 8;
    if (label.from !== label.to && run < long) continue;
    const near = names.get(label.name) ?? [];
    if (near.some((one) => Math.hypot(one.x - x, one.y - y) < AGAIN_PX)) continue;
    const cells = room(x, y, angle, long);
    if (cells.some((cell) => taken.has(cell))) continue;
    cells.forEach((cell) => taken.add(cell));
    names.set(label.name, [...near, { x, y }]);
    chosen.push({ label, x, y, angle });
  }
  return chosen;
}

/** The cells of the screen a turned line of text covers, with a little room around it. */
function room(x: number, y: number, angle: number, long: number): string[] {
  const cells = new Set<string>();
  for (let along = -long / 2; along <= long / 2; along += CELL / 2)
    for (const across of [-CELL / 2, CELL / 2]) {
      const px = x + along * Math.cos(angle) - across * Math.sin(angle);
      const py = y + along * Math.sin(angle) + across * Math.cos(angle);
      cells.add(`${Math.round(px / CELL)} ${Math.round(py / CELL)}`);
    }
  return [...cells];
}
