/**
 * The map itself: MapLibre with the ground and the items, and a sheet over it for what is an element of the page (names,
 * the pulse of new alerts, the mark of what is chosen). Loaded only where there is WebGL, and only by this page.
 *
 * A map is made for one ground, theme and language; when one of them changes, another is made with the same view.
 */
import "maplibre-gl/dist/maplibre-gl.css";

import * as maplibregl from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { Protocol } from "pmtiles";

import { type Ground, GROUND, groundLayers, groundSource, type Theme } from "./ground";
import type { At, Item, View } from "./items";
import { ABOVE_PX, BELOW_PX, pointLayers, type Points, pointSources, PICKED, SOURCES } from "./layers";
import { Sheet } from "./sheet";
import { drawn, RATIO } from "./symbols";

maplibregl.setWorkerUrl(workerUrl);
maplibregl.addProtocol("pmtiles", new Protocol().tile);

const CLOSE = 16.5;
const REACH_PX = 44;

export interface Standing {
  center: [number, number];
  zoom: number;
}

export interface Wishes {
  ground: Ground;
  theme: Theme;
  language: string;
  /** How much larger than usual everything is drawn. */
  scale: number;
  locale: Record<string, string>;
  points: Points;
  /** Where to begin: where one stood before, else around this. */
  standing: Standing | null;
  first: View | null;
  still: boolean;
  picked: (key: string | null) => void;
  moved: (view: View, standing: Standing) => void;
  broken: () => void;
}

export class CityMap {
  private readonly map: maplibregl.Map;
  private readonly sheet: Sheet;

  constructor(
    box: HTMLElement,
    private readonly wishes: Wishes,
  ) {
    const { ground, theme, language, points, standing, first, scale } = wishes;
    this.map = new maplibregl.Map({
      container: box,
      style: {
        version: 8,
        sources: { [GROUND]: groundSource(ground), ...pointSources(points, scale) },
        layers: [...groundLayers(ground, theme), ...pointLayers(theme, language, scale)],
      },
      ...(standing ??
        (first
          ? { bounds: asBounds(first), fitBoundsOptions: { padding: room(box, scale), maxZoom: CLOSE } }
          : {})),
      locale: wishes.locale,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxZoom: 20,
      minZoom: 8,
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "bottom-right");
    this.map.addControl(new maplibregl.ScaleControl({ maxWidth: 110 }), "bottom-left");
    this.map.setMissingStyleImageResolver((name) => this.draw(name));
    this.sheet = new Sheet(this.map, box, ground, theme, wishes.still, scale);
    this.listen();
  }

  private listen(): void {
    const { map, wishes } = this;
    map.on("click", (event) => this.click(event.point));
    map.on("mousemove", (event) => {
      const under = this.under(event.point);
      map.getCanvas().style.cursor = under ? "pointer" : "";
      const [lon, lat] = under ? coordinates(under) : [0, 0];
      this.sheet.tell(under ? String(under.properties.name ?? "") : "", [lon, lat]);
    });
    map.getCanvas().addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.click(map.project(map.getCenter()), REACH_PX);
    });
    map.on("moveend", () => this.tell());
    this.tell();
    map.on("webglcontextlost", () => wishes.broken());
  }

  private tell(): void {
    const bounds = this.map.getBounds();
    const { lng, lat } = this.map.getCenter();
    this.wishes.moved([bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()], {
      center: [lng, lat],
      zoom: this.map.getZoom(),
    });
  }

  private draw(name: string): void {
    if (this.map.hasImage(name)) return;
    const symbol = drawn(name);
    if (!symbol) return;
    const { data, stretch } = symbol;
    this.map.addImage(name, data, {
      pixelRatio: RATIO,
      ...(stretch && { stretchX: stretch.x, stretchY: stretch.y, content: stretch.content }),
    });
  }

  private under(at: maplibregl.Point, reach = 4): maplibregl.MapGeoJSONFeature | undefined {
    if (!this.map.isStyleLoaded() && !this.map.getLayer("alerts")) return undefined;
    const box: [maplibregl.PointLike, maplibregl.PointLike] = [
      [at.x - reach, at.y - reach],
      [at.x + reach, at.y + reach],
    ];
    const found = this.map.queryRenderedFeatures(box, { layers: PICKED });
    return found.sort(
      (a, b) => PICKED.indexOf(a.layer.id) - PICKED.indexOf(b.layer.id) || this.off(a, at) - this.off(b, at),
    )[0];
  }

  private off(feature: maplibregl.MapGeoJSONFeature, at: maplibregl.Point): number {
    return this.map.project(coordinates(feature)).dist(at);
  }

  private click(at: maplibregl.Point, reach?: number): void {
    const feature = this.under(at, reach);
    if (!feature) this.wishes.picked(null);
    else if (feature.properties.cluster) void this.open(feature);
    else this.wishes.picked(String(feature.properties.key));
  }

  private async open(cluster: maplibregl.MapGeoJSONFeature): Promise<void> {
    const source = this.map.getSource<maplibregl.GeoJSONSource>(cluster.source);
    const zoom = await source?.getClusterExpansionZoom(Number(cluster.properties.cluster_id));
    if (zoom) this.go(coordinates(cluster), zoom);
  }

  private go(center: [number, number], zoom: number): void {
    if (this.wishes.still) this.map.jumpTo({ center, zoom });
    else this.map.flyTo({ center, zoom, maxDuration: 1500 });
  }

  /** Draw these from now on. */
  show(points: Points): void {
    for (const name of SOURCES)
      void this.map.getSource<maplibregl.GeoJSONSource>(name)?.setData(points[name]);
  }

  /** Mark this, or nothing. */
  mark(item: Item | null): void {
    const { scale } = this.wishes;
    const down = item?.kind === "alert" ? -ABOVE_PX * scale : item?.kind === "case" ? BELOW_PX * scale : 0;
    this.sheet.mark(item?.at ?? null, down);
  }

  /** Go where this stands, near enough to tell it from its neighbours. */
  fly(at: At): void {
    this.go([at[0], at[1]], Math.max(this.map.getZoom(), CLOSE));
  }

  /** See all of this. */
  fit(view: View): void {
    this.map.fitBounds(asBounds(view), {
      padding: room(this.map.getContainer(), this.wishes.scale),
      maxZoom: CLOSE,
      animate: !this.wishes.still,
    });
  }

  end(): void {
    this.sheet.end();
    this.map.remove();
  }
}

/** The legend covers the left of a wide map; what one came to see stands beside it. */
const room = ({ clientWidth }: HTMLElement, scale: number): maplibregl.PaddingOptions => ({
  top: 60, right: 50, bottom: 90, left: clientWidth > 700 ? 280 * scale : 50,
}); // prettier-ignore

const asBounds = ([west, south, east, north]: View): [number, number, number, number] => [
  west, south, east, north,
]; // prettier-ignore

const coordinates = (feature: maplibregl.MapGeoJSONFeature): [number, number] =>
  feature.geometry.type === "Point" ? (feature.geometry.coordinates as [number, number]) : [0, 0];
