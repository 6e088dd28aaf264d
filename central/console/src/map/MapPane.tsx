/** The map in its frame: made for one ground, theme and language, fed with points, and told what is chosen. */
import { Loader } from "@mantine/core";
import { type ReactNode, useEffect, useEffectEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { rem, USUAL } from "@/parts/size";

import type { CityMap, Standing } from "./engine";
import { around, firstView, type Ground, type Theme } from "./ground";
import type { Item, View } from "./items";
import { pointsOf } from "./layers";
import classes from "./map.module.css";

interface Props {
  ground: Ground;
  theme: Theme;
  ward: string | undefined;
  items: readonly Item[];
  chosen: Item | null;
  /** Chosen elsewhere than on the map, so the map has to go there. */
  away: boolean;
  picked: (key: string | null) => void;
  moved: (view: View) => void;
  broken: () => void;
}

const LOCALE = {
  "Map.Title": "map.title",
  "NavigationControl.ZoomIn": "map.in",
  "NavigationControl.ZoomOut": "map.out",
  "ScaleControl.Meters": "map.m",
  "ScaleControl.Kilometers": "map.km",
};

const motionless = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

export function MapPane(props: Props): ReactNode {
  const { ground, theme, ward, items, chosen, away } = props;
  const { t, i18n } = useTranslation("map");
  const box = useRef<HTMLDivElement>(null);
  const engine = useRef<CityMap | null>(null);
  const standing = useRef<Standing | null>(null);
  const [ready, setReady] = useState(0);
  const language = i18n.language;

  const picked = useEffectEvent(props.picked);
  const moved = useEffectEvent(props.moved);
  const broken = useEffectEvent(props.broken);
  const begin = useEffectEvent((Made: typeof CityMap, frame: HTMLElement) => {
    const everything = around(items.flatMap(({ at: place }) => (place ? [place] : [])));
    return new Made(frame, {
      ground,
      theme,
      language,
      scale: rem() / USUAL,
      locale: Object.fromEntries(Object.entries(LOCALE).map(([name, key]) => [name, t(key)])),
      points: pointsOf(items, language),
      standing: standing.current,
      first: firstView(ground, ward) ?? everything,
      still: motionless(),
      picked: (key) => picked(key),
      moved: (view, stands) => {
        standing.current = stands;
        moved(view);
      },
      broken: () => broken(),
    });
  });

  useEffect(() => {
    let gone = false;
    const open = async (): Promise<void> => {
      try {
        const { CityMap: Made } = await import("./engine");
        if (gone || !box.current) return;
        engine.current = begin(Made, box.current);
        setReady((count) => count + 1);
      } catch {
        broken();
      }
    };
    void open();
    return () => {
      gone = true;
      engine.current?.end();
      engine.current = null;
    };
  }, [ground, theme, language]);

  useEffect(() => engine.current?.show(pointsOf(items, language)), [items, language, ready]);

  const at = chosen?.at ?? null;
  const [lon, lat] = at ?? [null, null];
  const go = useEffectEvent(() => {
    engine.current?.mark(chosen);
    if (at && away) engine.current?.fly(at);
  });
  useEffect(() => go(), [chosen?.key, lon, lat, ready]);

  const see = useEffectEvent(() => {
    const view = firstView(ground, ward);
    if (view && !chosen) engine.current?.fit(view);
  });
  const before = useRef(ward);
  useEffect(() => {
    if (before.current !== ward) see();
    before.current = ward;
  }, [ward]);

  return (
    <>
      <div ref={box} className={classes.map} />
      {ready === 0 && (
        <div className={classes.opening} role="status">
          <Loader size="sm" /> {t("note.opening")}
        </div>
      )}
    </>
  );
}
