/** What of the queue is shown: open or lately handled, severities, a rule, words. */
import { ActionIcon, Chip, CloseButton, Group, Select, Tabs, TextInput, Tooltip } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconHelp, IconSearch } from "@tabler/icons-react";
import { memo, type ReactNode, type RefObject, useState } from "react";
import { useTranslation } from "react-i18next";

import { Severity } from "@/parts/Severity";

import { type Filter, type Grade, GRADES } from "./filter";
import classes from "./Queue.module.css";
import type { Names } from "./words";

interface Props {
  filter: Filter;
  change: (next: Filter) => void;
  names: Names;
  /** How many are on the board, with a plus when there are more. */
  count: string | null;
  search: RefObject<HTMLInputElement | null>;
  leaveSearch: () => void;
  help: () => void;
}

export const Filters = memo(function Filters(props: Props): ReactNode {
  const { filter, change, names, count, search, leaveSearch, help } = props;
  const { t } = useTranslation("queue");
  return (
    <div className={classes.filters} role="search" aria-label={t("filter.label")}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Tabs
          value={filter.tab}
          onChange={(tab) => change({ ...filter, tab: tab === "done" ? "done" : "open" })}
          variant="pills"
          keepMounted={false}
        >
          <Tabs.List aria-label={t("filter.tabs")}>
            <Tabs.Tab value="open" size="sm">
              {t("filter.open")}
              {filter.tab === "open" && count !== null && <span className={classes.count}>{count}</span>}
            </Tabs.Tab>
            <Tabs.Tab value="done">{t("filter.done")}</Tabs.Tab>
          </Tabs.List>
        </Tabs>
        <Tooltip label={t("do.help")}>
          <ActionIcon variant="subtle" size="lg" aria-label={t("do.help")} onClick={help}>
            <IconHelp size={20} />
          </ActionIcon>
        </Tooltip>
      </Group>
      <Group gap="xs" wrap="nowrap">
        <Search filter={filter} change={change} search={search} leave={leaveSearch} />
        <Select
          className={classes.rule}
          size="sm"
          aria-label={t("filter.rule")}
          placeholder={t("filter.everyRule")}
          clearable
          searchable
          comboboxProps={{ withinPortal: true }}
          value={filter.rule}
          onChange={(rule) => change({ ...filter, rule })}
          data={names.rules.map((rule) => ({ value: rule.id, label: names.rule(rule.id) }))}
        />
      </Group>
      <Grades filter={filter} change={change} />
    </div>
  );
});

function Grades({ filter, change }: Pick<Props, "filter" | "change">): ReactNode {
  const { t } = useTranslation("queue");
  const { t: code } = useTranslation("codes");
  return (
    <Group gap={6} className={classes.grades} role="group" aria-label={t("filter.severity")}>
      {GRADES.map((grade: Grade) => {
        const on = filter.severity.includes(grade);
        const severity = on ? filter.severity.filter((one) => one !== grade) : [...filter.severity, grade];
        return (
          <Chip
            key={grade}
            size="xs"
            variant="outline"
            checked={on}
            classNames={{ label: classes.chip }}
            onChange={() => change({ ...filter, severity })}
          >
            <span className={classes.chipText}>
              <span aria-hidden className={classes.chipMark}>
                <Severity grade={grade} size={13} />
              </span>
              {code(`severity.${grade}`)}
            </span>
          </Chip>
        );
      })}
    </Group>
  );
}

const TYPING_MS = 250;

function Search({
  filter,
  change,
  search,
  leave,
}: Pick<Props, "filter" | "change" | "search"> & { leave: () => void }): ReactNode {
  const { t } = useTranslation("queue");
  const [text, setText] = useState(filter.text);
  const ask = useDebouncedCallback((next: string) => change({ ...filter, text: next.trim() }), TYPING_MS);
  const clear = (): void => {
    setText("");
    change({ ...filter, text: "" });
  };
  return (
    <TextInput
      ref={search}
      className={classes.search}
      size="sm"
      type="search"
      maxLength={100}
      aria-label={t("filter.search")}
      placeholder={t("filter.search")}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        text ? (
          <CloseButton size="sm" aria-label={t("filter.clear")} onClick={clear} />
        ) : (
          <kbd className="ws-key">/</kbd>
        )
      }
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        ask(event.currentTarget.value);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape" && event.key !== "Enter") return;
        event.stopPropagation();
        if (event.key === "Escape") clear();
        leave();
      }}
    />
  );
}
