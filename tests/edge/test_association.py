"""Which box belongs to which track: odds that fall with distance and doubt, and an assignment that respects them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge import kalman
from edge.association import assigned, odds, overlap

NEWCOMERS = 2.0


def box(x: float, wide: float = 0.1, high: float = 0.2) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """One box (1, 4) around (x, 0.5)."""
    return np.array([[x - wide / 2, 0.5 - high / 2, x + wide / 2, 0.5 + high / 2]])


def test_odds_are_for_a_box_in_its_place_and_against_one_elsewhere() -> None:
    told = odds(kalman.born(box(0.5)), np.concatenate([box(0.5), box(0.9)]), NEWCOMERS)
    assert told.shape == (1, 2)
    assert told[0, 0] > 0 > told[0, 1]


def test_odds_are_the_same_near_and_far() -> None:
    near = odds(kalman.born(box(0.5)), box(0.52), NEWCOMERS)
    far = odds(kalman.born(box(0.5, 0.01, 0.02)), box(0.502, 0.01, 0.02), NEWCOMERS)
    assert near == pytest.approx(far)


def test_the_same_box_convinces_less_the_longer_nobody_looked() -> None:
    motion = kalman.born(box(0.5))
    told = [odds(kalman.moved(motion, step), box(0.5), NEWCOMERS)[0, 0] for step in (0.0, 0.2, 1.0, 5.0)]
    assert told == sorted(told, reverse=True)


def test_a_step_that_is_unlikely_in_a_moment_is_likely_in_a_second() -> None:
    motion = kalman.born(box(0.5))
    soon, later = (odds(kalman.moved(motion, step), box(0.65), NEWCOMERS)[0, 0] for step in (0.04, 1.0))
    assert soon < 0 < later


def test_another_size_is_another_object() -> None:
    told = odds(kalman.born(box(0.5)), np.concatenate([box(0.5), box(0.5, 0.3, 0.6)]), NEWCOMERS)
    assert told[0, 0] > 0 > told[0, 1]


def test_overlap_is_the_shared_part_of_the_whole() -> None:
    assert overlap(box(0.5), np.concatenate([box(0.5), box(0.55), box(0.9)]))[0] == pytest.approx([1, 1 / 3, 0])


def test_a_pair_below_the_floor_pulls_nobody_out_of_place() -> None:
    rows, columns = assigned(np.array([[0.5, 0.4], [0.4, -9.0]]), 0.45)
    assert (rows.tolist(), columns.tolist()) == ([0], [0])


def test_nothing_is_assigned_where_there_is_nothing() -> None:
    assert [len(part) for part in assigned(np.zeros((0, 3)))] == [0, 0]


@given(st.lists(st.lists(st.floats(-20, 20), min_size=3, max_size=3), min_size=1, max_size=5))
def test_nobody_is_given_twice_nor_against_the_odds(rows: list[list[float]]) -> None:
    likeness = np.array(rows)
    ones, others = assigned(likeness)
    assert len(set(ones.tolist())) == len(ones)
    assert len(set(others.tolist())) == len(others)
    assert (likeness[ones, others] > 0).all()
