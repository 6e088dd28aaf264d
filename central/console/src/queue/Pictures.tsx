/** The pictures of an alert, large, with their boxes: the moment itself, before it where the node kept that, and more. */
import { Button, Modal, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { IconBox, IconBoxOff, IconGauge, IconZoomIn } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { Picture } from "@/parts/Picture";
import { Moment } from "@/parts/time";

import classes from "./Detail.module.css";
import type { Shot } from "./why";

interface Props {
  id: string;
  shots: readonly Shot[];
  title: string;
  sensor: boolean;
}

const STRIP = 12;

export function Pictures({ id, shots, title, sensor }: Props): ReactNode {
  const { t } = useTranslation("queue");
  const [chosen, choose] = useState<string | null>(null);
  const [boxes, setBoxes] = useState(true);
  const [zoomed, setZoomed] = useState<Shot | null>(null);
  const main = shots.find((shot) => shot.ref.sha256 === chosen) ?? shots[0];
  if (!main)
    return (
      <div className={classes.noPicture}>
        {sensor && <IconGauge size={28} stroke={1.5} aria-hidden />}
        <Text size="sm">{t(sensor ? "picture.sensor" : "picture.none")}</Text>
      </div>
    );
  const pair = shots.find((shot) => shot.role === "before" && shot.at === main.at && shot !== main);
  const shown = pair ? [pair, main] : [main];
  return (
    <section aria-label={t("picture.label")} className={classes.pictures}>
      <div className={classes.large} data-pair={pair ? true : undefined}>
        {shown.map((shot) => (
          <Large
            key={shot.ref.sha256}
            id={id}
            shot={shot}
            title={title}
            boxes={boxes}
            zoom={() => setZoomed(shot)}
          />
        ))}
      </div>
      <div className={classes.strip}>
        {shots.length > 1 &&
          shots.slice(0, STRIP).map((shot, index) => (
            <UnstyledButton
              key={shot.ref.sha256}
              className={classes.small}
              aria-pressed={shot === main}
              aria-label={t("picture.choose", { number: index + 1, role: t(`picture.${shot.role}`) })}
              onClick={() => choose(shot.ref.sha256)}
            >
              <Picture small through={`alerts/${id}`} evidence={shot.ref} alt="" />
            </UnstyledButton>
          ))}
        {main.boxes.length > 0 && (
          <Button
            size="compact-sm"
            variant="subtle"
            ml="auto"
            leftSection={boxes ? <IconBoxOff size={15} /> : <IconBox size={15} />}
            onClick={() => setBoxes(!boxes)}
          >
            {t(boxes ? "picture.hideBoxes" : "picture.showBoxes")}
          </Button>
        )}
      </div>
      <Modal
        opened={zoomed !== null}
        onClose={() => setZoomed(null)}
        fullScreen
        title={title}
        closeButtonProps={{ "aria-label": t("do.close") }}
      >
        {zoomed && (
          <Picture
            through={`alerts/${id}`}
            evidence={zoomed.ref}
            boxes={boxes ? zoomed.boxes : []}
            alt={t("picture.alt", { title })}
          />
        )}
      </Modal>
    </section>
  );
}

function Large({
  id,
  shot,
  title,
  boxes,
  zoom,
}: {
  id: string;
  shot: Shot;
  title: string;
  boxes: boolean;
  zoom: () => void;
}): ReactNode {
  const { t } = useTranslation("queue");
  const here = shot.ref.state === "here";
  const picture = (
    <Picture
      through={`alerts/${id}`}
      evidence={shot.ref}
      boxes={boxes ? shot.boxes : []}
      alt={t("picture.alt", { title })}
    />
  );
  return (
    <figure className={classes.figure}>
      {here ? (
        <UnstyledButton className={classes.zoom} onClick={zoom}>
          {/* Words beside the content, not instead of it: the picture may still have to say that it is opening. */}
          <VisuallyHidden>{t("picture.zoom", { title })}</VisuallyHidden>
          {picture}
          <IconZoomIn className={classes.zoomMark} size={20} aria-hidden />
        </UnstyledButton>
      ) : (
        picture
      )}
      <figcaption className={classes.caption}>
        {t(`picture.${shot.role}`)}
        {shot.at && (
          <>
            {" · "}
            <Moment at={shot.at} />
          </>
        )}
      </figcaption>
    </figure>
  );
}
