"""The gate: a still picture is looked at rarely, whatever moves at once, and no light or noise passes for moving."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import uuid_utils.compat as uuid
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge.analytics.places import Zone
from edge.analytics.scene import Scene
from edge.analytics.watches import Loitering
from edge.eye import Eye, Task
from edge.gate import Gate, GateSetting
from edge.privacy import Groups, Region, grouped
from edge.seeing import Seen
from edge.telling import Witness
from models.detections import Detections
from streams.frames import Frame
from streams.wire.records import ModelRef

Pixels = NDArray[np.uint8]
NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def street(seed: int = 1) -> Pixels:
    """A picture with edges and shades, 640 x 360."""
    blocks = np.random.default_rng(seed).integers(40, 190, (18, 32, 3), np.uint8)
    return np.asarray(np.kron(blocks, np.ones((20, 20, 1), np.uint8)))


def noisy(picture: Pixels, seed: int, sigma: float = 4.0) -> Pixels:
    """As a sensor gives it."""
    noise = np.random.default_rng(seed).normal(0, sigma, picture.shape)
    return np.asarray(np.clip(picture + noise, 0, 255), np.uint8)


def with_walker(picture: Pixels, x: int, y: int, grey: int = 250) -> Pixels:
    """Somebody 8 x 20 pixels tall."""
    shown = picture.copy()
    shown[y : y + 20, x : x + 8] = grey
    return shown


def test_a_still_picture_is_looked_at_only_to_check_again() -> None:
    gate, picture = Gate(GateSetting(recheck_s=2.0)), street()
    looked = [at / 5 for at in range(51) if gate.opens(noisy(picture, at), at / 5)]
    assert looked == [0, 2, 4, 6, 8, 10]
    assert gate.spared == 45


@given(st.integers(0, 630), st.integers(0, 338), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_somebody_who_comes_is_seen_at_once_wherever(x: int, y: int, seed: int) -> None:
    gate, picture = Gate(), street(seed)
    assert gate.opens(picture, 0.0)
    grey = 10 if picture[y : y + 20, x : x + 8].mean() > 128 else 250
    assert gate.opens(noisy(with_walker(picture, x, y, grey), seed), 0.2)


def test_who_creeps_is_seen_when_the_creeping_has_added_up() -> None:
    gate, picture = Gate(GateSetting(recheck_s=60)), street()
    opened = [at for at in range(100) if gate.opens(with_walker(picture, 300 + at // 10, 100), at / 5)]
    assert opened[0] == 0
    assert 4 <= len(opened) - 1 <= 10  # a pixel every two seconds


@pytest.mark.parametrize("change", [0.6, 0.8, 1.2, 1.5])
def test_light_that_changes_everywhere_moves_nothing(change: float) -> None:
    gate = Gate(GateSetting(recheck_s=60))
    flat = np.full((360, 640, 3), 120, np.uint8)
    assert gate.opens(flat, 0.0)
    assert not gate.opens(np.asarray(np.clip(flat * change, 0, 255), np.uint8), 0.2)


def test_without_a_recheck_there_is_no_gate_and_a_stream_begun_again_is_looked_at() -> None:
    open_ = Gate(GateSetting(recheck_s=0))
    assert all(open_.opens(street(), at / 5) for at in range(10))
    gate = Gate()
    assert [gate.opens(street(), at) for at in (100.0, 100.2, 3.0, 3.2)] == [True, False, True, False]


class Counting:
    """Sees one person who stands, and counts how often it was asked."""

    labels: Sequence[str] = ("person",)
    groups: Sequence[Groups] = grouped(("person",))
    model: ModelRef | None = None

    def __init__(self) -> None:
        self.asked = 0

    def see(self, frame: Frame) -> Seen:  # noqa: ARG002  the same in every picture
        self.asked += 1
        box = np.array([[0.4, 0.3, 0.5, 0.6]], np.float32)
        return Seen(Detections(box, np.array([0.9], np.float32), np.zeros(1, np.int32)), {"run": 1.0})

    def see_closely(self, frame: Frame) -> list[Region]:  # noqa: ARG002  no picture is asked for
        return []


def test_who_stands_still_loiters_all_the_same_and_costs_a_look_now_and_then() -> None:
    plaza = Zone(id="plaza", polygon=((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)))
    told = {}
    for recheck in (0.0, 2.0):
        task = Task(frozenset({"person"}), gate=GateSetting(recheck_s=recheck), evidence=False)
        eye = Eye(Witness("gate"), task, Scene([plaza], [], [Loitering(zone="plaza", after_s=20)]), uuid.uuid7)
        eyes, picture = Counting(), street()
        looks = [
            eye.look(Frame("gate", at, NOON + timedelta(seconds=at / 5), at / 5, noisy(picture, at)), eyes)
            for at in range(150)
        ]
        told[recheck] = [(event.kind, event.phase, event.began) for look in looks for event in look.events]
        assert eyes.asked == (150 if not recheck else 15)
        assert eye.spared == 150 - eyes.asked
    assert told[0.0]
    assert told[0.0] == told[2.0]
