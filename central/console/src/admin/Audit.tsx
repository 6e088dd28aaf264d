/** Who did what, on which row, when, from where and why. Read only; the newest first. */
import { Anchor, Button, Group, Pill, Select } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useSearch } from "wouter";

import { useWard } from "@/app/ward";
import { Asked, Empty } from "@/parts/States";
import { wards } from "@/wire/queries";
import { exact } from "@/words/format";

import { ACTS, type Entry, OF, pageOf, read, shortened, type Sought, written } from "./acts";
import classes from "./admin.module.css";
import { auditPages } from "./asking";
import { type Column, End, Rows } from "./Rows";
import { Why } from "./Why";

type Seek = (change: Partial<Sought>) => void;

/** People met in the loaded acts: an auditor may not ask for the list of accounts. */
function people(entries: readonly Entry[]): { value: string; label: string }[] {
  const found = new Map<string, string>();
  for (const { account, account_name: name } of entries) if (account) found.set(account, name ?? account);
  return [...found]
    .map(([value, label]) => ({ value, label }))
    .sort((a, b) => a.label.localeCompare(b.label, "vi"));
}

function Filters({
  sought,
  seek,
  entries,
}: {
  sought: Sought;
  seek: Seek;
  entries: readonly Entry[];
}): ReactNode {
  const { t } = useTranslation(["admin", "codes"]);
  const met = people(entries);
  const known = sought.account && !met.some(({ value }) => value === sought.account);
  return (
    <>
      <Select
        className={classes.choice}
        aria-label={t("audit.act")}
        placeholder={t("audit.everyAct")}
        clearable
        searchable
        value={sought.act}
        onChange={(act) => seek({ act })}
        data={ACTS.map((act) => ({ value: act, label: t(`codes:act.${act}`) }))}
      />
      <Select
        className={classes.choice}
        aria-label={t("audit.of")}
        placeholder={t("audit.everyOf")}
        clearable
        value={sought.of}
        onChange={(of) => seek({ of })}
        data={OF.map((of) => ({ value: of, label: t(`codes:actOf.${of}`) }))}
      />
      <Select
        className={classes.choice}
        aria-label={t("audit.who")}
        placeholder={t("audit.everyone")}
        clearable
        searchable
        value={sought.account}
        onChange={(account) => seek({ account })}
        data={
          known && sought.account
            ? [...met, { value: sought.account, label: shortened(sought.account) }]
            : met
        }
      />
      {sought.row && (
        <Pill
          withRemoveButton
          size="md"
          onRemove={() => seek({ row: null })}
          removeButtonProps={{ "aria-label": t("audit.anyRow"), "aria-hidden": false, tabIndex: 0 }}
        >
          {t("audit.row", { row: shortened(sought.row) })}
        </Pill>
      )}
    </>
  );
}

function What({
  entry,
  seek,
  names,
}: {
  entry: Entry;
  seek: Seek;
  names: ReadonlyMap<string, string>;
}): ReactNode {
  const { t } = useTranslation(["admin", "codes"]);
  const page = pageOf(entry);
  const name = names.get(entry.row) ?? shortened(entry.row);
  return (
    <>
      {t(`codes:actOf.${entry.of}`, { defaultValue: entry.of })}{" "}
      {page ? (
        <Anchor component={Link} href={`~${page}`} className={classes.row} title={entry.row}>
          {name}
        </Anchor>
      ) : (
        <button
          type="button"
          className={classes.row}
          title={entry.row}
          aria-label={t("audit.onlyRow", { row: name })}
          onClick={() => seek({ of: entry.of, row: entry.row })}
        >
          {name}
        </button>
      )}
    </>
  );
}

function useColumns(seek: Seek, names: ReadonlyMap<string, string>): Column<Entry>[] {
  const { t, i18n } = useTranslation(["admin", "codes"]);
  const { data } = useQuery(wards);
  const origin = (told: string): string => t(`origin.${told.replaceAll(".", "_")}`, { defaultValue: told });
  return [
    {
      head: t("audit.at"),
      cell: ({ at }) => (
        <time dateTime={at} className="ws-number">
          {exact(at, i18n.language)}
        </time>
      ),
    },
    {
      head: t("audit.who"),
      cell: (entry) =>
        entry.account_name ?? entry.node ?? <span className="ws-quiet">{t("audit.nobody")}</span>,
    },
    {
      head: t("audit.act"),
      cell: ({ act }) => <strong>{t(`codes:act.${act}`, { defaultValue: act })}</strong>,
    },
    { head: t("audit.of"), cell: (entry) => <What entry={entry} seek={seek} names={names} /> },
    { head: t("audit.why"), cell: (entry) => <Why entry={entry} /> },
    {
      head: t("audit.ward"),
      cell: ({ ward }) => (ward ? (data?.find(({ id }) => id === ward)?.name ?? ward) : t("grant.city")),
    },
    { head: t("audit.origin"), cell: (entry) => <span className="ws-number">{origin(entry.origin)}</span> },
  ];
}

export function Audit(): ReactNode {
  const { t } = useTranslation("admin");
  const { ward } = useWard();
  const [, go] = useLocation();
  const sought = read(useSearch());
  const query = useInfiniteQuery(auditPages(sought, ward));
  const entries = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const seek: Seek = (change) => go(`/audit?${written({ ...sought, ...change })}`, { replace: true });
  const names = useMemo(() => new Map(people(entries).map(({ value, label }) => [value, label])), [entries]);
  const columns = useColumns(seek, names);
  return (
    <>
      <Group className={classes.bar}>
        <Filters sought={sought} seek={seek} entries={entries} />
        <Button
          ml="auto"
          variant="default"
          leftSection={<IconRefresh size={16} aria-hidden />}
          loading={query.isRefetching}
          onClick={() => void query.refetch()}
        >
          {t("app:do.refresh")}
        </Button>
      </Group>
      <Asked query={query}>
        {() =>
          entries.length === 0 ? (
            <Empty title={t("audit.none")} />
          ) : (
            <>
              <Rows label={t("room.audit")} columns={columns} rows={entries} id={({ id }) => id} />
              <End count={entries.length} query={query} />
            </>
          )
        }
      </Asked>
    </>
  );
}
