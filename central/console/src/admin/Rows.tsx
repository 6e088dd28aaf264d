/** A table that becomes a stack of cards on a phone, with its heads as labels; the same rows, read the same way. */
// The roles stand again because a browser forgets a table's when its rows are laid out as blocks.
/* eslint-disable jsx-a11y/no-redundant-roles, jsx-a11y/no-interactive-element-to-noninteractive-role */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { More } from "@/parts/More";

import classes from "./admin.module.css";

export interface Column<T> {
  head: string;
  cell: (row: T) => ReactNode;
}

interface Props<T> {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  id: (row: T) => string;
}

export function Rows<T>({ label, columns, rows, id }: Props<T>): ReactNode {
  return (
    <table className={classes.table} role="table" aria-label={label}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ head }) => (
            <th key={head} scope="col" role="columnheader">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={id(row)} role="row">
            {columns.map(({ head, cell }) => (
              <td key={head} role="cell" data-label={head}>
                <div>{cell(row)}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface EndProps {
  count: number;
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}

/** The end of the rows loaded so far. */
export function End({ count, query }: EndProps): ReactNode {
  const { t } = useTranslation("admin");
  return (
    <More className={classes.foot} query={query}>
      {t(query.hasNextPage ? "more.loaded" : "more.all", { count })}
    </More>
  );
}
