"""Queues and congestion: who waits behind whom, for how long, whatever the rate."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.walks import PICTURES, STROLL_FPS, Floats, Walks, labelled, strolls, thinned
from edge.analytics.happening import Box, Phase
from edge.analytics.pace import LEAST_S, OVER_S, Paces
from edge.analytics.places import Zone
from edge.analytics.presence import Stay
from edge.analytics.queueing import Queues, longest
from edge.analytics.scene import Scene
from edge.analytics.watches import Congestion, Queue
from models.detections import Detections

ROAD = Zone(id="road", polygon=((0, 0), (1, 0), (1, 1), (0, 1)), heir_s=0.0)
GAP = 1.0
SLOW = 0.25


def stay(track: int, x: float, y: float, seen: float, size: float = 0.1) -> Stay:
    box = (x - size / 2, y - size, x + size / 2, y)
    return Stay(track, track, "car", 0.0, seen, "appeared", 0.9, box, (x, y))


def cars(*feet: tuple[int, float]) -> Detections:
    """Cars 0.1 wide whose feet are at (x, 0.5), by track."""
    boxes = [(x - 0.05, 0.4, x + 0.05, 0.5) for _, x in feet]
    count = len(feet)
    return Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.full(count, 0.8, np.float32),
        np.zeros(count, np.int32),
        np.array([track for track, _ in feet], np.int64),
    )


def lasting(scene: Scene, looks: Iterator[tuple[float, Detections]]) -> list[tuple[str, float, int]]:
    told = [h for at, seen in looks for h in scene.observe(seen, ["car"], at) if h.kind in {"queue", "congestion"}]
    return [(happening.phase.value, round(happening.elapsed, 1), happening.count) for happening in told]


def test_a_queue_opens_when_it_is_long_and_has_lasted_grows_and_ends_when_it_drives_off() -> None:
    def looks() -> Iterator[tuple[float, Detections]]:
        for at in range(60):
            line = [(1 + i, 0.2 + 0.15 * i) for i in range(3 if at < 20 else 4)]
            yield float(at), cars(*((track, x + max(at - 40, 0) * 0.1) for track, x in line))

    told = lasting(Scene([ROAD], watches=[Queue(zone="road", at_least=3, for_s=10)]), looks())
    assert [phase for phase, _, _ in told] == [Phase.OPENED, Phase.UPDATED, Phase.CLOSED]
    assert told[0][1:] == (11.0, 3)  # a pace is known after one second
    assert 21 <= told[1][1] <= 22
    assert told[1][2] == 4
    assert 45 <= told[2][1] <= 50


def test_parked_far_from_each_other_is_no_queue_and_neither_is_driving_in_column() -> None:
    rule = Queue(zone="road", at_least=3, for_s=5)
    parked = ((float(at), cars((1, 0.1), (2, 0.5), (3, 0.9))) for at in range(30))
    assert lasting(Scene([ROAD], watches=[rule]), parked) == []
    column = ((at / 5, cars(*((i, 0.1 + 0.12 * i + 0.02 * at) for i in (1, 2, 3)))) for at in range(25))
    assert lasting(Scene([ROAD], watches=[rule]), column) == []


def test_congestion_is_many_and_slow_not_few_and_not_fast() -> None:
    rule = Congestion(zone="road", at_least=4, for_s=10)
    creeping = [(float(at), cars(*((i, 0.1 + 0.2 * i + 0.003 * at) for i in range(1, 5)))) for at in range(30)]
    told = lasting(Scene([ROAD], watches=[rule]), iter(creeping))
    assert [phase for phase, _, _ in told] == [Phase.OPENED]
    assert told[0][2] == 4
    assert lasting(Scene([ROAD], watches=[Congestion(zone="road", at_least=5, for_s=10)]), iter(creeping)) == []
    driving = ((at / 5, cars(*((i, 0.02 * at + 0.1 * i) for i in range(1, 5)))) for at in range(20))
    assert lasting(Scene([ROAD], watches=[Congestion(zone="road", at_least=4, for_s=1)]), driving) == []


def test_one_parked_car_among_moving_ones_is_no_congestion_and_one_that_moves_does_not_end_it() -> None:
    rule = Congestion(zone="road", at_least=3, for_s=2)
    moving = [(at / 5, cars((1, 0.5), (2, 0.02 * at), (3, 0.1 + 0.02 * at))) for at in range(40)]
    assert lasting(Scene([ROAD], watches=[rule]), iter(moving)) == []
    standing = [(at / 5, cars((1, 0.5), (2, 0.7), (3, 0.02 * at))) for at in range(40)]
    assert [phase for phase, _, _ in lasting(Scene([ROAD], watches=[rule]), iter(standing))] == [Phase.OPENED]


@given(
    pace=st.floats(0, 3),
    rate=st.sampled_from([2.0, 5.0, 12.5, 25.0]),
    heading=st.floats(0, 2 * np.pi),
)
def test_pace_is_the_same_at_any_rate(pace: float, rate: float, heading: float) -> None:
    paces, told = Paces(), {}
    for look in range(int(4 * rate) + 1):
        at, gone = look / rate, 0.1 * pace * look / rate
        told = paces.step([stay(1, 0.5 + gone * np.cos(heading), 0.5 + gone * np.sin(heading), at)])
    assert told[1] == pytest.approx(pace, abs=1e-6)


@given(xs=st.lists(st.floats(0, 1), min_size=1, max_size=12), extra=st.floats(0, 1))
def test_one_more_never_makes_a_shorter_queue_and_order_does_not_matter(xs: list[float], extra: float) -> None:
    line = [stay(i, x, 0.5, 0.0) for i, x in enumerate(xs, 1)]
    known = len(longest(line, GAP))
    assert known == chained([one.box for one in line])
    assert len(longest([*line, stay(99, extra, 0.5, 0.0)], GAP)) >= known
    assert len(longest(line[::-1], GAP)) == known


@pytest.mark.parametrize("fps", [None, 5.0])
def test_the_length_told_of_made_walks_is_between_who_surely_and_who_possibly_stands(fps: float | None) -> None:
    walks = strolls(12)
    # Everyone halts for four seconds in the middle of the way.
    halting = {track: [*walk[:120], *([walk[120]] * 100), *walk[120:]] for track, walk in walks.items()}
    known = {track: [(i, box) for i, (_, box) in enumerate(walk, 1)] for track, walk in halting.items()}
    assert bounded(thinned(known, STROLL_FPS, fps), STROLL_FPS) >= 1


@pytest.mark.shared(
    "the queue told of hand-labelled people is never shorter or longer than truth allows, also at 5 fps"
)
@pytest.mark.parametrize("fps", [None, 5.0])
@pytest.mark.parametrize("name", ["MOT17-02", "MOT17-09"])
def test_the_length_told_of_labelled_people_is_between_who_surely_and_who_possibly_stands(
    shared: Path, name: str, fps: float | None
) -> None:
    rate = PICTURES[name][2]
    longest_told = bounded(thinned(labelled(shared / "tracking", name), rate, fps), rate)
    assert longest_told >= 2


def bounded(walks: Walks, rate: float) -> int:
    """Check every look of these walks against the truth; the longest queue told."""
    judge = Queues(Queue(zone="road", at_least=1, for_s=0, slow=SLOW, gap=GAP, classes=frozenset(), grace_s=0))
    frames: dict[int, list[int]] = {}
    for track, walk in walks.items():
        for frame, _ in walk:
            frames.setdefault(frame, []).append(track)
    where = {track: ([frame for frame, _ in walk], np.array([box for _, box in walk])) for track, walk in walks.items()}
    most = 0
    for frame in sorted(frames):
        here = {track: np.searchsorted(where[track][0], frame) for track in frames[frame]}
        boxes = {track: where[track][1][i] for track, i in here.items()}
        told = judge.truths([_standing(track, box, frame / rate) for track, box in boxes.items()], frame / rate, 0.0)
        length = told[0].count if told else 0
        sure, possible = set(), set()
        for track, i in here.items():
            seen, path = where[track]
            low, high = rates(np.array(seen[: i + 1]) / rate, path[: i + 1])
            sure |= {track} if high <= 0.95 * SLOW else set()
            possible |= {track} if low <= 2.05 * SLOW else set()
        assert chained([boxes[track] for track in sure]) <= length <= chained([boxes[track] for track in possible])
        most = max(most, length)
    return most


def rates(times: Floats, boxes: Floats) -> tuple[float, float]:
    """The slowest and the fastest pace to the last of these sightings from any that a window may begin with."""
    ages = times[-1] - times
    old = np.flatnonzero(ages >= OVER_S)
    within = (ages >= LEAST_S - 1e-9) & (ages <= OVER_S + 0.01)
    if len(old):
        within[old[-1]] = True
    if not within.any():
        return np.inf, np.inf
    spots = np.stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]], axis=1)
    way = np.hypot(*((spots[-1] - spots[within]) / (boxes[-1, 2:] - boxes[-1, :2])).T) / ages[within]
    return float(way.min()), float(way.max())


def chained(boxes: Sequence[Floats | Box]) -> int:
    """How many are in the largest group that hangs together, by walking from box to box."""
    left, most = set(range(len(boxes))), 0
    while left:
        group, edge = set(), {left.pop()}
        while edge:
            one = edge.pop()
            group.add(one)
            near = {other for other in left if _near(boxes[one], boxes[other])}
            edge, left = edge | near, left - near
        most = max(most, len(group))
    return most


def _near(a: Floats | Box, b: Floats | Box) -> bool:
    return all(max(a[i] - b[i + 2], b[i] - a[i + 2]) <= GAP * (a[i + 2] - a[i] + b[i + 2] - b[i]) / 2 for i in (0, 1))


def _standing(track: int, box: Floats, seen: float) -> Stay:
    left, top, right, bottom = box.tolist()
    box_ = (left, top, right, bottom)
    return Stay(track, track, "person", 0.0, seen, "appeared", 1.0, box_, ((left + right) / 2, bottom))
