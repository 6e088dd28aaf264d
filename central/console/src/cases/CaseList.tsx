/** The same cases as one list, sortable; only the rows in view are drawn, however many there are. */
import { UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowsSort, IconArrowUp } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { More } from "@/parts/More";
import { Severity } from "@/parts/Severity";
import { Empty, Failed, Loading } from "@/parts/States";
import { Age } from "@/parts/time";

import { casePages, useCaseTitle } from "./asking";
import { type CaseLine, type Sort, sorted, type Wanted } from "./board";
import { Card, Due, useWardName } from "./Card";
import classes from "./cases.module.css";
import type { Asked } from "./filters";
import { StateBadge } from "./StateBadge";

interface Props {
  asked: Asked;
  ask: (change: Partial<Asked>) => void;
  wanted: Wanted;
  narrow: boolean;
}

const HEADS: readonly (Sort | null)[] = [
  "severity",
  "number",
  null,
  "place",
  "unit",
  "state",
  "deadline",
  "opened",
];

function Head({ asked, ask }: Pick<Props, "asked" | "ask">): ReactNode {
  const { t } = useTranslation("cases");
  const turn = (sort: Sort): void => ask({ sort, down: asked.sort === sort && !asked.down });
  return (
    <thead>
      <tr>
        {HEADS.map((sort) => {
          if (!sort)
            return (
              <th key="title" scope="col">
                {t("column.title")}
              </th>
            );
          const on = asked.sort === sort;
          const Icon = on ? (asked.down ? IconArrowDown : IconArrowUp) : IconArrowsSort;
          return (
            <th key={sort} scope="col" aria-sort={on ? (asked.down ? "descending" : "ascending") : undefined}>
              <UnstyledButton className={classes.sort} data-on={on || undefined} onClick={() => turn(sort)}>
                {t(`column.${sort}`)}
                <Icon size={14} aria-hidden />
              </UnstyledButton>
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

function Cells({ line }: { line: CaseLine }): ReactNode {
  const { t } = useTranslation("cases");
  const title = useCaseTitle();
  const wardName = useWardName()(line.ward);
  return (
    <>
      <td>
        <Severity grade={line.severity} size={16} />
      </td>
      <td className={classes.number}>
        #{line.number}
        {wardName && <span className={classes.ward}> {wardName}</span>}
      </td>
      <td>
        <Link href={`/${line.id}`} className={classes.rowLink}>
          {title(line)}
        </Link>
      </td>
      <td>{line.device?.name ?? t("fact.noPlace")}</td>
      <td>
        {line.unit_name ?? line.unit}
        {line.assignee_name && <span className="ws-quiet"> · {line.assignee_name}</span>}
      </td>
      <td>
        <StateBadge state={line.state} />
      </td>
      <td className={classes.noWrap}>
        <Due line={line} />
      </td>
      <td className={classes.noWrap}>
        <Age at={line.opened_at} />
      </td>
    </>
  );
}

function Rows({ lines, asked, ask, narrow }: Omit<Props, "wanted"> & { lines: CaseLine[] }): ReactNode {
  const { t } = useTranslation("cases");
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are not handed on
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (narrow ? 146 : 49),
    getItemKey: (index) => lines[index]?.id ?? index,
    overscan: 12,
  });
  const drawn = rows.getVirtualItems();
  const above = drawn[0]?.start ?? 0;
  const below = rows.getTotalSize() - (drawn.at(-1)?.end ?? 0);
  const shown = drawn.flatMap(({ index }) => {
    const line = lines[index];
    return line ? [{ line, index }] : [];
  });
  return (
    <div className={classes.scroller} ref={scroller}>
      {narrow ? (
        <ul className={classes.cards} style={{ paddingTop: above, paddingBottom: below }}>
          {shown.map(({ line, index }) => (
            <li key={line.id} data-index={index} ref={rows.measureElement} className={classes.cardRow}>
              <Card line={line} state />
            </li>
          ))}
        </ul>
      ) : (
        <table className={classes.table} aria-label={t("title")} aria-rowcount={lines.length + 1}>
          <Head asked={asked} ask={ask} />
          <tbody>
            {above > 0 && <tr aria-hidden style={{ height: above }} />}
            {shown.map(({ line, index }) => (
              <tr key={line.id} data-index={index} ref={rows.measureElement} aria-rowindex={index + 2}>
                <Cells line={line} />
              </tr>
            ))}
            {below > 0 && <tr aria-hidden style={{ height: below }} />}
          </tbody>
        </table>
      )}
    </div>
  );
}

export function CaseList({ asked, ask, wanted, narrow }: Props): ReactNode {
  const { t, i18n } = useTranslation("cases");
  const query = useInfiniteQuery(casePages(wanted, 200));
  const lines = useMemo(
    () =>
      sorted(query.data?.pages.flatMap((page) => page.items) ?? [], asked.sort, asked.down, i18n.language),
    [query.data, asked.sort, asked.down, i18n.language],
  );
  if (!query.data) {
    if (query.error) return <Failed error={query.error} again={() => void query.refetch()} />;
    return <Loading />;
  }
  if (lines.length === 0) return <Empty title={t("list.none")}>{t("list.noneHint")}</Empty>;
  return (
    <>
      <Rows lines={lines} asked={asked} ask={ask} narrow={narrow} />
      <More className={classes.foot} query={query}>
        {t(query.hasNextPage ? "list.loaded" : "list.all", { count: lines.length })}
      </More>
    </>
  );
}
