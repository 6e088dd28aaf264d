import { Alert, Button, Modal, Paper, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, type SyntheticEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Me } from "@/app/session";
import { Mark } from "@/parts/Mark";
import { useProblemWords } from "@/parts/problems";
import { api, told } from "@/wire/client";

import { LanguageSwitch } from "./LanguageSwitch";

interface Props {
  expired: boolean;
  done: (me: Me) => void;
}

function Form({ expired, done }: Props): ReactNode {
  const { t } = useTranslation();
  const words = useProblemWords();
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const entry = useMutation({
    mutationFn: () => told(api.POST("/v1/session", { body: { login, password, bearer: false } })),
    onSuccess: (answer) => done(answer.me),
  });
  const send = (event: SyntheticEvent): void => {
    event.preventDefault();
    entry.mutate();
  };
  return (
    <form onSubmit={send}>
      <Stack gap="md">
        {expired && <Alert color="yellow">{t("signIn.expired")}</Alert>}
        <TextInput
          label={t("signIn.login")}
          autoComplete="username"
          autoCapitalize="none"
          required
          data-autofocus
          value={login}
          onChange={(event) => setLogin(event.currentTarget.value)}
        />
        <PasswordInput
          label={t("signIn.password")}
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {entry.error && (
          <Alert color="red" role="alert">
            {words(entry.error)}
          </Alert>
        )}
        <Button type="submit" size="md" loading={entry.isPending} fullWidth>
          {t("signIn.go")}
        </Button>
      </Stack>
    </form>
  );
}

/** The whole page when nobody is signed in; over the page when a session ended under somebody's hands. */
export function SignIn({ expired, done }: Props): ReactNode {
  const { t } = useTranslation();
  if (expired)
    return (
      <Modal opened onClose={() => undefined} withCloseButton={false} title={t("signIn.title")} centered>
        <Form expired done={done} />
      </Modal>
    );
  return (
    <main style={{ minHeight: "100%", display: "grid", placeItems: "center", padding: 16 }}>
      <Paper className="ws-panel" p="xl" w="100%" maw={400} shadow="sm">
        <Stack gap="lg">
          <Stack gap={6} align="center">
            <Mark size={52} />
            <Title order={1} size="h2">
              {t("name")}
            </Title>
            <Text className="ws-quiet" size="sm" ta="center">
              {t("tagline")}
            </Text>
          </Stack>
          <Form expired={false} done={done} />
          <LanguageSwitch />
        </Stack>
      </Paper>
    </main>
  );
}
