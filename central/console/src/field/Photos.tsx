/** The photos of a task, sent and not sent yet, and the camera. A photo passes the painter before it is kept to send. */
import { Alert, Button, Group, Text } from "@mantine/core";
import { IconCamera } from "@tabler/icons-react";
import { type ReactNode, type Ref, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { usePicture } from "@/parts/Picture";

import { develop, Unreadable } from "./canvas";
import { useSight } from "./carrier";
import { Editor } from "./Editor";
import classes from "./Field.module.css";
import type { Item, PhotoRole } from "./outbox";
import { usePlace } from "./place";
import { dropSketch, isFull, keepSketch, keyOf, photoBytes, sketch, type Sketch } from "./store";
import { placeOf, takenAt, type TaskDetail } from "./tasks";
import { useAdd } from "./useAdd";

interface Props {
  task: TaskDetail;
  account: string;
  ref?: Ref<HTMLElement>;
  /** Only to look at. */
  still?: boolean;
}

export function Photos({ task, account, ref, still = false }: Props): ReactNode {
  const { t } = useTranslation("field");
  const { items } = useSight();
  const known = new Set(task.photos.map((photo) => photo.client_id));
  const waiting = items.filter(
    (item) => item.caseId === task.id && item.deed.type === "photo" && !known.has(item.id),
  );
  return (
    <section ref={ref} style={{ scrollMarginBlock: 80 }}>
      <h2 className={classes.heading}>{t("photos.title")}</h2>
      {task.photos.length + waiting.length === 0 ? (
        <p className="ws-quiet" style={{ margin: "0 0 10px" }}>
          {t("photos.none")}
        </p>
      ) : (
        <ul className={classes.shots}>
          {task.photos.map((photo) => (
            <SentShot
              key={photo.client_id}
              path={`/v1/cases/${task.id}/photos/${photo.id}`}
              role={photo.role}
            />
          ))}
          {waiting.map((item) => (
            <WaitingShot key={item.id} item={item} />
          ))}
        </ul>
      )}
      {!still && <Camera task={task} account={account} />}
    </section>
  );
}

function Shot({
  url,
  role,
  unsent,
}: {
  url: string | undefined;
  role: PhotoRole;
  unsent: boolean;
}): ReactNode {
  const { t } = useTranslation("field");
  const words = t(`codes:photoRole.${role}`);
  return (
    <li className={classes.shot}>
      {url && <img src={url} alt={t("photos.alt", { role: words })} />}
      <span className={classes.shotText}>
        {words}
        {unsent && <span>{t("photos.unsent")}</span>}
      </span>
    </li>
  );
}

function SentShot({ path, role }: { path: string; role: PhotoRole }): ReactNode {
  const { url } = usePicture(path);
  return <Shot url={url} role={role} unsent={false} />;
}

function WaitingShot({ item }: { item: Item }): ReactNode {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    let made: string | undefined;
    let gone = false;
    void photoBytes(item.id).then((bytes) => {
      if (!bytes || gone) return;
      made = URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" }));
      setUrl(made);
    });
    return () => {
      gone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [item.id]);
  return <Shot url={url} role={item.deed.type === "photo" ? item.deed.role : "after"} unsent />;
}

/** Takes a picture, keeps it at once as a sketch, and hands it to the painter. */
function Camera({ task, account }: { task: TaskDetail; account: string }): ReactNode {
  const { t } = useTranslation("field");
  const key = keyOf(account, task.id);
  const place = usePlace();
  const add = useAdd();
  const [begun, setBegun] = useState<Sketch | null>(null);
  const [open, setOpen] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);

  useEffect(() => {
    void sketch(key).then((found) => found && setBegun(found));
  }, [key]);

  const take = async (file: File, role: PhotoRole): Promise<void> => {
    setTrouble(null);
    place.ask();
    const takenMs = takenAt(file.lastModified, Date.now());
    try {
      const made = { key, role, bytes: await develop(file), takenMs, fix: placeOf(takenMs, place.fix) };
      setBegun(made);
      setOpen(true);
      await keepSketch(made);
    } catch (error) {
      if (error instanceof Unreadable) setTrouble(t("editor.unreadable"));
      else setTrouble(isFull(error) ? t("unsent.full") : t("unsent.notKept"));
    }
  };
  const drop = async (): Promise<void> => {
    setBegun(null);
    setOpen(false);
    await dropSketch(key);
  };
  const save = async (made: Sketch, bytes: ArrayBuffer): Promise<void> => {
    const fix = made.fix ?? placeOf(made.takenMs, place.fix);
    const { role } = made;
    const takenAt = new Date(made.takenMs).toISOString();
    const where = { lat: fix?.lat ?? null, lon: fix?.lon ?? null, accuracyM: fix?.accuracyM ?? null };
    if (!(await add(task, { type: "photo", role, takenAt, ...where, bytes: bytes.byteLength }, bytes)))
      return;
    setBegun(null);
    setOpen(false);
  };

  return (
    <>
      {trouble && (
        <Alert color="red" mb="sm" role="alert">
          {trouble}
        </Alert>
      )}
      {begun && !open && (
        <div className={classes.item}>
          <strong>{t("photos.resume")}</strong>
          <Group mt="xs">
            <Button h={48} onClick={() => setOpen(true)}>
              {t("photos.resumeGo")}
            </Button>
            <Button h={48} variant="default" onClick={drop}>
              {t("photos.drop")}
            </Button>
          </Group>
        </div>
      )}
      {!begun && (
        <div className={classes.places}>
          <Shutter of="before" take={take} />
          <Shutter of="after" take={take} />
        </div>
      )}
      {place.state === "denied" && (
        <Text className="ws-quiet" size="sm" mt="xs">
          {t("place.denied")}
        </Text>
      )}
      {begun && open && <Editor sketch={begun} drop={drop} later={() => setOpen(false)} save={save} />}
    </>
  );
}

function Shutter({
  of: role,
  take,
}: {
  of: PhotoRole;
  take: (file: File, role: PhotoRole) => Promise<void>;
}): ReactNode {
  const { t } = useTranslation("field");
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const chosen = async (element: HTMLInputElement): Promise<void> => {
    const file = element.files?.[0];
    element.value = "";
    if (!file) return;
    setBusy(true);
    await take(file, role);
    setBusy(false);
  };
  const name = t(`photos.${role}`);
  return (
    <>
      <input
        ref={input}
        type="file"
        accept="image/*"
        capture="environment"
        hidden
        aria-label={name}
        data-role={role}
        onChange={(event) => chosen(event.currentTarget)}
      />
      <Button
        className={classes.big}
        variant="light"
        loading={busy}
        leftSection={<IconCamera size={24} aria-hidden />}
        onClick={() => input.current?.click()}
      >
        {name}
      </Button>
    </>
  );
}
