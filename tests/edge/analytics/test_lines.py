"""Line crossings: counted once, the right way, however fast, and never invented."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.analytics.anchors import Anchor
from edge.analytics.places import Line
from edge.analytics.scene import Scene
from models.detections import Detections

Box = tuple[float, float, float, float]
MIDDLE = Line(id="middle", a=(0.5, 0.0), b=(0.5, 1.0), rightward="west", leftward="east")


def standing(x: float, y: float, width: float = 0.04, height: float = 0.1) -> Box:
    """The box of somebody whose feet are at (x, y)."""
    return (x - width / 2, y - height, x + width / 2, y)


def seen(*boxes: Box, tracks: list[int] | None = None) -> Detections:
    """Detections of class 0 with identities 1, 2, ..."""
    names = np.array(tracks or range(1, len(boxes) + 1), np.int64)
    count = len(boxes)
    array = np.array(boxes, np.float32).reshape(-1, 4)
    return Detections(array, np.ones(count, np.float32), np.zeros(count, np.int32), names[:count])


def counted(path: list[Box], *lines: Line, rate: float = 10.0, ends: bool = True) -> dict[str, int]:
    """Crossings by direction of one track that plays a path."""
    scene = Scene(lines=lines or (MIDDLE,))
    for look, box in enumerate(path):
        scene.observe(seen(box), ["person"], look / rate)
    if ends:
        scene.observe(Detections.none(), ["person"], len(path) / rate, [1])
    return {direction: count for (_, _, direction), count in scene.drain_tallies().items()}


def straight(begin: float, end: float, looks: int, y: float = 0.6) -> list[Box]:
    return [standing(x, y) for x in np.linspace(begin, end, looks).tolist()]


def test_who_is_over_by_less_than_the_margin_when_the_stream_is_over_has_crossed() -> None:
    scene = Scene(lines=[MIDDLE])
    for look, box in enumerate([*straight(0.3, 0.48, 7), standing(0.501, 0.6)]):
        assert not scene.observe(seen(box), ["person"], look / 10)
    (told,) = scene.over(0.7)
    assert (told.zone, told.direction, told.track) == ("middle", "east", 1)
    assert scene.drain_tallies() == {("middle", "person", "east"): 1}


def test_who_is_before_the_line_when_the_stream_is_over_has_not_crossed() -> None:
    scene = Scene(lines=[MIDDLE])
    for look, box in enumerate([*straight(0.3, 0.48, 7), standing(0.499, 0.6)]):
        scene.observe(seen(box), ["person"], look / 10)
    assert scene.over(0.7) == []


def test_a_walk_across_is_one_crossing_and_its_happening_tells_all() -> None:
    scene = Scene(lines=[MIDDLE])
    told = [
        happening
        for look, box in enumerate(straight(0.3, 0.7, 21))
        for happening in scene.observe(seen(box), ["person"], look / 10)
    ]
    assert len(told) == 1
    assert (told[0].kind, told[0].phase, told[0].zone) == ("line_crossed", "closed", "middle")
    assert (told[0].subject, told[0].direction, told[0].track) == ("person", "east", 1)
    assert 0.9 < told[0].elapsed < 1.4
    assert len(told[0].boxes) == 1
    assert scene.drain_tallies() == {("middle", "person", "east"): 1}
    assert scene.drain_tallies() == {}


@pytest.mark.parametrize("step", [0.02, 0.0625, 0.1, 0.3, 0.7])
def test_a_fast_object_crosses_whatever_its_step(step: float) -> None:
    # 0.0625 of a 640 px picture is the 40 px a frame at which point-in-zone counters lose half.
    for begin in np.linspace(0.05, min(0.05 + step, 0.25), 9).tolist():
        path = [standing(x, 0.6) for x in np.arange(begin, 0.97, step).tolist()]
        assert counted(path) == {"east": 1}


def test_jitter_on_the_line_is_no_crossing() -> None:
    dice = np.random.default_rng(5)
    waiting = [standing(0.5 + dx, 0.6 + dy) for dx, dy in dice.normal(0, 0.0006, (500, 2)).tolist()]
    assert counted([*straight(0.3, 0.49, 10), *waiting, *straight(0.49, 0.3, 10)]) == {}
    assert counted(waiting) == {}


def test_jitter_while_crossing_is_one_crossing() -> None:
    dice = np.random.default_rng(6)
    waiting = [standing(0.5 + dx, 0.6) for dx in dice.normal(0, 0.0006, 500).tolist()]
    assert counted([*straight(0.3, 0.49, 10), *waiting, *straight(0.51, 0.7, 10)]) == {"east": 1}


def test_there_and_back_is_one_crossing_each_way() -> None:
    assert counted([*straight(0.3, 0.7, 20), *straight(0.7, 0.3, 20)]) == {"east": 1, "west": 1}


def test_going_round_the_end_of_a_line_is_no_crossing() -> None:
    short = Line(id="short", a=(0.5, 0.2), b=(0.5, 0.5))
    round_it = [standing(x, y) for x, y in [(0.4, 0.4), (0.4, 0.6), (0.6, 0.6), (0.6, 0.4)]]
    assert counted(round_it, short) == {}
    assert counted([*round_it, standing(0.4, 0.4)], short) == {"in": 1}


def test_identities_that_break_on_somebody_waiting_make_no_counts() -> None:
    scene, dice = Scene(lines=[MIDDLE]), np.random.default_rng(8)
    for look in range(300):
        x = 0.5 + dice.normal(0, 0.0006)
        scene.observe(
            seen(standing(x, 0.6), tracks=[1 + look // 5]), ["car"], look / 5, [look // 5] if look % 5 == 0 else []
        )
    assert scene.drain_tallies() == {}


def test_unnamed_boxes_never_cross() -> None:
    scene = Scene(lines=[MIDDLE])
    for look, x in enumerate([0.2, 0.8, 0.2, 0.8]):
        for track in (-1, 0):
            scene.observe(seen(standing(x, 0.6), tracks=[track]), ["person"], look + 0.1 * (track + 1))
    assert scene.drain_tallies() == {}
    assert len(scene) == 0


def test_a_crossing_is_told_when_its_track_ends_just_beyond_the_line() -> None:
    path = straight(0.3, 0.501, 20)
    assert counted(path, ends=False) == {}
    assert counted(path) == {"east": 1}


def test_a_crossing_during_a_dropout_is_counted_once_the_track_is_back() -> None:
    scene = Scene(lines=[MIDDLE])
    for at, x in [(0.0, 0.3), (0.1, 0.32), (1.8, 0.68), (1.9, 0.7)]:
        scene.observe(seen(standing(x, 0.6)), ["person"], at)
    assert scene.drain_tallies() == {("middle", "person", "east"): 1}


def test_a_car_cut_off_by_the_edge_of_the_picture_gives_no_false_crossing() -> None:
    # Leaving through the bottom, its box shrinks from one side, so its bottom centre wanders over a slanted line
    # while its wheels are long beyond it.
    slanted = Line(id="slanted", a=(0.19, 0.404), b=(0.71, 0.97))
    path = [(0.35 + 0.03 * look, 0.5 + 0.05 * look, 0.95, 1.0) for look in range(10)]
    assert counted(path, slanted) == {}
    uncut = [(left, top - 0.02, right, bottom - 0.02) for left, top, right, bottom in path]
    assert sum(counted(uncut, slanted).values()) == 0


def test_a_box_that_grows_into_the_picture_crosses_only_where_it_shows() -> None:
    # Entering at the left, the centre of the visible part runs ahead of nothing: it is behind the true centre.
    entering = [(0.0, 0.4, 0.02 * look, 0.6) for look in range(1, 10)]
    across = [(x, 0.4, x + 0.18, 0.6) for x in np.linspace(0.02, 0.8, 30).tolist()]
    near_edge = Line(id="near-edge", a=(0.05, 0.0), b=(0.05, 1.0))
    assert counted([*entering, *across], near_edge) == {"out": 1}


def test_a_line_may_be_judged_by_the_centre_of_the_box() -> None:
    path = [(0.2, y - 0.3, 0.5, y + 0.3) for y in np.linspace(0.32, 0.66, 30).tolist()]
    level = Line(id="level", a=(0.0, 0.5), b=(1.0, 0.5), anchor=Anchor.CENTRE)
    assert counted(path, level) == {"in": 1}
    assert counted(path, Line(id="level", a=(0.0, 0.5), b=(1.0, 0.5))) == {}


# A corner on the line itself belongs to one side by convention, and so has no mirror image.
across = st.floats(0.05, 0.95).filter(lambda x: abs(x - 0.5) > 1e-3)
turning = st.lists(st.tuples(across, st.floats(0.15, 0.95)), min_size=2, max_size=6)


def walked(corners: list[tuple[float, float]], looks: int = 20) -> list[Box]:
    """A walk from corner to corner, `looks` looks on each leg."""
    legs = pairwise(corners)
    places = [np.linspace(begin, end, looks, endpoint=False) for begin, end in legs]
    return [standing(x, y) for x, y in np.concatenate([*places, [corners[-1]]]).tolist()]


@given(turning)
@settings(max_examples=60, deadline=None)
def test_the_opposite_direction_is_the_mirror_image(corners: list[tuple[float, float]]) -> None:
    path = walked(corners)
    mirrored = [(1 - right, top, 1 - left, bottom) for left, top, right, bottom in path]
    swap = {"east": "west", "west": "east"}
    there, mirror = counted(path), counted(mirrored)
    assert {swap[way]: count for way, count in there.items()} == mirror


@given(turning)
@settings(max_examples=60, deadline=None)
def test_a_path_thinned_from_25_to_5_looks_counts_the_same_net(corners: list[tuple[float, float]]) -> None:
    path = walked(corners, 25)
    full, thin = counted(path, rate=25), counted(path[::5], rate=5)
    for way in ("east", "west"):
        assert full.get(way, 0) == thin.get(way, 0)


@given(turning, st.floats(0.2, 1.0), st.floats(0.2, 1.0))
@settings(max_examples=60, deadline=None)
def test_counts_do_not_change_with_the_scale_of_the_picture(
    corners: list[tuple[float, float]], across: float, down: float
) -> None:
    path = walked(corners)
    shrunk = [(left * across, t * down, r * across, b * down) for left, t, r, b in path]
    line = Line(id="middle", a=(0.5 * across, 0.0), b=(0.5 * across, down), rightward="west", leftward="east")
    assert counted(path) == counted(shrunk, line)


def test_who_goes_over_near_an_end_and_comes_back_there_has_gone_the_same_way_twice() -> None:
    short = Line(id="short", a=(0.5, 0.2), b=(0.5, 0.6))
    # Over 0.03 of a box height past the end, back 0.03 before it; then the other way about.
    round_and_back = [standing(x, 0.603) for x in (0.4, 0.6)] + [standing(x, 0.597) for x in (0.6, 0.4)]
    assert counted(round_and_back, short) == {}
    through_and_back = [standing(x, 0.597) for x in (0.4, 0.6)] + [standing(x, 0.603) for x in (0.6, 0.4)]
    assert counted(through_and_back, short) == {"in": 1, "out": 1}
    far_round = [standing(x, 0.62) for x in (0.4, 0.6)] + [standing(x, 0.597) for x in (0.6, 0.4)]
    assert sum(counted(far_round, short).values()) == 1


def test_a_track_that_lives_within_the_margin_has_crossed_when_it_began_and_ended_well_apart() -> None:
    assert counted([standing(x, 0.6) for x in (0.4984, 0.5016)]) == {"east": 1}
    assert counted([standing(x, 0.6) for x in (0.4996, 0.5016)]) == {}
