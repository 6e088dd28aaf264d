/** What waits on this phone: each thing, why it waits, and what the person can do about it. */
import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconChevronLeft } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";

import { useProblemWords } from "@/parts/problems";
import { Empty } from "@/parts/States";
import { Problem } from "@/wire/client";
import { moment, number } from "@/words/format";

import { versionOf } from "./ask";
import { useCourier, useSight } from "./carrier";
import classes from "./Field.module.css";
import type { Item } from "./outbox";
import { keepDraft, keyOf } from "./store";

export function Unsent(): ReactNode {
  const { t } = useTranslation("field");
  const courier = useCourier();
  const { items, others, sending } = useSight();
  return (
    <>
      <Link href="/" className={classes.back} style={{ marginLeft: 6 }}>
        <IconChevronLeft size={26} aria-hidden />
        {t("back")}
      </Link>
      <div className={classes.body}>
        <h1 className={classes.what}>{t("unsent.title")}</h1>
        {items.length === 0 ? (
          <Empty title={t("unsent.all")} />
        ) : (
          <>
            <Text>{t("unsent.kept")}</Text>
            <ul className={classes.past} style={{ gap: 12 }}>
              {items.map((item) => (
                <Waiting key={item.no} item={item} sending={sending === item.no} />
              ))}
            </ul>
          </>
        )}
        {others > 0 && <Text className="ws-quiet">{t("unsent.others", { count: others })}</Text>}
      </div>
      {items.some((item) => !item.refusal) && (
        <section className={classes.bar}>
          {!sending && <Text>{t("unsent.waiting")}</Text>}
          <Button className={classes.big} loading={sending !== null} onClick={() => courier.hurry()}>
            {t("unsent.now")}
          </Button>
        </section>
      )}
    </>
  );
}

function useWhat(): (item: Item) => string {
  const { t, i18n } = useTranslation("field");
  return ({ deed }) => {
    if (deed.type === "step") return t(`codes:caseStep.${deed.step}`);
    const size = `${number(deed.bytes / 1024, i18n.language, 0)} kB`;
    return t("unsent.photo", { role: t(`codes:photoRole.${deed.role}`).toLowerCase(), size });
  };
}

function Waiting({ item, sending }: { item: Item; sending: boolean }): ReactNode {
  const { t, i18n } = useTranslation("field");
  const what = useWhat();
  const problem = useProblemWords();
  const { deed, refusal } = item;
  return (
    <li className={classes.item} data-refused={refusal ? true : undefined}>
      <div className={classes.row}>
        <strong>{what(item)}</strong>
        <span className="ws-quiet">{moment(item.at, i18n.language)}</span>
      </div>
      <div>
        {t("number", { number: item.about.number })} · {item.about.title}
      </div>
      {deed.type === "step" && deed.reason && <div>{t(`codes:why.${deed.reason}`)}</div>}
      {deed.type === "step" && deed.words && <div>{deed.words}</div>}
      {sending && <div role="status">{t("unsent.sending")}…</div>}
      {!sending && !refusal && item.tries > 0 && (
        <div className="ws-quiet">{t("unsent.tries", { count: item.tries })}</div>
      )}
      {refusal && (
        <Alert color="red" mt="xs" role="alert">
          {problem(new Problem(refusal.code, 409, refusal.params))}
        </Alert>
      )}
      {!sending && <Doings item={item} />}
    </li>
  );
}

function Doings({ item }: { item: Item }): ReactNode {
  const { t } = useTranslation("field");
  const client = useQueryClient();
  const courier = useCourier();
  const [, go] = useLocation();
  const [asked, setAsked] = useState(false);
  const { deed } = item;

  const edit = async (): Promise<void> => {
    if (deed.type === "step") await keepDraft(draftOf(item), deed.words ?? "");
    await courier.discard(item);
    go(`/${item.caseId}`);
  };
  if (asked)
    return (
      <Stack gap="xs" mt="sm" role="alert">
        <Text fw={600}>{t("unsent.discardAsk")}</Text>
        {item.sent && !item.refusal && <Text>{t("unsent.discardSent")}</Text>}
        <Group grow>
          <Button h={56} variant="default" onClick={() => setAsked(false)}>
            {t("unsent.keep")}
          </Button>
          <Button h={56} bg="var(--ws-critical)" c="var(--ws-panel)" onClick={() => courier.discard(item)}>
            {t("unsent.discardYes")}
          </Button>
        </Group>
      </Stack>
    );
  return (
    <Group mt="sm" gap="xs">
      {item.refusal && (
        <>
          <Button h={48} onClick={() => courier.retry(item, versionOf(client, item.account, item.caseId))}>
            {t("unsent.retry")}
          </Button>
          {deed.type === "step" && deed.words && (
            <Button h={48} variant="default" onClick={edit}>
              {t("unsent.edit")}
            </Button>
          )}
        </>
      )}
      <Button h={48} variant="default" component={Link} href={`/${item.caseId}`}>
        {t("unsent.open")}
      </Button>
      <Button h={48} variant="subtle" c="var(--ws-critical)" onClick={() => setAsked(true)}>
        {t("unsent.discard")}
      </Button>
    </Group>
  );
}

/** Where the words of a step were written. */
function draftOf({ account, caseId, deed }: Item): string {
  const key = keyOf(account, caseId);
  return deed.type === "step" && deed.step !== "resolve" ? `${key}/${deed.step}` : key;
}
