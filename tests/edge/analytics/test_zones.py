"""Zones: who is in them, since when, and what is said when they come, go, break or jump over."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon

from edge.analytics.anchors import EDGE
from edge.analytics.happening import Happening
from edge.analytics.places import Zone
from edge.analytics.scene import Scene
from models.detections import Detections

Box = tuple[float, float, float, float]
SQUARE = Zone(id="square", polygon=((0.4, 0.4), (0.6, 0.4), (0.6, 0.8), (0.4, 0.8)))


def standing(x: float, y: float, width: float = 0.04, height: float = 0.1) -> Box:
    return (x - width / 2, y - height, x + width / 2, y)


def seen(*boxes: Box, tracks: list[int] | None = None) -> Detections:
    names = np.array(tracks or range(1, len(boxes) + 1), np.int64)
    array = np.array(boxes, np.float32).reshape(-1, 4)
    return Detections(array, np.ones(len(boxes), np.float32), np.zeros(len(boxes), np.int32), names)


def played(path: list[Box], zone: Zone = SQUARE, rate: float = 10.0) -> list[Happening]:
    """What one track that plays a path makes happen."""
    scene = Scene(zones=[zone])
    told = [
        happening for look, box in enumerate(path) for happening in scene.observe(seen(box), ["person"], look / rate)
    ]
    return told + scene.observe(Detections.none(), ["person"], len(path) / rate + 10, [1])


def words(told: list[Happening]) -> list[str | None]:
    return [happening.direction for happening in told]


def walk(begin: float, end: float, looks: int, y: float = 0.6) -> list[Box]:
    return [standing(x, y) for x in np.linspace(begin, end, looks).tolist()]


def test_a_walk_through_enters_and_leaves_with_its_exact_dwell() -> None:
    told = played(walk(0.2, 0.8, 61))
    assert [(happening.kind, happening.direction) for happening in told] == [
        ("zone_entered", "entered"),
        ("zone_left", "left"),
    ]
    assert told[1].dwell == pytest.approx(2.0, abs=0.02)


@pytest.mark.parametrize("rate", [2, 5, 25])
def test_the_dwell_does_not_depend_on_the_camera_rate(rate: float) -> None:
    told = played(walk(0.2, 0.8, round(6 * rate) + 1), rate=rate)
    assert told[1].dwell == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize("begin", [0.02, 0.1, 0.17, 0.25, 0.33])
def test_a_fast_object_that_jumps_over_the_zone_has_been_in_it(begin: float) -> None:
    told = played([standing(begin + 0.31 * look, 0.6) for look in range(3)])
    assert words(told)[:2] == ["entered", "left"]
    assert told[1].dwell == pytest.approx(0.1 * 0.2 / 0.31, abs=0.002)


def test_a_path_that_only_grazes_a_corner_is_not_a_stay() -> None:
    assert played([standing(0.398, 0.3), standing(0.398, 0.9)]) == []
    assert played([standing(0.3, 0.5), standing(0.5, 0.299)]) == []


def test_jitter_on_the_boundary_enters_once() -> None:
    dice = np.random.default_rng(2)
    waiting = [standing(0.4 + dx, 0.6) for dx in dice.normal(0, 0.0006, 300).tolist()]
    assert words(played([*walk(0.3, 0.39, 5), *waiting, *walk(0.41, 0.5, 5), *walk(0.5, 0.3, 9)])) == [
        "entered",
        "left",
    ]
    assert played([*walk(0.3, 0.39, 5), *waiting]) == []


def test_a_track_that_begins_or_ends_inside_appears_and_vanishes() -> None:
    assert words(played(walk(0.45, 0.55, 10))) == ["appeared", "vanished"]


def test_a_dropout_keeps_the_stay() -> None:
    scene = Scene(zones=[SQUARE])
    told = []
    for at, x in [(0.0, 0.3), (0.5, 0.45), (1.0, 0.46), (3.0, 0.5), (4.0, 0.7)]:
        told += scene.observe(seen(standing(x, 0.6)), ["person"], at)
    assert words(told) == ["entered", "left"]
    assert told[1].dwell > 2.5


def test_a_newcomer_on_the_spot_of_a_missing_track_inherits_its_stay() -> None:
    scene = Scene(zones=[SQUARE])
    told = []
    for look in range(80):
        track = 1 if look < 40 else 2
        ended = [1] if look == 60 else []
        told += scene.observe(seen(standing(0.5, 0.6), tracks=[track]), ["person"], look / 10, ended)
    assert words(told) == ["appeared"]
    told += scene.observe(seen(standing(0.8, 0.6), tracks=[2]), ["person"], 8.0)
    assert told[-1].dwell == pytest.approx(8.0, abs=0.2)
    assert told[-1].key == ("zone_left/square", 1)


def test_a_newcomer_elsewhere_inherits_nothing() -> None:
    scene = Scene(zones=[SQUARE])
    told = scene.observe(seen(standing(0.42, 0.5), tracks=[1]), ["person"], 0.0)
    told += scene.observe(seen(standing(0.58, 0.75), tracks=[2]), ["person"], 0.1, [1])
    assert words(told) == ["appeared", "appeared"]
    told += scene.observe(seen(standing(0.58, 0.75), tracks=[2]), ["person"], 4.0)
    assert words(told) == ["appeared", "appeared", "vanished"]


def test_a_thin_zone_can_be_stood_in() -> None:
    kerb = Zone(id="kerb", polygon=((0.1, 0.5), (0.9, 0.5), (0.9, 0.504), (0.1, 0.504)))
    told = played([standing(0.5, 0.45), *[standing(0.5, 0.502)] * 5, standing(0.5, 0.6)], kerb)
    assert words(told) == ["entered", "left"]


def test_a_zone_on_the_edge_of_the_picture_is_open_there() -> None:
    bottom = Zone(id="bottom", polygon=((0.2, 0.7), (0.8, 0.7), (0.8, 0.995), (0.2, 0.995)))
    assert words(played([standing(0.5, 0.6), *[(0.45, 0.5, 0.55, 1.0)] * 3], bottom)) == ["entered", "vanished"]


def test_a_box_cut_off_by_the_edge_does_not_enter_a_zone_it_may_stand_beyond() -> None:
    corner = Zone(id="corner", polygon=((0.02, 0.4), (0.3, 0.4), (0.3, 0.9), (0.02, 0.9)))
    assert played([(0.0, 0.3, 0.05, 0.6)] * 5, corner) == []
    assert words(played([(0.0, 0.3, 0.05, 0.6), (0.05, 0.3, 0.15, 0.6)], corner))[:1] == ["appeared"]


def test_a_corner_alone_near_the_edge_stays_where_it_was_drawn() -> None:
    wedge = Zone(id="wedge", polygon=((0.0625, 0.5), (0.045, 0.734), (0.0078, 0.344)))
    assert played([standing(0.0264, 0.5625, 0.005)] * 3, wedge) == []
    assert words(played([standing(0.0375, 0.5625, 0.005)] * 3, wedge)) == ["appeared", "vanished"]


def test_a_ring_that_is_closed_by_its_first_corner_is_the_same_zone() -> None:
    ring = Zone(id="square", polygon=(*SQUARE.polygon, SQUARE.polygon[0]))
    assert played(walk(0.2, 0.8, 61), ring) == played(walk(0.2, 0.8, 61))


def test_the_largest_occupancy_is_tallied_and_not_summed() -> None:
    scene = Scene(zones=[SQUARE])
    for look, count in enumerate([1, 3, 2]):
        here = [standing(0.45 + 0.04 * i, 0.6) for i in range(count)]
        scene.observe(seen(*here), ["person"], look / 10)
    assert scene.drain_tallies()["square", "person", "peak"] == 3


def near_the_edge(box: Box, ring: tuple[tuple[float, float], ...]) -> bool:
    """Whether the picture's edge has a say: it opens a side of the zone, or cuts off the box."""
    ends = zip(ring, (*ring[1:], ring[0]), strict=True)
    sides = [max(a, b) <= EDGE for first, second in ends for a, b in zip(first, second, strict=True)]
    return any(sides) or min(box) <= EDGE


