"""Which box belongs to which track: the odds that both are one object, then the best assignment.

Overlap (IoU) with a floor asks the same of a track seen a moment ago and of one lost for a second, and of a look 40 ms
and of one 500 ms away. The odds ask what the filter knows: how dense its belief is at the box, in place and size, held
against how dense newcomers are. A belief that has grown wide is thin everywhere, so the same distance convinces less
the longer a track was lost or the rarer the looks: seconds do what thresholds would have to be set for.
Detectors err by little mostly and by much sometimes, hence Student's t and not a bell (Lange, Little and Taylor, 1989).
Limits: no appearance; one density of newcomers for the whole picture.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from edge.kalman import SPREAD, Motion, centred, sizes

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Rows = NDArray[np.intp]

TAILS: Final = 4.0
"""Degrees of freedom of a detector's error."""
ENOUGH: Final = 1e-9


def odds(motion: Motion, boxes: Floats, newcomers: float) -> Floats:
    """Log odds of every track (T, 5, 4) and box (D, 4) xyxy that they are one object, float64 (T, D).

    Args:
        motion: tracks as believed at the time of the boxes.
        boxes: seen boxes.
        newcomers: log density of boxes that belong to nobody, in the track's widths, heights and relative sizes.
    """
    size = sizes(motion[:, 0])
    doubt = motion[:, 2] + (SPREAD * size) ** 2
    weight = 1 / (TAILS * doubt)
    seen, tail = centred(boxes), np.ones((len(motion), len(boxes)))
    # Column by column: arrays whose last axis is 4 long cost several times as much.
    for column in range(4):
        surprise = motion[:, 0, column, None] - seen[:, column]
        tail *= 1 + surprise * surprise * weight[:, column, None]
    thin = np.log(np.prod(doubt / size**2, axis=1)) / 2
    answer: Floats = -(TAILS + 1) / 2 * np.log(tail) - (thin + newcomers)[:, None]
    return answer


def overlap(boxes: Floats, others: Floats) -> Floats:
    """IoU of every box (T, 4) with every other (D, 4), xyxy, float64 (T, D)."""
    (left, top, right, bottom), (left2, top2, right2, bottom2) = boxes.T[:, :, None], others.T
    wide = np.minimum(right, right2) - np.maximum(left, left2)
    high = np.minimum(bottom, bottom2) - np.maximum(top, top2)
    shared = np.maximum(wide, 0) * np.maximum(high, 0)
    whole = (right - left) * (bottom - top) + (right2 - left2) * (bottom2 - top2) - shared
    ratio: Floats = shared / np.maximum(whole, 1e-12)
    return ratio


def assigned(likeness: Floats, floor: float = ENOUGH) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of the pairs with the largest total likeness, none of them below `floor`."""
    if not likeness.size:
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - a second of a node's start; at the first look

    # A pair below the floor must not pull others out of place, so it is worth nothing before assigning.
    worth = np.where(likeness >= floor, likeness, 0.0)
    rows, columns = linear_sum_assignment(worth, maximize=True)
    kept = worth[rows, columns] > 0
    return rows[kept], columns[kept]


class Pairs:
    """Rows and columns that found each other so far, and those that are still free."""

    def __init__(self, rows: int, columns: int) -> None:
        self.free_rows, self.free_columns = np.ones(rows, bool), np.ones(columns, bool)
        self._found: list[tuple[Rows, Rows]] = [(np.zeros(0, np.intp), np.zeros(0, np.intp))]

    def left(self, who: Bools, which: Bools) -> tuple[Rows, Rows]:
        """Of these, the free ones."""
        return (who & self.free_rows).nonzero()[0], (which & self.free_columns).nonzero()[0]

    def by(self, worth: Floats, who: Bools, which: Bools) -> None:
        """Pair the free ones of these by what each pair is worth."""
        rows, columns = self.left(who, which)
        if len(rows) and len(columns):
            chosen, others = assigned(worth[np.ix_(rows, columns)])
            self.take(rows[chosen], columns[others])

    def take(self, rows: Rows, columns: Rows) -> None:
        """These belong together."""
        self.free_rows[rows] = self.free_columns[columns] = False
        self._found.append((rows, columns))

    def all(self) -> tuple[Rows, Rows]:
        """Every pair, row by row with its column."""
        return np.concatenate([rows for rows, _ in self._found]), np.concatenate([both[1] for both in self._found])
