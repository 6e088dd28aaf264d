"""The metric the tracker is tuned with: checked by hand and against published figures."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.clear import Seen, judged
from benchmarks.sequences import SEQUENCES, Thinning, frames, read, scored


def seen(*rows: tuple[int, float]) -> Seen:
    """Identities at places along a line, boxes 10 wide."""
    return Seen(
        np.array([track for track, _ in rows], np.int64),
        np.array([(x, 0.0, x + 10.0, 10.0) for _, x in rows], np.float64).reshape(-1, 4),
    )


def test_misses_false_boxes_and_switches_are_counted_as_by_hand() -> None:
    truth = {frame: seen((1, 0.0), (2, 100.0)) for frame in range(1, 5)}
    answer = {
        1: seen((7, 1.0), (8, 100.0)),
        2: seen((7, 1.0), (8, 100.0), (9, 500.0)),
        3: seen((9, 1.0)),
        4: seen((9, 1.0), (8, 101.0)),
    }
    figures = judged(truth, answer, {})
    assert (figures.misses, figures.false, figures.switches) == (1, 1, 1)
    assert figures.mota == pytest.approx(1 - 3 / 8)
    assert figures.idf1 == pytest.approx(2 * (2 + 3) / (8 + 8))


def test_a_box_on_a_distractor_is_not_counted() -> None:
    truth, statue = {1: seen((1, 0.0))}, {1: seen((9, 300.0))}
    assert judged(truth, {1: seen((1, 0.0), (2, 301.0))}, statue).false == 0


@pytest.mark.shared("the metric agrees with the figures published for one tracker on two sequences")
@pytest.mark.parametrize(("place", "idf1", "mota"), [(0, 0.558, 0.526), (1, 0.645, 0.564)])
def test_the_published_answer_scores_the_published_figures(shared: Path, place: int, idf1: float, mota: float) -> None:
    folder, sequence = shared / "tracking", SEQUENCES[place]
    figures = scored(folder, Thinning(sequence, 1, 1), frames(read(folder / sequence.name / "test.txt")))
    assert (round(figures.idf1, 3), round(figures.mota, 3)) == (idf1, mota)
