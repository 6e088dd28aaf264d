"""Watching: weather is retried with growing rests, refusals are said and retried, bugs leave."""

import threading
from datetime import UTC, datetime

import numpy as np
import pytest

from edge.watch import LONGEST_REST_S, Cause, Change, Sight, rest_after, watch
from streams.cameras.scripted import Scripted
from streams.clocks import ScriptedClock
from streams.frames import Frame
from streams.weather import SourceLost, SourceRefused

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


def frame(number: int) -> Frame:
    return Frame("gate", number, NOON, float(number), np.zeros((2, 2, 3), np.uint8))


def played(*plays: list[Frame | SourceLost | SourceRefused], changes: int) -> tuple[list[int], list[Change], float]:
    """Watch a script until so many changes of sight were told."""
    numbers: list[int] = []
    told: list[Change] = []
    stop, clock = threading.Event(), ScriptedClock()

    def tell(change: Change) -> None:
        told.append(change)
        if len(told) == changes:
            stop.set()

    watch(Scripted("gate", *plays), lambda given: numbers.append(given.number), tell, clock, stop)
    return numbers, told, clock.monotonic()


def test_a_camera_that_comes_back_is_watched_again() -> None:
    numbers, told, _ = played([frame(1), SourceLost("cable")], [frame(2), SourceLost("cable")], changes=4)
    assert numbers == [1, 2]
    assert [change.sight for change in told] == [Sight.LIVE, Sight.BLIND, Sight.LIVE, Sight.BLIND]
    assert told[1].cause is Cause.NO_SIGNAL


def test_a_play_that_ended_in_good_order_is_not_played_again() -> None:
    numbers, told, rested = played([frame(1)], [frame(2)], changes=4)
    assert numbers == [1]
    assert [(change.sight, change.cause) for change in told] == [(Sight.LIVE, None), (Sight.BLIND, Cause.ENDED)]
    assert rested == 0


def test_a_wrong_password_is_said_and_tried_again_slowly() -> None:
    _, told, rested = played([SourceRefused("401")], [SourceRefused("401")], [frame(1)], changes=3)
    assert [change.cause for change in told] == [Cause.REFUSED, Cause.REFUSED, None]
    assert rested == 2 * LONGEST_REST_S


def test_a_bug_leaves_the_watch() -> None:
    def broken(_: Frame) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        watch(Scripted("gate", [frame(1)]), broken, lambda _: None, ScriptedClock(), threading.Event())


@pytest.mark.parametrize(("losses", "rest"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 10), (50, 10)])
def test_rests_double_up_to_ten_seconds(losses: int, rest: float) -> None:
    assert rest_after(losses, 0.5) == rest
    assert rest_after(losses, 0.0) == pytest.approx(rest * 0.8)
    assert rest_after(losses, 1.0) == pytest.approx(rest * 1.2)
