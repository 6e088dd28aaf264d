import { Alert, Button, Modal, PasswordInput, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, type SyntheticEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { useSession } from "@/app/session";
import { useProblemWords } from "@/parts/problems";
import { api, once, told } from "@/wire/client";
import { me as whoAmI } from "@/wire/queries";

/** Choose a password. Who came by a link within the last minutes need not know the old one. */
export function Password({ opened, close }: { opened: boolean; close: () => void }): ReactNode {
  const { t } = useTranslation();
  const words = useProblemWords();
  const { me } = useSession();
  const client = useQueryClient();
  const [fresh, setFresh] = useState("");
  const [old, setOld] = useState("");
  const saving = useMutation({
    mutationFn: () =>
      told(
        api.POST("/v1/me/password", {
          params: { header: once() },
          body: { password: fresh, old_password: old || null },
        }),
      ),
    onSuccess: (answer) => {
      client.setQueryData(whoAmI.queryKey, answer);
      notifications.show({ color: "jade", message: t("signIn.saved") });
      setFresh("");
      setOld("");
      close();
    },
  });
  const send = (event: SyntheticEvent): void => {
    event.preventDefault();
    saving.mutate();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t("signIn.choose")}
      closeButtonProps={{ "aria-label": t("do.close") }}
    >
      <form onSubmit={send}>
        <Stack>
          <input type="text" hidden readOnly autoComplete="username" value={me.login} />
          {me.has_password && (
            <PasswordInput
              label={t("signIn.oldPassword")}
              autoComplete="current-password"
              value={old}
              onChange={(event) => setOld(event.currentTarget.value)}
            />
          )}
          <PasswordInput
            label={t("signIn.newPassword")}
            autoComplete="new-password"
            required
            minLength={10}
            value={fresh}
            onChange={(event) => setFresh(event.currentTarget.value)}
          />
          {saving.error && (
            <Alert color="red" role="alert">
              {words(saving.error)}
            </Alert>
          )}
          <Button type="submit" loading={saving.isPending}>
            {t("signIn.save")}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
