"""A camera that draws its street instead of filming it, and knows the truth of every picture it gives.

It lets the whole way from frame to case run on a bare machine, where there is neither video nor detector: the node
takes `truth(frame.number)` as its detections, and must say that it does. No detector is meant to recognise these
figures. Drawing 640x360 takes 0.05 ms.
"""

import contextlib
import threading
from collections.abc import Generator, Iterator
from datetime import datetime, timedelta

import cv2
import numpy as np
from numpy.typing import NDArray

from streams.cameras.cadence import Cadence
from streams.cameras.source import Counters, Meter
from streams.cameras.street import Actor, Box, Street
from streams.clocks import Clock
from streams.frames import Frame

WIDTH, HEIGHT = 640, 360
SKY, WALL, PAVEMENT, ROAD, KERB = (225, 205, 180), (150, 165, 175), (165, 165, 165), (85, 85, 85), (210, 210, 210)
SKIN, GLASS, RUBBER = (140, 170, 215), (200, 180, 150), (25, 25, 25)


class Drawn:
    """A drawn street of 640x360, the same for the same seed; `looked_at_fps` thins it."""

    def __init__(self, camera: str, *, seed: int = 1, fps: float = 10.0, looked_at_fps: float | None = None) -> None:
        self.camera = camera
        self._street, self._fps, self._looked_at = Street(seed), fps, looked_at_fps
        self._empty = empty_street()
        self._meter = Meter()
        self._meter.note(codec="drawn", size=(WIDTH, HEIGHT), fps=fps)
        self._last: datetime | None = None

    @property
    def counters(self) -> Counters:
        """A snapshot, safe to take from any thread."""
        return self._meter.now

    def truth(self, number: int) -> list[tuple[str, Box]]:
        """What picture `number` shows: label and box (x1, y1, x2, y2; 0..1) of each, the farthest first."""
        return [(actor.label, box) for actor, box in self._street.at(number / self._fps)]

    @contextlib.contextmanager
    def open(self, clock: Clock, stop: threading.Event | None = None) -> Iterator[Iterator[Frame]]:
        """Frames, paced by the clock, until `stop`; opened again, the street goes on where it was."""
        self._meter.add(opened=1)
        with contextlib.closing(self._play(clock, stop or threading.Event())) as frames:
            yield frames

    def _play(self, clock: Clock, stop: threading.Event) -> Generator[Frame, None, None]:
        cadence, began, first = Cadence(self._looked_at), clock.monotonic(), self._meter.now.decoded
        while not stop.is_set():
            number = self._meter.now.decoded
            elapsed = (number - first) / self._fps
            self._meter.add(decoded=1)
            if not cadence.due(elapsed):
                continue
            if clock.rest(began + elapsed - clock.monotonic(), stop):
                return
            self._meter.add(given=1)
            yield Frame(self.camera, number, self._instant(clock), elapsed, self._draw(number))

    def _instant(self, clock: Clock) -> datetime:
        now = clock.now()
        self._last = now if self._last is None else max(now, self._last + timedelta(microseconds=1))
        return self._last

    def _draw(self, number: int) -> NDArray[np.uint8]:
        pixels = self._empty.copy()
        for actor, box in self._street.at(number / self._fps):
            draw_actor(pixels, actor, box)
        return pixels


def empty_street() -> NDArray[np.uint8]:
    """The street with nobody in it, (360, 640, 3) BGR."""
    pixels = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    for top, colour in ((0.0, SKY), (0.12, WALL), (0.44, PAVEMENT), (0.62, KERB), (0.635, ROAD)):
        pixels[round(top * HEIGHT) :] = colour
    pixels[round(0.8 * HEIGHT) : round(0.81 * HEIGHT), ::8] = KERB
    return pixels


def draw_actor(pixels: NDArray[np.uint8], actor: Actor, box: Box) -> None:
    """Paint one actor into its box, in place: a head and a body, or a body on wheels."""
    x1, x2 = (round(x * WIDTH) for x in box[::2])
    y1, y2 = (round(y * HEIGHT) for y in box[1::2])
    tall, wide = y2 - y1, x2 - x1
    if actor.label == "person":
        cv2.rectangle(pixels, (x1 + wide // 6, y1 + tall // 5), (x2 - wide // 6, y2), actor.shade, cv2.FILLED)
        cv2.circle(pixels, ((x1 + x2) // 2, y1 + tall // 8), max(1, tall // 8), SKIN, cv2.FILLED)
        return
    cv2.rectangle(pixels, (x1, y1 + tall // 3), (x2, y2 - tall // 6), actor.shade, cv2.FILLED)
    cv2.rectangle(pixels, (x1 + wide // 5, y1), (x2 - wide // 5, y1 + tall // 3), GLASS, cv2.FILLED)
    for share in (4, -4):
        wheel = (x1 + wide // 4 if share > 0 else x2 - wide // 4, y2 - tall // 6)
        cv2.circle(pixels, wheel, max(1, tall // 6), RUBBER, cv2.FILLED)
