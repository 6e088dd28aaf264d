/** One alert in the queue: what, where, since when, how certain, who is at it. */
import {
  IconCameraOff,
  IconCheck,
  IconClockPause,
  IconEye,
  IconGauge,
  IconPhotoOff,
  IconPhotoPause,
  IconX,
} from "@tabler/icons-react";
import { memo, type MouseEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Picture } from "@/parts/Picture";
import { Severity } from "@/parts/Severity";
import { Age, Deadline } from "@/parts/time";
import { percent } from "@/words/format";

import { handlingOf, isOpen, type Line, reasonOf, type Row as Item } from "./board";
import classes from "./Row.module.css";
import { UndoButton } from "./UndoButton";
import { thumb } from "./why";
import type { Names } from "./words";

interface Props {
  row: Item;
  names: Names;
  me: string;
  index: number;
  cursor: boolean;
  selected: boolean;
  top: number;
  height: number;
  judge: boolean;
  onPick: (id: string, event: MouseEvent) => void;
  onSelect: (id: string, shift: boolean) => void;
  onUndo: (id: string) => void;
}

export const rowId = (id: string): string => `alert-${id}`;

export const Row = memo(function Row(props: Props): ReactNode {
  const { row, names, index, cursor, selected, top, height, onPick, onSelect, judge } = props;
  const { t } = useTranslation("queue");
  const { line } = row;
  const title = names.rule(line.rule);
  return (
    // The grid has the focus and the keys (aria-activedescendant); a click here is the pointer's way to the same.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      id={rowId(line.id)}
      role="row"
      aria-rowindex={index + 1}
      aria-selected={selected || cursor}
      data-cursor={cursor || undefined}
      data-selected={selected || undefined}
      data-done={!isOpen(row) || undefined}
      data-grade={line.severity}
      className={classes.row}
      style={{ transform: `translateY(${top}px)`, height }}
      onClick={(event) => onPick(line.id, event)}
    >
      {judge && (
        <div role="gridcell" className={classes.tick}>
          <input
            type="checkbox"
            tabIndex={-1}
            checked={selected}
            aria-label={t("row.select", { title })}
            onChange={() => undefined}
            onClick={(event) => {
              event.stopPropagation();
              onSelect(line.id, event.shiftKey);
            }}
          />
        </div>
      )}
      <div role="gridcell" className={classes.thumb}>
        <Thumb line={line} title={title} />
      </div>
      <div role="gridcell" className={classes.what}>
        <div className={classes.title}>
          <Severity grade={line.severity} size={16} />
          <span className={classes.name}>{title}</span>
          <span className={classes.age}>
            <Age at={line.raised_at ?? line.first_seen} />
          </span>
        </div>
        <div className={classes.place}>
          {line.device.name ?? line.device.id}
          {line.zone && ` · ${line.zone_name ?? names.zone(line.zone)}`}
          {names.manyWards && ` · ${names.ward(line.ward)}`}
        </div>
        <div className={classes.foot}>
          <State {...props} />
          {isOpen(row) && <Figures line={line} names={names} />}
        </div>
      </div>
    </div>
  );
});

/** The picture, or what kind of thing it is that has none. */
function Thumb({ line, title }: { line: Line; title: string }): ReactNode {
  const { t } = useTranslation("queue");
  const picture = thumb(line);
  if (picture)
    return (
      <Picture small through={`alerts/${line.id}`} evidence={picture} alt={t("row.picture", { title })} />
    );
  const Icon = line.device.kind === "sensor" ? IconGauge : IconCameraOff;
  return (
    <div className={classes.noThumb} role="img" aria-label={t("picture.none")}>
      <Icon size={26} stroke={1.4} aria-hidden />
    </div>
  );
}

function Figures({ line, names }: { line: Line; names: Names }): ReactNode {
  const { t, i18n } = useTranslation("queue");
  const limit = names.limit(line.rule);
  return (
    <div className={classes.figures}>
      {line.deadline ? (
        <Deadline at={line.deadline} />
      ) : (
        limit && <span className={classes.quiet}>{t("row.limit", { limit })}</span>
      )}
      {typeof line.score === "number" && (
        <span className={classes.score} title={t("row.score")}>
          {percent(line.score, i18n.language)}
        </span>
      )}
    </div>
  );
}

/** The third line: the verdict and its undo, or who is at it, the condition and the state of the picture. */
function State({ row, me, onUndo }: Props): ReactNode {
  const { t } = useTranslation(["queue", "codes"]);
  const { line } = row;
  const handling = handlingOf(row);
  const mine = row.mine !== null || line.handler === me;
  const who = mine ? t("queue:row.you") : (line.handler_name ?? "");
  const reason = reasonOf(row);
  if (!isOpen(row))
    return (
      <div className={classes.state}>
        <span className={classes.verdict} data-handling={handling}>
          {handling === "confirmed" ? <IconCheck size={14} aria-hidden /> : <IconX size={14} aria-hidden />}
          {t(`codes:handling.${handling}`)}
          {handling === "dismissed" && reason && `: ${t(`codes:dismiss.${reason}`)}`}
          {who && ` · ${who}`}
        </span>
        <UndoButton row={row} me={me} undo={() => onUndo(line.id)} />
      </div>
    );
  const picture = thumb(line)?.state;
  return (
    <div className={classes.state}>
      {handling === "acknowledged" && (
        <span className={classes.at} data-mine={mine || undefined}>
          <IconEye size={14} aria-hidden />
          {who ? t("queue:row.looking", { who }) : t("codes:handling.acknowledged")}
        </span>
      )}
      {line.condition !== "active" && (
        <span className={classes.condition} data-condition={line.condition}>
          <IconClockPause size={14} aria-hidden />
          {t(`codes:condition.${line.condition}`)}
        </span>
      )}
      {picture === "coming" && (
        <span className={classes.quiet}>
          <IconPhotoPause size={14} aria-hidden /> {t("codes:evidence.coming")}
        </span>
      )}
      {(picture === "lost" || picture === "deleted") && (
        <span className={classes.quiet}>
          <IconPhotoOff size={14} aria-hidden /> {t(`codes:evidence.${picture}`)}
        </span>
      )}
      {line.occurrences > 1 && (
        <span className={classes.quiet}>{t("queue:row.times", { count: line.occurrences })}</span>
      )}
    </div>
  );
}
