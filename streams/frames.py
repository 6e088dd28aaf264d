"""One picture from one camera, with the two times it needs.

`captured` is when the light fell, on the node's disciplined clock (aware UTC): it goes on the wire.
`elapsed` is seconds of stream time since the source opened, never running backwards: durations and
speeds are computed from it, because wall clocks step and subtracting them invents dwell.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A decoded picture: `pixels` is BGR uint8 of shape (height, width, 3), owned by whoever holds the frame."""

    camera: str
    number: int
    captured: datetime
    elapsed: float
    pixels: NDArray[np.uint8]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        height, width = self.pixels.shape[:2]
        return width, height
