/** Adding somebody, or changing them. A new account's link is shown once, here. */
import { Alert, Button, Group, Modal, Select, Stack, Switch, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, type SyntheticEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { useSession } from "@/app/session";
import { useProblemWords } from "@/parts/problems";
import { api, ifMatch, once, type Shapes, told } from "@/wire/client";
import { units } from "@/wire/queries";

import {
  type Account,
  changed,
  type Draft,
  drafted,
  EMPTY,
  lacking,
  signInAddress,
  tidied,
} from "./accounts";
import { Grants } from "./Grants";
import { Secret } from "./Secret";

/** What came of sending: somebody new has a link to be handed on. */
type Sent = Shapes["SignInLink"] | null;

function useSending(account: Account | null, opened: Draft, draft: Draft) {
  const client = useQueryClient();
  const [key] = useState(() => crypto.randomUUID());
  return useMutation({
    mutationFn: async (): Promise<Sent> => {
      const { login, name, unit, grants } = draft;
      if (!account)
        return told(
          api.POST("/v1/accounts", {
            params: { header: once(key) },
            body: { login: login.trim(), name: name.trim(), unit, grants: tidied(grants) },
          }),
        );
      await told(
        api.PATCH("/v1/accounts/{account_id}", {
          params: { path: { account_id: account.id }, header: ifMatch(account.version) },
          body: changed(opened, draft) ?? {},
        }),
      );
      return null;
    },
    // Also after a refusal: it may be that somebody else changed the account.
    onSettled: () => client.invalidateQueries({ queryKey: ["account"] }),
  });
}

function Fields({
  draft,
  put,
  isNew,
}: {
  draft: Draft;
  put: (told: Partial<Draft>) => void;
  isNew: boolean;
}): ReactNode {
  const { t } = useTranslation("admin");
  const { data = [] } = useQuery(units);
  const lacks = lacking(draft);
  return (
    <>
      <TextInput
        label={t("account.login")}
        description={isNew ? t("account.loginHint") : undefined}
        required
        readOnly={!isNew}
        variant={isNew ? "default" : "filled"}
        autoCapitalize="none"
        autoComplete="off"
        maxLength={80}
        data-autofocus={isNew || undefined}
        value={draft.login}
        onChange={(event) => put({ login: event.currentTarget.value })}
      />
      <TextInput
        label={t("account.name")}
        required
        maxLength={200}
        value={draft.name}
        onChange={(event) => put({ name: event.currentTarget.value })}
      />
      <Select
        label={t("account.unit")}
        description={lacks === "unit" ? t("account.unitNeeded") : t("account.unitHint")}
        clearable
        searchable
        value={draft.unit}
        onChange={(unit) => put({ unit })}
        data={data.map((unit) => ({ value: unit.id, label: unit.name }))}
      />
      <Grants grants={draft.grants} change={(grants) => put({ grants })} />
    </>
  );
}

function Open({
  draft,
  put,
  mine,
}: {
  draft: Draft;
  put: (told: Partial<Draft>) => void;
  mine: boolean;
}): ReactNode {
  const { t } = useTranslation("admin");
  return (
    <Switch
      label={t("account.active")}
      description={mine ? t("account.notYourself") : undefined}
      disabled={mine}
      checked={draft.active}
      onChange={(event) => put({ active: event.currentTarget.checked })}
    />
  );
}

export function AccountForm({ account, close }: { account: Account | null; close: () => void }): ReactNode {
  const { t } = useTranslation("admin");
  const words = useProblemWords();
  const { me } = useSession();
  const [opened] = useState<Draft>(() => (account ? drafted(account) : EMPTY));
  const [draft, setDraft] = useState(opened);
  const sending = useSending(account, opened, draft);
  const change = account ? changed(opened, draft) : null;
  const ready = lacking(draft) === null && (!account || change !== null);
  const put = (some: Partial<Draft>): void => setDraft((was) => ({ ...was, ...some }));
  const send = (event: SyntheticEvent): void => {
    event.preventDefault();
    sending.mutate(undefined, {
      onSuccess: (sent) => {
        if (sent) return;
        notifications.show({
          color: "jade",
          message: t("account.saved", { name: draft.name }),
          closeButtonProps: { "aria-label": t("app:do.close") },
        });
        close();
      },
    });
  };
  const sent = sending.data;
  return (
    <Modal
      opened
      onClose={close}
      closeOnClickOutside={false}
      size="lg"
      title={account ? t("account.changeTitle", { name: account.name }) : t("account.addTitle")}
      closeButtonProps={{ "aria-label": t("app:do.close") }}
    >
      {sent ? (
        <Stack>
          <Text>{t("account.added", { name: sent.account.name })}</Text>
          <LinkShown sent={sent} />
          <Group justify="flex-end">
            <Button onClick={close}>{t("app:do.close")}</Button>
          </Group>
        </Stack>
      ) : (
        <form onSubmit={send}>
          <Stack>
            <Fields draft={draft} put={put} isNew={!account} />
            {account && <Open draft={draft} put={put} mine={account.id === me.id} />}
            {(change?.grants || change?.active === false) && (
              <Alert color="yellow">{t("account.ends")}</Alert>
            )}
            {sending.error && (
              <Alert color="red" role="alert">
                {words(sending.error)} {t("account.kept")}
              </Alert>
            )}
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {t("app:do.cancel")}
              </Button>
              <Button
                type="submit"
                color={change?.active === false ? "red.9" : undefined}
                loading={sending.isPending}
                disabled={!ready}
              >
                {t(account ? "app:do.save" : "account.add")}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}

export function LinkShown({ sent }: { sent: Shapes["SignInLink"] }): ReactNode {
  const { t } = useTranslation("admin");
  const address = sent.token ? signInAddress(location.origin, sent.token) : null;
  return <Secret label={t("link.label")} value={address} hint={t("link.hint")} />;
}
