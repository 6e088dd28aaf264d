"""Wrong way: told of whoever comes back along the way, of nobody else, whatever the rate."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.walks import PICTURES, STROLL_FPS, Floats, Walks, feet, labelled, played, strolls, thinned
from edge.analytics.happening import Happening, Kind, Phase
from edge.analytics.places import Point, Zone
from edge.analytics.scene import Scene
from edge.analytics.watches import WrongWay

EVERYWHERE: tuple[Point, ...] = ((0, 0), (1, 0), (1, 1), (0, 1))
ROAD = Zone(id="road", polygon=EVERYWHERE, heir_s=0.0)
A, B = (0.2, 0.5), (0.8, 0.5)
SURELY = 2.0
"""Net ways of so many times `travel` are beyond doubt."""


def scene(a: Point = A, b: Point = B, travel: float = 1.0) -> Scene:
    return Scene([ROAD], watches=[WrongWay(zone="road", a=a, b=b, travel=travel, classes=frozenset({"person"}))])


def driving(xs: Floats, ys: Floats | float = 0.5, width: float = 0.06) -> Walks:
    """One track whose feet are at these places, a frame each."""
    spots = np.broadcast_arrays(np.asarray(xs, np.float64), np.asarray(ys, np.float64))
    steps = zip(*(spot.tolist() for spot in spots), strict=True)
    return {1: [(i, np.array([x - width / 2, y - width, x + width / 2, y])) for i, (x, y) in enumerate(steps, 1)]}


def wrong(walks: Walks, watching: Scene, rate: float = 10.0) -> list[Happening]:
    return [told for told in played(walks, watching, rate) if told.kind is Kind.WRONG_WAY]


def progress(walk: Floats, boxes: Floats, a: Point, b: Point) -> Floats:
    """How far along the way each step of the feet (N, 2) goes, in box sizes: computed apart from the code, (N - 1,)."""
    size = boxes[:, 2:] - boxes[:, :2]
    mean = (size[1:] + size[:-1]) / 2
    way = (np.array(b) - np.array(a)) / mean
    steps: Floats = (np.diff(walk, axis=0) / mean * way).sum(axis=1) / np.hypot(*way.T)
    return steps


def doubtless(walks: Walks, a: Point, b: Point) -> tuple[set[int], set[int]]:
    """Who comes back for certain, and who never does: the others are left to the rule."""
    back, never = set(), set()
    for track, walk in walks.items():
        if len(walk) < 2:
            never.add(track)
            continue
        path = np.cumsum(np.concatenate([[0], progress(feet(walk), np.array([box for _, box in walk]), a, b)]))
        retreat = (np.maximum.accumulate(path) - path).max()
        straight = np.diff(feet(walk)[[0, -1]], axis=0)[0]
        steep = abs(straight[1]) > 0.02 or abs(straight[0]) < 0.05
        if path[-1] <= -SURELY and retreat + path[-1] < 0.5 and not steep:
            back.add(track)
        if retreat < 0.5:
            never.add(track)
    return back, never


def test_a_vehicle_that_comes_back_is_told_once_with_its_track_and_box() -> None:
    told = wrong(driving(np.linspace(0.8, 0.2, 40)), scene())
    assert [happening.phase for happening in told] == [Phase.OPENED, Phase.CLOSED]
    opened = told[0]
    assert (opened.zone, opened.subject, opened.track, len(opened.boxes)) == ("road", "person", 1, 1)
    assert 0.3 < opened.dwell < 1.0


def test_one_that_goes_with_the_traffic_or_across_it_is_not_told() -> None:
    assert wrong(driving(np.linspace(0.2, 0.8, 40)), scene()) == []
    assert wrong(driving(np.linspace(0.6, 0.4, 40), np.linspace(0.2, 0.9, 40)), scene()) == []


def test_it_is_over_once_the_vehicle_has_turned_round() -> None:
    xs = np.concatenate([np.linspace(0.8, 0.5, 20), np.linspace(0.5, 0.8, 20)])
    told = wrong(driving(xs), scene())
    assert [happening.phase for happening in told] == [Phase.OPENED, Phase.CLOSED]
    assert told[1].elapsed < 3.0


def test_an_identity_that_leaps_to_another_vehicle_is_no_wrong_way() -> None:
    ahead = np.linspace(0.2, 0.6, 30)
    leaps = np.concatenate([ahead, np.linspace(0.3, 0.7, 30)])
    assert wrong(driving(leaps), scene()) == []
    flickers = np.where(np.arange(60) % 2, 0.6, 0.4)
    assert wrong(driving(flickers), scene()) == []


def test_a_box_that_trembles_is_no_wrong_way() -> None:
    dice = np.random.default_rng(3)
    assert wrong(driving(0.5 + dice.normal(0, 0.003, 3000)), scene()) == []


@given(
    angle=st.floats(0, 2 * np.pi),
    heading=st.floats(-0.7, 0.7),
    looks=st.integers(8, 60),
    sense=st.sampled_from([1, -1]),
)
def test_whoever_goes_within_forty_degrees_of_the_way_is_judged_by_its_sense_alone(
    angle: float, heading: float, looks: int, sense: int
) -> None:
    middle, arm = np.array([0.5, 0.5]), 0.3
    way = arm * np.array([np.cos(angle), np.sin(angle)])
    course = arm * np.array([np.cos(angle + heading), np.sin(angle + heading)]) * sense
    path = np.linspace(middle - course, middle + course, looks)
    ax, ay, bx, by = np.concatenate([middle - way, middle + way]).tolist()
    told = wrong(driving(path[:, 0], path[:, 1]), scene((ax, ay), (bx, by)))
    assert [happening.phase for happening in told] == ([Phase.OPENED, Phase.CLOSED] if sense < 0 else [])


@pytest.mark.parametrize("fps", [None, 5.0])
def test_made_walks_are_told_exactly_where_they_come_back_for_certain(fps: float | None) -> None:
    walks = thinned(strolls(40), STROLL_FPS, fps)
    back, never = doubtless(walks, A, B)
    told = {happening.track for happening in wrong(walks, scene(), STROLL_FPS)}
    assert back <= told
    assert not told & never


@pytest.mark.shared("of hand-labelled people whoever comes back is told, and nobody who never does, also at 5 fps")
@pytest.mark.parametrize("fps", [None, 5.0])
@pytest.mark.parametrize("name", sorted(PICTURES))
def test_labelled_people_are_told_exactly_where_they_come_back_for_certain(
    shared: Path, name: str, fps: float | None
) -> None:
    rate = PICTURES[name][2]
    walks = thinned(labelled(shared / "tracking", name), rate, fps)
    for a, b in ((A, B), (B, A)):
        back, never = doubtless(walks, a, b)
        told = {happening.track for happening in wrong(walks, scene(a, b), rate)}
        assert len(back) >= 1
        assert back <= told
        assert not told & never
