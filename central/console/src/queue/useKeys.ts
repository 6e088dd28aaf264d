/** The keyboard of the page: hears keys wherever the focus is, unless they are somebody's typing. */
import { useEffect, useRef, type RefObject } from "react";

import { type Command, commandOf, reasonOfDigit, taken } from "./keys";
import type { ListControl } from "./List";
import { cleared, extended, moved, placed, toggled } from "./moves";
import type { Queue } from "./queue";
import type { Opened } from "./useOpened";
import type { Steps } from "./useSteps";

interface Page {
  queue: Queue;
  steps: Steps;
  list: RefObject<ListControl | null>;
  search: RefObject<HTMLInputElement | null>;
  pane: RefObject<HTMLElement | null>;
  opened: Opened;
  wide: boolean;
  help: boolean;
  setHelp: (open: boolean) => void;
  judge: boolean;
}

const STEPS = new Set<Command["do"]>(["acknowledge", "confirm", "dismiss", "undo", "select"]);

export function useKeys(page: Page): void {
  const latest = useRef(page);
  useEffect(() => {
    latest.current = page;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || taken(event.target, event.key)) return;
      const command = commandOf(event);
      if (!command) return;
      const now = latest.current;
      // A dialog over the page keeps the keys to itself.
      if (now.help || now.steps.dismissing || document.querySelector("[role=dialog]")) return;
      if (STEPS.has(command.do) && !now.judge) return;
      event.preventDefault();
      obey(now, command);
    };
    const choose = (event: KeyboardEvent): void => reasoned(event, latest.current.steps);
    addEventListener("keydown", press);
    addEventListener("keydown", choose, { capture: true });
    return () => {
      removeEventListener("keydown", press);
      removeEventListener("keydown", choose, { capture: true });
    };
  }, []);
}

/** A quick hand presses the digit before the menu has the focus, and a key outside it would close it: so heard first. */
function reasoned(event: KeyboardEvent, steps: Steps): void {
  const reason = steps.dismissing ? reasonOfDigit(event.key) : null;
  if (!reason || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  event.stopPropagation();
  steps.dismiss(reason);
}

function obey(page: Page, command: Command): void {
  const { queue, steps, list, opened } = page;
  const first = list.current?.first() ?? 0;
  switch (command.do) {
    case "move":
      queue.move((board) =>
        command.extend && page.judge ? extended(board, command.by, first) : moved(board, command.by, first),
      );
      if (!page.wide && opened.id) opened.go(queue.state().board.cursor);
      return;
    case "acknowledge":
      return steps.acknowledge();
    case "confirm":
      return steps.confirm();
    case "dismiss":
      return steps.setDismissing(true);
    case "undo":
      return steps.undo();
    case "select":
      return queue.move((board) => toggled(board, board.cursor));
    case "search":
      page.search.current?.focus();
      return page.search.current?.select();
    case "help":
      return page.setHelp(true);
    case "newest":
      list.current?.toTop();
      return queue.move((board) => placed(board, board.order[0] ?? null));
    case "open":
      if (!page.wide) return opened.go(queue.state().board.cursor);
      return page.pane.current?.focus();
    case "close":
      return close(page);
  }
}

/** Lets go of one thing at a time: the selection, the open page, the cursor. */
function close({ queue, opened, wide }: Page): void {
  const { board } = queue.state();
  if (board.selected.size > 0) return queue.move(cleared);
  if (!wide && opened.id) return opened.back();
  queue.move((now) => placed(now, null));
}
