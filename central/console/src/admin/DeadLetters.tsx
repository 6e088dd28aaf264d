/** What could not be taken in, and why: nothing that arrived is thrown away without a word. */
import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Asked, Empty } from "@/parts/States";
import { Moment } from "@/parts/time";
import type { Shapes } from "@/wire/client";
import { number } from "@/words/format";

import classes from "./admin.module.css";
import { letterPages } from "./asking";
import { type Column, End, Rows } from "./Rows";

type Letter = Shapes["DeadLetterShape"];

function useColumns(): Column<Letter>[] {
  const { t, i18n } = useTranslation(["admin", "codes"]);
  return [
    {
      head: t("letter.heard"),
      cell: (letter) => (
        <>
          <Moment at={letter.last_heard} />
          {letter.times > 1 && (
            <div className="ws-quiet">
              {t("letter.times", { count: letter.times })} <Moment at={letter.heard} />
            </div>
          )}
        </>
      ),
    },
    {
      head: t("letter.reason"),
      cell: (letter) => (
        <>
          <strong>{t(`codes:deadLetter.${letter.reason}`, { defaultValue: letter.reason })}</strong>
          <div className={classes.detail}>{letter.detail}</div>
        </>
      ),
    },
    {
      head: t("letter.from"),
      cell: (letter) => (
        <>
          {letter.node ?? t("app:state.unknown")}
          <div className={classes.id}>{letter.topic}</div>
        </>
      ),
    },
    { head: t("letter.seq"), cell: (letter) => (letter.seq === null ? t("letter.whole") : letter.seq) },
    { head: t("letter.bytes"), cell: (letter) => number(letter.bytes, i18n.language, 0) },
  ];
}

export function DeadLetters(): ReactNode {
  const { t } = useTranslation("admin");
  const query = useInfiniteQuery(letterPages);
  const columns = useColumns();
  return (
    <Asked query={query}>
      {({ pages }) => {
        const letters = pages.flatMap((page) => page.items);
        if (letters.length === 0) return <Empty title={t("letter.none")}>{t("letter.noneHint")}</Empty>;
        return (
          <>
            <Rows label={t("room.letters")} columns={columns} rows={letters} id={(letter) => letter.id} />
            <End count={letters.length} query={query} />
          </>
        );
      }}
    </Asked>
  );
}
