/**
 * The symbols, drawn on a canvas when the map first asks for one. What they mean is in their shape; colour repeats it.
 *
 * Names: `theme|camera|state|eighths watched`, `theme|sensor|look`, `theme|alert|grade`, `theme|case|late or due`,
 * `theme|cluster|eighths not live`.
 */
import type { Theme } from "./ground";

export const RATIO = 2;

const INK = {
  light: {
    critical: "#c4162a", major: "#b4500a", minor: "#7a5a00", info: "#2b6a9b", good: "#08705f", dead: "#5b6770",
    paper: "#ffffff", case: "#4a3a8c", edge: "#ffffff",
  },
  dark: {
    critical: "#ff7b86", major: "#ffa05c", minor: "#f0c64a", info: "#7fc1f2", good: "#4fd6be", dead: "#97a6af",
    paper: "#0d1b24", case: "#c3b4ff", edge: "#0a161e",
  },
} as const; // prettier-ignore

type Ink = Record<keyof (typeof INK)["light"], string>;
export const ink = (theme: Theme): Ink => INK[theme];

/** Which colour stands for a device's state. */
export function stateInk(state: string, colours: Ink): string {
  if (state === "live") return colours.good;
  if (state === "blind") return colours.critical;
  if (state === "unfit") return colours.major;
  return colours.dead;
}

type Pen = CanvasRenderingContext2D;

export interface Drawn {
  data: ImageData;
  /** Which part grows with a text laid on it. */
  stretch?: { x: [number, number][]; y: [number, number][]; content: [number, number, number, number] };
}

function sheet(size: number, draw: (pen: Pen) => void): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * RATIO;
  const pen = canvas.getContext("2d")!;
  pen.scale(RATIO, RATIO);
  pen.lineJoin = pen.lineCap = "round";
  draw(pen);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

function disc(pen: Pen, x: number, y: number, radius: number, fill: string): void {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.fillStyle = fill;
  pen.fill();
}

/** A share of a ring, from the top clockwise. */
function ring(pen: Pen, at: number, radius: number, share: number, strong: string): void {
  pen.lineWidth = 3;
  pen.strokeStyle = strong;
  if (share <= 0) return;
  pen.beginPath();
  pen.arc(at, at, radius, -Math.PI / 2, -Math.PI / 2 + 2 * Math.PI * share);
  pen.stroke();
}

function shape(pen: Pen, at: number, size: number, path: string, fill: string, edge: string): void {
  pen.save();
  pen.translate(at - size / 2, at - size / 2);
  pen.scale(size / 20, size / 20);
  const outline = new Path2D(path);
  pen.lineWidth = 80 / size;
  pen.strokeStyle = edge;
  pen.stroke(outline);
  pen.fillStyle = fill;
  pen.fill(outline);
  pen.restore();
}

/** The same shapes as parts/Severity. */
export const GRADE_PATHS: Record<string, string> = {
  critical: "M6.5 1h7L19 6.5v7L13.5 19h-7L1 13.5v-7Z",
  major: "M10 1.5 19.5 18.5H.5Z",
  minor: "M10 .8 19.2 10 10 19.2.8 10Z",
  info: "M10 1.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 1 0 0-17Z",
};

/** What is drawn in the disc of a camera, on a field of 20 by 20: a camera, crossed out, a mark, a question. */
function glyph(pen: Pen, at: number, state: string, colour: string): void {
  pen.save();
  pen.translate(at - 7, at - 7);
  pen.scale(0.7, 0.7);
  pen.strokeStyle = pen.fillStyle = colour;
  pen.lineWidth = 2.4;
  if (state === "live" || state === "blind") {
    pen.fill(new Path2D("M3 6.5h9.5a1 1 0 0 1 1 1v5a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1v-5a1 1 0 0 1 1-1Z"));
    pen.fill(new Path2D("M14.5 9.2 18.5 7v6l-4-2.2Z"));
    if (state === "blind") pen.stroke(new Path2D("M3 17 17 3"));
  } else if (state === "unfit") {
    pen.stroke(new Path2D("M10 4v7.5"));
    pen.stroke(new Path2D("M10 16v.1"));
  } else if (state === "silent") pen.stroke(new Path2D("M5 10h10"));
  else {
    pen.stroke(new Path2D("M7 7a3 3 0 1 1 4.6 2.6C10.4 10.4 10 11 10 12.2"));
    pen.stroke(new Path2D("M10 16v.1"));
  }
  pen.restore();
}

