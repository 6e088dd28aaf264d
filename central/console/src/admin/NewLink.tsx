import { Alert, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { useProblemWords } from "@/parts/problems";
import { api, once, told } from "@/wire/client";

import { LinkShown } from "./AccountForm";
import type { Account } from "./accounts";

/** A new one-time link for whoever lost their password, after a word of care. */
export function NewLink({ account, close }: { account: Account; close: () => void }): ReactNode {
  const { t } = useTranslation("admin");
  const words = useProblemWords();
  const [key] = useState(() => crypto.randomUUID());
  const making = useMutation({
    mutationFn: () =>
      told(
        api.POST("/v1/accounts/{account_id}/link", {
          params: { path: { account_id: account.id }, header: once(key) },
        }),
      ),
  });
  return (
    <Modal
      opened
      onClose={close}
      closeOnClickOutside={!making.data}
      title={t("link.title", { name: account.name })}
      closeButtonProps={{ "aria-label": t("app:do.close") }}
    >
      <Stack>
        {making.data ? <LinkShown sent={making.data} /> : <Text size="sm">{t("link.ask")}</Text>}
        {making.error && (
          <Alert color="red" role="alert">
            {words(making.error)}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t(making.data ? "app:do.close" : "app:do.cancel")}
          </Button>
          {!making.data && (
            <Button loading={making.isPending} onClick={() => making.mutate()}>
              {t("link.make")}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
