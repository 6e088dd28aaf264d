/**
 * A sheet laid over the map, moved with it: names, the pulse of new alerts, the mark of what is chosen, and the name of
 * what is under the pointer. A few elements, whatever stands on the map. All of it is also told in the list, so it is
 * hidden from screen readers.
 */
import type { Map } from "maplibre-gl";

import { type Ground, GROUND, type GroundFeatures, type Theme } from "./ground";
import type { At } from "./items";
import { type Label, labelsOf, type Placed, placed, stand } from "./labels";
import { ABOVE_PX } from "./layers";
import classes from "./sheet.module.css";

const MOST_PULSES = 24;
const KINDS = ["boundary", "water", "park", "building", "street"];

export class Sheet {
  private readonly sheet = document.createElement("div");
  private readonly names = document.createElement("div");
  private readonly pulses = document.createElement("div");
  private readonly chosen = document.createElement("div");
  private readonly told = document.createElement("div");
  private labels: Label[];
  private shown: { label: Label; element: HTMLElement }[] = [];
  private beating: { at: [number, number]; element: HTMLElement }[] = [];
  private markAt: At | null = null;
  private markDown = 0;
  private toldAt: [number, number] = [0, 0];

  constructor(
    private readonly map: Map,
    box: HTMLElement,
    ground: Ground,
    theme: Theme,
    private readonly still: boolean,
    private readonly scale: number,
  ) {
    this.labels = ground.type === "features" ? labelsOf(ground.features) : [];
    this.sheet.className = classes.sheet!;
    this.sheet.dataset.theme = theme;
    this.sheet.ariaHidden = "true";
    this.chosen.className = classes.chosen!;
    this.told.className = classes.told!;
    this.sheet.append(this.names, this.pulses, this.chosen, this.told);
    box.append(this.sheet);
    this.rename();
    map.on("move", () => this.follow());
    map.on("resize", () => this.follow());
    map.on("moveend", () => this.rename());
    map.on("idle", () => {
      if (ground.type === "tiles") this.labels = labelsOf(this.fromTiles());
      this.rename();
      this.repulse();
    });
  }

  /** Say this beside that place; nothing when it is empty. */
  tell(words: string, at: [number, number]): void {
    if (this.told.textContent !== words) this.told.textContent = words;
    this.toldAt = at;
    this.follow();
  }

  /** Put the mark there, so many pixels below the point itself. */
  mark(at: At | null, down: number): void {
    this.markAt = at;
    this.markDown = down;
    this.follow();
  }

  end(): void {
    this.sheet.remove();
  }

  private fromTiles(): Pick<GroundFeatures, "features"> {
    const features = KINDS.flatMap((kind) =>
      this.map.querySourceFeatures(GROUND, { sourceLayer: kind }).map(({ geometry, properties }) => ({
        type: "Feature" as const,
        geometry,
        properties: { kind, ...properties },
      })),
    );
    return { features };
  }

  private rename(): void {
    const { clientWidth: width, clientHeight: height } = this.map.getContainer();
    const project = (at: readonly number[]): { x: number; y: number } => this.map.project([at[0]!, at[1]!]);
    const now = placed(this.labels, project, { width, height, zoom: this.map.getZoom(), scale: this.scale });
    const kept = new globalThis.Map(this.shown.map((one) => [one.label, one]));
    this.shown = now.map(({ label }) => kept.get(label) ?? { label, element: nameOf(label) });
    this.names.replaceChildren(...this.shown.map(({ element }) => element));
    now.forEach((one, index) => turned(this.shown[index]!.element, one));
  }

  private repulse(): void {
    const features = this.map
      .queryRenderedFeatures({ layers: ["alerts", "alert-clusters"] })
      .filter(({ properties }) => Number(properties.fresh) > 0 && Number(properties.worst) < 2)
      .slice(0, MOST_PULSES);
    this.beating = features.flatMap(({ geometry, properties }) => {
      if (geometry.type !== "Point") return [];
      const element = document.createElement("div");
      element.className = classes.pulse!;
      element.dataset.grade = Number(properties.worst) === 0 ? "critical" : "major";
      element.dataset.still = String(this.still);
      return [{ at: geometry.coordinates as [number, number], element }];
    });
    this.pulses.replaceChildren(...this.beating.map(({ element }) => element));
    this.follow();
  }

  private follow(): void {
    for (const { label, element } of this.shown)
      turned(element, { label, ...stand(label, (at) => this.map.project([at[0]!, at[1]!])) });
    for (const { at, element } of this.beating) this.put(element, at, -ABOVE_PX * this.scale);
    this.chosen.hidden = this.markAt === null;
    if (this.markAt) this.put(this.chosen, [this.markAt[0], this.markAt[1]], this.markDown);
    this.told.hidden = this.told.textContent === "";
    if (!this.told.hidden) this.put(this.told, this.toldAt);
  }

  private put(element: HTMLElement, at: [number, number], down = 0): void {
    const { x, y } = this.map.project(at);
    element.style.translate = `${x}px ${y + down}px`;
  }
}

function nameOf(label: Label): HTMLElement {
  const element = document.createElement("span");
  element.className = classes.name!;
  element.dataset.kind = label.kind;
  element.textContent = label.name;
  return element;
}

function turned(element: HTMLElement, { x, y, angle }: Placed): void {
  element.style.transform = `translate(${x}px, ${y}px) rotate(${angle}rad) translate(-50%, -50%)`;
}
