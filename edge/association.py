"""Which box belongs to which track: widened overlap, then the best assignment.

Overlap (IoU) alone fails at 2 to 5 frames a second, where an object leaves its own box between two looks. Both boxes
are therefore widened by the track's own doubt about where it is, as in C-BIoU (Yang et al., WACV 2023) but with the
width taken from the Kalman filter: nothing at 25 frames a second, much for a newcomer whose speed is unknown.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def overlap(tracks: Floats, boxes: Floats, doubt: Floats | None = None) -> Floats:
    """IoU of every track (T, 4) with every box (D, 4), xyxy, float64 (T, D).

    Args:
        tracks: believed boxes.
        boxes: seen boxes.
        doubt: (T, 2), how far the track may be off in x and y; both boxes of a pair are widened by it on each side.
    """
    sides = [_along(tracks, boxes, axis, 0.0 if doubt is None else 2 * doubt[:, axis, None]) for axis in (0, 1)]
    shared = sides[0][0] * sides[1][0]
    whole = sides[0][1] * sides[1][1] + sides[0][2] * sides[1][2] - shared
    ratio: Floats = shared / np.maximum(whole, 1e-12)
    return ratio


def assigned(likeness: Floats, floor: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of the pairs with the largest total likeness, none of them below `floor`."""
    if not likeness.size:
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - a second of a node's start; at the first look

    # A pair below the floor must not pull others out of place, so it is worth nothing before assigning.
    worth = np.where(likeness >= floor, likeness, 0.0)
    rows, columns = linear_sum_assignment(worth, maximize=True)
    kept = worth[rows, columns] > 0
    return rows[kept], columns[kept]


def _along(tracks: Floats, boxes: Floats, axis: int, wider: Floats | float) -> tuple[Floats, Floats, Floats]:
    """Shared length, track length and box length along one axis, each (T, D) or broadcast to it."""
    low, high = axis, axis + 2
    shared = np.minimum(tracks[:, None, high], boxes[:, high]) - np.maximum(tracks[:, None, low], boxes[:, low]) + wider
    own = tracks[:, None, high] - tracks[:, None, low] + wider
    other = (boxes[:, high] - boxes[:, low]) + wider
    return np.maximum(shared, 0), own, other
