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
    """A decoded picture: `pixels` is BGR uint8 of shape (height, width, 3), owned by whoever holds the frame."""

    camera: str
    number: int
    captured: datetime
    elapsed: float
    pixels: NDArray[np.uint8]
    timing: Timing | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        height, width = self.pixels.shape[:2]
        return width, height
