"""Labelled pictures, and the endless stream of canvases a network learns from: scaled, flipped, tiled, spoiled.

Idea: a narrow network learns from few pictures without learning them by heart when it never sees the same one twice.
A canvas is one picture, moved and scaled, or four around a random cross (the mosaic of YOLOv4, arXiv 2004.10934);
then light, colour, blur, noise and compression as bad cameras have them. A box follows its picture exactly; one of
which too little is left is neither object nor background, as are the regions a teacher doubted (`iscrowd`).
Pictures with rare classes are drawn more often: by the square root of how rare (LVIS, arXiv 1908.03195).
Limits: pictures are kept in memory at `WIDEST` pixels, half a megabyte each. No torch in here, so that it is tested
with the rest of the project.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models import pictures, truth
from models.truth import Truth
from workshop.training.spoil import spoiled

WIDEST: Final = 576
GREY: Final = 114
LEAST_VISIBLE_SHARE: Final = 0.35
SMALLEST_PX: Final = 4.0
COMMON_SHARE: Final = 0.3
MOSAIC_SHARE: Final = 0.4
CROSS: Final = (0.3, 0.7)
ZOOM: Final = (0.75, 1.6)
MOSAIC_ZOOM: Final = (0.5, 1.1)
ASPECT: Final = (0.88, 1.14)

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A picture uint8 BGR (H, W, 3) with boxes float32 (N, 4), xyxy pixels, and `label` int64 (N,), -1: no blame."""

    pixels: Pixels
    boxes: Floats
    label: NDArray[np.int64]


def read(folder: Path, names: Sequence[str], widest: int = WIDEST) -> list[Sample]:
    """Every picture of a COCO or YOLO set, no wider than `widest`; a class not in `names` is background. NoTruth."""
    return samples(truth.read(folder), names, widest)


def samples(told: Truth, names: Sequence[str], widest: int = WIDEST) -> list[Sample]:
    """Every picture of a set that is read; a class not in `names` is background. Raises NoPicture."""
    index = {number: names.index(name) for name, number in told.classes.items() if name in names}
    of: dict[int, list[tuple[list[float], int]]] = {}
    for box in told.coco["annotations"]:
        if box["category_id"] in index:
            x, y, wide, high = box["bbox"]
            label = -1 if box.get("iscrowd") else index[box["category_id"]]
            of.setdefault(box["image_id"], []).append(([x, y, x + wide, y + high], label))
    return [_sample(pictures.read(told.path(image)), of.get(image["id"], []), widest) for image in told.coco["images"]]


def weights(samples: Sequence[Sample], classes: int) -> NDArray[np.float64]:
    """How often each sample is drawn, (N,), sum 1: by the rarest class in it."""
    has = np.array([[(sample.label == number).any() for number in range(classes)] for sample in samples])
    share = np.maximum(has.mean(axis=0), 1 / max(1, len(samples)))
    factor = np.maximum(1.0, np.sqrt(COMMON_SHARE / share))
    drawn = np.where(has, factor, 1.0).max(axis=1)
    return np.asarray(drawn / drawn.sum(), np.float64)


def canvases(
    samples: Sequence[Sample],
    chance: NDArray[np.float64],
    size: tuple[int, int],
    dice: np.random.Generator,
    mosaics: float = MOSAIC_SHARE,
) -> Iterator[Sample]:
    """Without end: a canvas of `size` (height, width), drawn by `chance` (N,); the share `mosaics` of four pictures."""
    while True:
        four = [samples[number] for number in dice.choice(len(samples), 4, p=chance)]
        made = mosaic(four, size, dice) if dice.random() < mosaics else moved(four[0], size, dice)
        if dice.random() < 0.5:  # noqa: PLR2004  left and right are equally likely
            made = flipped(made)
        yield Sample(spoiled(made.pixels, dice), made.boxes, made.label)


def moved(sample: Sample, size: tuple[int, int], dice: np.random.Generator) -> Sample:
    """One picture on a grey canvas, zoomed about its fit and shifted."""
    height, width = size
    fit = min(width / sample.pixels.shape[1], height / sample.pixels.shape[0])
    zoom = fit * (1.0 if dice.random() < 0.3 else dice.uniform(*ZOOM))  # noqa: PLR2004  as the street will show it
    aspect = dice.uniform(*ASPECT)
    wide, high = sample.pixels.shape[1] * zoom * aspect, sample.pixels.shape[0] * zoom / aspect
    left, top = (dice.uniform(min(0.0, room), max(0.0, room)) for room in (width - wide, height - high))
    canvas = np.full((height, width, 3), GREY, np.uint8)
    return laid(canvas, sample, (0, 0, width, height), (left, top, wide, high))


