"""Closer looks at parts of a wide view: where something small moves, and everywhere in turn.

Why: a picture of 1920 x 1080 is laid on a canvas of some 512 x 288, and who stands far away is then a few pixels. A
detector that is shown a part of the picture at its own resolution sees him, for one more run.
Method: the picture is cut into overlapping parts of `wide_px` and the camera's shape. At each look the whole picture
is shown first. Then, of the parts in which the gate saw something small move, those with the most of it are shown, up
to `most` a look; what room is left goes to the part that was not looked at for the longest, when that is `sweep_s` or
more. What stands still in a part is not asked for again before that: it is told once more with every look, until
something moves in its place. Of what a part shows only what is small counts, because the whole picture has shown the
rest, and has all of it; nor does what its inner edge cuts, or what lies within something of its class. What both show
is told once, as whoever was surer has it.
Limits: what moves is known from the gate, so with no gate (`recheck_s: 0`) parts are only looked at in turn, and where
nothing moves they come with the rechecks, `most` each. Something that arrives by less than the gate sees waits for its
turn. Every part costs a run, and `edge tune` counts all of `most`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from edge.gate import Moved
from edge.seeing import Eyes, Seen
from edge.setting import Setting
from edge.told_once import told_once
from models.detections import Detections
from models.fuse import placed
from models.shape import tiles
from streams.frames import Frame

SMALL: Final = 0.12
"""Share of the picture's height up to which what moves is small: the detector sees what is larger without help."""
STILL_SMALL: Final = 0.2
"""Share of its height up to which what a part shows counts."""
GAIN: Final = 1.3
"""A part shows at least so many times more than the whole picture does, or none is worth a run."""

Part = tuple[float, float, float, float]
Pixels = tuple[int, int, int, int]


class TileSetting(Setting):
    """How a wide view is looked at more closely."""

    most: int = Field(default=0, ge=0, le=32, description="parts looked at in one look; 0: the whole picture only")
    wide_px: int = Field(default=640, ge=160, le=3840, description="width of a part, pixels of the camera's picture")
    sweep_s: float = Field(
        default=20.0, gt=0, le=3600, description="seconds after which a part is looked at again where nothing moved"
    )


@dataclass(slots=True)
class _Looked:
    """One part: when it was looked at last, in seconds of the stream, and what is still there."""

    part: Part
    pixels: Pixels
    at: float = -np.inf
    still: Detections = field(default_factory=Detections.none)


class Tiles:
    """One camera's closer looks; called by one worker at a time. `closer` counts the parts looked at."""

    def __init__(self, setting: TileSetting | None = None) -> None:
        self.closer = 0
        self._setting = setting or TileSetting()
        self._size = (0, 0)
        self._parts: list[_Looked] = []

    def see(self, frame: Frame, eyes: Eyes, moved: Moved | None) -> Seen:
        """What the whole picture and the parts that are due show. `moved`: since the last look, as the gate saw it."""
        seen = eyes.see(frame)
        if not self._setting.most:
            return seen
        self._cut(frame)
        if moved is not None:
            for one in self._parts:
                one.still = one.still[~_any_moved(one.still, moved)]
        due = self._due(frame.elapsed, moved)
        spent = 0.0
        for one in due:
            left, top, right, bottom = one.pixels
            closely = eyes.see(replace(frame, picture=frame.pixels[top:bottom, left:right]))
            one.at, one.still = frame.elapsed, _small(placed(closely.detections, one.part))
            spent += sum(closely.stages.values())
        self.closer += len(due)
        found = told_once(seen.detections, [one.still for one in self._parts])
        return Seen(found, {**seen.stages, "closer": spent})

    def forget(self) -> None:
        """The camera showed nothing for a while: what stood still may be gone."""
        self._size = (0, 0)

    def _cut(self, frame: Frame) -> None:
        if frame.size == self._size:
            return
        self._size, (wide, high) = frame.size, frame.size
        self._parts = [
            _Looked((left / wide, top / high, right / wide, bottom / high), (left, top, right, bottom))
            for left, top, right, bottom in cut(wide, high, self._setting.wide_px)
        ]

    def _due(self, now: float, moved: Moved | None) -> list[_Looked]:
        centres = np.array([[(p[0] + p[2]) / 2, (p[1] + p[3]) / 2] for p in (one.part for one in self._parts)])
        busy = _small_moves(centres, moved) if moved is not None and len(self._parts) else np.zeros(len(self._parts))
        overdue = [now - one.at >= self._setting.sweep_s or now < one.at for one in self._parts]
        wanted = [index for index, late in enumerate(overdue) if late or busy[index]]
        wanted.sort(key=lambda index: (-busy[index], self._parts[index].at))
        return [self._parts[index] for index in wanted[: self._setting.most]]


def cut(wide: int, high: int, wide_px: int) -> Sequence[Pixels]:
    """The parts of a picture of so many pixels, xyxy, row by row; none where they would hardly show more of it."""
    if wide_px * GAIN > wide:
        return []
    return [
        (int(x0), int(y0), int(x1), int(y1)) for x0, y0, x1, y1 in tiles(wide, high, (wide_px, wide_px * high // wide))
    ]


def _small_moves(centres: NDArray[np.float64], moved: Moved) -> NDArray[np.float64]:
    """How many small things moved nearest to the middle of each part."""
    rows, columns = moved.shape
    _, _, stats, middles = cv2.connectedComponentsWithStats(moved.astype(np.uint8), connectivity=8)
    small = (stats[:, cv2.CC_STAT_HEIGHT] <= SMALL * rows) & (stats[:, cv2.CC_STAT_WIDTH] <= SMALL * rows)
    small[0] = False  # the ground that nothing moved on
    found = middles[small] / (columns, rows)
    nearest = np.linalg.norm(found[:, None] - centres[None], axis=2).argmin(axis=1)
    return np.bincount(nearest, minlength=len(centres)).astype(np.float64)


def _small(found: Detections) -> Detections:
    return found[(found.xyxy[:, 3] - found.xyxy[:, 1]) <= STILL_SMALL]


def _any_moved(found: Detections, moved: Moved) -> NDArray[np.bool_]:
    """In the place of which boxes something moved, (N,)."""
    rows, columns = moved.shape
    sums = cv2.integral(moved.astype(np.uint8))
    sides = np.clip(found.xyxy, 0, 1) * np.array([columns, rows] * 2)
    x0, y0 = np.floor(sides[:, 0]).astype(int), np.floor(sides[:, 1]).astype(int)
    x1, y1 = np.ceil(sides[:, 2]).astype(int), np.ceil(sides[:, 3]).astype(int)
    return np.asarray(sums[y1, x1] - sums[y0, x1] - sums[y1, x0] + sums[y0, x0] > 0, np.bool_)
