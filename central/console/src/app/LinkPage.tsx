import { Alert, Button, Center, Loader, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { api, told } from "@/wire/client";

/** `/#/link/<token>`: signs in once, then forgets the token, also in the browser's history. */
export function LinkPage({ token }: { token: string }): ReactNode {
  const { t } = useTranslation();
  const started = useRef(false);
  const entry = useMutation({
    mutationFn: () => told(api.POST("/v1/session/link", { body: { token, bearer: false } })),
    onSuccess: () => {
      history.replaceState(null, "", "/");
      location.reload();
    },
  });
  const { mutate } = entry;
  useEffect(() => {
    if (started.current) return;
    started.current = true;
    mutate();
  }, [mutate]);
  const leave = (): void => {
    history.replaceState(null, "", "/");
    location.reload();
  };
  return (
    <Center component="main" h="100%" p="md">
      {entry.error ? (
        <Stack maw={420}>
          <Alert color="red" role="alert">
            {t("signIn.linkSpent")}
          </Alert>
          <Button onClick={leave}>{t("signIn.go")}</Button>
        </Stack>
      ) : (
        <Stack align="center">
          <Loader />
          <Text>{t("signIn.link")}</Text>
        </Stack>
      )}
    </Center>
  );
}
