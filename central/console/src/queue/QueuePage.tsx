/** The operator's page: the queue on the left, the alert under the cursor on the right, two keys to decide. */
import { VisuallyHidden } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import {
  type MouseEvent,
  type ReactNode,
  useCallback,
  useDeferredValue,
  useMemo,
  useRef,
  useState,
} from "react";
import { useTranslation } from "react-i18next";

import { JUDGES, useMay, useSession } from "@/app/session";
import { useWard } from "@/app/ward";
import { Empty, Failed, Loading } from "@/parts/States";
import { useRem } from "@/parts/size";
import { useNow } from "@/parts/time";

import { takes, undoUntil } from "./board";
import { Deeds } from "./Deeds";
import { Detail } from "./Detail";
import { EVERYTHING, type Filter, narrowed } from "./filter";
import { Filters } from "./Filters";
import { Help } from "./Help";
import { List, type ListControl } from "./List";
import { cleared, moved, placed, spanned, targets, toggled } from "./moves";
import classes from "./Queue.module.css";
import { useKeys } from "./useKeys";
import { useOpened } from "./useOpened";
import { useQueue } from "./useQueue";
import { useSteps } from "./useSteps";
import { useNames } from "./words";

const ROW_REM = 5.625;

export default function QueuePage(): ReactNode {
  const { t } = useTranslation("queue");
  const { me } = useSession();
  const { ward } = useWard();
  const judge = useMay()(JUDGES);
  const [filter, setFilter] = useState<Filter>(EVERYTHING);
  const { queue, view } = useQueue(filter, ward);
  const { board } = view;
  const names = useNames();
  const rowHeight = Math.round(useRem() * ROW_REM);
  const wide = useMediaQuery("(min-width: 64em)", undefined, { getInitialValueInEffect: false });
  const opened = useOpened(queue, board.cursor, wide);
  const { go } = opened;
  // The key's reaction is the cursor; the detail follows as soon as there is time, and a cursor that runs skips it.
  const detailed = useDeferredValue(opened.id);
  const list = useRef<ListControl>(null);
  const search = useRef<HTMLInputElement>(null);
  const pane = useRef<HTMLElement>(null);
  const [help, setHelp] = useState(false);
  const steps = useSteps(queue, names, opened.id, wide ? null : opened.go);
  useKeys({ queue, steps, list, search, pane, opened, wide, help, setHelp, judge });

  const leaveSearch = useCallback(() => list.current?.focus(), []);
  const showHelp = useCallback(() => setHelp(true), []);
  const step = useCallback(
    (by: 1 | -1) => {
      queue.move((now) => moved(now, by));
      if (!wide) go(queue.state().board.cursor);
    },
    [queue, wide, go],
  );
  const onPick = useCallback(
    (id: string, event: MouseEvent) => {
      if (event.shiftKey && judge) return queue.move((now) => spanned(now, id));
      if ((event.ctrlKey || event.metaKey) && judge) return queue.move((now) => toggled(now, id));
      queue.move((now) => placed(now, id));
      if (!wide) go(id);
    },
    [queue, judge, wide, go],
  );
  const onSelect = useCallback(
    (id: string, shift: boolean) => queue.move((now) => (shift ? spanned(now, id) : toggled(now, id))),
    [queue],
  );

  const meant = targets(board);
  const many = board.selected.size;
  const rows = useMemo(() => meant.flatMap((id) => board.rows.get(id) ?? []), [meant, board.rows]);
  const now = useNow(5);
  const can = {
    acknowledge: rows.some((row) => takes(row, "acknowledge", me.id, now)),
    decide: rows.some((row) => takes(row, "confirm", me.id, now)),
    giveBack: rows.every((row) => takes(row, "return", me.id, now)) && rows.length > 0,
    undo: steps.canUndo || rows.some((row) => undoUntil(row, me.id, now) !== null),
  };
  const showBar = judge && (wide || opened.id !== null || many > 0);
  const count = board.next === undefined ? null : `${board.order.length}${board.next ? "+" : ""}`;
  return (
    <div className={classes.page} data-open={(!wide && opened.id !== null) || undefined}>
      <VisuallyHidden component="h1">{t("list.label")}</VisuallyHidden>
      <section className={classes.side} aria-label={t("list.label")}>
        <Filters
          filter={filter}
          change={setFilter}
          names={names}
          count={count}
          search={search}
          leaveSearch={leaveSearch}
          help={showHelp}
        />
        {view.error && board.order.length === 0 ? (
          <Failed error={view.error} again={() => void queue.head()} />
        ) : board.next === undefined ? (
          <Loading rows={7} height={72} />
        ) : board.order.length === 0 ? (
          <Empty title={t(narrowed(filter) ? "empty.filtered" : `empty.${filter.tab}`)}>
            {t(narrowed(filter) ? "empty.filteredText" : `empty.${filter.tab}Text`)}
          </Empty>
        ) : (
          <List
            key={JSON.stringify([filter, ward])}
            queue={queue}
            view={view}
            names={names}
            me={me.id}
            judge={judge}
            rowHeight={rowHeight}
            control={list}
            onPick={onPick}
            onSelect={onSelect}
            onUndo={steps.undoOne}
          />
        )}
      </section>
      <section
        ref={pane}
        className={classes.detail}
        tabIndex={-1}
        aria-label={t("detail.label")}
        data-behind={detailed !== opened.id || undefined}
      >
        {detailed ? (
          <Detail
            key={detailed}
            id={detailed}
            row={board.rows.get(detailed)}
            queue={queue}
            names={names}
            back={wide ? null : opened.back}
            undo={steps.undoOne}
            step={step}
          />
        ) : (
          <Empty title={t("detail.none")}>{t("detail.noneText")}</Empty>
        )}
      </section>
      {showBar && (
        <div className={classes.bar}>
          <Deeds
            can={can}
            selected={many}
            dismissing={steps.dismissing}
            setDismissing={steps.setDismissing}
            acknowledge={steps.acknowledge}
            giveBack={steps.giveBack}
            confirm={steps.confirm}
            dismiss={steps.dismiss}
            undo={steps.undo}
            clear={() => queue.move(cleared)}
          />
        </div>
      )}
      <Help opened={help} close={() => setHelp(false)} />
      <VisuallyHidden aria-live="polite">{steps.said}</VisuallyHidden>
      <VisuallyHidden aria-live="polite">
        {board.fresh.size > 0 ? t("fresh", { count: board.fresh.size }) : ""}
      </VisuallyHidden>
    </div>
  );
}
