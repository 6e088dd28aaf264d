/** Takes a verdict back for as long as the centre allows it; the seconds left are on the button. */
import { Button } from "@mantine/core";
import { IconArrowBackUp } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useNow } from "@/parts/time";

import { type Row, undoUntil } from "./board";

export function UndoButton({ row, me, undo }: { row: Row; me: string; undo: () => void }): ReactNode {
  const { t } = useTranslation("queue");
  const now = useNow();
  const until = undoUntil(row, me, now);
  if (until === null) return null;
  return (
    <Button
      size="compact-xs"
      variant="light"
      leftSection={<IconArrowBackUp size={14} />}
      onClick={(event) => {
        event.stopPropagation();
        undo();
      }}
    >
      {t("row.undo", { seconds: Math.min(30, Math.max(1, Math.ceil((until - now) / 1000))) })}
    </Button>
  );
}
