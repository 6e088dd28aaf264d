"""What the node asserts: one happening, and how a lasting one is told without repeating it.

A moment (a line crossed, a zone entered or left) is told once, closed. A state that lasts (loitering, a stopped
vehicle, a crowd, somebody on the wrong side of the road) is opened, updated rarely and closed; a happening and its
later phases share one `key`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

Key = tuple[str, int]
"""What is watched where, and the first identity of the track concerned (0 where no single track is)."""
Box = tuple[float, float, float, float]

UPDATE_S: Final = 30.0
"""A lasting happening is told again this often, seconds, or at once when more objects take part."""


class Kind(StrEnum):
    """What may happen; the words of the wire's `event.kind`."""

    LINE_CROSSED = "line_crossed"
    ZONE_ENTERED = "zone_entered"
    ZONE_LEFT = "zone_left"
    LOITERING = "loitering"
    STOPPED_VEHICLE = "stopped_vehicle"
    CROWDING = "crowding"
    OCCUPANCY = "occupancy"
    WRONG_WAY = "wrong_way"
    QUEUE = "queue"
    CONGESTION = "congestion"
    SPEEDING = "speeding"
    OBJECT_LEFT = "object_left"
    OBJECT_REMOVED = "object_removed"
    SLOW_CHANGE = "slow_change"


MOMENTS: Final = frozenset({Kind.LINE_CROSSED, Kind.ZONE_ENTERED, Kind.ZONE_LEFT})
"""What is told once, closed; every other kind lasts."""


class Phase(StrEnum):
    """Where in its life a happening is told; `unknown` is said by whoever sees the camera go blind."""

    OPENED = "opened"
    UPDATED = "updated"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Speed:
    """Kilometres an hour, and the standard deviation of that."""

    kmh: float
    sd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One assertion about one place.

    `zone` is a zone's or a line's id, `subject` a class name, `direction` a line's direction or how a zone was entered
    or left, `dwell` watched seconds, `boxes` normalised xyxy, `elapsed` stream seconds of the look that decided.
    """

    kind: Kind
    phase: Phase
    key: Key
    zone: str
    subject: str
    elapsed: float
    direction: str | None = None
    count: int = 1
    score: float = 0.0
    dwell: float = 0.0
    boxes: tuple[Box, ...] = ()
    track: int = 0
    speed: Speed | None = None


@dataclass(slots=True)
class Episodes:
    """The lasting happenings that are open now; told what is true at each look, it says what is new."""

    _open: dict[Key, tuple[Happening, Happening]] = field(default_factory=dict)

    def told(self, truths: Iterable[Happening], elapsed: float) -> list[Happening]:
        """Opened, updated and closed happenings, given everything true at this look (in any phase)."""
        now = {truth.key: truth for truth in truths}
        closed = [
            replace(latest, phase=Phase.CLOSED, elapsed=elapsed)
            for key, (_, latest) in self._open.items()
            if key not in now
        ]
        self._open = {key: pair for key, pair in self._open.items() if key in now}
        return [*closed, *(fresh for truth in now.values() if (fresh := self._fresh(truth)) is not None)]

    def _fresh(self, truth: Happening) -> Happening | None:
        said, _ = self._open.get(truth.key, (None, None))
        if said is None:
            fresh = replace(truth, phase=Phase.OPENED)
        elif truth.count > said.count or truth.elapsed - said.elapsed >= UPDATE_S:
            fresh = replace(truth, phase=Phase.UPDATED)
        else:
            self._open[truth.key] = (said, truth)
            return None
        self._open[truth.key] = (fresh, fresh)
        return fresh
