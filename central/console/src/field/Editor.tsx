/** The painter: hide faces and plates with a finger, a mouse or the keys, before anything leaves the phone. */
import { Button, Modal, Text } from "@mantine/core";
import { IconArrowBackUp, IconBrush, IconPlus, IconSquare } from "@tabler/icons-react";
import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { number } from "@/words/format";

import { ground, paint, painted, read } from "./canvas";
import classes from "./Editor.module.css";
import field from "./Field.module.css";
import { boxAround, boxBetween, BRUSH, byKey, type Mark, type Point } from "./marks";
import { usePlace } from "./place";
import type { Sketch } from "./store";
import { placeOf } from "./tasks";

type Tool = "brush" | "box";

interface Props {
  sketch: Sketch;
  drop: () => Promise<void>;
  later: () => void;
  save: (sketch: Sketch, bytes: ArrayBuffer) => Promise<void>;
}

export function Editor({ sketch, drop, later, save }: Props): ReactNode {
  const { t } = useTranslation("field");
  const [image, setImage] = useState<ImageBitmap | null>(null);
  const [marks, setMarks] = useState<readonly Mark[]>([]);
  const [tool, setTool] = useState<Tool>("brush");
  const [saving, setSaving] = useState(false);
  const canvas = useRef<HTMLCanvasElement>(null);

  useEffect(() => {
    let gone = false;
    void read(new Blob([sketch.bytes], { type: "image/jpeg" })).then((found) => !gone && setImage(found));
    return () => {
      gone = true;
    };
  }, [sketch]);

  const done = async (): Promise<void> => {
    if (!image) return;
    setSaving(true);
    try {
      await save(sketch, await painted(image, marks));
    } finally {
      setSaving(false);
    }
  };
  const addBox = (): void => {
    if (!image) return;
    setMarks([...marks, boxAround({ x: 0.5, y: 0.5 }, image.width / image.height)]);
    canvas.current?.focus();
  };

  return (
    <Modal.Root
      opened
      fullScreen
      onClose={later}
      padding={0}
      transitionProps={{ duration: 0 }}
      styles={{ body: { height: "100%" } }}
    >
      <Modal.Content aria-label={t("editor.title")}>
        <Modal.Body>
          <div className={classes.whole}>
            <div className={classes.top}>
              <h2 className={classes.title}>{t("editor.title")}</h2>
              <Text fw={600}>{t("editor.prompt")}</Text>
              <PhotoPlace sketch={sketch} />
            </div>
            <Canvas ref={canvas} image={image} marks={marks} tool={tool} change={setMarks} />
            <div className={classes.tools} role="group" aria-label={t("editor.tool")}>
              <ToolButton
                tool="brush"
                now={tool}
                choose={setTool}
                icon={<IconBrush size={20} aria-hidden />}
              />
              <ToolButton
                tool="box"
                now={tool}
                choose={setTool}
                icon={<IconSquare size={20} aria-hidden />}
              />
              <Button
                className={classes.tool}
                variant="default"
                leftSection={<IconPlus size={20} aria-hidden />}
                onClick={addBox}
              >
                {t("editor.add")}
              </Button>
              <Button
                className={classes.tool}
                variant="default"
                disabled={marks.length === 0}
                leftSection={<IconArrowBackUp size={20} aria-hidden />}
                onClick={() => setMarks(marks.slice(0, -1))}
              >
                {t("editor.undo")}
              </Button>
              <span className="ws-skip" role="status">
                {t("editor.marks", { count: marks.length })}
              </span>
            </div>
            <div className={`${classes.bottom} ${field.buttons}`}>
              <Button className={field.big} variant="default" disabled={saving} onClick={drop}>
                {t("editor.drop")}
              </Button>
              <Button
                className={field.big}
                data-main
                data-autofocus
                disabled={!image}
                loading={saving}
                onClick={done}
              >
                {marks.length > 0 ? t("editor.save") : t("editor.saveClean")}
              </Button>
            </div>
          </div>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function ToolButton({
  tool,
  now,
  choose,
  icon,
}: {
  tool: Tool;
  now: Tool;
  choose: (tool: Tool) => void;
  icon: ReactNode;
}): ReactNode {
  const { t } = useTranslation("field");
  return (
    <Button
      className={classes.tool}
      variant={tool === now ? "filled" : "default"}
      aria-pressed={tool === now}
      leftSection={icon}
      onClick={() => choose(tool)}
    >
      {t(`editor.${tool}`)}
    </Button>
  );
}

function PhotoPlace({ sketch }: { sketch: Sketch }): ReactNode {
  const { t, i18n } = useTranslation("field");
  const place = usePlace();
  const fix = sketch.fix ?? placeOf(sketch.takenMs, place.fix);
  const words = fix
    ? t("place.here", { metres: number(fix.accuracyM, i18n.language, 0) })
    : place.state === "seeking"
      ? t("place.seeking")
      : t("place.noPhotoPlace");
  return (
    <Text size="sm" className="ws-quiet" role="status">
      {words}
    </Text>
  );
}

interface CanvasProps {
  ref: React.RefObject<HTMLCanvasElement | null>;
  image: ImageBitmap | null;
  marks: readonly Mark[];
  tool: Tool;
  change: (marks: readonly Mark[]) => void;
}

/** The picture at the size of the screen; marks are in shares of it, so they fit the whole one too. */
function Canvas({ ref, image, marks, tool, change }: CanvasProps): ReactNode {
  const { t } = useTranslation("field");
  const [making, setMaking] = useState<Mark | null>(null);
  const from = useRef<Point | null>(null);

  useEffect(() => {
    if (ref.current && image) paint(ground(ref.current), image, making ? [...marks, making] : marks);
  }, [ref, image, marks, making]);

  const at = (event: PointerEvent<HTMLCanvasElement>): Point => {
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
    return { x: (event.clientX - left) / width, y: (event.clientY - top) / height };
  };
  const down = (event: PointerEvent<HTMLCanvasElement>): void => {
    if (!event.isPrimary || event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    from.current = at(event);
    if (tool === "brush") setMaking({ type: "stroke", width: BRUSH, points: [at(event)] });
  };
  const move = (event: PointerEvent<HTMLCanvasElement>): void => {
    if (!from.current) return;
    const point = at(event);
    if (making?.type === "stroke") setMaking({ ...making, points: [...making.points, point] });
    else setMaking(boxBetween(from.current, point));
  };
  const up = (): void => {
    const ratio = image ? image.width / image.height : 1;
    if (from.current) change([...marks, making ?? boxAround(from.current, ratio)]);
    from.current = null;
    setMaking(null);
  };
  const press = (event: KeyboardEvent): void => {
    const last = marks.at(-1);
    if (event.key === "Backspace" || event.key === "Delete") change(marks.slice(0, -1));
    else if (last?.type === "box") {
      const moved = byKey(last, event.key, event.shiftKey);
      if (!moved) return;
      change([...marks.slice(0, -1), moved]);
    } else return;
    event.preventDefault();
  };
  return (
    <div className={classes.stage}>
      {image && (
        <canvas
          ref={ref}
          width={image.width}
          height={image.height}
          className={classes.canvas}
          role="img"
          tabIndex={0}
          aria-label={`${t("editor.canvas")}. ${t("editor.keys")}`}
          onPointerDown={down}
          onPointerMove={move}
          onPointerUp={up}
          onPointerCancel={up}
          onKeyDown={press}
        />
      )}
    </div>
  );
}
