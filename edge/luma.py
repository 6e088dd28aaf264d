"""The small grey picture by which a camera's fitness is judged, made once from a frame.

320 x 180 whatever the camera's shape: edges keep their place, and one set of figures serves all cameras. Every pixel is
the mean of those it stands for, so that noise does not pass for detail: of 720 rows every second is read and of 1080
every third, because the mean over all takes four times as long and shows the same edges. A picture whose sides are no
multiples of these comes by way of 640 x 360, for the same reason. 0.1 ms from 360p, 0.3 ms from 720p, 0.5 from 1080p.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH: Final = 320
HEIGHT: Final = 180

Luma = NDArray[np.uint8]
"""Grey levels of shape (180, 320)."""


def luma(pixels: NDArray[np.uint8]) -> Luma:
    """A BGR picture of any size as a small grey one."""
    every = max(1, pixels.shape[0] // (2 * HEIGHT))
    grey = cv2.cvtColor(pixels[every // 2 :: every], cv2.COLOR_BGR2GRAY)
    high, wide = grey.shape
    uneven = wide % WIDTH or high % HEIGHT
    if uneven and 2 * WIDTH <= wide <= 4 * WIDTH and high >= 2 * HEIGHT:
        grey = cv2.resize(grey, (2 * WIDTH, 2 * HEIGHT), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.resize(grey, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)
