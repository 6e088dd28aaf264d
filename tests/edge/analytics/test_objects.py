"""Objects left and removed: told when nobody attends and when the spot is empty, not when somebody stands before it."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.walks import PICTURES, STROLL_FPS, Walks, labelled, strolls, thinned
from edge.analytics.happening import Happening, Kind
from edge.analytics.left import PASSING_S, TALL, LeftObjects
from edge.analytics.places import Zone
from edge.analytics.presence import Stay
from edge.analytics.scene import Scene
from edge.analytics.watches import ObjectLeft, ObjectRemoved, Watch
from models.detections import Detections

YARD = Zone(id="yard", polygon=((0, 0), (1, 0), (1, 1), (0, 1)), heir_s=0.0)
LABELS = ["person", "suitcase"]
LEFT = ObjectLeft(zone="yard", after_s=20)
REMOVED = ObjectRemoved(zone="yard", classes=frozenset({"suitcase"}), settled_s=20, after_s=10)
BAG = 99
SPOTS = ((0.4, 0.55), (0.5, 0.6), (0.62, 0.52))
Box = tuple[float, float, float, float]


def person(track: int, x: float, y: float = 0.5) -> tuple[int, int, Box]:
    return (track, 0, (x - 0.02, y - 0.2, x + 0.02, y))


def bag(x: float = 0.5, y: float = 0.5, track: int = BAG) -> tuple[int, int, Box]:
    return (track, 1, (x - 0.015, y - 0.04, x + 0.015, y))


def seen(*boxes: tuple[int, int, Box]) -> Detections:
    return Detections(
        np.array([box for _, _, box in boxes], np.float32).reshape(-1, 4),
        np.full(len(boxes), 0.7, np.float32),
        np.array([label for _, label, _ in boxes], np.int32),
        np.array([track for track, _, _ in boxes], np.int64),
    )


def told(rule: Watch, looks: Iterable[list[tuple[int, int, Box]]], rate: float = 1.0) -> list[tuple[str, float]]:
    """Phases and seconds of what one rule says of these looks; a track that is not in the next look has ended."""
    scene, before, found = Scene([YARD], watches=[rule]), frozenset[int](), list[Happening]()
    for look, boxes in enumerate(looks):
        here = frozenset(track for track, _, _ in boxes)
        found += scene.observe(seen(*boxes), LABELS, look / rate, before - here)
        before = here
    lasting = [happening for happening in found if happening.kind in {Kind.OBJECT_LEFT, Kind.OBJECT_REMOVED}]
    assert all(happening.subject == "suitcase" and len(happening.boxes) == 1 for happening in lasting)
    return [(happening.phase.value, happening.elapsed) for happening in lasting]


def test_a_bag_is_left_once_its_owner_has_gone_and_attended_when_somebody_comes_to_it() -> None:
    def looks() -> Iterable[list[tuple[int, int, Box]]]:
        for at in range(100):
            owner = person(1, 0.55 if at < 30 else 0.9)
            finder = [person(2, 0.45)] if at >= 70 else []
            yield [bag(), owner, *finder]

    assert told(LEFT, looks()) == [("opened", 49.0), ("closed", 75.0)]


def test_a_stream_of_people_who_walk_past_attends_to_nothing() -> None:
    passing = ([bag(), person(1 + at // 4, 0.4 + 0.05 * (at % 4))] for at in range(40))
    assert told(LEFT, passing) == [("opened", 20.0)]


def test_a_bag_that_is_carried_or_that_somebody_stays_with_is_not_left() -> None:
    assert told(LEFT, ([bag(0.1 + 0.01 * at)] for at in range(60))) == []
    assert told(LEFT, ([bag(), person(1, 0.55)] for _ in range(60))) == []


def test_an_owner_who_is_hidden_for_a_moment_has_not_gone() -> None:
    looks = ([bag(), person(1, 0.55)] if at % 10 else [bag()] for at in range(100))
    assert told(LEFT, looks) == []


def test_what_stood_long_and_is_gone_has_been_removed_until_it_stands_there_again() -> None:
    looks = ([bag()] if at <= 30 else [bag(track=98)] if at >= 60 else [] for at in range(80))
    assert told(REMOVED, looks) == [("opened", 40.0), ("closed", 60.0)]


def test_what_is_driven_or_carried_off_has_been_removed_too() -> None:
    looks = ([bag(0.5 + max(at - 30, 0) * 0.02)] for at in range(50))
    assert [phase for phase, _ in told(REMOVED, looks)] == ["opened"]


def test_what_never_settled_is_not_missed() -> None:
    assert told(REMOVED, ([bag()] if at < 15 else [] for at in range(60))) == []


def test_what_somebody_stands_before_is_not_known_to_be_gone() -> None:
    hidden = ([bag()] if at <= 30 else [person(1, 0.5)] if at <= 60 else [] for at in range(90))
    assert told(REMOVED, hidden) == [("opened", 70.0)]


@given(blinks=st.lists(st.tuples(st.integers(25, 90), st.integers(1, 8)), max_size=4))
def test_a_detector_that_blinks_removes_nothing(blinks: list[tuple[int, int]]) -> None:
    gone, until = set[int](), 0
    for first, length in sorted(blinks):
        if first > until:
            gone |= set(range(first, first + length))
            until = first + length + 1
    assert told(REMOVED, ([] if at in gone else [bag()] for at in range(100))) == []


def bags_among(walks: Walks, rate: float) -> int:
    """Check when planted bags are told as left against the truth of the walks; how many were told at all."""
    frames: dict[int, list[tuple[int, list[float]]]] = {}
    for track, walk in walks.items():
        for frame, box in walk:
            frames.setdefault(frame, []).append((track, box.tolist()))
    last, opened = max(frames), 0
    for x, y in SPOTS:
        judge = LeftObjects(LEFT)
        planted = (x - 0.01, y - 0.03, x + 0.01, y)
        came: dict[int, float] = {}
        attended = 1 / rate
        for frame in sorted(frames):
            now = frame / rate
            stays = [_stay(BAG + 10**6, "suitcase", planted, now, 1 / rate)]
            stays += [_stay(track, "person", (a, b, c, d), now, now) for track, (a, b, c, d) in frames[frame]]
            near = {track for track, walker in frames[frame] if _near(walker, planted)}
            came = {track: came.get(track, now) for track in near}
            if any(now - since >= PASSING_S for since in came.values()):
                attended = now
            truths = judge.truths(stays, now, now)
            assert bool(truths) == (now - attended >= LEFT.after_s)
            opened += bool(truths) and frame == last
    return opened


def _near(walker: list[float], box: Box) -> bool:
    left, top, right, bottom = walker
    apart = max(left - box[2], box[0] - right, 0) / (right - left)
    return apart <= LEFT.near and abs(bottom - box[3]) / (bottom - top) <= LEFT.near / TALL


def _stay(track: int, subject: str, box: Box, seen_at: float, since: float) -> Stay:
    return Stay(track, track, subject, since, seen_at, "appeared", 1.0, box, ((box[0] + box[2]) / 2, box[3]))


@pytest.mark.parametrize("fps", [None, 5.0])
def test_bags_planted_among_made_walks_are_left_exactly_when_nobody_attends(fps: float | None) -> None:
    walks = strolls(3)
    walks[3] = [(frame + 900, box) for frame, box in walks[3]]
    assert bags_among(thinned(walks, STROLL_FPS, fps), STROLL_FPS) >= 1


@pytest.mark.shared("a bag among hand-labelled people is left exactly when none of them attends, also at 5 fps")
@pytest.mark.parametrize("fps", [None, 5.0])
@pytest.mark.parametrize("name", sorted(PICTURES))
def test_bags_planted_among_labelled_people_are_left_exactly_when_nobody_attends(
    shared: Path, name: str, fps: float | None
) -> None:
    rate = PICTURES[name][2]
    bags_among(thinned(labelled(shared / "tracking", name), rate, fps), rate)
