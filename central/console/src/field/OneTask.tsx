/** One task: what, where, by when, what was done so far; the next step stays under the thumb. */
import { notifications } from "@mantine/notifications";
import { IconChevronLeft } from "@tabler/icons-react";
import { type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";

import { useSession } from "@/app/session";
import { Picture } from "@/parts/Picture";
import { Severity } from "@/parts/Severity";
import { Asked } from "@/parts/States";
import { Deadline } from "@/parts/time";
import { moment } from "@/words/format";

import { ActionBar } from "./ActionBar";
import { useTask, useTitles } from "./ask";
import { useSight } from "./carrier";
import classes from "./Field.module.css";
import { Past } from "./Past";
import { Photos } from "./Photos";
import { standing, type Standing, type StepDeed } from "./outbox";
import { AsOf } from "./Status";
import { keyOf } from "./store";
import { StateBadge } from "./TaskList";
import type { TaskDetail } from "./tasks";
import { useAdd } from "./useAdd";
import { useDraft } from "./useDraft";
import { Where } from "./Where";
import { Words } from "./Words";

export function OneTask({ id }: { id: string }): ReactNode {
  const { t } = useTranslation("field");
  const { me } = useSession();
  const task = useTask(me.id, id);
  return (
    <>
      {task.data && <AsOf at={task.data.at} fresh={task.data.fresh} />}
      <Link href="/" className={classes.back} style={{ marginLeft: 6 }}>
        <IconChevronLeft size={26} aria-hidden />
        {t("back")}
      </Link>
      <Asked query={task}>{({ told }) => <Whole key={told.id} task={told} account={me.id} />}</Asked>
    </>
  );
}

const TAKING = new Set(["accepted", "in_progress", "waiting"]);

function Whole({ task, account }: { task: TaskDetail; account: string }): ReactNode {
  const { t } = useTranslation("field");
  const [, go] = useLocation();
  const { items } = useSight();
  const now = standing(task, items);
  const key = keyOf(account, task.id);
  const draft = useDraft(key);
  const add = useAdd();
  const wordsRef = useRef<HTMLTextAreaElement>(null);
  const photosRef = useRef<HTMLElement>(null);
  const counted =
    task.photos.filter((photo) => photo.role === "after").length +
    items.filter(({ caseId, deed }) => caseId === task.id && deed.type === "photo" && deed.role === "after")
      .length;
  // A photo the centre has just taken waits no more and is not told of yet: it still counts. The centre has the last
  // word; this only spares a person a refusal.
  const [afters, setAfters] = useState(counted);
  if (counted > afters) setAfters(counted);

  const take = async (told: Omit<StepDeed, "type" | "from">, draftKey: string | null): Promise<boolean> => {
    const kept = await add(task, { type: "step", from: now.state, ...told }, null, draftKey);
    if (kept && (told.step === "resolve" || told.step === "decline")) {
      const message = told.step === "resolve" ? t("step.done") : t("step.declined");
      notifications.show({ color: "jade", position: "top-center", message });
      go("/");
    }
    return kept;
  };
  const resolve = async (): Promise<void> => {
    const words = draft.words.trim();
    if (!words) return wordsRef.current?.focus();
    if (afters === 0) return photosRef.current?.scrollIntoView({ block: "center" });
    if (await take({ step: "resolve", words }, key)) draft.spent();
  };

  // Who works needs the camera and the words at once; who is still on the way, the picture and the place.
  const working = now.state === "in_progress";
  const taking = TAKING.has(now.state) && !now.refused;
  // One key in both places: a camera that is open while the task moves on must come back to the same page part.
  const photos = (taking || task.photos.length > 0) && (
    <Photos key="photos" ref={photosRef} task={task} account={account} still={!taking} />
  );
  return (
    <>
      <div className={classes.body}>
        <Head task={task} now={now} account={account} />
        {working && photos}
        {working && <Words ref={wordsRef} draft={draft} />}
        <Seen task={task} />
        <Where task={task} />
        {!working && photos}
        <Past history={task.history} />
      </div>
      <ActionBar
        now={now}
        draftKey={key}
        lacks={!draft.words.trim() ? "words" : afters === 0 ? "photo" : null}
        take={take}
        resolve={resolve}
      />
    </>
  );
}

function Head({ task, now, account }: { task: TaskDetail; now: Standing; account: string }): ReactNode {
  const { t, i18n } = useTranslation("field");
  const titles = useTitles();
  return (
    <header>
      <div className={classes.row}>
        <Severity grade={task.severity} text />
        <span className="ws-quiet">{t("number", { number: task.number })}</span>
      </div>
      <h1 className={classes.what} style={{ fontSize: "1.6rem" }}>
        {titles(task)}
      </h1>
      <div className={classes.row}>
        <span className={classes.due}>
          <Deadline at={task.deadline} done={now.state === "resolved"} />
          <span className="ws-quiet" style={{ fontWeight: 400, fontSize: "1rem" }}>
            {" · "}
            {t("deadline", { when: moment(task.deadline, i18n.language) })}
          </span>
        </span>
        <StateBadge {...now} />
      </div>
      {task.assignee && (
        <div className="ws-quiet" style={{ marginTop: 4 }}>
          {task.assignee === account ? t("mine") : t("taken", { name: task.assignee_name ?? "" })}
        </div>
      )}
    </header>
  );
}

function Seen({ task }: { task: TaskDetail }): ReactNode {
  const { t } = useTranslation("field");
  const evidence = task.evidence.find((one) => one.state === "here") ?? task.evidence[0];
  if (!evidence) return <p className="ws-quiet">{t("picture.none")}</p>;
  return <Picture through={`cases/${task.id}`} evidence={evidence} alt={t("picture.alt")} />;
}
