"""Masks: black in every picture, down to the last pixel, and nobody under them is known to the analysis."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon

from edge.analytics.places import Zone
from edge.masks import NO_MASKS, Mask, Masks, refuse_hidden

LEFT = Mask(polygon=((0, 0), (0.5, 0), (0.5, 1), (0, 1)))
TOP = Mask(polygon=((0, 0), (1, 0), (1, 0.5), (0, 0.5)))


def boxes(*rows: tuple[float, float, float, float]) -> list[bool]:
    hidden: list[bool] = Masks([LEFT]).hidden(np.array(rows, np.float32)).tolist()
    return hidden


def test_a_box_is_hidden_when_more_than_half_of_it_is_masked() -> None:
    assert boxes((0.1, 0.1, 0.3, 0.5), (0.42, 0.1, 0.52, 0.5), (0.48, 0.1, 0.58, 0.5), (0.6, 0, 1, 1)) == [
        True,
        True,
        False,
        False,
    ]


def test_without_masks_nobody_is_hidden_and_nothing_is_painted() -> None:
    assert not NO_MASKS.hidden(np.array([(0, 0, 1, 1)], np.float32)).any()
    white = np.full((18, 32, 3), 255, np.uint8)
    NO_MASKS.burn(white)
    assert white.min() == 255


def test_boxes_beyond_the_edge_and_empty_ones_are_judged_by_what_the_picture_has_of_them() -> None:
    assert boxes((-1, -1, 0.2, 0.2), (0.7, 0.7, 2, 2), (0.9, 0.9, 0.9, 0.9)) == [True, False, False]


def test_where_two_masks_overlap_it_is_black_too() -> None:
    white = np.full((90, 160), 255, np.uint8)
    Masks([LEFT, TOP]).burn(white)
    assert white[:45].max() == white[:, :80].max() == 0
    assert white[48:, 84:].min() == 255


corner = st.tuples(st.floats(0, 1), st.floats(0, 1))


@given(st.tuples(corner, corner, corner), st.integers(8, 90), st.integers(8, 160))
def test_every_pixel_a_mask_touches_is_black(polygon: tuple[tuple[float, float], ...], height: int, width: int) -> None:
    shape = Polygon(polygon)
    assume(shape.is_valid and shape.area > 0.01)
    picture = np.full((height, width), 255, np.uint8)
    Masks([Mask(polygon=polygon)]).burn(picture)
    inner = shape.buffer(-1e-6)
    rows, columns = np.nonzero(picture)
    centres = zip((columns + 0.5) / width, (rows + 0.5) / height, strict=True)
    assert not any(inner.contains(Point(x, y)) for x, y in centres)


@pytest.mark.parametrize(
    ("polygon", "why"),
    [
        (((0, 0), (1, 1)), "3 points"),
        (((0, 0), (1.2, 0), (1, 1)), "outside"),
        (((0, 0), (1, 1), (1, 0), (0, 1)), "Self-intersection"),
        (((0, 0), (0.5, 0.5), (1, 1)), "elf-intersection"),
    ],
)
def test_a_mask_that_covers_nothing_certain_is_refused(polygon: tuple[tuple[float, float], ...], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Mask(polygon=polygon)


def test_a_zone_of_which_nothing_is_seen_is_refused_and_one_with_a_rest_is_not() -> None:
    whole = Zone(id="yard", polygon=((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)))
    refuse_hidden([whole], [LEFT])
    with pytest.raises(ValueError, match="zone yard lies under the masks"):
        refuse_hidden([whole], [LEFT, Mask(polygon=((0.5, 0), (1, 0), (1, 1), (0.5, 1)))])
