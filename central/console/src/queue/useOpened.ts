/**
 * Which alert is open, and its address. On a wide screen it is the cursor's, and the address follows once the cursor
 * rests; on a narrow one it is a page of its own, and Back leads to the list.
 */
import { useCallback, useEffect, useMemo, useRef } from "react";
import { useLocation, useRoute } from "wouter";

import { placed } from "./moves";
import type { Queue } from "./queue";

export interface Opened {
  id: string | null;
  go: (id: string | null) => void;
  back: () => void;
}

const REST_MS = 250;

export function useOpened(queue: Queue, cursor: string | null, wide: boolean): Opened {
  const [, params] = useRoute("/:id");
  const [, navigate] = useLocation();
  const asked = params?.id ?? null;
  const written = useRef<string | null>(null);

  useEffect(() => {
    // An address somebody else wrote (a link, Back) sets the cursor; our own only follows it.
    if (asked === written.current) return;
    written.current = asked;
    queue.move((board) => placed(board, asked));
  }, [asked, queue]);

  useEffect(() => {
    if (!wide) return;
    const timer = setTimeout(() => {
      if (cursor === written.current) return;
      written.current = cursor;
      navigate(cursor ? `/${cursor}` : "/", { replace: true });
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [wide, cursor, navigate]);

  const go = useCallback(
    (to: string | null): void => {
      written.current = to;
      navigate(to ? `/${to}` : "/", { replace: wide || to === null });
    },
    [navigate, wide],
  );
  const back = useCallback(() => go(null), [go]);
  const id = wide ? cursor : asked;
  return useMemo(() => ({ id, go, back }), [id, go, back]);
}