def mosaic(four: Sequence[Sample], size: tuple[int, int], dice: np.random.Generator) -> Sample:
    """Four pictures around a cross, each in its quarter, larger than it."""
    height, width = size
    x, y = round(width * dice.uniform(*CROSS)), round(height * dice.uniform(*CROSS))
    canvas = np.full((height, width, 3), GREY, np.uint8)
    boxes, labels = [], []
    for sample, window in zip(
        four, ((0, 0, x, y), (x, 0, width, y), (0, y, x, height), (x, y, width, height)), strict=True
    ):
        room = (window[2] - window[0], window[3] - window[1])
        fill = max(room[0] / sample.pixels.shape[1], room[1] / sample.pixels.shape[0])
        whole = min(width / sample.pixels.shape[1], height / sample.pixels.shape[0])
        zoom = max(fill, whole * dice.uniform(*MOSAIC_ZOOM))
        wide, high = sample.pixels.shape[1] * zoom, sample.pixels.shape[0] * zoom
        left = window[0] - dice.uniform(0, max(0.0, wide - room[0]))
        top = window[1] - dice.uniform(0, max(0.0, high - room[1]))
        part = laid(canvas, sample, window, (left, top, wide, high))
        boxes.append(part.boxes)
        labels.append(part.label)
    return Sample(canvas, np.concatenate(boxes), np.concatenate(labels))


def laid(
    canvas: Pixels, sample: Sample, window: tuple[int, int, int, int], place: tuple[float, float, float, float]
) -> Sample:
    """Draw a picture at `place` (left, top, width, height) into `window` (xyxy) of `canvas`, its boxes with it."""
    left, top, wide, high = place
    by = np.array([wide / sample.pixels.shape[1], high / sample.pixels.shape[0]], np.float32)
    matrix = np.array([[by[0], 0, left - window[0]], [0, by[1], top - window[1]]], np.float32)
    matrix[:, 2] += (by - 1) / 2  # a pixel's value stands at its middle
    room = (window[2] - window[0], window[3] - window[1])
    drawn = cv2.warpAffine(sample.pixels, matrix, room, flags=cv2.INTER_LINEAR, borderValue=(GREY,) * 3)
    canvas[window[1] : window[3], window[0] : window[2]] = drawn
    boxes = sample.boxes * np.tile(by, 2) + np.array([left, top] * 2, np.float32)
    return _cut(canvas, boxes, sample.label, window)


def flipped(sample: Sample) -> Sample:
    """Left for right."""
    width = sample.pixels.shape[1]
    boxes = sample.boxes.copy()
    boxes[:, [0, 2]] = width - sample.boxes[:, [2, 0]]
    return Sample(np.ascontiguousarray(sample.pixels[:, ::-1]), boxes, sample.label)


def _cut(canvas: Pixels, boxes: Floats, label: NDArray[np.int64], window: tuple[int, int, int, int]) -> Sample:
    low, high = np.array(window[:2] * 2, np.float32), np.array(window[2:] * 2, np.float32)
    inside = np.clip(boxes, low, high)
    sides, whole = inside[:, 2:] - inside[:, :2], np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    seen = np.prod(sides, axis=1) / np.maximum(whole, 1e-6)
    there = (sides > 1).all(axis=1)
    sound = (seen >= LEAST_VISIBLE_SHARE) & (sides.max(axis=1, initial=0) >= SMALLEST_PX)
    kept = np.where(sound, label, -1)
    return Sample(canvas, inside[there], kept[there])


def _sample(pixels: Pixels, boxes: list[tuple[list[float], int]], widest: int) -> Sample:
    share = min(1.0, widest / pixels.shape[1])
    if share < 1:
        wanted = (widest, round(pixels.shape[0] * share))
        pixels = np.asarray(cv2.resize(pixels, wanted, interpolation=cv2.INTER_AREA), np.uint8)
    corners = np.array([box for box, _ in boxes], np.float32).reshape(-1, 4) * np.float32(share)
    return Sample(pixels, corners, np.array([label for _, label in boxes], np.int64))
