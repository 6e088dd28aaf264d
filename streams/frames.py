"""One picture from one camera, with the two times it needs.

`captured` is when the light fell, on the node's disciplined clock (aware UTC): it goes on the wire.
`elapsed` is seconds of stream time since the source opened, never running backwards: durations and
speeds are computed from it, because wall clocks step and subtracting them invents dwell.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from streams.latent import Latent


class TimedBy(StrEnum):
    """By what a picture was timed."""

    RTCP = "rtcp"  # the camera's own clock, as it tells it beside the stream
    ARRIVAL = "arrival"  # when it came, less what it was later than others
    FILE = "file"  # the start of play: about when the light fell nothing is known


@dataclass(frozen=True, slots=True)
class Timing:
    """How `captured` was found, and how far off it may be, in seconds of the node's clock; None: nobody knows."""

    by: TimedBy
    within_s: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A decoded picture, owned by whoever holds the frame: BGR uint8 (height, width, 3), or not yet developed."""

    camera: str
    number: int
    captured: datetime
    elapsed: float
    picture: NDArray[np.uint8] | Latent
    timing: Timing | None = None

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """All of it, BGR uint8 of shape (height, width, 3)."""
        return self.picture.pixels if isinstance(self.picture, Latent) else self.picture

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        if isinstance(self.picture, Latent):
            return self.picture.size
        height, width = self.picture.shape[:2]
        return width, height
