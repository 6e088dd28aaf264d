"""Who crossed which line, which way: decided on the segment between two sightings, never on a point.

Method: a track is settled on a side once its anchor is a margin away from the line. Every segment between sightings
that goes through the line between its ends is noted with its sign. When the track settles, or ends, and the notes do
not cancel out, it has crossed, once. So a fast object that jumps over line and margin in one look is counted, jitter on
the line is not, and going round an end of the line is not. The ends have the same margin: whoever goes over within it
and comes back there has gone the same way twice, through or round, whichever side of the end the second segment lies.
A track that began and ended within the margin never settled, and has crossed only if it began half a margin away on one
side and ended so on the other: identities that break on somebody waiting on the line do not turn into counts.
An anchor hidden by the picture's edge (`edge.analytics.anchors`) counts only where all it may be is on one side.
Limits: the path between two sightings is taken as straight; what ends within the margin is told when the track ends.
A camera that shakes between two looks bends every path, and who goes over right at an end may be missed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edge.analytics.anchors import Anchor, hidden, sizes, standing
from edge.analytics.nearly import NEAR_LINE, What
from edge.analytics.places import Line

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Bools = NDArray[np.bool_]

HALF: Final = 0.5


@dataclass(frozen=True, slots=True)
class Crossed:
    """The track that owns `row` crossed `line`, to its right-hand side or not."""

    row: int
    line: Line
    rightward: bool


@dataclass(frozen=True, slots=True)
class Approach:
    """How the track that owns `row` stands to a line it has not crossed since it was last on a side of it."""

    row: int
    line: Line
    what: What
    reached: float
    wanted: float
    near: float


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
        self._before = np.full((0, count), np.nan)
        self._began = np.full((0, count), np.nan)
        self._now = np.full((0, count), np.nan)
        self._rows = np.zeros(0, np.intp)
        self._by_end = np.zeros((0, count, 3), np.int8)
        """The last passage near an end: which end (1, 2; 0: none), which way, whether through the line."""

    def forget(self, rows: Rows) -> list[Crossed]:
        """Free these rows for other tracks; the crossings their tracks had begun, and ended beyond the line."""
        rows = rows[rows < len(self._side)]
        side, notes, half = self._side[rows], np.sign(self._notes[rows]), HALF * self._margin
        came_over = (self._began[rows] * notes <= -half) & (self._now[rows] * notes >= half)
        crossed = np.where(side == 0, came_over, side * notes < 0) & (notes != 0)
        told = self._told(rows, crossed, notes > 0)
        self._side[rows], self._notes[rows], self._last[rows], self._before[rows] = 0, 0, np.nan, np.nan
        self._began[rows], self._now[rows], self._by_end[rows] = np.nan, np.nan, 0
        return told

    def step(self, rows: Rows, boxes: Floats, capacity: int) -> list[Crossed]:
        """The crossings completed at this look by boxes (N, 4) xyxy, whose tracks own `rows` of `capacity`."""
        self._rows = rows
        if not self._lines or not len(rows):
            return []
        self._grow(capacity)
        places, beyond = self._anchored(boxes)
        offset = self._offset(places)
        trusted = self._one_sided(offset, beyond)
        size = sizes(boxes)
        lengths = self._lengths(size)
        distance = offset / (size[:, 0] * size[:, 1])[:, None] / lengths
        notes = self._notes[rows] + self._passages(rows, places, offset, lengths, trusted)
        before, side = self._side[rows], np.where(offset >= 0, 1, -1).astype(np.int8)
        settles = trusted & (np.abs(distance) >= self._margin)
        # Side 0: it began within the margin on the other side and came through.
        crossed = settles & (before != side) & (notes * side > 0)
        self._side[rows] = np.where(settles, side, before)
        self._notes[rows] = np.where(crossed, 0, notes)
        self._note(rows, places, offset, distance, trusted)
        return self._told(rows, crossed, side > 0)

    def nearly(self) -> list[Approach]:
        """Who was at or over a line at the last look without crossing it."""
        if not self._lines:
            return []
        found = [self._approach(int(row), column) for row in self._rows for column in range(len(self._lines))]
        return [approach for approach in found if approach is not None]

    def _approach(self, row: int, column: int) -> Approach | None:
        line, now, notes = self._lines[column], float(self._now[row, column]), int(self._notes[row, column])
        if np.isnan(now):
            return Approach(row, line, What.CUT, 0.0, line.margin, 0.0)
        way = self._along[column]
        beyond = float((self._last[row, column] - self._start[column]) @ way / (way @ way))
        beyond = max(-beyond, beyond - 1, 0.0)
        if beyond:
            turned = float(self._began[row, column]) * now < 0 and not notes
            return Approach(row, line, What.BESIDE_LINE, beyond, 0.0, max(1 - beyond, 0.0)) if turned else None
        if notes and self._side[row, column] * notes <= 0 and abs(now) < line.margin:
            return Approach(row, line, What.OVER_LINE, max(now * np.sign(notes), 0.0), line.margin, 1.0)
        if abs(now) < NEAR_LINE:
            return Approach(row, line, What.OFF_LINE, abs(now), 0.0, 1 - abs(now) / NEAR_LINE)
        return None

    def _note(self, rows: Rows, places: Floats, offset: Floats, distance: Floats, trusted: Bools) -> None:
        """Where everybody is now, of whom the side is known."""
        if not trusted.all():
            places = np.where(trusted[..., None], places, self._last[rows])
            offset = np.where(trusted, offset, self._before[rows])
            distance = np.where(trusted, distance, self._now[rows])
        self._last[rows], self._before[rows], self._now[rows] = places, offset, distance
        began = self._began[rows]
        new = np.isnan(began)
        if new.any():
            self._began[rows] = np.where(new, distance, began)

    def _told(self, rows: Rows, crossed: Bools, rightward: Bools) -> list[Crossed]:
        if not crossed.any():
            return []
        return [Crossed(int(rows[i]), self._lines[j], bool(rightward[i, j])) for i, j in np.argwhere(crossed)]

    def _grow(self, capacity: int) -> None:
        missing = capacity - len(self._side)
        if missing > 0:
            self._side = np.pad(self._side, ((0, missing), (0, 0)))
            self._notes = np.pad(self._notes, ((0, missing), (0, 0)))
            self._last = np.pad(self._last, ((0, missing), (0, 0), (0, 0)), constant_values=np.nan)
            self._before = np.pad(self._before, ((0, missing), (0, 0)), constant_values=np.nan)
            self._began = np.pad(self._began, ((0, missing), (0, 0)), constant_values=np.nan)
            self._now = np.pad(self._now, ((0, missing), (0, 0)), constant_values=np.nan)
            self._by_end = np.pad(self._by_end, ((0, missing), (0, 0), (0, 0)))

    def _anchored(self, boxes: Floats) -> tuple[Floats, Floats]:
        """Anchors, and how far beyond them each box may stand: (N, L, 2) and (N, L, 4), L of 1 where all are alike."""
        if self._feet.all():
            return standing(boxes, Anchor.FEET)[:, None], hidden(boxes, Anchor.FEET)[:, None]
        feet = self._feet[:, None]
        feet_at, centre_at = (standing(boxes, anchor)[:, None] for anchor in (Anchor.FEET, Anchor.CENTRE))
        feet_to, centre_to = (hidden(boxes, anchor)[:, None] for anchor in (Anchor.FEET, Anchor.CENTRE))
        return np.where(feet, feet_at, centre_at), np.where(feet, feet_to, centre_to)

    def _offset(self, places: Floats) -> Floats:
        """Which side, as a cross product: positive to the right of a -> b (y points down), (N, L)."""
        away = places - self._start
        offset: Floats = self._along[:, 0] * away[..., 1] - self._along[:, 1] * away[..., 0]
        return offset

    def _one_sided(self, offset: Floats, beyond: Floats) -> Bools:
        """Whether everything the anchor may be is on one side of the whole line."""
        if not beyond.any():
            return np.ones(offset.shape, bool)
        # What a step left, up, right, down does to the cross product.
        x, y = self._along[:, 0], self._along[:, 1]
        change = beyond * np.stack([y, -x, -y, x], axis=1)
        low = offset + np.minimum(change, 0).sum(axis=2)
        high = offset + np.maximum(change, 0).sum(axis=2)
        one_sided: Bools = (low >= 0) | (high < 0)
        return one_sided

    def _passages(
        self, rows: Rows, places: Floats, offset: Floats, lengths: Floats, trusted: Bools
    ) -> NDArray[np.int16]:
        """+1 or -1 where the segment since the last sighting goes through the line between its ends, else 0."""
        before = self._before[rows]
        # A first sighting has no segment: its last place is NaN.
        over = trusted & ((before >= 0) != (offset >= 0)) & ~np.isnan(before)
        if not over.any():
            return np.zeros(over.shape, np.int16)
        last = self._last[rows]
        share = np.where(over, before / np.where(over, before - offset, 1), 0)
        met = last + share[..., None] * (places - last) - self._start
        along = np.where(over, (met * self._along).sum(axis=2) / (self._along**2).sum(axis=1), np.nan)
        sign = np.where(offset >= 0, 1, -1).astype(np.int8)
        passages: NDArray[np.int16] = np.where(self._through(rows, along, sign, lengths), sign, 0).astype(np.int16)
        return passages

    def _through(self, rows: Rows, along: Floats, sign: NDArray[np.int8], lengths: Floats) -> Bools:
        """Whether each passage is through the line: `along` it (0..1 between its ends; NaN where nobody passes)."""
        through = (along >= 0) & (along <= 1)
        end = np.where(np.abs(np.minimum(along, 1 - along)) <= self._margin / lengths, 1 + (along > HALF), 0)
        known = self._by_end[rows]
        comes_back = (end > 0) & (known[..., 0] == end) & (known[..., 1] == -sign)
        through = np.where(comes_back, known[..., 2] > 0, through)
        passage = np.stack([end, np.where(end > 0, sign, 0), through & (end > 0)], axis=-1)
        self._by_end[rows] = np.where(np.isnan(along)[..., None], known, passage)
        return through

    def _lengths(self, size: Floats) -> Floats:
        """The lines' lengths in units of each object's own box, (N, L)."""
        wide, high = self._along[:, 0] / size[:, :1], self._along[:, 1] / size[:, 1:]
        lengths: Floats = np.sqrt(wide * wide + high * high)
        return lengths
