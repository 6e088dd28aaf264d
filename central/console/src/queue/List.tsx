/**
 * The rows in view out of however many there are. When rows come in above or go, the scroll position goes with what
 * is looked at, so nothing moves under the eyes; only at the very top and with no cursor set does the list flow.
 */
import { Button } from "@mantine/core";
import { IconArrowUp } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type MouseEvent, type ReactNode, useCallback, useEffect, useLayoutEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { anchorOf, type Anchor, scrollFor } from "./anchor";
import { seen } from "./board";
import classes from "./Queue.module.css";
import type { Queue, View } from "./queue";
import { Row, rowId } from "./Row";
import type { Names } from "./words";

interface Props {
  queue: Queue;
  view: View;
  names: Names;
  me: string;
  judge: boolean;
  rowHeight: number;
  /** How to scroll, for whoever moves the cursor. */
  control: React.RefObject<ListControl | null>;
  onPick: (id: string, event: MouseEvent) => void;
  onSelect: (id: string, shift: boolean) => void;
  onUndo: (id: string) => void;
}

export interface ListControl {
  /** The index of the first row in view. */
  first: () => number;
  toTop: () => void;
  focus: () => void;
}

const MORE_BEFORE = 30;

export function List({ queue, view, names, me, judge, rowHeight, control, ...on }: Props): ReactNode {
  const { t } = useTranslation("queue");
  const { board } = view;
  const { order, rows, cursor } = board;
  const ref = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtual = useVirtualizer({
    count: order.length,
    getScrollElement: () => ref.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => order[index] ?? index,
    overscan: 6,
    scrollPaddingStart: rowHeight,
    scrollPaddingEnd: rowHeight,
  });
  const items = virtual.getVirtualItems();
  const [from, to] = [items[0]?.index ?? 0, items.at(-1)?.index ?? -1];

  useAnchor(ref, order, cursor, rowHeight);
  const first = useCallback((): number => {
    const top = ref.current?.scrollTop ?? 0;
    return Math.floor(top / rowHeight + 0.5);
  }, [rowHeight]);

  useEffect(() => {
    control.current = {
      first,
      toTop: () => ref.current?.scrollTo({ top: 0 }),
      focus: () => ref.current?.focus({ preventScroll: true }),
    };
  }, [control, first]);

  useEffect(() => queue.show(order.slice(from, to + 1)), [queue, order, from, to]);
  useEffect(() => {
    if (to >= order.length - MORE_BEFORE && order.length > 0) void queue.more();
  }, [queue, to, order.length]);

  const at = cursor ? order.indexOf(cursor) : -1;
  const shownCursor = useRef<string | null>(null);
  useLayoutEffect(() => {
    // Only a cursor that has moved brings its row into view; a list that has changed does not.
    if (cursor !== shownCursor.current && at >= 0) virtual.scrollToIndex(at, { align: "auto" });
    shownCursor.current = cursor;
  }, [cursor, at, virtual]);

  // Rows that flowed in at the very top are seen without any scrolling.
  useEffect(() => queue.move((now) => seen(now, first())), [queue, order, first]);
  const watchSeen = (): void => queue.move((now) => seen(now, first()));
  return (
    <div className={classes.listFrame}>
      {board.fresh.size > 0 && (
        <Button
          className={classes.pill}
          size="compact-sm"
          radius="xl"
          leftSection={<IconArrowUp size={14} />}
          rightSection={<kbd className="ws-key">G</kbd>}
          onClick={() => control.current?.toTop()}
        >
          {t("fresh", { count: board.fresh.size })}
        </Button>
      )}
      <div
        ref={ref}
        role="grid"
        tabIndex={0}
        aria-label={t("list.label")}
        aria-multiselectable
        aria-readonly
        aria-rowcount={board.next ? -1 : order.length}
        aria-activedescendant={cursor && at >= from && at <= to ? rowId(cursor) : undefined}
        className={classes.list}
        onScroll={watchSeen}
      >
        <div role="rowgroup" className={classes.sheet} style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, key, start }) => {
            const id = order[index];
            const row = id ? rows.get(id) : undefined;
            return row ? (
              <Row
                key={key}
                row={row}
                names={names}
                me={me}
                index={index}
                cursor={row.line.id === cursor}
                selected={board.selected.has(row.line.id)}
                top={start}
                height={rowHeight}
                judge={judge}
                {...on}
              />
            ) : null;
          })}
        </div>
      </div>
    </div>
  );
}

/** Keeps what is looked at where it is while rows come and go around it. */
function useAnchor(
  ref: React.RefObject<HTMLDivElement | null>,
  order: readonly string[],
  cursor: string | null,
  rowHeight: number,
): void {
  const held = useRef<Anchor | null>(null);
  const before = useRef<readonly string[]>(order);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element && before.current !== order) {
      const top = scrollFor(held.current, order, rowHeight);
      if (top !== null) element.scrollTop = top;
    }
    before.current = order;
  }, [ref, order, rowHeight]);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const hold = (): void => {
      held.current = anchorOf(
        before.current,
        { top: element.scrollTop, height: element.clientHeight },
        rowHeight,
        cursor,
      );
    };
    hold();
    element.addEventListener("scroll", hold, { passive: true });
    return () => element.removeEventListener("scroll", hold);
  }, [ref, order, cursor, rowHeight]);
}
