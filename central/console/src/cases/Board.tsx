/** Cases by state, a column each, loaded column by column so that none hides behind another. */
import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Failed } from "@/parts/States";

import { casePages } from "./asking";
import type { State } from "@/wire/states";

import { ordered } from "./board";
import { Card } from "./Card";
import classes from "./cases.module.css";
import { type Asked, columns, wanted } from "./filters";

function Column({ state, asked, ward }: { state: State; asked: Asked; ward: string | undefined }): ReactNode {
  const { t } = useTranslation(["cases", "codes"]);
  const query = useInfiniteQuery(casePages(wanted(asked, [state], ward)));
  const lines = query.data?.pages.flatMap((page) => page.items);
  const name = t(`codes:caseState.${state}`);
  const count = lines && `${lines.length}${query.hasNextPage ? "+" : ""}`;
  return (
    <section className={classes.column} aria-label={name}>
      <h2 className={classes.columnHead}>
        {name}
        <span className={classes.count} aria-label={count && t("board.count", { count: lines.length })}>
          {count}
        </span>
      </h2>
      <div className={classes.columnBody}>
        {!lines && !query.error && (
          <Skeleton h={120} radius="md" role="status" aria-label={t("app:state.loading")} />
        )}
        {!lines && query.error && <Failed error={query.error} again={() => void query.refetch()} />}
        {lines?.length === 0 && (
          <Text size="sm" className={classes.none}>
            {t("board.none")}
          </Text>
        )}
        {lines && lines.length > 0 && (
          <Stack component="ul" gap={8} className={classes.cards}>
            {ordered(state, lines).map((line) => (
              <li key={line.id}>
                <Card line={line} />
              </li>
            ))}
          </Stack>
        )}
        {query.hasNextPage && (
          <Button
            fullWidth
            variant="default"
            mt={8}
            loading={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            {t("app:do.more")}
          </Button>
        )}
      </div>
    </section>
  );
}

export function Board({ asked, ward }: { asked: Asked; ward: string | undefined }): ReactNode {
  const { t } = useTranslation("cases");
  return (
    // A wide board is scrolled sideways: by keyboard too.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={classes.board} role="region" aria-label={t("board.name")} tabIndex={0}>
      {columns(asked).map((state) => (
        <Column key={state} state={state} asked={asked} ward={ward} />
      ))}
    </div>
  );
}
