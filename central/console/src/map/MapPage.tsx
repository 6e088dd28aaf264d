/**
 * The map of a ward: cameras, sensors, open alerts and open cases on the ward's own streets, and the same in a list.
 * What is chosen stands in the address, so the queue links here and a link can be sent.
 */
import { Alert, Text, useComputedColorScheme } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { PMTiles } from "pmtiles";
import { type ReactNode, useDeferredValue, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useSearch } from "wouter";

import { useWard } from "@/app/ward";
import { Failed, Loading } from "@/parts/States";
import { wards as allWards } from "@/wire/queries";

import { type Ground, groundOf } from "./ground";
import { InView } from "./InView";
import { addressOf, asked, inView, type Item, named, type View } from "./items";
import { ItemCard } from "./ItemCard";
import { counted, keep, kept, layerOf } from "./layerSwitch";
import { Legend } from "./Legend";
import classes from "./map.module.css";
import { MapPane } from "./MapPane";
import { ground as askGround } from "./queries";
import { useItems } from "./useItems";

const hasWebGL = (): boolean => {
  try {
    return document.createElement("canvas").getContext("webgl2") !== null;
  } catch {
    return false;
  }
};

/** The ground to draw, or null while it is not known yet. */
function useGround(): Ground | null {
  const answer = useQuery(askGround);
  const { data: wards, error } = useQuery(allWards);
  const told = answer.data === undefined && answer.error ? null : answer.data;
  const first = useMemo(() => (told === undefined ? null : groundOf(told, wards ?? [])), [told, wards]);
  const tiles = first?.type === "tiles" ? first.url : null;
  const { data: view } = useQuery({
    queryKey: ["map", "view", tiles],
    enabled: tiles !== null,
    staleTime: Infinity,
    queryFn: async (): Promise<View> => {
      const { minLon, minLat, maxLon, maxLat } = await new PMTiles(tiles ?? "").getHeader();
      return [minLon, minLat, maxLon, maxLat];
    },
  });
  return useMemo(() => {
    if (!first || (!wards && !error)) return null;
    if (first.type === "tiles") return view ? { ...first, view } : null;
    return first;
  }, [first, wards, error, view]);
}

export default function MapPage(): ReactNode {
  const { t } = useTranslation("map");
  const theme = useComputedColorScheme("light");
  const narrow = useMediaQuery("(max-width: 48em)", undefined, { getInitialValueInEffect: false });
  const { ward } = useWard();
  const { data: wards } = useQuery(allWards);
  const [, navigate] = useLocation();
  const search = useSearch();
  const wanted = useMemo(() => asked(search), [search]);
  const { items, chosen, waiting, error, again, cut, missing } = useItems(ward, wanted);
  const ground = useGround();

  const [drawable, setDrawable] = useState(hasWebGL);
  const [view, setView] = useState<View | null>(null);
  const [text, setText] = useState("");
  const [out, setOut] = useState(kept);
  const [onMap, setOnMap] = useState<string | null>(null);

  const lit = useMemo(
    () => items.filter((item) => item === chosen || !out.has(layerOf(item))),
    [items, out, chosen],
  );
  const seen = useDeferredValue(text);
  const listed = useMemo(
    () => (seen ? named(lit, seen) : inView(lit, drawable ? view : null)),
    [lit, seen, view, drawable],
  );
  const choose = (item: Item | null, here = false): void => {
    setOnMap(here && item ? item.key : null);
    navigate(item ? addressOf(item) : "", { replace: chosen !== null });
  };
  const put = (next: ReadonlySet<string>): void => {
    setOut(next);
    keep(next);
  };

  if (error) return <Failed error={error} again={again} />;
  if (waiting) return <Loading rows={6} />;
  const near = chosen?.at
    ? items.filter(
        (one) => one !== chosen && one.at?.[0] === chosen.at?.[0] && one.at?.[1] === chosen.at?.[1],
      )
    : [];
  return (
    <div className={classes.page} data-plain={!drawable || undefined}>
      <h1 className={classes.unseen}>{t("app:nav.map")}</h1>
      {drawable && (
        <div className={classes.pane}>
          {ground && (
            <MapPane
              {...{ ground, theme, ward, chosen }}
              items={lit}
              away={chosen !== null && chosen.key !== onMap}
              picked={(key) => choose(items.find((item) => item.key === key) ?? null, true)}
              moved={setView}
              broken={() => setDrawable(false)}
            />
          )}
          <Legend {...{ theme, out, put }} counts={counted(items)} opened={!narrow} />
          {ground?.type === "features" && !ground.configured && <Note>{t("note.noGround")}</Note>}
        </div>
      )}
      <div className={classes.beside}>
        {!drawable && (
          <Alert m="xs" color="yellow" role="status">
            {t("note.noWebGL")}
          </Alert>
        )}
        {cut && <Text className={classes.cut}>{t("note.cut")}</Text>}
        {missing && (
          <Alert
            m="xs"
            color="yellow"
            role="alert"
            withCloseButton
            closeButtonLabel={t("app:do.close")}
            onClose={() => choose(null)}
          >
            {t("note.missing")}
          </Alert>
        )}
        {chosen && (
          <ItemCard
            key={chosen.key}
            item={chosen}
            wardName={wards?.find((one) => one.id === chosen.ward)?.name ?? chosen.ward}
            near={near}
            choose={(item) => choose(item, true)}
            close={() => choose(null)}
          />
        )}
        <InView
          items={listed}
          placeless={lit.filter((item) => !item.at).length}
          whole={!drawable || view === null}
          search={setText}
          choose={choose}
          {...{ text, chosen, theme }}
        />
      </div>
    </div>
  );
}

function Note({ children }: { children: ReactNode }): ReactNode {
  return (
    <div className={classes.note} role="status">
      {children}
    </div>
  );
}
