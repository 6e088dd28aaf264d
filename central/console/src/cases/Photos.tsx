/** The pictures of a case side by side: what the camera saw, the place before the work, and after it. */
import { Button, Loader, Modal, UnstyledButton } from "@mantine/core";
import { IconMapPin, IconPhotoOff } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Shapes } from "@/wire/client";
import { Picture, usePicture } from "@/parts/Picture";
import { useProblemWords } from "@/parts/problems";
import { Moment } from "@/parts/time";
import { number } from "@/words/format";

import type { CaseDetail } from "./asking";
import { settled } from "./board";
import classes from "./detail.module.css";

type Photo = Shapes["PhotoShape"];

/** Farther than this from the case's place is worth a look. */
const FAR_M = 150;

function Taken({ one, photo }: { one: CaseDetail; photo: Photo }): ReactNode {
  const { t, i18n } = useTranslation("cases");
  const away = photo.away_m;
  const by = one.history.find((entry) => entry.actor === photo.by)?.actor_name;
  return (
    <figcaption className={classes.caption}>
      <span>
        {t(photo.taken_at ? "photo.taken" : "photo.sent")} <Moment at={photo.taken_at ?? photo.at} />
        {by && <span className="ws-quiet"> · {by}</span>}
      </span>
      <span className={classes.away} data-far={(away !== null && away > FAR_M) || undefined}>
        <IconMapPin size={15} aria-hidden />
        {away === null
          ? t("photo.nowhere")
          : t(away > FAR_M ? "photo.far" : "photo.away", { metres: number(away, i18n.language, 0) })}
      </span>
    </figcaption>
  );
}

function Shot({ one, photo }: { one: CaseDetail; photo: Photo }): ReactNode {
  const { t } = useTranslation(["cases", "codes"]);
  const words = useProblemWords();
  const { url, error } = usePicture(`/v1/cases/${one.id}/photos/${photo.id}`);
  const [large, setLarge] = useState(false);
  const alt = t("photo.alt", { role: t(`codes:photoRole.${photo.role}`), number: one.number });
  const image = (
    <img src={url} alt={alt} width={photo.width} height={photo.height} className={classes.shot} />
  );
  return (
    <figure className={classes.figure}>
      {url ? (
        <UnstyledButton aria-label={t("photo.enlarge", { what: alt })} onClick={() => setLarge(true)}>
          {image}
        </UnstyledButton>
      ) : (
        <div className={classes.absent} role="status">
          {error ? (
            <>
              <IconPhotoOff size={26} aria-hidden />
              {words(error)}
            </>
          ) : (
            <Loader size="sm" aria-label={t("app:state.loading")} />
          )}
        </div>
      )}
      <Taken one={one} photo={photo} />
      <Modal
        opened={large}
        onClose={() => setLarge(false)}
        size="auto"
        title={alt}
        closeButtonProps={{ "aria-label": t("app:do.close") }}
      >
        <img src={url} alt={alt} className={classes.large} />
      </Modal>
    </figure>
  );
}

function Side({ one, when }: { one: CaseDetail; when: Photo["role"] }): ReactNode {
  const { t } = useTranslation(["cases", "codes"]);
  const found = one.photos.filter((photo) => photo.role === when);
  return (
    <div className={classes.sideOf}>
      <h3 className={classes.role}>{t(`codes:photoRole.${when}`)}</h3>
      {found.map((photo) => (
        <Shot key={photo.id} one={one} photo={photo} />
      ))}
      {found.length === 0 && <div className={classes.absent}>{t(`photo.no.${when}`)}</div>}
    </div>
  );
}

/** So many of the camera's pictures are shown unasked: every look is written down. */
const FEW = 3;

function Seen({ one }: { one: CaseDetail }): ReactNode {
  const { t } = useTranslation("cases");
  const [all, setAll] = useState(false);
  const images = one.evidence.filter((item) => item.media_type.startsWith("image/"));
  const [met] = useState(() => images.map(({ sha256 }) => sha256));
  const pictures = settled(images, met);
  if (pictures.length === 0) return null;
  return (
    <section className={`ws-panel ${classes.panel}`} aria-labelledby="case-seen">
      <h2 id="case-seen" className={classes.heading}>
        {t("photo.seen")}
      </h2>
      <div className={classes.seen} data-one={pictures.length === 1 || undefined}>
        {(all ? pictures : pictures.slice(0, FEW)).map((evidence, index) => (
          <Picture
            key={evidence.sha256}
            through={`cases/${one.id}`}
            evidence={evidence}
            alt={t("photo.seenAlt", { index: index + 1, count: pictures.length, number: one.number })}
          />
        ))}
      </div>
      {!all && pictures.length > FEW && (
        <Button variant="default" mt="sm" onClick={() => setAll(true)}>
          {t("photo.more", { count: pictures.length - FEW })}
        </Button>
      )}
    </section>
  );
}

export function Photos({ one }: { one: CaseDetail }): ReactNode {
  const { t } = useTranslation("cases");
  return (
    <div className={classes.photos}>
      <section className={`ws-panel ${classes.panel}`} aria-labelledby="case-photos">
        <h2 id="case-photos" className={classes.heading}>
          {t("photo.title")}
        </h2>
        <div className={classes.pair}>
          <Side one={one} when="before" />
          <Side one={one} when="after" />
        </div>
      </section>
      <Seen one={one} />
    </div>
  );
}