places = st.tuples(st.floats(0.05, 0.95), st.floats(0.15, 0.95))


@given(st.lists(places, min_size=3, max_size=7, unique=True), places, st.floats(0.1, 1), st.floats(0.1, 1))
@settings(max_examples=150, deadline=None)
@example([(0.5, 0.5), (0.359375, 0.734375), (0.0625, 0.34375)], (0.2109375, 0.5625), 0.125, 1.0)
def test_membership_is_that_of_the_polygon_and_does_not_change_with_scale(
    corners: list[tuple[float, float]], feet: tuple[float, float], across: float, down: float
) -> None:
    middle = np.mean(corners, axis=0)
    ring = tuple(sorted(corners, key=lambda corner: float(np.arctan2(corner[1] - middle[1], corner[0] - middle[0]))))
    shape = Polygon(ring)
    if not shape.is_valid or shape.area < 0.002 or shape.exterior.distance(Point(feet)) < 0.01:
        return
    box = standing(*feet)
    small = (box[0] * across, box[1] * down, box[2] * across, box[3] * down)
    shrunk = tuple((x * across, y * down) for x, y in ring)
    if near_the_edge(small, shrunk):
        return
    inside = [bool(played([one], Zone(id="any", polygon=zone))) for one, zone in ((box, ring), (small, shrunk))]
    assert inside == [shape.contains(Point(feet))] * 2
