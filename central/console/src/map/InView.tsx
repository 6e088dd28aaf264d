/**
 * The same items as the map's, in words: those in view, the worst first. It is the way through the map by keyboard and
 * screen reader, and takes its place where there is no WebGL.
 */
import { Text, TextInput, UnstyledButton } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { Empty } from "@/parts/States";
import { number } from "@/words/format";

import type { Theme } from "./ground";
import type { Item } from "./items";
import { symbolOf } from "./layerSwitch";
import classes from "./map.module.css";
import { MapSymbol } from "./Symbol";
import { useTelling } from "./telling";

interface Props {
  items: readonly Item[];
  /** How many stand nowhere, because nobody said where. */
  placeless: number;
  whole: boolean;
  text: string;
  search: (text: string) => void;
  chosen: Item | null;
  choose: (item: Item) => void;
  theme: Theme;
}

export function InView({ items, placeless, whole, text, search, chosen, choose, theme }: Props): ReactNode {
  const { t, i18n } = useTranslation("map");
  const count = number(items.length, i18n.language);
  return (
    <aside className={classes.side} aria-label={t("list.title")}>
      <div className={classes.sideHead}>
        <Text component="h2" fw={600} size="sm">
          <span role="status">
            {t(text ? "list.found" : whole ? "list.all" : "list.inView", { shown: count })}
          </span>
        </Text>
        <TextInput
          size="sm"
          aria-label={t("list.search")}
          placeholder={t("list.search")}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          onChange={(event) => search(event.currentTarget.value)}
        />
        {placeless > 0 && (
          <Text size="xs" className="ws-quiet">
            {t("list.placeless", { count: placeless })}
          </Text>
        )}
      </div>
      {items.length === 0 ? (
        <Empty title={t(text ? "list.nothingFound" : "list.nothing")}>{!text && t("list.nothingHint")}</Empty>
      ) : (
        <Rows {...{ items, chosen, choose, theme }} />
      )}
    </aside>
  );
}

function Rows({
  items,
  chosen,
  choose,
  theme,
}: Pick<Props, "items" | "chosen" | "choose" | "theme">): ReactNode {
  const { t } = useTranslation("map");
  const telling = useTelling();
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- its rows are read on every render, and not remembered
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 60,
    overscan: 6,
    getItemKey: (index) => items[index]!.key,
  });
  const at = chosen ? items.findIndex((item) => item.key === chosen.key) : -1;
  useEffect(() => {
    if (at >= 0) rows.scrollToIndex(at, { align: "auto" });
    // Only when another item is chosen: new values must not move the list under the reader.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [chosen?.key]);
  return (
    <div ref={scroller} className={classes.scroller}>
      <ul className={classes.rows} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((row) => {
          const item = items[row.index]!;
          return (
            <li
              key={row.key}
              ref={rows.measureElement}
              data-index={row.index}
              className={classes.row}
              style={{ transform: `translateY(${row.start}px)` }}
              aria-setsize={items.length}
              aria-posinset={row.index + 1}
            >
              <UnstyledButton
                className={classes.rowButton}
                aria-current={item.key === chosen?.key || undefined}
                onClick={() => choose(item)}
              >
                <span className={classes.symbol}>
                  <MapSymbol name={symbolOf(item, theme)} />
                </span>
                <span className={classes.rowWords}>
                  <span className={classes.rowName}>
                    <span className={classes.unseen}>{t(`one.${item.kind}`)}: </span>
                    {item.name}
                  </span>
                  <span className={classes.rowTold}>{telling(item)}</span>
                </span>
              </UnstyledButton>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
