"""The street's traffic: trips keep to their way and their speed, wait where they should, and touch nobody."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workshop.street import scene
from workshop.street.traffic import _touch, planned
from workshop.street.way import BRAKES, LEANS, TICK_S, Way, driven

SCENES = ("canal", "junction", "kerb")


@given(st.floats(5, 80), st.floats(1, 12))
@settings(max_examples=30, deadline=None)
def test_a_trip_goes_its_whole_way_and_never_faster_than_it_may(length: float, speed: float) -> None:
    way = Way.along([(0, 0), (length, 0)], 0.0)
    gone = driven(way, speed, ())
    assert gone[0] == 0
    assert way.length <= gone[-1] <= way.length + speed * TICK_S
    assert np.diff(gone).max() <= speed * TICK_S + 1e-9


@given(st.floats(10, 40), st.floats(2, 9), st.floats(1, 30))
@settings(max_examples=30, deadline=None)
def test_a_stop_is_waited_out_where_it_was_asked(place: float, speed: float, seconds: float) -> None:
    gone = driven(Way.along([(0, 0), (60.05, 0)], 0.0), speed, [(place, seconds)])
    still = np.flatnonzero(np.diff(gone) < 1e-6)
    assert len(still) * TICK_S == pytest.approx(seconds, abs=0.1)
    assert gone[still] == pytest.approx(place, abs=0.1)
    assert gone[-1] >= 60


@given(st.floats(8, 30), st.floats(3, 10))
@settings(max_examples=30, deadline=None)
def test_a_bend_is_taken_no_faster_than_a_rider_leans(reach: float, speed: float) -> None:
    way = Way.along([(0, 0), (reach, 0), (reach, reach), (2 * reach, 2 * reach)], 0.0)
    at = driven(way, speed, ())[::5]
    at = at[at < way.length - 0.5]  # where it ends, the last place is the way's end whatever was gone beyond it
    pace = np.gradient(at, 5 * TICK_S)
    places, _ = way.at(at)
    aside = np.linalg.norm(np.gradient(np.gradient(places, 5 * TICK_S, axis=0), 5 * TICK_S, axis=0), axis=1)[2:-2]
    assert aside.max() < 1.5 * LEANS
    assert np.gradient(pace, 5 * TICK_S)[2:-2].min() > -1.6 * BRAKES


def test_a_way_rounds_its_corners_and_keeps_its_ends() -> None:
    way = Way.along([(0, 0), (10, 0), (10, 10)], 0.0)
    (start, end), heading = way.at(np.array([0.0, way.length]))
    assert start == pytest.approx((0, 0))
    assert end == pytest.approx((10, 10), abs=0.2)
    assert heading == pytest.approx([0, 90], abs=3)
    assert way.length < 20


def test_aside_is_to_the_left() -> None:
    (place,), _ = Way.along([(0, 0), (10, 0)], 0.0, aside=0.5).at(np.array([5.0]))
    assert place == pytest.approx((5, 0.5))


@pytest.mark.parametrize("name", SCENES)
def test_nobody_drives_through_anybody(name: str) -> None:
    shown = scene.load(name)
    trips = planned(shown, 3, 30.0)
    drawn = trips[len(shown.cast) :]
    assert len(drawn) > 4
    for number, trip in enumerate(drawn):
        assert not any(_touch(trip, other) for other in drawn[:number])


def test_the_same_seed_plans_the_same_street_and_another_one_another() -> None:
    shown = scene.load("junction")
    one, same, other = (
        [(trip.kind, trip.seed, trip.enters) for trip in planned(shown, seed, 20)] for seed in (5, 5, 6)
    )
    assert one == same
    assert one != other
