"""A camera watched in a thread of its own, as a node does."""

import threading
from itertools import islice

from streams.cameras.source import Camera
from streams.clocks import SystemClock
from streams.frames import Frame
from streams.weather import SourceLost, SourceRefused
from tests.parts.until import until


class Watching:
    """What has come so far, and how it ended."""

    def __init__(self, camera: Camera) -> None:
        self.camera, self.stop = camera, threading.Event()
        self.frames: list[Frame] = []
        self.ended: Exception | None = None
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        try:
            with self.camera.open(SystemClock(), self.stop) as frames:
                for frame in frames:
                    self.frames.append(frame)
        except (SourceLost, SourceRefused) as error:
            self.ended = error

    def came(self, most: int) -> bool:
        return len(self.frames) >= most

    def over(self) -> bool:
        return not self._thread.is_alive()

    def leave(self) -> None:
        self.stop.set()
        until(self.over, 5.0, "leaving")


def first(camera: Camera, most: int) -> list[Frame]:
    """The first pictures of it."""
    with camera.open(SystemClock()) as frames:
        return list(islice(frames, most))
