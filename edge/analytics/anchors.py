"""The one point of a box that stands for the object, and how far it may be from where the box says.

Ground contact is the bottom centre. A box cut off by the picture's edge does not show it: a car that leaves through the
bottom keeps its box's bottom on the edge while its wheels are long below, and its centre shifts as the box shrinks.
Such an anchor is known only to lie somewhere beyond, and whoever decides on it must decide the same for all of beyond.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EDGE: Final = 0.008
"""A side this near the picture's edge (share of the picture) is cut off: detectors stop a pixel or three short."""
REACH: Final = 1.0
"""How far beyond a hidden anchor may lie, pictures."""
SMALLEST: Final = 1e-3


class Anchor(StrEnum):
    """Which point of a box stands for the object."""

    FEET = "feet"
    CENTRE = "centre"


def standing(boxes: Floats, anchor: Anchor) -> Floats:
    """The anchor of each xyxy box (N, 4), float64 (N, 2)."""
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    if anchor is Anchor.FEET:
        middle[:, 1] = boxes[:, 3]
    return middle


def hidden(boxes: Floats, anchor: Anchor) -> Floats:
    """How far beyond its anchor each box may really stand to the left, top, right, bottom: float64 (N, 4), 0 or REACH.

    A box that goes on outside the picture says itself where it ends, so only a side on the edge is cut off.
    """
    cut = np.abs(boxes - (0, 0, 1, 1)) <= EDGE
    if anchor is Anchor.FEET:
        cut[:, 1] = False
    return np.where(cut, REACH, 0.0)


def sizes(boxes: Floats) -> Floats:
    """Width and height of each box, float64 (N, 2), never 0."""
    return np.maximum(boxes[:, 2:] - boxes[:, :2], SMALLEST)
