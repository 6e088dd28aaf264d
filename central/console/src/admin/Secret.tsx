import { Alert, Button, CopyButton, Stack, Textarea } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import classes from "./admin.module.css";

/** Something told only once: shown, copied, gone when the dialog is closed. Without it, how to get another. */
export function Secret({
  label,
  value,
  hint,
}: {
  label: string;
  value: string | null;
  hint: string;
}): ReactNode {
  const { t } = useTranslation("admin");
  if (!value)
    return (
      <Alert color="yellow" role="alert">
        {t("secret.gone")}
      </Alert>
    );
  return (
    <Stack gap="xs">
      <Textarea
        label={label}
        description={hint}
        readOnly
        autosize
        value={value}
        classNames={{ input: classes.secret }}
        onFocus={(event) => event.currentTarget.select()}
      />
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <Button
            onClick={copy}
            leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
          >
            <span aria-live="polite">{t(copied ? "secret.copied" : "secret.copy")}</span>
          </Button>
        )}
      </CopyButton>
    </Stack>
  );
}
