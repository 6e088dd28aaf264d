"""One camera's life: open, give pictures, and when the weather turns say so, rest, and try again.

Sources never retry by themselves; this is the one place that does, for every kind of source. A rest grows to at
most 10 s, jittered so that a hundred cameras behind one switch do not come back in step. What a person must mend
(a wrong password) is retried too, at the longest rest: the person may mend it at any time and owes us no restart.
Anything that is neither weather nor refusal is a bug: it leaves this thread and ends the node, with its traceback.
"""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import structlog

from streams.cameras.main import MainStream
from streams.cameras.source import Camera
from streams.clocks import Clock
from streams.frames import Frame
from streams.weather import SourceLost, SourceRefused

log = structlog.get_logger(__name__)

LONGEST_REST_S: Final = 10.0
JITTER: Final = 0.2


class Sight(StrEnum):
    """Whether a camera shows anything, and whether what it shows is fit to be judged."""

    LIVE = "live"
    BLIND = "blind"
    UNFIT = "unfit"


class Cause(StrEnum):
    """Why a camera is blind."""

    STARTING = "starting"
    NO_SIGNAL = "no_signal"
    REFUSED = "refused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Change:
    """A camera became live or blind; `detail` is for a person's log, never for the wire."""

    camera: str
    sight: Sight
    cause: Cause | None = None
    detail: str = ""


def rest_after(losses: int, jitter: float) -> float:
    """Seconds to rest after so many losses in a row: 1, 2, 4, 8, then 10, each times 1 ± `JITTER`."""
    return float(min(2.0 ** max(losses - 1, 0), LONGEST_REST_S) * (1 + JITTER * (2 * jitter - 1)))


def watch(
    source: Camera, put: Callable[[Frame], None], told: Callable[[Change], None], clock: Clock, stop: threading.Event
) -> None:
    """Keep one camera open until `stop` or the end of its play; blocks, so it has a thread of its own."""
    losses = 0
    while not stop.is_set():
        before = source.counters.given
        change = _play(source, put, told, clock, stop)
        if stop.is_set():
            return
        losses = 1 if source.counters.given > before else losses + 1
        log.warning("camera blind", camera=source.camera, cause=change.cause, detail=change.detail, losses=losses)
        told(change)
        if change.cause is Cause.ENDED:  # in good order: played again, its events would be told twice
            return
        longest = change.cause is not Cause.NO_SIGNAL
        rest = LONGEST_REST_S if longest else rest_after(losses, random.random())  # noqa: S311 - jitter, no secret
        clock.rest(rest, stop)


def read_on(main: MainStream, clock: Clock, stop: threading.Event) -> None:
    """Keep reading a main stream until `stop`; blocks. What its loss costs is counted where a picture is wanted."""
    losses = 0
    while not stop.is_set():
        before = main.counters.packets
        try:
            main.read(clock, stop)
            why, longest = "no picture comes of it", False
        except SourceLost as lost:
            why, longest = str(lost), False
        except SourceRefused as refused:
            why, longest = str(refused), True
        if stop.is_set():
            return
        losses = 1 if main.counters.packets > before else losses + 1
        log.warning("main stream away", camera=main.camera, why=why, losses=losses)
        rest = LONGEST_REST_S if longest else rest_after(losses, random.random())  # noqa: S311 - jitter, no secret
        clock.rest(rest, stop)


def _play(
    source: Camera, put: Callable[[Frame], None], told: Callable[[Change], None], clock: Clock, stop: threading.Event
) -> Change:
    live = False
    try:
        with source.open(clock, stop) as frames:
            for frame in frames:
                if not live:
                    told(Change(source.camera, Sight.LIVE))
                    live = True
                put(frame)
    except SourceLost as lost:
        return Change(source.camera, Sight.BLIND, Cause.NO_SIGNAL, str(lost))
    except SourceRefused as refused:
        return Change(source.camera, Sight.BLIND, Cause.REFUSED, str(refused))
    return Change(source.camera, Sight.BLIND, Cause.ENDED, "the play is over")
