/**
 * The dialog of one step. What was typed outlives a refusal: when somebody else changed the case meanwhile, that is
 * said, the newest is shown, and sending again is a decision on the newest.
 */
import {
  Alert,
  Button,
  Chip,
  Group,
  Modal,
  Radio,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, type SyntheticEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { useProblemWords } from "@/parts/problems";
import { Problem } from "@/wire/client";
import { oneCase, units } from "@/wire/queries";
import { clock, day } from "@/words/format";

import { assignees, type CaseDetail, takeStep } from "./asking";
import classes from "./detail.module.css";
import { cityTime, lacking, later, localTime, NEEDS, type Step, type Told, type Why } from "./steps";

interface Props {
  step: Step;
  one: CaseDetail;
  close: () => void;
}
interface Fields {
  told: Told;
  tell: (change: Partial<Told>) => void;
}

function Unit({ one, told, tell }: Fields & { one: CaseDetail }): ReactNode {
  const { t } = useTranslation("cases");
  const { data } = useQuery(units);
  const choices = data?.filter((unit) => !unit.ward || unit.ward === one.ward) ?? [];
  return (
    <Select
      label={t("field.unit")}
      required
      data-autofocus
      searchable
      value={told.unit || null}
      onChange={(unit) => tell({ unit: unit ?? "", assignee: "" })}
      data={choices.map((unit) => ({ value: unit.id, label: unit.name }))}
    />
  );
}

/** Whom of the unit; left open, whoever of the unit accepts it has it. */
function Person({ one, told, tell }: Fields & { one: CaseDetail }): ReactNode {
  const { t } = useTranslation("cases");
  const { data } = useQuery(assignees(one.id, told.unit));
  return (
    <Select
      label={t("field.person")}
      placeholder={t("field.anybody")}
      clearable
      searchable
      value={told.assignee || null}
      onChange={(person) => tell({ assignee: person ?? "" })}
      data={(data ?? []).map((person) => ({ value: person.id, label: person.name }))}
    />
  );
}

const LATER = [2, 4, 24, 48] as const;

function Until({ one, told, tell, opened }: Fields & { one: CaseDetail; opened: number }): ReactNode {
  const { t, i18n } = useTranslation("cases");
  const at = cityTime(told.until);
  // The input writes a date as the browser pleases; here it stands as people here write it.
  const whole = (when: string): string => `${day(when, i18n.language)} ${clock(when, i18n.language)}`;
  return (
    <Stack gap={6}>
      <TextInput
        type="datetime-local"
        label={t("field.until")}
        description={t("field.untilHint")}
        required
        value={told.until}
        min={localTime(Date.parse(one.deadline))}
        onChange={(event) => tell({ until: event.currentTarget.value })}
      />
      <Group gap={6}>
        {LATER.map((hours) => {
          const choice = later(one.deadline, opened, hours);
          return (
            <Chip key={hours} checked={told.until === choice} onChange={() => tell({ until: choice })}>
              {t(hours < 24 ? "field.hours" : "field.days", { count: hours < 24 ? hours : hours / 24 })}
            </Chip>
          );
        })}
      </Group>
      <Text size="sm" aria-live="polite">
        {t("field.now")} {whole(one.deadline)}
        {at && (
          <>
            {" → "}
            <strong>{whole(at)}</strong>
          </>
        )}
      </Text>
    </Stack>
  );
}

function Reason({ reasons, told, tell }: Fields & { reasons: readonly Why[] }): ReactNode {
  const { t } = useTranslation(["cases", "codes"]);
  return (
    <Radio.Group
      label={t("field.reason")}
      required
      value={told.reason}
      onChange={(reason) => tell({ reason: reason })}
    >
      <Stack gap={2} mt={4}>
        {reasons.map((why) => (
          <Radio key={why} value={why} label={t(`codes:why.${why}`)} className={classes.reason} />
        ))}
      </Stack>
    </Radio.Group>
  );
}

/** Somebody else was quicker: what they did, and that this is now decided on the newest. */
function Overtaken({ one, possible }: { one: CaseDetail; possible: boolean }): ReactNode {
  const { t } = useTranslation(["cases", "codes"]);
  const last = one.history.at(-1);
  return (
    <Alert color="yellow" role="alert" title={t("overtaken.title")}>
      {last &&
        t("overtaken.what", {
          who: last.actor_name ?? t("history.system"),
          step: t(`codes:caseStep.${last.step}`, { defaultValue: last.step }),
          state: t(`codes:caseState.${one.state}`),
        })}{" "}
      {t(possible ? "overtaken.again" : "overtaken.over")}
    </Alert>
  );
}

const STALE = new Set(["version_differs", "illegal_step"]);

export function StepDialog({ step, one, close }: Props): ReactNode {
  const { t } = useTranslation("cases");
  const words = useProblemWords();
  const client = useQueryClient();
  const need = NEEDS[step];
  const [opened] = useState(() => Date.now());
  const [version] = useState(one.version);
  const [told, setTold] = useState<Told>(() => ({
    unit: one.unit,
    assignee: "",
    reason: "",
    note: "",
    until: step === "extend" ? later(one.deadline, opened, 4) : "",
  }));
  const fields: Fields = { told, tell: (change) => setTold((was) => ({ ...was, ...change })) };
  const sending = useMutation({
    mutationFn: () => takeStep(step, one.id, one.version, told),
    onSuccess: (answer) => {
      client.setQueryData(oneCase(one.id).queryKey, answer);
      notifications.show({
        color: "jade",
        message: t(`step.${step}.done`, { number: one.number }),
        closeButtonProps: { "aria-label": t("app:do.close") },
      });
      close();
    },
    onError: (error) => {
      if (error instanceof Problem && STALE.has(error.code))
        void client.invalidateQueries({ queryKey: oneCase(one.id).queryKey });
    },
  });
  const overtaken = one.version !== version;
  const possible = one.steps.includes(step);
  const stale = sending.error instanceof Problem && STALE.has(sending.error.code);
  const send = (event: SyntheticEvent): void => {
    event.preventDefault();
    sending.mutate();
  };
  return (
    <Modal
      opened
      onClose={close}
      title={t(`step.${step}.title`, { number: one.number })}
      closeButtonProps={{ "aria-label": t("app:do.close") }}
    >
      <form onSubmit={send}>
        <Stack>
          <Text size="sm" className="ws-quiet">
            {t(`step.${step}.hint`)}
          </Text>
          {overtaken && <Overtaken one={one} possible={possible} />}
          {need.unit && <Unit one={one} {...fields} />}
          {need.unit && told.unit && <Person one={one} {...fields} />}
          {need.until && <Until one={one} opened={opened} {...fields} />}
          {need.reasons && <Reason reasons={need.reasons} {...fields} />}
          {need.words && (
            <Textarea
              label={t(need.words === "must" ? "field.words" : "field.note")}
              required={need.words === "must" || told.reason === "other"}
              autosize
              minRows={2}
              maxLength={2000}
              value={told.note}
              onChange={(event) => fields.tell({ note: event.currentTarget.value })}
            />
          )}
          {sending.error && !(stale && overtaken) && (
            <Alert color="red" role="alert">
              {words(sending.error)}
            </Alert>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t("app:do.cancel")}
            </Button>
            <Button
              type="submit"
              color={need.grave ? "red.9" : undefined}
              loading={sending.isPending}
              disabled={!possible || lacking(step, told, one.deadline) !== null}
            >
              {t(overtaken ? "overtaken.send" : `step.${step}.do`)}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
