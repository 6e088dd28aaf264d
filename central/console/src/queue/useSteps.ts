/** What the operator does, by key or by button: whom it is about, what is said of it, and how it is taken back. */
import { notifications } from "@mantine/notifications";
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { useSession } from "@/app/session";
import { useProblemWords } from "@/parts/problems";
import { Problem } from "@/wire/client";

import { type Deed, type DismissReason, takes } from "./board";
import { type Outcome, summed } from "./bulk";
import { cleared, nextOpen, placed, targets } from "./moves";
import type { Queue } from "./queue";
import type { Names } from "./words";

interface Done {
  ids: readonly string[];
  deed: Deed;
}

export interface Steps {
  said: string;
  say: (words: string) => void;
  dismissing: boolean;
  setDismissing: (open: boolean) => void;
  canUndo: boolean;
  acknowledge: () => void;
  giveBack: () => void;
  confirm: () => void;
  dismiss: (reason: DismissReason) => void;
  undo: () => void;
  undoOne: (id: string) => void;
}

/** `open` is the alert on the screen; `follow` opens the next one where it is a page of its own. */
export function useSteps(
  queue: Queue,
  names: Names,
  open: string | null,
  follow: ((id: string | null) => void) | null,
): Steps {
  const { t } = useTranslation("queue");
  const { me } = useSession();
  const [said, say] = useState("");
  const [dismissing, setDismissing] = useState(false);
  const [done, setDone] = useState<readonly Done[]>([]);
  const tell = useTell(say, names, queue);
  const screen = useRef({ open, follow, nothing: "" });
  useEffect(() => {
    screen.current = { open, follow, nothing: t("said.nothing") };
  });

  const able = useCallback(
    (ids: readonly string[], deed: Deed): string[] => {
      const { rows } = queue.state().board;
      const now = Date.now();
      return ids.filter((id) => rows.has(id) && takes(rows.get(id)!, deed, me.id, now));
    },
    [queue, me.id],
  );

  const take = useCallback(
    (ids: readonly string[], deed: Deed, reason: DismissReason | null = null): void => {
      const { open: shown, follow: go, nothing } = screen.current;
      if (ids.length === 0) return say(nothing);
      const judged = deed === "confirm" || deed === "dismiss";
      if (judged) {
        const next = nextOpen(queue.state().board, ids);
        queue.move((board) => cleared(placed(board, next ?? board.cursor)));
        if (shown && go) go(next);
      } else queue.move(cleared);
      if (deed === "undo" || deed === "return") setDone((all) => all.filter((one) => one.ids !== ids));
      else setDone((all) => [...all.slice(-49), { ids, deed }]);
      void queue.act(ids, deed, reason).then((outcomes) => tell(deed, outcomes));
    },
    [queue, tell],
  );

  const meant = (): string[] => {
    const found = targets(queue.state().board);
    return found.length > 0 ? found : open ? [open] : [];
  };
  const undoOne = useCallback(
    (id: string) => {
      queue.move((board) => placed(board, id));
      take(able([id], "undo"), "undo");
    },
    [queue, take, able],
  );
  const last = (): { ids: string[]; deed: Deed } | null => {
    for (const { ids, deed } of done.toReversed()) {
      const back: Deed = deed === "acknowledge" ? "return" : "undo";
      const left = able(ids, back);
      if (left.length > 0) return { ids: left, deed: back };
    }
    return null;
  };
  return {
    said,
    say,
    dismissing,
    setDismissing,
    canUndo: done.length > 0,
    acknowledge: () => take(able(meant(), "acknowledge"), "acknowledge"),
    giveBack: () => take(able(meant(), "return"), "return"),
    confirm: () => take(able(meant(), "confirm"), "confirm"),
    dismiss: (reason) => {
      setDismissing(false);
      take(able(meant(), "dismiss"), "dismiss", reason);
    },
    undo: () => {
      const own = able(meant(), "undo");
      const back = own.length > 0 ? { ids: own, deed: "undo" as const } : last();
      if (!back) return say(t("said.noUndo"));
      queue.move((board) => placed(board, back.ids[0] ?? board.cursor));
      if (open && follow) follow(back.ids[0] ?? null);
      take(back.ids, back.deed);
    },
    undoOne,
  };
}

/** Words for what came of it: quietly for one that went well, on the screen for many and for a refusal. */
function useTell(
  say: (words: string) => void,
  names: Names,
  queue: Queue,
): (deed: Deed, outcomes: readonly Outcome[]) => void {
  const { t } = useTranslation("queue");
  const words = useProblemWords();
  const latest = useRef({ t, words, names });
  useEffect(() => {
    latest.current = { t, words, names };
  });
  return useCallback(
    (deed, outcomes) => {
      const now = latest.current;
      const { done, refused, codes } = summed(outcomes);
      const why = codes.map(([code, count]) => {
        const sentence = now.words(new Problem(code, 409));
        return outcomes.length > 1 ? `${sentence} (${count})` : sentence;
      });
      const first = queue.state().board.rows.get(outcomes[0]?.id ?? "");
      const title = first ? now.names.rule(first.line.rule) : "";
      const summary =
        outcomes.length === 1
          ? refused > 0
            ? why.join(" ")
            : now.t(`said.${deed}`, { title })
          : refused > 0
            ? now.t("said.some", { done, refused, why: why.join(" ") })
            : now.t("said.all", { count: done });
      say(summary);
      if (refused > 0)
        notifications.show({
          position: "top-right",
          color: "red",
          title: (outcomes.length === 1 && title) || undefined,
          message: summary,
          autoClose: 10_000,
          role: "alert",
        });
      else if (outcomes.length > 1)
        notifications.show({ position: "top-right", message: summary, autoClose: 5_000 });
    },
    [say, queue],
  );
}
