"""The worst misses of a model on a set, on one sheet, because a figure does not say what to mend.

Idea: at the score a node would work with, every object of the truth and every box of the model is matched as COCO
matches (IoU .50, strongest first); what is left over are objects not seen and alarms about nothing. The worst of the
first are the largest, of the second the surest. Each gets a square cut from its picture: truth in green, the model's
boxes in red, the one that is meant drawn thick, one line of words below.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models import pictures
from models.evaluate import Rows, Terms
from models.pictures import Pixels
from models.truth import Truth

WORKING_SCORE: Final = 0.25
MATCHED_IOU: Final = 0.5
CELL: Final = 200
CAPTION: Final = 22
COLUMNS: Final = 6
AROUND: Final = 2.2
SMALLEST_CUT: Final = 48.0
THICK: Final = 3
GREEN, RED, WHITE = (60, 200, 60), (60, 60, 230), (255, 255, 255)

Boxes = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Miss:
    """A box xyxy in pixels of a picture (its COCO entry): an object `missed` or an alarm about nothing; how bad."""

    picture: Mapping[str, Any]
    box: Boxes
    name: str
    missed: bool
    weight: float


def worst(truth: Truth, rows: Rows, categories: Iterable[int], terms: Terms, most: int = 24) -> list[Miss]:
    """The `most` worst of both kinds, half and half, worst first, among these categories; `rows` as in `Seen`."""
    names = {number: name for name, number in truth.classes.items()}
    wanted = set(categories)
    told = _by_picture(truth)
    misses: list[Miss] = []
    for picture in truth.coco["images"]:
        here = rows[(rows[:, 0] == picture["id"]) & (rows[:, 5] > WORKING_SCORE)]
        for category in wanted:
            there = [box for box in told.get(picture["id"], []) if box["category_id"] == category]
            misses += _left_over(picture, there, here[here[:, 6] == category], names[category], terms.over)
    ranked = sorted(misses, key=lambda miss: -miss.weight)
    missed = [miss for miss in ranked if miss.missed][: most // 2]
    return missed + [miss for miss in ranked if not miss.missed][: most - len(missed)]


def sheet(misses: list[Miss], truth: Truth, rows: Rows) -> Pixels:
    """One picture of all of them, uint8 BGR, six in a row. Raises NoPicture when a picture is gone."""
    told = _by_picture(truth)
    lines = max(1, -(-len(misses) // COLUMNS))
    canvas = np.full((lines * (CELL + CAPTION), COLUMNS * CELL, 3), 24, np.uint8)
    for at, miss in enumerate(misses):
        top, left = at // COLUMNS * (CELL + CAPTION), at % COLUMNS * CELL
        there = [box["bbox"] for box in told.get(miss.picture["id"], [])]
        seen = rows[(rows[:, 0] == miss.picture["id"]) & (rows[:, 5] > WORKING_SCORE), 1:5]
        canvas[top : top + CELL, left : left + CELL] = _cut(pictures.read(truth.path(miss.picture)), miss, there, seen)
        wide, high = (miss.box[2:] - miss.box[:2]).round().astype(int)
        words = f"missed {miss.name} {wide}x{high}" if miss.missed else f"no {miss.name}: {miss.weight:.2f}"
        place = (left + 4, top + CELL + CAPTION - 7)
        cv2.putText(canvas, words, place, cv2.FONT_HERSHEY_SIMPLEX, 0.45, WHITE, 1, cv2.LINE_AA)
    return canvas


def overlaps(one: Boxes, other: Boxes) -> Boxes:
    """Intersection over union of every box of (N, 4) xyxy with every box of (M, 4): (N, M)."""
    shared, area, other_area = _shared(one, other), _area(one), _area(other)
    return shared / np.maximum(area[:, None] + other_area[None] - shared, 1e-9)


def _left_over(picture: Mapping[str, Any], there: list[Any], seen: Rows, name: str, over: float) -> list[Miss]:
    objects, crowds = ([box for box in there if bool(box.get("iscrowd")) is crowd] for crowd in (False, True))
    told, loose = (
        _corners(np.array([box["bbox"] for box in kind], float).reshape(-1, 4)) for kind in (objects, crowds)
    )
    boxes = _corners(seen[:, 1:5])
    free = np.ones(len(told), bool)
    misses = []
    for row in np.argsort(-seen[:, 5], kind="stable"):
        likeness = overlaps(boxes[[row]], told)[0] * free
        if len(told) and likeness.max() >= MATCHED_IOU:
            free[likeness.argmax()] = False
        elif not _excused(boxes[row], loose, over):
            misses.append(Miss(picture, boxes[row], name, missed=False, weight=float(seen[row, 5])))
    size = np.sqrt(_area(told))
    picture_size = float(picture["width"] * picture["height"]) ** 0.5
    unseen = np.flatnonzero(free & (size >= over))
    return misses + [Miss(picture, told[at], name, missed=True, weight=float(size[at]) / picture_size) for at in unseen]


def _excused(box: Boxes, loose: Boxes, over: float) -> bool:
    area = float(_area(box[None])[0])
    within = _shared(box[None], loose)[0] / max(area, 1e-9)
    return area < over**2 or bool((within >= MATCHED_IOU).any())


def _cut(pixels: Pixels, miss: Miss, there: list[list[float]], seen: Rows) -> Pixels:
    middle, extent = (miss.box[:2] + miss.box[2:]) / 2, (miss.box[2:] - miss.box[:2]).max()
    height, width = pixels.shape[:2]
    side = min(max(SMALLEST_CUT, float(extent) * AROUND), float(max(width, height)))
    left, top = (
        np.clip(at - side / 2, min(0.0, length - side), max(0.0, length - side))
        for at, length in zip(middle, (width, height), strict=True)
    )
    # Into a square of its own by one affine step, so that a cut over the picture's edge needs no padding by hand.
    scale = CELL / side
    square = cv2.warpAffine(pixels, np.array([[scale, 0, -left * scale], [0, scale, -top * scale]]), (CELL, CELL))
    own = np.concatenate([miss.box[:2], miss.box[2:] - miss.box[:2]])[None]
    named = (own, GREEN if miss.missed else RED, THICK)
    for boxes, colour, thickness in ((there, GREEN, 1), (seen, RED, 1), named):
        placed = (_corners(np.array(boxes, float).reshape(-1, 4)) - np.array([left, top] * 2)) * scale
        for x, y, right, bottom in placed.round().clip(-9999, 9999).astype(int).tolist():
            cv2.rectangle(square, (x, y), (right, bottom), colour, thickness)
    return np.asarray(square, np.uint8)


def _by_picture(truth: Truth) -> dict[int, list[Any]]:
    told: dict[int, list[Any]] = {}
    for box in truth.coco["annotations"]:
        told.setdefault(box["image_id"], []).append(box)
    return told


def _corners(xywh: Rows) -> Boxes:
    return np.concatenate([xywh[:, :2], xywh[:, :2] + xywh[:, 2:4]], 1)


def _area(xyxy: Boxes) -> Boxes:
    sides = xyxy[:, 2:] - xyxy[:, :2]
    area: Boxes = sides[:, 0] * sides[:, 1]
    return area


def _shared(one: Boxes, other: Boxes) -> Boxes:
    low, high = np.maximum(one[:, None, :2], other[None, :, :2]), np.minimum(one[:, None, 2:], other[None, :, 2:])
    sides = np.clip(high - low, 0, None)
    shared: Boxes = sides[..., 0] * sides[..., 1]
    return shared
