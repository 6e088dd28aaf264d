"""MOTChallenge sequences: detections and truth, thinned to fewer looks a second.

Thinning keeps every n-th frame, of detections and of truth alike. A sequence thinned by n has n beginnings; a figure
over all of them says more than one of them, because a sparse look at a short film is mostly chance.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.clear import Figures, Seen, judged
from edge.tracking import Tracker, TrackerSettings
from models.detections import Detections

Rows = NDArray[np.float64]
"""Rows of a MOTChallenge file: frame, identity, left, top, width, height (px), score, class, visibility."""

PEDESTRIAN = 1
DISTRACTORS = (2, 7, 8, 12)
FULL_COLUMNS = 9


@dataclass(frozen=True, slots=True)
class Sequence:
    """One MOTChallenge sequence: its folder, rate (frames a second), picture size (px) and whether gt names classes."""

    name: str
    fps: float
    size: tuple[int, int]
    classes: bool


SEQUENCES = (
    Sequence("TUD-Campus", 25, (640, 480), classes=False),
    Sequence("TUD-Stadtmitte", 25, (640, 480), classes=False),
    Sequence("MOT17-02", 30, (1920, 1080), classes=True),
)


@dataclass(frozen=True, slots=True)
class Thinning:
    """Every `stride`-th frame of a sequence, from frame `first` on."""

    sequence: Sequence
    stride: int
    first: int

    @property
    def name(self) -> str:
        """A name of its own, fit for a file."""
        return f"{self.sequence.name}-{self.stride}-{self.first}"

    @property
    def fps(self) -> float:
        """Looks a second."""
        return self.sequence.fps / self.stride

    def looks(self, rows: Rows, last: int) -> Iterator[tuple[int, Rows]]:
        """The frames looked at up to `last`, also empty ones, and their rows."""
        for frame in range(self.first, last + 1, self.stride):
            yield frame, rows[rows[:, 0] == frame]


def read(path: Path) -> Rows:
    """The rows of a MOTChallenge file, short ones filled up with -1."""
    rows = np.loadtxt(path, delimiter=",", ndmin=2)
    return np.pad(rows, ((0, 0), (0, max(FULL_COLUMNS - rows.shape[1], 0))), constant_values=-1)


def corners(rows: Rows) -> Rows:
    """The xyxy boxes of MOTChallenge rows, float64 (N, 4) px."""
    return np.concatenate([rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6]], axis=1)


def frames(rows: Rows) -> dict[int, Seen]:
    """Rows by frame number."""
    every: Iterable[int] = np.unique(rows[:, 0]).astype(int).tolist()
    return {
        frame: Seen(here[:, 1].astype(np.int64), corners(here))
        for frame in every
        for here in (rows[rows[:, 0] == frame],)
    }


def tracked(folder: Path, thinning: Thinning, settings: TrackerSettings | None = None) -> dict[int, Seen]:
    """What our tracker answers to the detections of a thinned sequence, frame number to boxes in px."""
    rows, sequence = read(folder / thinning.sequence.name / "det.txt"), thinning.sequence
    scale = np.array([*sequence.size, *sequence.size], np.float64)
    tracker, answer = Tracker(settings), {}
    for frame, here in thinning.looks(rows, int(rows[:, 0].max())):
        seen = Detections(
            (corners(here) / scale).astype(np.float32), here[:, 6].astype(np.float32), np.zeros(len(here), np.int32)
        )
        tracks = tracker.update(seen, frame / sequence.fps)
        answer[frame] = Seen(tracks.track, tracks.xyxy * scale)
    return answer


def scored(folder: Path, thinning: Thinning, answer: Mapping[int, Seen]) -> Figures:
    """CLEAR and identity figures of an answer over the truth of a thinned sequence."""
    rows = read(folder / thinning.sequence.name / "gt.txt")
    rows = np.concatenate([here for _, here in thinning.looks(rows, int(rows[:, 0].max()))])
    if not thinning.sequence.classes:
        return judged(frames(rows), answer, {})
    real = (rows[:, 7] == PEDESTRIAN) & (rows[:, 6] > 0)
    return judged(frames(rows[real]), answer, frames(rows[np.isin(rows[:, 7], DISTRACTORS)]))
