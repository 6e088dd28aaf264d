/** From below, within the thumb's reach: why not, or why wait. */
import { Button, Drawer, Stack, Textarea } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import classes from "./Field.module.css";
import type { Why } from "./outbox";
import { useDraft } from "./useDraft";

const REASONS: Record<"decline" | "wait", readonly Why[]> = {
  decline: ["not_ours", "no_crew", "unsafe", "wrong_place", "other"],
  wait: ["needs_parts", "needs_others", "weather", "unsafe", "not_found", "other"],
};

interface Props {
  step: "decline" | "wait";
  draftKey: string;
  close: () => void;
  send: (reason: Why, note: string) => Promise<boolean>;
}

export function ReasonSheet({ step, draftKey, close, send }: Props): ReactNode {
  const { t } = useTranslation("field");
  const [why, setWhy] = useState<Why | null>(null);
  const note = useDraft(draftKey);
  const go = async (): Promise<void> => {
    if (why && (await send(why, note.words.trim()))) {
      note.spent();
      close();
    }
  };
  return (
    <Drawer
      opened
      onClose={close}
      position="bottom"
      size="auto"
      title={t(`reason.${step}`)}
      closeButtonProps={{ size: 48, "aria-label": t("app:do.close") }}
      styles={{ title: { fontSize: "1.25rem", fontWeight: 600 }, content: { maxHeight: "92dvh" } }}
    >
      <Stack gap="md" pb="md">
        <fieldset style={{ border: 0, margin: 0, padding: 0 }}>
          <legend className="ws-skip">{t("reason.choose")}</legend>
          <div className={classes.reasons}>
            {REASONS[step].map((reason) => (
              <label key={reason} className={classes.reason}>
                <input type="radio" name="why" checked={why === reason} onChange={() => setWhy(reason)} />
                {t(`codes:why.${reason}`)}
              </label>
            ))}
          </div>
        </fieldset>
        <Textarea
          label={t("words.note")}
          size="md"
          autosize
          minRows={2}
          maxRows={5}
          maxLength={2000}
          value={note.words}
          onChange={(event) => note.write(event.currentTarget.value)}
        />
        <Button className={classes.big} disabled={!why} onClick={go}>
          {t(`step.${step}`)}
        </Button>
      </Stack>
    </Drawer>
  );
}
