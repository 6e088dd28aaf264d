"""The small grey picture by which a camera's fitness is judged, made once from a frame.

320 x 180 whatever the camera's shape: edges keep their place, and one set of figures serves all cameras. Every pixel is
the mean of those it stands for, so that noise does not pass for detail. Of a decoded picture its own brightness is
shrunk by halves, which the detector's picture then begins from (0.06 ms from 360p, 0.4 from 1080p). Of a BGR picture of
720 rows every second is read and of 1080 every third, because the mean over all takes four times as long and shows the
same edges; one whose sides are no multiples of these comes by way of 640 x 360, for the same reason.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from streams.latent import Latent

WIDTH: Final = 320
HEIGHT: Final = 180

WIDENED: Final = np.clip((np.arange(256) - 16) * (255 / 219), 0, 255).round().astype(np.uint8)
"""Brightness as it is usually sent, 16 to 235, in all grey levels (ITU-R BT.601)."""

Luma = NDArray[np.uint8]
"""Grey levels of shape (180, 320)."""


def luma(picture: NDArray[np.uint8] | Latent) -> Luma:
    """A picture of any size, BGR or not yet developed, as a small grey one."""
    if isinstance(picture, Latent):
        small = picture.grey(WIDTH, HEIGHT)
        return small.copy() if picture.full else np.asarray(cv2.LUT(small, WIDENED), np.uint8)
    every = max(1, picture.shape[0] // (2 * HEIGHT))
    grey = cv2.cvtColor(picture[every // 2 :: every], cv2.COLOR_BGR2GRAY)
    high, wide = grey.shape
    uneven = wide % WIDTH or high % HEIGHT
    if uneven and 2 * WIDTH <= wide <= 4 * WIDTH and high >= 2 * HEIGHT:
        grey = cv2.resize(grey, (2 * WIDTH, 2 * HEIGHT), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.resize(grey, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)
