/** The place: its name, how far, the phone's own maps, and the numbers to copy. */
import { Button, CopyButton } from "@mantine/core";
import { IconCopy, IconMap2 } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Distance } from "./Distance";
import classes from "./Field.module.css";
import { usePlace } from "./place";
import { coordinates, geoLink, type Task } from "./tasks";

export function Where({ task }: { task: Task }): ReactNode {
  const { t } = useTranslation("field");
  const place = usePlace();
  const { lat, lon } = task;
  const name = task.device?.name ?? task.zone_name ?? task.zone ?? "";
  return (
    <section>
      <h2 className={classes.heading}>{t("place.title")}</h2>
      <div>{name}</div>
      {place.state === "unasked" ? (
        <Button variant="subtle" px={0} h={44} onClick={place.ask}>
          {t("place.ask")}
        </Button>
      ) : (
        <div className="ws-quiet">
          {place.state === "seeking" && t("place.seeking")}
          <Distance of={task} />
        </div>
      )}
      {lat === null || lon === null ? (
        <div className="ws-quiet">{t("place.unknown")}</div>
      ) : (
        <div className={classes.places}>
          <Button
            component="a"
            href={geoLink({ lat, lon }, name)}
            className={classes.big}
            variant="light"
            leftSection={<IconMap2 size={22} aria-hidden />}
          >
            {t("place.open")}
          </Button>
          <CopyButton value={coordinates({ lat, lon })} timeout={3000}>
            {({ copied, copy }) => (
              <Button
                className={classes.big}
                variant="default"
                leftSection={<IconCopy size={22} aria-hidden />}
                onClick={copy}
                aria-live="polite"
                aria-label={copied ? t("place.copied") : `${t("place.copy")}: ${coordinates({ lat, lon })}`}
              >
                {copied ? t("place.copied") : coordinates({ lat, lon })}
              </Button>
            )}
          </CopyButton>
        </div>
      )}
    </section>
  );
}
