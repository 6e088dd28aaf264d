"""What a network says, turned into boxes, or a classifier's into scores: one pure function per output head.

Idea: every head takes the raw outputs and gives `Boxes` in canvas pixels; nothing else knows how a family of
networks writes its answer. The recipe is the same for all grids: best class score, threshold, and only for the
few that pass, their class, their box and suppression (0.07 to 1.1 ms for 5,040 cells; a vectorised N x N
overlap takes 27 ms where a frame is crowded).
Suppression is OpenCV's `NMSBoxesBatched`, class-aware, on at most `CROWD` boxes, so that a picture of noise
cannot hold a node up. A score that is not a number passes no threshold; a box that is not finite is dropped.
Sources: YOLOX (arXiv 2107.08430), RT-DETR (arXiv 2304.08069) and DEIMv2 (arXiv 2509.20787), Ultralytics'
YOLOv8 and YOLO26 export formats, YuNet (Wu, Peng, Yu 2023), NanoDet (RangiLyu), FastestDet (dog-qiuqiu).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from models.catalogue import Head, Input

CROWD = 3000
STRIDES = (8, 16, 32)
FASTESTDET_STRIDE = 16
NANODET_BINS = 8
YUNET_CORNERS = 5
SUREST_LOGIT = 80.0

Floats: TypeAlias = NDArray[np.float32]
Outputs: TypeAlias = Sequence[NDArray[Any]]
Shape: TypeAlias = tuple[int | None, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """N boxes on a canvas: `xyxy` float32 (N, 4) in canvas pixels, `score` float32 (N,), `label` int32 (N,)."""

    xyxy: Floats
    score: Floats
    label: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.score)

    def __getitem__(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> "Boxes":
        return Boxes(self.xyxy[chosen], self.score[chosen], self.label[chosen])


@dataclass(frozen=True, slots=True)
class Asked:
    """How to decode: the canvas, the score below which nothing counts, the IoU above which the weaker box goes."""

    want: Input
    threshold: float
    overlap: float


def suppress(boxes: Boxes, overlap: float) -> Boxes:
    """Of boxes of one class that overlap by more than `overlap`, the strongest; strongest first."""
    if len(boxes) > CROWD:
        boxes = boxes[np.argpartition(boxes.score, -CROWD)[-CROWD:]]
    if not len(boxes):
        return boxes
    corners, sizes = boxes.xyxy[:, :2], boxes.xyxy[:, 2:] - boxes.xyxy[:, :2]
    xywh = np.concatenate([corners, sizes], 1)
    kept = cv2.dnn.NMSBoxesBatched(xywh, boxes.score, boxes.label, 0.0, overlap)  # type: ignore[arg-type]  # its stubs know lists only; it takes arrays
    return boxes[np.asarray(kept, np.intp).reshape(-1)]


def one_thing(boxes: Boxes, overlap: float) -> Boxes:
    """Of boxes of whatever class that overlap by more than `overlap`, the strongest: no thing is a car and a truck."""
    if not len(boxes):
        return boxes
    xywh = np.concatenate([boxes.xyxy[:, :2], boxes.xyxy[:, 2:] - boxes.xyxy[:, :2]], 1)
    kept = cv2.dnn.NMSBoxes(xywh, boxes.score, 0.0, overlap)  # type: ignore[arg-type]  # as above
    return boxes[np.asarray(kept, np.intp).reshape(-1)]


def yolox(outputs: Outputs, asked: Asked) -> Boxes:
    """(1, cells, 5 + classes): centre offset and log size in strides, objectness, class scores."""
    cells = outputs[0][0]
    seen = np.flatnonzero(cells[:, 4] > asked.threshold)  # a score is at most its objectness
    seen, score, label = _best(cells[seen, 5:] * cells[seen, 4:5], asked.threshold, seen)
    corner, stride = (part[seen] for part in _grid(asked.want.height, asked.want.width, STRIDES))
    return suppress(_centred(_offset(cells[seen, :4], corner, stride), score, label), asked.overlap)


def yolov8(outputs: Outputs, asked: Asked) -> Boxes:
    """(1, 4 + classes, cells): centre and size in canvas pixels, class scores; YOLOv8 and YOLO11."""
    rows = outputs[0][0]
    seen = np.flatnonzero(rows[4:].max(axis=0) > asked.threshold)
    chosen = rows[:, seen].T
    _, score, label = _best(chosen[:, 4:], asked.threshold, seen)
    return suppress(_centred(chosen[:, :4], score, label), asked.overlap)


def end2end(outputs: Outputs, asked: Asked) -> Boxes:
    """(1, boxes, 6): corners in canvas pixels, score, class; the network has suppressed already."""
    rows = outputs[0][0]
    rows = rows[(rows[:, 4] > asked.threshold) & np.isfinite(rows).all(axis=1)]
    return Boxes(rows[:, :4], rows[:, 4], rows[:, 5].astype(np.int32))


def detr(outputs: Outputs, asked: Asked) -> Boxes:
    """Labels (1, Q), corners in canvas pixels (1, Q, 4), scores (1, Q); queries need no suppression."""
    label, xyxy, score = (output[0] for output in outputs)
    seen = np.flatnonzero(score > asked.threshold)
    return _finite(Boxes(xyxy[seen], score[seen], label[seen].astype(np.int32)))


def yunet(outputs: Outputs, asked: Asked) -> Boxes:
    """Class, objectness, box and landmarks for each of three strides; the score is the mean of the first two."""
    cells, sure, box = (np.concatenate([part[0] for part in outputs[at : at + 3]]) for at in (0, 3, 6))
    score = np.sqrt(np.clip(cells[:, 0], 0, 1) * np.clip(sure[:, 0], 0, 1))
    seen = np.flatnonzero(score > asked.threshold)
    corner, stride = (part[seen] for part in _grid(asked.want.height, asked.want.width, STRIDES))
    faces = np.zeros(len(seen), np.int32)
    return suppress(_centred(_offset(box[seen], corner, stride), score[seen], faces), asked.overlap)


def nanodet(outputs: Outputs, asked: Asked) -> Boxes:
    """Class scores for each of three strides, then the distances to the four sides, as distributions."""
    score_of, spread = (np.concatenate([part[0] for part in outputs[at : at + 3]]) for at in (0, 3))
    seen, score, label = _best(score_of, asked.threshold)
    corner, stride = (part[seen] for part in _grid(asked.want.height, asked.want.width, STRIDES))
    weight = spread[seen].reshape(-1, 4, NANODET_BINS)
    weight = np.exp(weight - weight.max(axis=2, keepdims=True))
    side = (weight @ np.arange(NANODET_BINS, dtype=np.float32)) / weight.sum(axis=2) * stride
    middle = corner * stride + (stride - 1) / 2
    xyxy = np.concatenate([middle - side[:, :2], middle + side[:, 2:]], 1).astype(np.float32)
    return suppress(_finite(Boxes(xyxy, score, label)), asked.overlap)


def fastestdet(outputs: Outputs, asked: Asked) -> Boxes:
    """(1, 5 + classes, rows, columns): objectness, centre through tanh, size through a sigmoid, class scores."""
    planes = outputs[0][0].reshape(outputs[0].shape[1], -1)
    seen = np.flatnonzero(planes[0] > asked.threshold)
    seen, score, label = _best((planes[5:, seen] * planes[0, seen]).T, asked.threshold, seen)
    corner, stride = (part[seen] for part in _grid(asked.want.height, asked.want.width, (FASTESTDET_STRIDE,)))
    extent = np.array([asked.want.width, asked.want.height], np.float32)
    centre = (np.tanh(planes[1:3, seen].T) + corner) * stride
    size = extent / (1 + np.exp(-planes[3:5, seen].T))
    return suppress(_centred(np.concatenate([centre, size], 1), score, label), asked.overlap)


def softmax(outputs: Outputs) -> Floats:
    """(1, classes) logits of which one is meant: shares that sum to 1, float32 (classes,)."""
    logits = _bounded(outputs[0][0])
    weight = np.exp(logits - logits.max())
    shares: Floats = weight / weight.sum()
    return shares


def sigmoid(outputs: Outputs) -> Floats:
    """(1, classes) logits, each for itself: float32 (classes,) in 0..1."""
    shares: Floats = (1 / (1 + np.exp(-_bounded(outputs[0][0])))).astype(np.float32)
    return shares


def scores(outputs: Outputs) -> Floats:
    """(1, classes) in 0..1 as the network made them itself, float32 (classes,)."""
    shares: Floats = np.clip(np.nan_to_num(outputs[0][0], nan=0.0), 0, 1).astype(np.float32)
    return shares


CLASSIFY: Mapping[Head, Callable[[Outputs], Floats]] = MappingProxyType(
    {Head.SOFTMAX: softmax, Head.SIGMOID: sigmoid, Head.SCORES: scores}
)

DECODE: Mapping[Head, Callable[[Outputs, Asked], Boxes]] = MappingProxyType(
    {
        Head.YOLOX: yolox,
        Head.YOLOV8: yolov8,
        Head.END2END: end2end,
        Head.DETR: detr,
        Head.YUNET: yunet,
        Head.NANODET: nanodet,
        Head.FASTESTDET: fastestdet,
    }
)


def expected(head: Head, want: Input, classes: int) -> tuple[Shape, ...]:
    """The shapes of the outputs a head reads, in their order; None where any length will do."""
    each = [(want.height // stride) * (want.width // stride) for stride in STRIDES]
    rows, columns = want.height // FASTESTDET_STRIDE, want.width // FASTESTDET_STRIDE
    shapes: dict[Head, list[Shape]] = {
        Head.YOLOX: [(1, sum(each), 5 + classes)],
        Head.YOLOV8: [(1, 4 + classes, sum(each))],
        Head.END2END: [(1, None, 6)],
        Head.DETR: [(1, None), (1, None, 4), (1, None)],
        Head.YUNET: [(1, cells, width) for width in (1, 1, 4, 2 * YUNET_CORNERS) for cells in each],
        Head.NANODET: [(1, cells, width) for width in (classes, 4 * NANODET_BINS) for cells in each],
        Head.FASTESTDET: [(1, 5 + classes, rows, columns)],
        **{head: [(1, classes)] for head in CLASSIFY},
    }
    return tuple(shapes[head])


def _best(
    scores: Floats, threshold: float, among: NDArray[np.intp] | None = None
) -> tuple[NDArray[np.intp], Floats, NDArray[np.int32]]:
    """Of (N, classes) scores the rows that pass: their index in `among`, best score and best class."""
    rows = np.flatnonzero(scores.max(axis=1, initial=0) > threshold)
    label = scores[rows].argmax(axis=1).astype(np.int32) if len(rows) else np.zeros(0, np.int32)
    return rows if among is None else among[rows], scores[rows, label], label


@lru_cache(maxsize=32)
def _grid(height: int, width: int, strides: tuple[int, ...]) -> tuple[Floats, Floats]:
    """For every cell, finest stride first and row by row: its column and row, float32 (N, 2), and stride (N, 1)."""
    corners, sizes = [], []
    for stride in strides:
        row, column = np.mgrid[: height // stride, : width // stride]
        corners.append(np.stack([column.ravel(), row.ravel()], 1))
        sizes.append(np.full((row.size, 1), stride))
    return np.concatenate(corners).astype(np.float32), np.concatenate(sizes).astype(np.float32)


def _offset(cells: Floats, corner: Floats, stride: Floats) -> Floats:
    """Centre offset and log size in strides to centre and size in canvas pixels."""
    with np.errstate(over="ignore"):  # an overflow is infinite, and what is not finite is dropped
        return np.concatenate([(cells[:, :2] + corner) * stride, np.exp(cells[:, 2:4]) * stride], 1)


def _centred(centre_size: Floats, score: Floats, label: NDArray[np.int32]) -> Boxes:
    middle, half = centre_size[:, :2], centre_size[:, 2:] / 2
    return _finite(Boxes(np.concatenate([middle - half, middle + half], 1).astype(np.float32), score, label))


def _bounded(logits: NDArray[Any]) -> Floats:
    """Logits that an exponential survives; what is no number says no."""
    bounded: Floats = np.clip(np.nan_to_num(logits, nan=-SUREST_LOGIT), -SUREST_LOGIT, SUREST_LOGIT).astype(np.float32)
    return bounded


def _finite(boxes: Boxes) -> Boxes:
    sound = np.isfinite(boxes.xyxy.sum(axis=1))
    return boxes if sound.all() else boxes[sound]
