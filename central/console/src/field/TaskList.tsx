/** My tasks: one big card each, the nearest deadline first. */
import { Button } from "@mantine/core";
import { IconCurrentLocation, IconMapPin } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useSession } from "@/app/session";
import { Severity } from "@/parts/Severity";
import { Asked, Empty } from "@/parts/States";
import { Deadline, Moment } from "@/parts/time";

import { useTasks, useTitles } from "./ask";
import { useSight } from "./carrier";
import { Distance } from "./Distance";
import classes from "./Field.module.css";
import { standing } from "./outbox";
import { usePlace } from "./place";
import { AsOf } from "./Status";
import { byDeadline, type Task } from "./tasks";

export function TaskList(): ReactNode {
  const { t } = useTranslation("field");
  const { me } = useSession();
  const tasks = useTasks(me.id);
  return (
    <Asked query={tasks} rows={3}>
      {({ told, at, fresh }) => (
        <>
          <AsOf at={at} fresh={fresh} />
          <h1 className="ws-skip">{t("title")}</h1>
          {told.length === 0 ? <Empty title={t("none")}>{t("noneText")}</Empty> : <Cards tasks={told} />}
        </>
      )}
    </Asked>
  );
}

function Cards({ tasks }: { tasks: readonly Task[] }): ReactNode {
  const { t } = useTranslation("field");
  const titles = useTitles();
  const place = usePlace();
  return (
    <>
      {place.state === "unasked" && (
        <Button
          variant="subtle"
          mx="md"
          mt="sm"
          h={48}
          leftSection={<IconCurrentLocation size={20} aria-hidden />}
          onClick={place.ask}
        >
          {t("place.ask")}
        </Button>
      )}
      <ul className={classes.list}>
        {byDeadline(tasks).map((task) => (
          <li key={task.id}>
            <Card task={task} title={titles(task)} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Card({ task, title }: { task: Task; title: string }): ReactNode {
  const { t } = useTranslation("field");
  const { items } = useSight();
  const now = standing(task, items);
  return (
    <Link href={`/${task.id}`} className={classes.card} data-grade={task.severity}>
      <div className={classes.row}>
        <Severity grade={task.severity} text />
        <span className="ws-quiet">{t("number", { number: task.number })}</span>
      </div>
      <h2 className={classes.what}>{title}</h2>
      <div className={classes.with}>
        <IconMapPin size={20} aria-hidden />
        <span>
          {task.device?.name ?? task.zone_name ?? task.zone ?? t("place.unknown")}
          <Distance of={task} before=" · " />
        </span>
      </div>
      <div className={classes.row} style={{ marginTop: 10 }}>
        <span className={classes.due}>
          <Deadline at={task.deadline} done={now.state === "resolved"} />
          {now.state !== "resolved" && (
            <span className="ws-quiet" style={{ fontWeight: 400, fontSize: "1rem" }}>
              {" · "}
              <Moment at={task.deadline} />
            </span>
          )}
        </span>
        <StateBadge {...now} />
      </div>
    </Link>
  );
}

export function StateBadge({
  state,
  unsent,
  refused,
}: {
  state: Task["state"];
  unsent: number;
  refused: boolean;
}): ReactNode {
  const { t } = useTranslation("field");
  return (
    <span className={classes.with}>
      <span className={classes.state}>{t(`codes:caseState.${state}`)}</span>
      {unsent > 0 && (
        <span className={classes.chip} data-refused={refused || undefined}>
          {t("unsent.count", { count: unsent })}
        </span>
      )}
    </span>
  );
}
