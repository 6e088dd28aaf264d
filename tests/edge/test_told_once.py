"""A thing that a picture and its parts both show is told once, as whoever was surer has it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.told_once import told_once
from models.detections import Detections

PERSON, CAR = 0, 1


def seen(*rows: tuple[float, float, float, float, float, int]) -> Detections:
    """Boxes with a score and a class."""
    boxes = np.array([row[:4] for row in rows], np.float32).reshape(-1, 4)
    return Detections(
        boxes, np.array([row[4] for row in rows], np.float32), np.array([row[5] for row in rows], np.int32)
    )


def test_the_surer_answer_for_one_thing_stays() -> None:
    whole = seen((0.1, 0.1, 0.2, 0.3, 0.4, PERSON), (0.6, 0.6, 0.7, 0.8, 0.9, PERSON))
    parts = [seen((0.11, 0.1, 0.2, 0.3, 0.8, PERSON)), seen((0.6, 0.61, 0.7, 0.8, 0.5, PERSON))]
    told = told_once(whole, parts)
    assert sorted(told.score.tolist()) == pytest.approx([0.8, 0.9])


def test_a_piece_of_a_thing_is_no_thing_but_somebody_before_it_is() -> None:
    bus = seen((0.2, 0.2, 0.6, 0.6, 0.9, CAR))
    told = told_once(bus, [seen((0.3, 0.3, 0.35, 0.4, 0.7, CAR), (0.3, 0.3, 0.35, 0.4, 0.7, PERSON))])
    assert sorted(told.label.tolist()) == [PERSON, CAR]


def test_what_two_parts_share_is_told_once() -> None:
    one, other = seen((0.5, 0.5, 0.52, 0.54, 0.7, PERSON)), seen((0.5, 0.5, 0.52, 0.545, 0.6, PERSON))
    assert len(told_once(Detections.none(), [one, other])) == 1


def test_without_parts_the_whole_picture_is_as_it_was() -> None:
    whole = seen((0.1, 0.1, 0.2, 0.3, 0.4, PERSON))
    assert told_once(whole, [Detections.none()]) is whole


boxes = st.tuples(
    st.floats(0, 0.8),
    st.floats(0, 0.8),
    st.floats(0.01, 0.2),
    st.floats(0.01, 0.2),
    st.floats(0.1, 1),
    st.integers(0, 1),
).map(lambda row: (row[0], row[1], row[0] + row[2], row[1] + row[3], row[4], row[5]))


@given(st.lists(boxes, max_size=8), st.lists(st.lists(boxes, max_size=5), max_size=3))
def test_nothing_is_told_that_nobody_saw_and_something_is_where_somebody_did(
    whole: list[tuple[float, float, float, float, float, int]],
    parts: list[list[tuple[float, float, float, float, float, int]]],
) -> None:
    told = told_once(seen(*whole), [seen(*part) for part in parts])
    everything = [*whole, *(box for part in parts for box in part)]
    known = {tuple(np.float32(figure) for figure in box) for box in everything}
    assert {
        (*box, score, np.float32(label))
        for box, score, label in zip(told.xyxy.tolist(), told.score.tolist(), told.label, strict=True)
    } <= known
    assert bool(len(told)) == bool(everything)
