"""A picture in, detections out: shape, run, decode, each timed.

Idea: three stages that know nothing of each other, joined here and nowhere else. A detector is warmed up when
it is made: the first run of a session is several times slower than the rest and would otherwise be the first
frame of a real street; the same run proves the sizes a file leaves open.
Limits: it owns one canvas and one session, so one detector serves one thread.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from models.catalogue import Entry
from models.decode import DECODE, Asked, Boxes, suppress
from models.detections import Detections
from models.session import CPU, Session
from models.shape import Letterbox, tiles

USUAL_THRESHOLD = 0.25
PRIVACY_THRESHOLD = 0.10
WARM_UP_RUNS = 2
GREY = 114


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of wall time one answer took, by stage; `looks` is the number of runs behind it."""

    shape_ms: float
    run_ms: float
    decode_ms: float
    looks: int = 1

    @property
    def total_ms(self) -> float:
        """All stages together."""
        return self.shape_ms + self.run_ms + self.decode_ms

    def __add__(self, other: "Timing") -> "Timing":
        return Timing(
            self.shape_ms + other.shape_ms,
            self.run_ms + other.run_ms,
            self.decode_ms + other.decode_ms,
            self.looks + other.looks,
        )


class Detector:
    """The model of `entry`, opened from `path` and warmed up. Raises ModelRefused.

    Objects and faces alike: `entry.labels` tells what a label index means. `timing` is that of the last answer.
    """

    def __init__(self, entry: Entry, path: Path, threads: int = 1, providers: Sequence[str] = CPU) -> None:
        self.entry = entry
        self.timing = Timing(0.0, 0.0, 0.0, 0)
        self._letterbox = Letterbox(entry.input)
        self._session = Session(entry, path, threads, providers)
        self._decode = DECODE[entry.head]
        self._warm_up()

    def detect(self, pixels: NDArray[np.uint8], threshold: float = USUAL_THRESHOLD) -> Detections:
        """What stands in `pixels`, uint8 BGR (H, W, 3), with a score above `threshold`; strongest first.

        Raises ValueError when `pixels` is no such picture.
        """
        found, self.timing = self._look(pixels, threshold)
        return found

    def detect_tiles(
        self, pixels: NDArray[np.uint8], threshold: float = PRIVACY_THRESHOLD, side: int | None = None
    ) -> Detections:
        """The whole picture and every tile of it, merged; for redaction, where a missed face costs the most.

        What a tile cuts off is kept as a box of its own: a box too many only blurs more. Not for counting.
        Raises ValueError when `pixels` is no picture.
        """
        found, timing = self._look(pixels, threshold)
        squares = tiles(pixels.shape[1], pixels.shape[0], side)
        looks = [_boxes(found)]
        if len(squares) > 1:
            for left, top, right, bottom in squares:
                part, took = self._look(pixels[top:bottom, left:right], threshold)
                looks.append(_boxes(part, (left, top, right, bottom), (pixels.shape[1], pixels.shape[0])))
                timing += took
        self.timing = timing
        merged = suppress(_joined(looks), self.entry.overlap)
        return Detections(merged.xyxy, merged.score, merged.label)

    def _look(self, pixels: NDArray[np.uint8], threshold: float) -> tuple[Detections, Timing]:
        began = perf_counter()
        canvas, lies = self._letterbox.fill(pixels)
        shaped = perf_counter()
        outputs = self._session.run(canvas)
        ran = perf_counter()
        boxes = self._decode(outputs, Asked(self.entry.input, threshold, self.entry.overlap))
        xyxy = lies.back(boxes.xyxy)
        solid = (xyxy[:, 2] > xyxy[:, 0]) & (xyxy[:, 3] > xyxy[:, 1])  # a box on the padding is no object
        known = (boxes.label >= 0) & (boxes.label < len(self.entry.labels.names))
        found = Detections(xyxy, boxes.score, boxes.label)[solid & known]
        done = perf_counter()
        return found, Timing((shaped - began) * 1e3, (ran - shaped) * 1e3, (done - ran) * 1e3)

    def _warm_up(self) -> None:
        blank = np.full((self.entry.input.height, self.entry.input.width, 3), GREY, np.uint8)
        for _ in range(WARM_UP_RUNS):
            self._session.prove(self._session.run(self._letterbox.fill(blank)[0]))


def _boxes(found: Detections, part: tuple[int, int, int, int] | None = None, whole: tuple[int, int] = (1, 1)) -> Boxes:
    """Detections as boxes to merge: those of a `part` in pixels moved to 0..1 of the `whole`."""
    if part is None:
        return Boxes(found.xyxy, found.score, found.label)
    left, top, right, bottom = part
    extent = np.array([right - left, bottom - top] * 2, np.float32)
    moved = (found.xyxy * extent + np.array([left, top] * 2, np.float32)) / np.array(whole * 2, np.float32)
    return Boxes(moved.astype(np.float32), found.score, found.label)


def _joined(looks: Sequence[Boxes]) -> Boxes:
    return Boxes(
        np.concatenate([look.xyxy for look in looks]),
        np.concatenate([look.score for look in looks]),
        np.concatenate([look.label for look in looks]),
    )
