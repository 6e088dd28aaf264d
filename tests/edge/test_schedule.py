"""Slots: newest wins, oldest capture first, one worker a camera."""

from datetime import UTC, datetime, timedelta

import numpy as np

from edge.schedule import Slots
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


def test_the_oldest_capture_is_served_first() -> None:
    slots = Slots()
    for camera, second in (("b", 3), ("a", 1), ("c", 2)):
        slots.put(frame(camera, second))
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
