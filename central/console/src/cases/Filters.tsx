import { CloseButton, SegmentedControl, Select, Switch, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconLayoutKanban, IconList, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { useWard } from "@/app/ward";
import { units } from "@/wire/queries";

import { FINISHED, OPEN } from "@/wire/states";
import classes from "./cases.module.css";
import type { Asked } from "./filters";

interface Props {
  asked: Asked;
  view: "board" | "list";
  ask: (change: Partial<Asked>) => void;
}

function Text({ asked, ask }: Omit<Props, "view">): ReactNode {
  const { t } = useTranslation("cases");
  const [text, setText] = useState(asked.text);
  const send = useDebouncedCallback((next: string) => ask({ text: next.trim().replace(/^#/, "") }), 300);
  const change = (next: string): void => {
    setText(next);
    send(next);
  };
  return (
    <TextInput
      className={classes.search}
      type="search"
      aria-label={t("filter.text")}
      placeholder={t("filter.text")}
      leftSection={<IconSearch size={16} aria-hidden />}
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
      rightSection={
        text && <CloseButton size="sm" aria-label={t("filter.clear")} onClick={() => change("")} />
      }
    />
  );
}

function ViewSwitch({ view, ask }: Omit<Props, "asked">): ReactNode {
  const { t } = useTranslation("cases");
  const label = (icon: ReactNode, words: string): ReactNode => (
    <span className={classes.viewLabel}>
      {icon}
      {words}
    </span>
  );
  return (
    <SegmentedControl
      className={classes.views}
      aria-label={t("view.choose")}
      value={view}
      onChange={(next) => ask({ view: next })}
      data={[
        { value: "board", label: label(<IconLayoutKanban size={16} aria-hidden />, t("view.board")) },
        { value: "list", label: label(<IconList size={16} aria-hidden />, t("view.list")) },
      ]}
    />
  );
}

export function Filters({ asked, view, ask }: Props): ReactNode {
  const { t } = useTranslation(["cases", "codes"]);
  const { ward } = useWard();
  const { data } = useQuery(units);
  const choices = data?.filter((unit) => !unit.ward || !ward || unit.ward === ward) ?? [];
  const states = asked.finished ? [...OPEN, ...FINISHED] : OPEN;
  return (
    <>
      <Text asked={asked} ask={ask} />
      <Select
        className={classes.choice}
        aria-label={t("filter.unit")}
        placeholder={t("filter.everyUnit")}
        clearable
        searchable
        value={asked.unit ?? null}
        onChange={(unit) => ask({ unit: unit ?? undefined })}
        data={choices.map((unit) => ({ value: unit.id, label: unit.name }))}
      />
      {view === "list" && (
        <Select
          className={classes.choice}
          aria-label={t("filter.state")}
          placeholder={t("filter.everyState")}
          clearable
          value={asked.state ?? null}
          onChange={(state) => ask({ state: state ?? undefined })}
          data={states.map((state) => ({ value: state, label: t(`codes:caseState.${state}`) }))}
        />
      )}
      <Switch
        className={classes.toggle}
        label={t("filter.overdue")}
        checked={asked.overdue}
        onChange={(event) => ask({ overdue: event.currentTarget.checked })}
      />
      <Switch
        className={classes.toggle}
        label={t("filter.finished")}
        checked={asked.finished}
        onChange={(event) => ask({ finished: event.currentTarget.checked })}
      />
      <ViewSwitch view={view} ask={ask} />
    </>
  );
}
