"""Which camera is looked at next: whoever has waited longest, counted faster where the camera matters more.

One slot a camera, newest wins: a picture that still waited is overwritten and counted, because a picture from before
is worth less than the one from now. What a camera has waited counts from its oldest picture that nobody looked at,
also where that one has given way since, so that none is passed over for ever because its pictures come at a bad
moment. While there is time for all, this is the oldest capture first. Where there is not, the wait of a camera of high
`Priority` counts `STEP` times that of a usual one, and a low one's a part: the less time there is, the nearer each
comes to being looked at so many times as often as the next lower, and none is forgotten (proportional shares, with
waiting for a currency). Coverage then says of each camera what it missed. Waits are measured on the node's monotonic
clock and not by the captures' own times, which two cameras need not tell alike. A camera is looked at by one worker at
a time, since its tracker lives on the order of its pictures.
"""

import threading
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from streams.clocks import Clock, SystemClock
from streams.frames import Frame

STEP: Final = 4.0
"""How many times as often a camera is looked at as one of the next lower priority, when there is time for neither."""


class Priority(StrEnum):
    """How much a camera matters where not all can be looked at as often as they should."""

    HIGH = "high"
    USUAL = "usual"
    LOW = "low"

    @property
    def weight(self) -> float:
        """What a second of waiting counts for."""
        return {Priority.HIGH: STEP, Priority.USUAL: 1.0, Priority.LOW: 1 / STEP}[self]


class Slots:
    """The pictures that wait, one a camera. Safe from any thread. Cameras without a priority are usual ones."""

    def __init__(self, priorities: Mapping[str, Priority] | None = None, clock: Clock | None = None) -> None:
        self._priorities = dict(priorities or {})
        self._clock = clock or SystemClock()
        self._waiting: dict[str, Frame] = {}
        self._since: dict[str, float] = {}
        self._busy: set[str] = set()
        self._pressed: set[str] = set()
        self._late: set[str] = set()
        self._news = threading.Condition()
        self.dropped: Counter[str] = Counter()

    def put(self, frame: Frame) -> None:
        """A new picture; the one that still waited gives way and is counted."""
        with self._news:
            gives_way = frame.camera in self._waiting
            self.dropped[frame.camera] += gives_way
            if gives_way:
                self._pressed.add(frame.camera)
            self._waiting[frame.camera] = frame
            self._since.setdefault(frame.camera, self._clock.monotonic())
            self._news.notify()

    def take(self, within: float) -> Frame | None:
        """The picture that is due of a camera nobody looks at, or None after `within` seconds. Then `done`."""
        with self._news:
            if not self._news.wait_for(lambda: self._due() is not None, within):
                return None
            frame = self._due()
            if frame is None:
                return None
            del self._waiting[frame.camera], self._since[frame.camera]
            self._busy.add(frame.camera)
            (self._late.add if frame.camera in self._pressed else self._late.discard)(frame.camera)
            self._pressed.discard(frame.camera)
            return frame

    def done(self, camera: str) -> None:
        """The camera may be looked at again."""
        with self._news:
            self._busy.discard(camera)
            self._news.notify()

    def crowded(self, camera: str) -> bool:
        """Whether pictures of this camera gave way to the one taken last, or have since."""
        with self._news:
            return camera in self._late or camera in self._pressed

    def drop(self, camera: str) -> None:
        """The camera went blind: what still waits is from before and would be taken for sight after; it is counted.

        That nobody had time before says nothing of what comes after, either.
        """
        with self._news:
            self.dropped[camera] += self._waiting.pop(camera, None) is not None
            self._since.pop(camera, None)
            self._pressed.discard(camera)
            self._late.discard(camera)

    def _due(self) -> Frame | None:
        now = self._clock.monotonic()
        free = [camera for camera in self._waiting if camera not in self._busy]
        due = max(free, key=lambda camera: self._urgency(camera, now), default=None)
        return None if due is None else self._waiting[due]

    def _urgency(self, camera: str, now: float) -> float:
        return (now - self._since[camera]) * self._priorities.get(camera, Priority.USUAL).weight
