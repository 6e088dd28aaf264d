import { useEffect, useRef, useState } from "react";

import { draft, keepDraft } from "./store";

const PAUSE_MS = 250;

export interface Draft {
  words: string;
  write: (words: string) => void;
  /** Forget what is still to be written: the words have become something to send. */
  spent: () => void;
}

/** Words that are kept on the phone while they are written, and found again after whatever happened to it. */
export function useDraft(key: string): Draft {
  const [words, setWords] = useState("");
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const touched = useRef(false);
  const latest = useRef("");

  useEffect(() => {
    touched.current = false;
    void draft(key).then((found) => {
      if (!touched.current) setWords(found);
    });
    const flush = (): void => {
      if (!timer.current) return;
      clearTimeout(timer.current);
      timer.current = null;
      void keepDraft(key, latest.current);
    };
    document.addEventListener("visibilitychange", flush);
    window.addEventListener("pagehide", flush);
    return () => {
      flush();
      document.removeEventListener("visibilitychange", flush);
      window.removeEventListener("pagehide", flush);
    };
  }, [key]);

  const write = (next: string): void => {
    touched.current = true;
    latest.current = next;
    setWords(next);
    if (timer.current) clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      timer.current = null;
      void keepDraft(key, next);
    }, PAUSE_MS);
  };
  const spent = (): void => {
    if (timer.current) clearTimeout(timer.current);
    timer.current = null;
    touched.current = true;
    setWords("");
  };
  return { words, write, spent };
}
