import { Alert, Button, CopyButton, Group, Stack, Text, TextInput } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

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
      <Group align="end" wrap="nowrap">
        <TextInput
          label={label}
          readOnly
          value={value}
          ff="monospace"
          style={{ flex: 1 }}
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
      </Group>
      <Text size="sm" className="ws-quiet">
        {hint}
      </Text>
    </Stack>
  );
}
