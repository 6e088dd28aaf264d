/** The steps as buttons, each with its key: for the alert under the cursor, or for all that are selected. */
import { Button, CloseButton, Group, Menu, Text, Tooltip } from "@mantine/core";
import { IconArrowBackUp, IconCheck, IconEye, IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { DismissReason } from "./board";
import classes from "./Queue.module.css";
import { REASONS } from "./keys";

export interface Can {
  acknowledge: boolean;
  decide: boolean;
  undo: boolean;
  /** It is acknowledged: it can be given back. */
  giveBack: boolean;
}

interface Props {
  can: Can;
  /** How many are selected; 0 when the cursor's alert is meant. */
  selected: number;
  dismissing: boolean;
  setDismissing: (open: boolean) => void;
  acknowledge: () => void;
  giveBack: () => void;
  confirm: () => void;
  dismiss: (reason: DismissReason) => void;
  undo: () => void;
  clear: () => void;
}

interface KeyButtonProps {
  words: string;
  hint: string;
  letter: string;
  icon: ReactNode;
  disabled: boolean;
  act: () => void;
  variant?: string;
}

function KeyButton({
  words,
  hint,
  letter,
  icon,
  disabled,
  act,
  variant = "default",
}: KeyButtonProps): ReactNode {
  return (
    <Tooltip label={hint} multiline maw={280}>
      <Button
        className={classes.deed}
        variant={variant}
        leftSection={icon}
        rightSection={<kbd className="ws-key">{letter}</kbd>}
        aria-keyshortcuts={letter}
        disabled={disabled}
        onClick={act}
      >
        {words}
      </Button>
    </Tooltip>
  );
}

export function Deeds(props: Props): ReactNode {
  const { can, selected, acknowledge, giveBack, confirm, undo, clear } = props;
  const { t } = useTranslation("queue");
  const taken = selected === 0 && can.giveBack;
  return (
    <div className={classes.deeds} role="group" aria-label={t("do.label")}>
      {selected > 0 && (
        <Group gap={4} wrap="nowrap">
          <CloseButton aria-label={t("do.clear")} onClick={clear} />
          <Text fw={600} size="sm">
            {t("do.selected", { count: selected })}
          </Text>
        </Group>
      )}
      <Group gap="xs" className={classes.deedRow} data-undo={can.undo || undefined}>
        <KeyButton
          words={taken ? t("do.giveBack") : t("do.acknowledge")}
          hint={taken ? t("hint.giveBack") : t("hint.acknowledge")}
          letter="A"
          icon={<IconEye size={17} aria-hidden />}
          disabled={!can.acknowledge && !taken}
          act={taken ? giveBack : acknowledge}
        />
        <KeyButton
          words={t("do.confirm")}
          hint={t("hint.confirm")}
          letter="C"
          icon={<IconCheck size={17} aria-hidden />}
          disabled={!can.decide}
          act={confirm}
          variant="filled"
        />
        <Dismiss {...props} />
        <KeyButton
          words={t("do.undo")}
          hint={t("hint.undo")}
          letter="Z"
          icon={<IconArrowBackUp size={17} aria-hidden />}
          disabled={!can.undo}
          act={undo}
        />
      </Group>
    </div>
  );
}

function Dismiss({ can, dismissing, setDismissing, dismiss }: Props): ReactNode {
  const { t } = useTranslation(["queue", "codes"]);
  return (
    <Menu
      opened={dismissing}
      onChange={setDismissing}
      position="top-start"
      width={290}
      shadow="md"
      returnFocus
      transitionProps={{ duration: 0 }}
    >
      <Menu.Target>
        <Tooltip label={t("queue:hint.dismiss")} multiline maw={280} disabled={dismissing}>
          <Button
            className={classes.deed}
            variant="default"
            leftSection={<IconX size={17} aria-hidden />}
            rightSection={<kbd className="ws-key">D</kbd>}
            aria-keyshortcuts="D"
            disabled={!can.decide}
          >
            {t("queue:do.dismiss")}
          </Button>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t("queue:do.why")}</Menu.Label>
        {REASONS.map((reason, index) => (
          <Menu.Item
            key={reason}
            className={classes.reason}
            rightSection={<kbd className="ws-key">{index + 1}</kbd>}
            aria-keyshortcuts={String(index + 1)}
            onClick={() => dismiss(reason)}
          >
            {t(`codes:dismiss.${reason}`)}
            <Text size="xs" className="ws-quiet">
              {t(`queue:reason.${reason}`)}
            </Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
