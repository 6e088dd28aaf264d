"""Judge the tracker on MOTChallenge sequences: MOTA, IDF1, switches, time a frame; full rate and 5 fps.

Usage: python -m benchmarks.tracking [FOLDER], FOLDER holding TUD-Campus, TUD-Stadtmitte and MOT17-02
(by default $WARDSENSE_SHARED/data/tracking). The published answer shipped with TUD checks the metric itself.
"""

import os
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.clear import Figures, Seen, judged
from edge.tracking import Tracker, TrackerSettings
from models.detections import Detections

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


def main() -> None:
    """Print the table."""
    shared = Path(os.environ.get("WARDSENSE_SHARED", Path(__file__).parents[2] / "shared"))
    folder = Path(sys.argv[1]) if sys.argv[1:] else shared / "data" / "tracking"
    print(f"{'sequence':<24}{'MOTA':>8}{'IDF1':>8}{'switches':>10}{'ms/frame':>10}")
    for sequence in SEQUENCES:
        published = folder / sequence.name / "test.txt"
        if published.exists():
            _show(f"{sequence.name} published", scored(folder, sequence, frames(read(published)), 1), None)
        for stride, said in ((1, ""), (round(sequence.fps / 5), " at 5 fps")):
            answer, spent = tracked(folder, sequence, stride, TrackerSettings())
            _show(sequence.name + said, scored(folder, sequence, answer, stride), spent)


def tracked(folder: Path, sequence: Sequence, stride: int, settings: TrackerSettings) -> tuple[dict[int, Seen], float]:
    """What our tracker answers to every `stride`-th frame, and its milliseconds a frame."""
    rows = read(folder / sequence.name / "det.txt")
    last = int(rows[:, 0].max())
    scale = np.array([*sequence.size, *sequence.size], np.float64)
    tracker, answer, spent = Tracker(settings), {}, 0.0
    for frame in range(1, last + 1, stride):
        here = rows[rows[:, 0] == frame]
        seen = Detections(
            (corners(here) / scale).astype(np.float32), here[:, 6].astype(np.float32), np.zeros(len(here), np.int32)
        )
        began = time.perf_counter()
        tracks = tracker.update(seen, frame / sequence.fps)
        spent += time.perf_counter() - began
        answer[frame] = Seen(tracks.track, tracks.xyxy * scale)
    return answer, 1000 * spent / len(answer)


def scored(folder: Path, sequence: Sequence, answer: Mapping[int, Seen], stride: int) -> Figures:
    """Figures of an answer over every `stride`-th frame of the truth."""
    rows = read(folder / sequence.name / "gt.txt")
    rows = rows[(rows[:, 0] - 1) % stride == 0]
    if not sequence.classes:
        return judged(frames(rows), answer, {})
    real = (rows[:, 7] == PEDESTRIAN) & (rows[:, 6] > 0)
    return judged(frames(rows[real]), answer, frames(rows[np.isin(rows[:, 7], DISTRACTORS)]))


def read(path: Path) -> NDArray[np.float64]:
    """The rows of a MOTChallenge file: frame, identity, left, top, width, height (px), score, class, visibility."""
    rows = np.loadtxt(path, delimiter=",", ndmin=2)
    return np.pad(rows, ((0, 0), (0, max(FULL_COLUMNS - rows.shape[1], 0))), constant_values=-1)


def corners(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The xyxy boxes of MOTChallenge rows, float64 (N, 4) px."""
    return np.concatenate([rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6]], axis=1)


def frames(rows: NDArray[np.float64]) -> dict[int, Seen]:
    """Rows by frame number."""
    every: Iterable[int] = np.unique(rows[:, 0]).astype(int).tolist()
    return {
        frame: Seen(here[:, 1].astype(np.int64), corners(here))
        for frame in every
        for here in (rows[rows[:, 0] == frame],)
    }


def _show(name: str, figures: Figures, spent: float | None) -> None:
    cost = "-" if spent is None else f"{spent:.2f}"
    print(f"{name:<24}{figures.mota:>8.1%}{figures.idf1:>8.1%}{figures.switches:>10}{cost:>10}")


if __name__ == "__main__":
    main()
