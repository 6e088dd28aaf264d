"""What every camera source is: it opens, gives frames, counts, and says what happens next when it cannot.

A source is synchronous because decoding blocks: it runs in a thread of its own, and `stop` reaches it from another one
within a second. It never tries again by itself; one supervisor does that for all of them. `Frame.number` is the
picture's place in what the source decoded since it was made, so pictures passed over leave holes in it.
"""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields
from typing import Any, Protocol

from streams.cameras.clock import MAX_CLOCK_DIFFERENCE_S
from streams.clocks import Clock
from streams.frames import Frame


@dataclass(frozen=True, slots=True)
class Counters:
    """What a camera has done since its source was made; totals over every opening, sizes in pixels."""

    opened: int = 0
    packets: int = 0
    decoded: int = 0
    given: int = 0
    corrupt: int = 0  # packets and pictures that were damaged, whether or not something was made of them
    dropped: int = 0  # packets that gave way because decoding did not keep up
    codec: str | None = None
    size: tuple[int, int] | None = None
    fps: float | None = None  # what the stream says of itself; never trusted for time
    decoder: str | None = None  # what decodes it: software, or a part of the machine made for it
    fell_back: int = 0  # openings decoded in software though another part was wished for
    clock_offset: float | None = None  # seconds the camera's own clock is ahead of the node's, when it tells

    @property
    def timed_by_camera(self) -> bool:
        """Whether pictures carry the camera's own time (RTCP): it tells, and is near enough to ours to be believed.

        Otherwise they are timed by their arrival, which a constant delay on the way makes late by some 0.1 s to 0.4 s.
        """
        return self.clock_offset is not None and abs(self.clock_offset) <= MAX_CLOCK_DIFFERENCE_S


class Camera(Protocol):
    """A source of frames."""

    @property
    def camera(self) -> str:
        """The camera's id."""

    @property
    def counters(self) -> Counters:
        """A snapshot, safe to take from any thread."""

    def open(self, clock: Clock, stop: threading.Event | None = None) -> AbstractContextManager[Iterator[Frame]]:
        """Frames until the play ends or `stop` is set; raises SourceLost or SourceRefused, here or while iterating."""


class Meter:
    """The counters while they run: written by the source's threads, read by anyone."""

    def __init__(self) -> None:
        # A picture is counted thrice, and a snapshot for each would cost more than all else that is done with it.
        self._kept: dict[str, Any] = {field.name: field.default for field in fields(Counters)}
        self._lock = threading.Lock()

    @property
    def now(self) -> Counters:
        """A snapshot."""
        with self._lock:
            return Counters(**self._kept)

    @property
    def decoded(self) -> int:
        """How many pictures were decoded; a snapshot's, without the snapshot."""
        decoded: int = self._kept["decoded"]
        return decoded

    def add(self, **counts: int) -> None:
        """Count something."""
        with self._lock:
            for name, more in counts.items():
                self._kept[name] += more

    def note(self, **facts: Any) -> None:  # noqa: ANN401 - the fields' own types, checked by the dataclass's reader
        """Remember what the stream says of itself."""
        with self._lock:
            self._kept.update(facts)
