"""Who crossed which line, which way: decided on the segment between two sightings, never on a point.

Method: a track is settled on a side once its anchor is a margin away from the line. Every segment between sightings
that goes through the line between its ends is noted with its sign. When the track settles, or ends, and the notes do
not cancel out, it has crossed, once. So a fast object that jumps over line and margin in one look is counted, jitter on
the line is not, and going round an end of the line is not. A track that began and ended within the margin never
settled, and so never crossed: identities that break on somebody waiting on the line do not turn into counts.
An anchor hidden by the picture's edge (`edge.analytics.anchors`) counts only where all it may be is on one side.
Limits: the path between two sightings is taken as straight; what ends within the margin is told when the track ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.analytics.anchors import Anchor, hidden, sizes, standing
from edge.analytics.places import Line

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Crossed:
    """The track that owns `row` crossed `line`, to its right-hand side or not."""

    row: int
    line: Line
    rightward: bool


class Crossings:
    """The sides every track of one camera has been on."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = tuple(lines)
        count = len(lines)
        self._start = np.array([line.a for line in lines], np.float64).reshape(count, 2)
        self._along = np.array([line.b for line in lines], np.float64).reshape(count, 2) - self._start
        self._margin = np.array([line.margin for line in lines])
        self._feet = np.array([line.anchor is Anchor.FEET for line in lines], bool)
        self._side = np.zeros((0, count), np.int8)
        self._notes = np.zeros((0, count), np.int16)
        self._last = np.full((0, count, 2), np.nan)

    def forget(self, rows: Rows) -> list[Crossed]:
        """Free these rows for other tracks; the crossings their tracks had begun, and ended beyond the line."""
        rows = rows[rows < len(self._side)]
        crossed = (self._side[rows] != 0) & (self._side[rows] * self._notes[rows] < 0)
        told = self._told(rows, crossed, self._notes[rows] > 0)
        self._side[rows], self._notes[rows], self._last[rows] = 0, 0, np.nan
        return told

    def step(self, rows: Rows, boxes: Floats, capacity: int) -> list[Crossed]:
        """The crossings completed at this look by boxes (N, 4) xyxy, whose tracks own `rows` of `capacity`."""
        if not self._lines or not len(rows):
            return []
        self._grow(capacity)
        places, beyond = self._anchored(boxes)
        offset = self._offset(places)
        trusted = self._one_sided(offset, beyond)
        notes = self._notes[rows] + np.where(trusted, self._passages(self._last[rows], places, offset), 0)
        away = np.abs(self._distances(offset, sizes(boxes))) >= self._margin
        side = np.where(offset >= 0, 1, -1).astype(np.int8)
        settles = trusted & away
        # Side 0: it began within the margin on the other side and came through.
        crossed = settles & (self._side[rows] != side) & (notes * side > 0)
        self._side[rows] = np.where(settles, side, self._side[rows])
        self._notes[rows] = np.where(crossed, 0, notes)
        self._last[rows] = np.where(trusted[..., None], places, self._last[rows])
        return self._told(rows, crossed, side > 0)

    def _told(self, rows: Rows, crossed: NDArray[np.bool_], rightward: NDArray[np.bool_]) -> list[Crossed]:
        return [Crossed(int(rows[i]), self._lines[j], bool(rightward[i, j])) for i, j in np.argwhere(crossed)]

    def _grow(self, capacity: int) -> None:
        missing = capacity - len(self._side)
        if missing > 0:
            self._side = np.pad(self._side, ((0, missing), (0, 0)))
            self._notes = np.pad(self._notes, ((0, missing), (0, 0)))
            self._last = np.pad(self._last, ((0, missing), (0, 0), (0, 0)), constant_values=np.nan)

    def _anchored(self, boxes: Floats) -> tuple[Floats, Floats]:
        """Anchors (N, L, 2) and how far beyond them (N, L, 4) each box may stand."""
        feet = self._feet[:, None]
        feet_at, centre_at = (standing(boxes, anchor)[:, None] for anchor in (Anchor.FEET, Anchor.CENTRE))
        feet_to, centre_to = (hidden(boxes, anchor)[:, None] for anchor in (Anchor.FEET, Anchor.CENTRE))
        return np.where(feet, feet_at, centre_at), np.where(feet, feet_to, centre_to)

    def _offset(self, places: Floats) -> Floats:
        """Which side, as a cross product: positive to the right of a -> b (y points down), (N, L)."""
        away = places - self._start
        offset: Floats = self._along[:, 0] * away[..., 1] - self._along[:, 1] * away[..., 0]
        return offset

    def _one_sided(self, offset: Floats, beyond: Floats) -> NDArray[np.bool_]:
        """Whether everything the anchor may be is on one side of the whole line."""
        # What a step left, up, right, down does to the cross product.
        x, y = self._along[:, 0], self._along[:, 1]
        change = beyond * np.stack([y, -x, -y, x], axis=1)
        low = offset + np.minimum(change, 0).sum(axis=2)
        high = offset + np.maximum(change, 0).sum(axis=2)
        one_sided: NDArray[np.bool_] = (low >= 0) | (high < 0)
        return one_sided

    def _passages(self, last: Floats, places: Floats, offset: Floats) -> NDArray[np.int16]:
        """+1 or -1 where the segment since the last sighting goes through the line between its ends, else 0."""
        before = self._offset(last)
        changed = (before >= 0) != (offset >= 0)
        share = np.where(changed, before / np.where(changed, before - offset, 1), 0)
        met = last + share[..., None] * (places - last) - self._start
        along = (met * self._along).sum(axis=2) / (self._along**2).sum(axis=1)
        # A first sighting has no segment: its last place is NaN and every comparison with it is false.
        through = changed & ~np.isnan(before) & (along >= 0) & (along <= 1)
        passages: NDArray[np.int16] = np.where(through, np.where(offset >= 0, 1, -1), 0).astype(np.int16)
        return passages

    def _distances(self, offset: Floats, size: Floats) -> Floats:
        """Signed distances from the lines in units of each object's own box, (N, L)."""
        length = np.sqrt(((self._along / size[:, None]) ** 2).sum(axis=2))
        distance: Floats = offset / (size[:, 0] * size[:, 1])[:, None] / length
        return distance
