"""The ground under a picture: exact where it was measured, honest where it was not, refused where it cannot be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.analytics.ground import Ground, Plane
from tests.parts.plane_camera import CORNERS_M, Floats, pictured


def ground(metres: Floats = CORNERS_M, picture: Floats | None = None, accuracy_m: float = 0.1) -> Ground:
    seen = pictured(metres) if picture is None else picture
    return Ground(
        picture=tuple((x, y) for x, y in seen.tolist()),
        metres=tuple((x, y) for x, y in metres.tolist()),
        accuracy_m=accuracy_m,
    )


@given(right=st.floats(-15, 15), ahead=st.floats(9, 200), turn=st.floats(0, 6.3), shift=st.floats(-1000, 1000))
def test_any_place_is_found_again_whatever_the_axes(right: float, ahead: float, turn: float, shift: float) -> None:
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    axes = CORNERS_M @ turned.T + shift
    place = np.array([[right, ahead]])
    plane = Plane(ground(axes, pictured(CORNERS_M)))
    assert plane.places(pictured(place))[0] == pytest.approx(place @ turned.T + shift, abs=1e-5)


def test_what_is_beyond_the_horizon_is_nowhere() -> None:
    assert np.isnan(Plane(ground()).places(np.array([[0.5, 0.01]]))[0]).all() == (
        pictured(np.array([[0, 1e9]]))[0, 1] > 0.01
    )
    assert np.isnan(Plane(ground()).places(np.array([[0.5, -0.5]]))).all()


def test_the_uncertainty_told_is_the_uncertainty_met() -> None:
    dice, at = np.random.default_rng(8), np.array([[1.0, 25.0]])
    seen = pictured(CORNERS_M)
    plane = Plane(ground())
    moved = plane.places(pictured(at))[:, 0]
    told = np.sqrt(((moved[1:] - moved[0]) ** 2).sum(axis=0))
    met = np.array(
        [
            Plane(ground(CORNERS_M + dice.normal(0, 0.1, seen.shape), seen + dice.normal(0, 0.003, seen.shape))).places(
                pictured(at)
            )[0, 0]
            for _ in range(300)
        ]
    )
    assert told == pytest.approx(met.std(axis=0), rel=0.2)


def test_spread_is_the_slope_times_the_tremble() -> None:
    plane, at = Plane(ground()), pictured(np.array([[2.0, 30.0]]))
    step = np.array([[1e-5, 0.0], [0.0, 1e-5]])
    slope = ((plane.places(at + step)[0] - plane.places(at)[0]) / 1e-5).T
    spread = plane.spreads(at, np.array([[0.004, 0.002]]))[0]
    assert spread == pytest.approx(slope @ np.diag([0.004**2, 0.002**2]) @ slope.T, rel=1e-2)


def test_points_that_fix_no_plane_are_refused() -> None:
    line = np.array([[0.0, 10.0], [0.0, 20.0], [0.0, 30.0], [3.0, 20.0]])
    with pytest.raises(ValueError, match="fix no plane"):
        ground(line)
    with pytest.raises(ValueError, match="4 pairs"):
        ground(CORNERS_M[:3])
    with pytest.raises(ValueError, match="not metres"):
        ground(np.where(CORNERS_M == 40, np.nan, CORNERS_M), pictured(CORNERS_M))


def test_two_points_taken_for_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="horizon"):
        ground(CORNERS_M[[1, 0, 2, 3]], pictured(CORNERS_M))


def test_a_point_that_does_not_fit_the_others_is_named() -> None:
    six = np.concatenate([CORNERS_M, [[0.0, 20.0], [0.0, 30.0]]])
    ground(six)
    wrong = six + np.array([[0, 0]] * 4 + [[3.0, 0]] + [[0, 0]])
    with pytest.raises(ValueError, match=r"point \d is .* m from where"):
        ground(wrong, pictured(six))
