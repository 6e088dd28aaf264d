"""Crops: whatever the box and the picture, the crop lies inside and what is seen in it is found again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.analytics.happening import Box
from edge.crops import absolute, around, crop_of, relative

SHARES = st.floats(-0.5, 1.5, allow_nan=False)
SIDES = st.integers(1, 4000)
INNER = st.tuples(*[st.floats(0, 1)] * 4)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    left, right = sorted((draw(SHARES), draw(SHARES)))
    top, bottom = sorted((draw(SHARES), draw(SHARES)))
    return left, top, right, bottom


@given(boxes(), SIDES, SIDES, st.floats(0, 2), st.integers(1, 64))
def test_a_crop_lies_inside_the_picture_and_holds_what_of_its_box_does(
    box: Box, width: int, height: int, grow: float, least: int
) -> None:
    crop = crop_of(box, width, height, grow, least)
    left, top, right, bottom = (min(max(side, 0.0), 1.0) for side in box)
    if crop is None:
        assert min((right - left) * width, (bottom - top) * height) < least
        return
    assert 0 <= crop.left < crop.right <= width
    assert 0 <= crop.top < crop.bottom <= height
    slack = 1e-3
    assert crop.left <= left * width + slack
    assert crop.top <= top * height + slack
    assert crop.right >= right * width - slack
    assert crop.bottom >= bottom * height - slack


@given(boxes(), SIDES, SIDES, st.floats(0, 2), INNER)
def test_what_is_seen_in_a_crop_is_found_again_within_a_pixel(
    box: Box, width: int, height: int, grow: float, seen: Box
) -> None:
    crop = crop_of(box, width, height, grow, 1)
    if crop is None:
        return
    (found,) = crop.back(np.array([seen], np.float32)).tolist()
    wide, high = crop.right - crop.left, crop.bottom - crop.top
    there = np.multiply(seen, [wide, high] * 2) + [crop.left, crop.top] * 2
    assert np.abs(np.multiply(found, [width, height] * 2) - there).max() < 1


@given(st.tuples(st.floats(0, 0.4), st.floats(0, 0.4), st.floats(0.5, 1), st.floats(0.5, 1)), INNER)
def test_a_box_told_in_shares_of_another_is_where_it_was_while_that_one_stands_still(box: Box, seen: Box) -> None:
    told = np.array([seen], np.float32)
    assert absolute(relative(told, box), box) == pytest.approx(told, abs=1e-5)


def test_a_box_told_in_shares_of_another_moves_and_grows_with_it() -> None:
    helmet = np.array([[0.1, 0.1, 0.2, 0.2]], np.float32)
    moved = absolute(relative(helmet, (0.1, 0.1, 0.3, 0.5)), (0.5, 0.2, 0.9, 1.0))
    assert moved == pytest.approx(np.array([[0.5, 0.2, 0.7, 0.4]]))


def test_a_crop_is_the_pixels_it_says() -> None:
    pixels = np.arange(20 * 10 * 3, dtype=np.uint8).reshape(10, 20, 3)
    crop = crop_of((0.25, 0.2, 0.75, 0.8), 20, 10, 0, 1)
    assert crop is not None
    assert (crop.of(pixels) == pixels[2:8, 5:15]).all()


def test_around_a_zone_is_its_rectangle() -> None:
    assert around([(0.2, 0.5), (0.6, 0.1), (0.9, 0.7)]) == (0.2, 0.1, 0.9, 0.7)
