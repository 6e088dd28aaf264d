"""What a small picture says of the lens: light falls out of the edges, what moves is averaged away."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.luma import HEIGHT, WIDTH, luma
from edge.view import Measured, Usual, measure
from tests.parts.spoil import blurred, shifted, street


def usual_street(pictures: int = 30) -> Usual:
    usual = Usual(600.0, 60.0, 60)
    for second in range(pictures):
        usual.learn(measure(street(second)), 1.0)
    return usual


def fit(usual: Usual, seen: Measured) -> float:
    return usual.shift(seen).here


STREET = usual_street()


@pytest.mark.parametrize("size", [(1080, 1920), (352, 640), (120, 160)])
def test_every_camera_gives_a_small_picture_of_one_shape(size: tuple[int, int]) -> None:
    grey = luma(np.full((*size, 3), 80, np.uint8))
    assert grey.shape == (HEIGHT, WIDTH)
    assert set(np.unique(grey).tolist()) == {80}


@settings(max_examples=20)
@given(gain=st.floats(0.3, 1.2), more=st.floats(-20, 40))
def test_light_changes_no_edge(gain: float, more: float) -> None:
    usual = STREET
    lit = np.clip(street(4).astype(np.float32) * gain + more, 0, 255).astype(np.uint8)
    assert fit(usual, measure(lit)) > 0.8
    assert (usual.alike(measure(lit)) or 0) > 0.85


def test_an_edge_from_dark_to_light_is_the_one_from_light_to_dark() -> None:
    turned = fit(STREET, measure(255 - street(40)))
    assert turned == pytest.approx(fit(STREET, measure(street(40))), abs=0.02)


def test_a_shift_is_found_where_it_is() -> None:
    shift = STREET.shift(measure(shifted(street, 0)(40)))
    assert shift.across == pytest.approx(0.1, abs=0.01)
    assert shift.down == 0
    assert shift.there > 2 * shift.here


def test_blur_takes_the_fine_detail_and_leaves_the_edges() -> None:
    sharp, soft = measure(street(3)), measure(blurred(street, 0)(3))
    assert soft.fine < 0.5 * sharp.fine
    assert (STREET.alike(soft) or 0) > 0.85


def test_what_passes_is_not_learnt() -> None:
    first, last = measure(street(3)), measure(street(7))
    once = Usual(600.0, 60.0, 60)
    once.learn(first, 0.0)
    assert fit(STREET, last) > fit(once, last)


def test_a_bare_wall_is_like_nothing_and_unlike_nothing() -> None:
    usual = Usual(600.0, 60.0, 60)
    usual.learn(measure(np.full((HEIGHT, WIDTH), 120, np.uint8)), 0.0)
    assert usual.alike(measure(street(0))) is None


def test_nothing_learnt_is_nothing_to_compare_with() -> None:
    usual = Usual(600.0, 60.0, 60)
    assert usual.measured is None
    assert usual.alike(measure(street(0))) is None
    with pytest.raises(ValueError, match="nothing was learnt"):
        fit(usual, measure(street(0)))
