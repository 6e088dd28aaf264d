"""What the tracker is judged on: sequences thinned alike for truth and detections, and what ours makes of them."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.sequences import SEQUENCES, Sequence, Thinning, read, scored, tracked

MADE = Sequence("made", 10, (100, 100), classes=False)


def written(folder: Path, name: str, frames: int) -> None:
    """Two bodies that walk towards each other's side, seen without fail."""
    rows = [
        (frame, track, left, top, 8, 20, 1)
        for frame in range(1, frames + 1)
        for track, left, top in ((1, 5 + frame, 10), (2, 80 - frame, 60))
    ]
    (folder / MADE.name).mkdir(exist_ok=True)
    np.savetxt(folder / MADE.name / name, rows, delimiter=",", fmt="%g")


def test_a_thinning_looks_at_every_so_manieth_frame_from_its_first_and_at_empty_ones() -> None:
    rows = np.array([[frame, 1, 0, 0, 1, 1, 1, 1, 1] for frame in (1, 2, 3, 8)], np.float64)
    looks = [(frame, len(here)) for frame, here in Thinning(MADE, 3, 2).looks(rows, 8)]
    assert looks == [(2, 1), (5, 0), (8, 1)]
    assert Thinning(MADE, 2, 1).fps == 5


@pytest.mark.parametrize("stride", [1, 2, 5])
def test_bodies_seen_without_fail_keep_their_names_at_every_rate(tmp_path: Path, stride: int) -> None:
    written(tmp_path, "det.txt", 60)
    written(tmp_path, "gt.txt", 60)
    thinning = Thinning(MADE, stride, 1)
    figures = scored(tmp_path, thinning, tracked(tmp_path, thinning))
    assert figures.switches == 0
    # A track is shown from its second look on.
    assert figures.misses == 2
    assert figures.false == 0
    assert len(read(tmp_path / "made" / "gt.txt")) == 120


@pytest.mark.shared("the tracker is as good as the table in docs/performance.md says, short of chance")
@pytest.mark.parametrize(
    ("place", "stride", "idf1"), [(0, 1, 0.69), (0, 5, 0.64), (1, 1, 0.77), (1, 5, 0.76), (2, 1, 0.43), (2, 6, 0.41)]
)
def test_names_hold_on_real_detections(shared: Path, place: int, stride: int, idf1: float) -> None:
    folder, thinnings = shared / "tracking", [Thinning(SEQUENCES[place], stride, first + 1) for first in range(stride)]
    told = [scored(folder, thinning, tracked(folder, thinning)).idf1 for thinning in thinnings]
    assert np.mean(told) >= idf1
