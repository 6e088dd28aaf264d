/** The next steps, large, at the bottom; the one that goes on is the larger one, on the right. */
import { Button, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import classes from "./Field.module.css";
import type { CrewStep, Standing, StepDeed } from "./outbox";
import { ReasonSheet } from "./ReasonSheet";

interface Props {
  now: Standing;
  draftKey: string;
  /** What is missing before the work can be reported done. */
  lacks: "words" | "photo" | null;
  take: (told: Omit<StepDeed, "type" | "from">, draftKey: string | null) => Promise<boolean>;
  resolve: () => Promise<void>;
}

const ASIDE: readonly CrewStep[] = ["decline", "wait"];

export function ActionBar({ now, draftKey, lacks, take, resolve }: Props): ReactNode {
  const { t } = useTranslation("field");
  const [asked, setAsked] = useState<"decline" | "wait" | null>(null);
  const [told, setTold] = useState(false);
  const [busy, setBusy] = useState(false);
  const aside = now.steps.find((step) => ASIDE.includes(step));
  const main = now.steps.find((step) => !ASIDE.includes(step));

  const press = async (step: CrewStep): Promise<void> => {
    if (step === "decline" || step === "wait") return setAsked(step);
    setBusy(true);
    if (step === "resolve") {
      setTold(lacks !== null);
      await resolve();
    } else await take({ step }, null);
    setBusy(false);
  };
  const name = (step: CrewStep): string =>
    t(step === "start" && now.state === "waiting" ? "step.restart" : `step.${step}`);

  if (!main && !aside) return now.refused ? <Blocked /> : null;
  return (
    <section className={classes.bar} aria-label={t("step.bar")}>
      {told && lacks && main === "resolve" && (
        <Text c="var(--ws-critical)" fw={600} role="alert">
          {lacks === "words" ? t("step.needWords") : t("step.needPhoto")}
        </Text>
      )}
      <div className={classes.buttons}>
        {aside && (
          <Button className={classes.big} variant="default" disabled={busy} onClick={() => press(aside)}>
            {name(aside)}
          </Button>
        )}
        {main && (
          <Button className={classes.big} data-main loading={busy} onClick={() => press(main)}>
            {name(main)}
          </Button>
        )}
      </div>
      {asked && (
        <ReasonSheet
          step={asked}
          draftKey={`${draftKey}/${asked}`}
          close={() => setAsked(null)}
          send={(reason, words) => take({ step: asked, reason, words }, `${draftKey}/${asked}`)}
        />
      )}
    </section>
  );
}

function Blocked(): ReactNode {
  const { t } = useTranslation("field");
  return (
    <section className={classes.bar} aria-label={t("step.bar")}>
      <Text fw={600}>{t("step.blocked")}</Text>
    </section>
  );
}
