/** All cases: what is asked for stands in the address, the board or the list shows it. */
import { Group, Title } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useSearch } from "wouter";

import { useWard } from "@/app/ward";

import { Board } from "./Board";
import { CaseList } from "./CaseList";
import classes from "./cases.module.css";
import { Filters } from "./Filters";
import { type Asked, columns, read, wanted, written } from "./filters";

export function Cases(): ReactNode {
  const { t } = useTranslation("cases");
  const { ward } = useWard();
  const [, go] = useLocation();
  const asked = read(useSearch());
  // A board is for a wide screen; on a phone the same cases are one list.
  const narrow = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const view = asked.view ?? (narrow ? "list" : "board");
  const ask = (change: Partial<Asked>): void => {
    const question = written({ ...asked, ...change });
    go(question ? `?${question}` : "", { replace: true });
  };
  const states = asked.state ? [asked.state] : columns(asked);
  return (
    <div className={classes.page}>
      <Group className={classes.bar} gap="sm" align="end">
        <Title order={1} size="h3" className={classes.title}>
          {t("title")}
        </Title>
        <Filters asked={asked} view={view} ask={ask} />
      </Group>
      {view === "board" ? (
        <Board asked={asked} ward={ward} />
      ) : (
        <CaseList asked={asked} ask={ask} wanted={wanted(asked, states, ward)} narrow={narrow} />
      )}
    </div>
  );
}
