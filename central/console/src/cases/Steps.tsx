/** The steps the person may take now: the likeliest as the main button, the others beside it. */
import { Button, Group } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import type { CaseDetail } from "./asking";
import { StepDialog } from "./StepDialog";
import { NEEDS, primary, type Step } from "./steps";

export function Steps({ one }: { one: CaseDetail }): ReactNode {
  const { t } = useTranslation("cases");
  const [step, setStep] = useState<Step | null>(null);
  const first = primary(one.steps);
  const order = [...one.steps].sort((a, b) => Number(b === first) - Number(a === first));
  return (
    <Group gap="xs" role="group" aria-label={t("step.choose")}>
      {order.map((name) => (
        <Button
          key={name}
          variant={name === first ? "filled" : "default"}
          color={NEEDS[name].grave && name === first ? "red.9" : undefined}
          onClick={() => setStep(name)}
        >
          {t(`step.${name}.do`)}
        </Button>
      ))}
      {step && <StepDialog key={step} step={step} one={one} close={() => setStep(null)} />}
    </Group>
  );
}
