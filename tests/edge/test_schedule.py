"""Slots: newest wins, who waited longest comes first, by priority where there is not time for all."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.schedule import STEP, Priority, Slots
from streams.clocks import ScriptedClock
from streams.frames import Frame

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


def frame(camera: str, second: float, number: int = 0) -> Frame:
    return Frame(camera, number, NOON + timedelta(seconds=second), second, np.zeros((2, 2, 3), np.uint8))


def test_the_newest_picture_wins_and_the_loser_is_counted() -> None:
    slots = Slots()
    slots.put(frame("gate", 1))
    slots.put(frame("gate", 2))
    taken = slots.take(0)
    assert taken is not None
    assert taken.elapsed == 2
    assert slots.dropped["gate"] == 1
    assert slots.take(0) is None


def test_a_camera_is_crowded_while_its_pictures_give_way() -> None:
    slots = Slots()
    slots.put(frame("gate", 1))
    assert not slots.crowded("gate")
    slots.put(frame("gate", 2))
    assert slots.crowded("gate")
    slots.take(0)
    assert slots.crowded("gate"), "one gave way to what is looked at now"
    slots.done("gate")
    slots.put(frame("gate", 3))
    slots.take(0)
    assert not slots.crowded("gate")


def test_a_camera_that_went_blind_has_nothing_waiting_and_the_loss_is_counted() -> None:
    slots = Slots()
    slots.put(frame("gate", 1))
    slots.put(frame("yard", 2))
    slots.drop("gate")
    slots.drop("gate")
    taken = slots.take(0)
    assert taken is not None
    assert taken.camera == "yard"
    assert slots.take(0) is None
    assert slots.dropped == {"gate": 1, "yard": 0}


def test_a_camera_that_comes_back_is_not_crowded_by_what_gave_way_before() -> None:
    slots = Slots()
    for number in range(2):
        slots.put(frame("gate", number))
    slots.drop("gate")
    assert not slots.crowded("gate")
    slots.put(frame("gate", 2))
    assert slots.take(0) is not None
    assert not slots.crowded("gate")


def test_the_oldest_capture_is_served_first() -> None:
    clock = ScriptedClock()
    slots = Slots(clock=clock)
    for camera, second in (("a", 1), ("c", 2), ("b", 3)):
        slots.put(frame(camera, second))
        clock.rest(1, threading.Event())
    slots.put(frame("a", 4))
    served = [taken.camera for _ in range(3) if (taken := slots.take(0))]
    assert served == ["a", "c", "b"]


def test_a_camera_being_looked_at_waits_for_its_worker() -> None:
    slots = Slots()
    slots.put(frame("gate", 1))
    assert slots.take(0)
    slots.put(frame("gate", 2))
    assert slots.take(0) is None
    slots.done("gate")
    assert slots.take(0)


def test_a_busy_camera_does_not_starve_a_quiet_one() -> None:
    slots = Slots()
    slots.put(frame("quiet", 0))
    served = []
    for second in range(1, 4):
        slots.put(frame("busy", second))
        taken = slots.take(0)
        assert taken is not None
        served.append(taken.camera)
        slots.done(taken.camera)
    assert served[0] == "quiet"


def looked_at(priorities: dict[str, Priority], fps: float, seconds: float, a_second: float) -> Counter[str]:
    """How often each camera is looked at by one worker that manages so many looks a second."""
    clock, never = ScriptedClock(), threading.Event()
    slots, served = Slots(priorities, clock), Counter[str](dict.fromkeys(priorities, 0))
    due = {camera: number / fps / len(priorities) for number, camera in enumerate(priorities)}
    while clock.monotonic() < seconds:
        for camera in priorities:
            while due[camera] <= clock.monotonic():
                slots.put(frame(camera, due[camera]))
                due[camera] += 1 / fps
        taken = slots.take(0)
        clock.rest(1 / a_second, never)
        if taken is not None:
            served[taken.camera] += 1
            slots.done(taken.camera)
    return served


def test_what_matters_more_is_looked_at_more_often_where_there_is_not_time_for_all() -> None:
    priorities = {f"high-{n}": Priority.HIGH for n in range(4)}
    priorities |= {f"usual-{n}": Priority.USUAL for n in range(4)} | {f"low-{n}": Priority.LOW for n in range(4)}
    served = looked_at(priorities, fps=10, seconds=150, a_second=8)
    by = {rank: sum(n for camera, n in served.items() if priorities[camera] is rank) for rank in Priority}
    assert by[Priority.HIGH] / by[Priority.USUAL] == pytest.approx(STEP, rel=0.25)
    assert by[Priority.USUAL] / by[Priority.LOW] == pytest.approx(STEP, rel=0.25)
    assert max(served.values()) < 10 * 150, "there was not time for all"


def test_with_time_for_all_a_low_camera_misses_nothing() -> None:
    served = looked_at({"gate": Priority.HIGH, "yard": Priority.LOW}, fps=5, seconds=60, a_second=20)
    assert served["yard"] >= 5 * 60 - 1


@given(
    st.lists(st.sampled_from(Priority), min_size=1, max_size=6),
    st.floats(1, 10),
    st.floats(2, 30),
)
@settings(max_examples=20)
def test_nobody_is_forgotten_whatever_the_rates_are(ranks: list[Priority], fps: float, a_second: float) -> None:
    priorities = {f"cam-{number}": rank for number, rank in enumerate(ranks)}
    seconds = 3 * STEP**2 * len(ranks) / min(a_second, fps)
    assert min(looked_at(priorities, fps, seconds, a_second).values()) > 0
