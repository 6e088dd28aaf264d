/**
 * A picture of an alert or case with its boxes, or the honest state it is in: coming, here, lost because, deleted.
 * Pictures are fetched as they come into view, because every look is written down by the centre.
 */
import { AspectRatio, Loader, Text } from "@mantine/core";
import { IconPhotoOff, IconPhotoPause } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { useProblemWords } from "@/parts/problems";
import { Problem, problemOf, type Shapes } from "@/wire/client";

import classes from "./Picture.module.css";

type Evidence = Shapes["EvidenceRef"];
type Box = Shapes["Box"];

/** Fetches a picture once for the page; the blob's address is kept as long as the query is. */
export function usePicture(path: string | null): { url: string | undefined; error: unknown } {
  const { data, error } = useQuery({
    queryKey: ["picture", path],
    enabled: path !== null,
    staleTime: Infinity,
    gcTime: 10 * 60_000,
    queryFn: async () => {
      let response: Response;
      try {
        response = await fetch(path ?? "", { headers: { Accept: "image/*" } });
      } catch {
        throw new Problem("offline", 0);
      }
      if (!response.ok) throw problemOf(await response.json().catch(() => null), response);
      return URL.createObjectURL(await response.blob());
    },
  });
  return { url: data, error };
}

/** True from when the element first comes near the view. */
function useSeen(): [React.RefObject<HTMLDivElement | null>, boolean] {
  const ref = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (seen || !ref.current) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && setSeen(true),
      {
        rootMargin: "120px",
      },
    );
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [seen]);
  return [ref, seen];
}

interface Props {
  /** `alerts/<id>` or `cases/<id>`: through what the picture is looked at. */
  through: string;
  evidence: Evidence | undefined;
  boxes?: readonly Box[];
  alt: string;
  /** Small pictures in lists say their state by an icon alone. */
  small?: boolean;
  ratio?: number;
}

export function Picture({
  through,
  evidence,
  boxes = [],
  alt,
  small = false,
  ratio = 16 / 9,
}: Props): ReactNode {
  const [ref, seen] = useSeen();
  const here = evidence?.state === "here";
  const { url, error } = usePicture(here && seen ? `/v1/${through}/evidence/${evidence.sha256}` : null);
  const [shape, setShape] = useState(ratio);
  return (
    <AspectRatio ref={ref} ratio={small ? ratio : shape} className={classes.frame}>
      {url ? (
        <div className={classes.stack}>
          <img
            src={url}
            alt={alt}
            className={classes.image}
            style={{ objectFit: small ? "cover" : "contain" }}
            onLoad={(event) => setShape(event.currentTarget.naturalWidth / event.currentTarget.naturalHeight)}
          />
          {!small && <Boxes boxes={boxes} />}
        </div>
      ) : (
        <Waiting evidence={evidence} error={error} small={small} />
      )}
    </AspectRatio>
  );
}

function Boxes({ boxes }: { boxes: readonly Box[] }): ReactNode {
  return (
    <svg className={classes.boxes} viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
      {boxes.map(({ xyxy: [x1, y1, x2, y2] }, index) => (
        <rect key={index} x={x1} y={y1} width={x2 - x1} height={y2 - y1} />
      ))}
    </svg>
  );
}

function Waiting({
  evidence,
  error,
  small,
}: {
  evidence: Evidence | undefined;
  error: unknown;
  small: boolean;
}): ReactNode {
  const { t } = useTranslation("codes");
  const problem = useProblemWords();
  // A picture that cannot be had just now is not lost: that would be a lie about the evidence.
  const silent = error instanceof Problem && error.passing;
  const state = error ? "lost" : (evidence?.state ?? "none");
  const because = evidence?.reason?.code;
  const words = silent ? problem(error) : t(`evidence.${state}`);
  const reason = typeof because === "string" ? t(`evidenceReason.${because}`, { defaultValue: because }) : "";
  const icon =
    state === "here" ? (
      <Loader size="sm" />
    ) : state === "coming" || silent ? (
      <IconPhotoPause size={26} />
    ) : (
      <IconPhotoOff size={26} />
    );
  return (
    <div className={classes.waiting} role="img" aria-label={`${words} ${reason}`}>
      {icon}
      {!small && (
        <Text size="sm" ta="center">
          {words}
          {reason && <br />}
          {reason}
        </Text>
      )}
    </div>
  );
}
