/** Pixels: a picture read upright and made no larger than the centre keeps it, its marks painted, JPEG bytes. */
import { fitted, type Mark } from "./marks";

export const LONGEST_SIDE = 2048;
const SKETCH_QUALITY = 0.92;
const QUALITY = 0.85;
const INK = "#14181b";

/** A file that no browser can read as a picture. */
export class Unreadable extends Error {}

/** The picture of a file, upright, at most 2048 px long, without anything the file told of itself. */
export async function develop(file: Blob): Promise<ArrayBuffer> {
  const image = await read(file);
  const { width, height } = fitted(image.width, image.height, LONGEST_SIDE);
  const canvas = sized(width, height);
  const context = ground(canvas);
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, width, height);
  image.close();
  return encoded(canvas, SKETCH_QUALITY);
}

export async function read(file: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new Unreadable();
  }
}

/** The bytes to send: what is under a mark is gone from them. */
export async function painted(image: ImageBitmap, marks: readonly Mark[]): Promise<ArrayBuffer> {
  const canvas = sized(image.width, image.height);
  paint(ground(canvas), image, marks);
  return encoded(canvas, QUALITY);
}

/** Draw the picture and its marks over the whole canvas. */
export function paint(context: CanvasRenderingContext2D, image: ImageBitmap, marks: readonly Mark[]): void {
  const { width, height } = context.canvas;
  context.drawImage(image, 0, 0, width, height);
  context.fillStyle = context.strokeStyle = INK;
  context.lineCap = context.lineJoin = "round";
  for (const mark of marks) {
    if (mark.type === "box")
      context.fillRect(mark.x * width, mark.y * height, mark.w * width, mark.h * height);
    else {
      context.lineWidth = mark.width * Math.max(width, height);
      context.beginPath();
      mark.points.forEach((point, index) => {
        const [x, y] = [point.x * width, point.y * height];
        if (index === 0) context.moveTo(x, y);
        context.lineTo(x, y);
      });
      context.stroke();
    }
  }
}

function sized(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

export function ground(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext("2d");
  if (!context) throw new Unreadable();
  return context;
}

async function encoded(canvas: HTMLCanvasElement, quality: number): Promise<ArrayBuffer> {
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", quality));
  if (!blob) throw new Unreadable();
  return blob.arrayBuffer();
}
