"""A clip's truth: every crossing once and to the right hand, the long stop and not the slow passer, exact boxes."""

from typing import Any

import numpy as np
import pytest

from workshop.street import scene, truth
from workshop.street.camera import box_of
from workshop.street.scene import Line
from workshop.street.traffic import Trip, planned
from workshop.street.truth import Shown
from workshop.street.way import Way, driven

ASPECT = 16 / 9


def trip(path: list[tuple[float, float]], *, kind: str = "car", stops: tuple[tuple[float, float], ...] = ()) -> Trip:
    """A trip of its own along a path at 5 m/s."""
    way = Way.along(path, 0.0)
    return Trip(1, kind, 1, way, 0.0, driven(way, 5.0, stops))


def events(kind: str, trips: list[Trip], name: str = "kerb") -> list[dict[str, Any]]:
    """What a scene's truth tells of trips."""
    shown = scene.load(name)
    told = truth.told(shown, shown.camera, ASPECT, trips, 90.0)
    return [one for one in told["events"] if one["kind"] == kind]


def test_who_drives_away_from_the_camera_crosses_a_line_from_left_to_right_to_its_left_hand() -> None:
    (one,) = events("crossing", [trip([(1, 0), (1, 40)])])
    assert one["line"] == "street"
    assert one["direction"] == "leftward"
    assert one["at_s"] == pytest.approx(14 / 5, abs=0.6)


def test_back_again_is_another_crossing_to_the_other_hand() -> None:
    there_and_back = trip([(1, 0), (1, 30), (1.1, 30), (1.1, 0)])
    assert [one["direction"] for one in events("crossing", [there_and_back])] == ["leftward", "rightward"]


@pytest.mark.parametrize("seed", range(40))
def test_whoever_leaves_does_not_come_back_over_the_lines(seed: int) -> None:
    way = Way.along([(1, 0), (1, 40)], 0.0)
    gone = driven(way, 5.0, ())
    late = Trip(1, "car", 1, way, 10 + seed / 70, gone)  # its last moment falls wherever it may between two ticks
    assert [one["direction"] for one in events("crossing", [late])] == ["leftward"]


def test_passing_beside_the_line_is_no_crossing() -> None:
    assert events("crossing", [trip([(8, 0), (8, 40)])]) == []


def test_a_long_stop_is_told_with_its_time_and_a_short_one_is_not() -> None:
    (one,) = events("stop", [trip([(-4, 40), (-4, 0)], stops=((22, 40.0),))])
    assert one["until_s"] - one["from_s"] == pytest.approx(40, abs=0.7)
    assert events("stop", [trip([(-4, 40), (-4, 0)], stops=((22, 12.0),))]) == []


def test_a_motorbike_may_stop_where_only_cars_may_not() -> None:
    assert events("stop", [trip([(-4, 40), (-4, 0)], kind="motorbike", stops=((22, 40.0),))]) == []


def test_the_scenes_own_cast_does_what_it_is_there_for() -> None:
    kerb, canal = scene.load("kerb"), scene.load("canal")
    stops = events("stop", planned(kerb, 1, kerb.seconds))
    assert [one["track"] for one in stops] == [1]
    dwells = events("dwell", planned(canal, 1, canal.seconds), "canal")
    assert [one["track"] for one in dwells] == [1]
    assert [one["kind"] for one in events("water", [], "canal")] == ["water"]


def test_lines_and_zones_lie_in_the_picture_where_the_street_has_them() -> None:
    for name in ("canal", "junction", "kerb"):
        shown = scene.load(name)
        told = truth.told(shown, shown.camera, ASPECT, [], 1.0)
        for line, drawn in zip(shown.lines, told["lines"], strict=True):
            x, y = drawn["a"]
            back = shown.camera.ground(x, y, ASPECT)
            assert back is not None
            assert back[:2] == pytest.approx(line.start, abs=0.05)
        for zone in told["zones"]:
            assert all(0 < edge < 1 for corner in zone["polygon"] for edge in corner)


def test_a_row_of_mot_counts_frames_from_one_and_classes_in_their_order() -> None:
    shown = Shown(1, trip([(0, 0), (0, 9)], kind="motorbike"), (0.25, 0.5, 0.5, 0.75), 0.5)
    assert list(truth.mot([shown], (640, 360))) == ["1,1,160.0,180.0,160.0,90.0,1,3,0.50"]


def test_a_box_is_cut_at_the_picture_and_none_is_outside() -> None:
    assert box_of(np.array([(-0.5, 0.2), (0.5, 0.8)])) == (0.0, 0.2, 0.5, 0.8)
    assert box_of(np.array([(1.5, 0.2), (1.8, 0.8)])) is None


def test_a_lines_hands_are_those_of_the_edge() -> None:
    line = Line("x", (0.0, 0.0), (1.0, 0.0))  # walking it, +y is on the left hand, seen from above
    course = np.array([(0.5, -1.0), (0.5, 1.0)])
    (one,) = truth._crossings(line, trip([(0, 0), (0, 9)]), np.array([0.0, 1.0]), course)
    assert one["direction"] == "leftward"
