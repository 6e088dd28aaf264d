"""The part of a picture a second look is shown, and the way back from it. Pure.

A box is grown by a share of its own size, cut at the picture's edge and rounded outward to whole pixels, so a crop
lies inside the picture and holds all of the box that does. What is seen in a crop is told in shares of the crop; `back`
makes shares of the picture of them, exact but for the rounding of floats.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edge.analytics.happening import Box
from edge.analytics.places import Point

Boxes = NDArray[np.float32]

NEARLY: Final = 1e-6
"""Of a pixel: a side that ends on a pixel's edge but for rounding ends there."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of a picture of `width` x `height` pixels, in whole pixels; the right and lower ends are outside it."""

    left: int
    top: int
    right: int
    bottom: int
    width: int
    height: int

    def of(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """That part of a picture of that size, a view (h, w, 3)."""
        return pixels[self.top : self.bottom, self.left : self.right]

    def back(self, xyxy: Boxes) -> Boxes:
        """Shares of the crop, float32 (N, 4), as shares of the picture."""
        extent = np.array([self.right - self.left, self.bottom - self.top] * 2, np.float64)
        corner, whole = np.array([self.left, self.top] * 2), np.array([self.width, self.height] * 2)
        shares: Boxes = np.clip((xyxy * extent + corner) / whole, 0, 1).astype(np.float32)
        return shares


def crop_of(box: Box, width: int, height: int, grow: float, least_px: int) -> Crop | None:
    """The crop around a normalised xyxy box of a picture of that size; None where the box is too small to be asked.

    `grow` is the room on every side, in the box's own sizes; `least_px` what its shorter side must have, without it.
    """
    left, top, right, bottom = (min(max(side, 0.0), 1.0) for side in box)
    wide, high = (right - left) * width, (bottom - top) * height
    if min(wide, high) < max(least_px, 1) - NEARLY:
        return None
    x0, x1 = _span(left * width - grow * wide, right * width + grow * wide, width)
    y0, y1 = _span(top * height - grow * high, bottom * height + grow * high, height)
    return Crop(x0, y0, x1, y1, width, height)


def around(polygon: Sequence[Point]) -> Box:
    """The rectangle around a zone."""
    across, down = zip(*polygon, strict=True)
    return min(across), min(down), max(across), max(down)


def relative(xyxy: Boxes, box: Box) -> Boxes:
    """Boxes of the picture as shares of `box`; what lies outside it is below 0 or above 1."""
    left, top, right, bottom = box
    shares: Boxes = ((xyxy - np.array([left, top] * 2)) / np.array([right - left, bottom - top] * 2)).astype(np.float32)
    return shares


def absolute(shares: Boxes, box: Box) -> Boxes:
    """The inverse, for a `box` that has moved meanwhile; cut at the picture's edge."""
    left, top, right, bottom = box
    there = shares * np.array([right - left, bottom - top] * 2) + np.array([left, top] * 2)
    boxes: Boxes = np.clip(there, 0, 1).astype(np.float32)
    return boxes


def _span(low: float, high: float, extent: int) -> tuple[int, int]:
    first, last = max(0, floor(low + NEARLY)), min(extent, ceil(high - NEARLY))
    return min(first, extent - 1), max(last, min(first, extent - 1) + 1)
