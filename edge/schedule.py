"""Which camera is looked at next. One slot a camera, newest wins; the oldest capture is served first.

A slot holds the newest picture only: one that waited is overwritten and counted, because a picture from
before is worth less than the one from now. A camera is looked at by one worker at a time, since its tracker
lives on the order of its pictures; between cameras the one whose picture is oldest goes first, which is also
fair: who was just served has the youngest picture.
"""

import threading
from collections import Counter

from streams.frames import Frame


class Slots:
    """The pictures that wait, one a camera. Safe from any thread."""

    def __init__(self) -> None:
        self._waiting: dict[str, Frame] = {}
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
            self._news.notify()

    def take(self, within: float) -> Frame | None:
        """The oldest waiting picture of a camera nobody looks at, or None after `within` seconds. Then `done`."""
        with self._news:
            if not self._news.wait_for(lambda: self._free() is not None, within):
                return None
            frame = self._free()
            if frame is None:
                return None
            del self._waiting[frame.camera]
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
        """The camera went blind: what still waits is from before and would be taken for sight after; it is counted."""
        with self._news:
            self.dropped[camera] += self._waiting.pop(camera, None) is not None

    def _free(self) -> Frame | None:
        free = [frame for camera, frame in self._waiting.items() if camera not in self._busy]
        return min(free, key=lambda frame: frame.captured, default=None)
