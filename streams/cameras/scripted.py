"""A camera that plays a script: for tests, and for anyone who wants to see what the node does when a camera fails.

`Scripted("gate", [frame, SourceLost("cable")], [frame])` gives one frame and is lost; opened again, it gives another
and ends. Opened more often than it has plays, it is silent until stopped, as a camera is at which nothing happens.
"""

import contextlib
import threading
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from streams.cameras.source import Counters, Meter
from streams.clocks import Clock
from streams.frames import Frame
from streams.weather import SourceLost, SourceRefused

SILENCE_S = 1.0


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing comes for so many seconds."""

    seconds: float


Item = Frame | Silence | SourceLost | SourceRefused


class Scripted:
    """Plays one list of items each time it is opened: gives frames, keeps silences, raises troubles."""

    def __init__(self, camera: str, *plays: Sequence[Item]) -> None:
        self.camera = camera
        self._plays = iter(plays)
        self._meter = Meter()

    @property
    def counters(self) -> Counters:
        """A snapshot, safe to take from any thread."""
        return self._meter.now

    @contextlib.contextmanager
    def open(self, clock: Clock, stop: threading.Event | None = None) -> Iterator[Iterator[Frame]]:
        """The next play; a trouble that comes first in it is raised here already, as a camera that is away does."""
        stop = stop or threading.Event()
        play = next(self._plays, None)
        if play and isinstance(play[0], SourceLost | SourceRefused):
            raise play[0]
        self._meter.add(opened=1)
        with contextlib.closing(self._play(play, clock, stop)) as frames:
            yield frames

    def _play(self, play: Sequence[Item] | None, clock: Clock, stop: threading.Event) -> Generator[Frame, None, None]:
        for item in play or ():
            if stop.is_set():
                return
            if isinstance(item, SourceLost | SourceRefused):
                raise item
            if isinstance(item, Silence):
                clock.rest(item.seconds, stop)
            else:
                self._meter.add(decoded=1, given=1)
                self._meter.note(size=item.size)
                yield item
        while play is None and not clock.rest(SILENCE_S, stop):
            pass