function camera(theme: Theme, state: string, eighths: string): Drawn {
  const colours = ink(theme);
  const colour = stateInk(state, colours);
  const hollow = state === "silent" || state === "unknown";
  return {
    data: sheet(34, (pen) => {
      disc(pen, 17, 17, 16, colours.edge);
      if (eighths !== "none") {
        pen.globalAlpha = 0.28;
        ring(pen, 17, 14, 1, colours.good);
        pen.globalAlpha = 1;
        ring(pen, 17, 14, Number(eighths) / 8, colours.good);
      }
      disc(pen, 17, 17, 11.5, colour);
      if (hollow) disc(pen, 17, 17, 9.5, colours.paper);
      glyph(pen, 17, state, hollow ? colour : colours.paper);
    }),
  };
}

/** A plate the value is written on; dashed when the value is not to be believed, bare when the sensor is silent. */
function plate(theme: Theme, look: string): Drawn {
  const colours = ink(theme);
  const colour = look === "live" ? colours.info : look === "doubtful" ? colours.major : colours.dead;
  const data = sheet(28, (pen) => {
    pen.beginPath();
    pen.roundRect(2, 2, 24, 24, 6);
    pen.fillStyle = colours.paper;
    pen.fill();
    pen.lineWidth = 2;
    if (look !== "live") pen.setLineDash([4, 3]);
    pen.strokeStyle = colour;
    pen.stroke();
  });
  return { data, stretch: { x: [[22, 34]], y: [[22, 34]], content: [14, 8, 42, 48] } };
}

function alert(theme: Theme, grade: string): Drawn {
  const colours = ink(theme);
  const colour = (colours as Record<string, string>)[grade] ?? colours.info;
  return { data: sheet(34, (pen) => shape(pen, 17, 27, GRADE_PATHS[grade] ?? "", colour, colours.edge)) };
}

function clipboard(theme: Theme, when: string): Drawn {
  const colours = ink(theme);
  const colour = when === "late" ? colours.critical : colours.case;
  return {
    data: sheet(30, (pen) => {
      const board =
        "M4 3.5h12a1.5 1.5 0 0 1 1.5 1.5v13a1.5 1.5 0 0 1-1.5 1.5h-12a1.5 1.5 0 0 1-1.5-1.5v-13a1.5 1.5 0 0 1 1.5-1.5Z";
      shape(pen, 15, 24, board, colour, colours.edge);
      shape(pen, 15, 24, "M7 1.5h6v4h-6Z", colour, colours.paper);
    }),
  };
}

function cluster(theme: Theme, eighths: string): Drawn {
  const colours = ink(theme);
  return {
    data: sheet(44, (pen) => {
      disc(pen, 22, 22, 21, colours.edge);
      ring(pen, 22, 19, 1, colours.good);
      ring(pen, 22, 19, Number(eighths) / 8, colours.critical);
      disc(pen, 22, 22, 16, colours.paper);
    }),
  };
}

/** The symbol of this name, or null when there is none. */
export function drawn(name: string): Drawn | null {
  const [theme, what, first = "", second = ""] = name.split("|");
  if (theme !== "light" && theme !== "dark") return null;
  if (what === "camera") return camera(theme, first, second);
  if (what === "sensor") return plate(theme, first);
  if (what === "alert") return alert(theme, first);
  if (what === "case") return clipboard(theme, first);
  if (what === "cluster") return cluster(theme, first);
  return null;
}
