"""How deep a point is in a zone, in units of its object's own box; and the part of a path that lies inside.

A zone side drawn on the picture's edge is open: a side near the edge is put on it, points beyond the edge are put on it
too, and the distance to such a side does not count. So whoever stands half outside the picture is inside the zone. One
corner alone near the edge opens nothing and stays where it was drawn: moved, it would turn both its sides, and in a
small zone far away that is more than the width of somebody who stands there.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon

from edge.analytics.anchors import EDGE

Floats = NDArray[np.float64]

FULL: Final = 0.5
"""The share of a zone's inner radius that a margin may take, so that a thin zone can be entered at all."""
INSIDE: Final = 1e-9


class Area:
    """A zone's polygon, prepared. `polygon` is a sequence of (x, y), normalised."""

    def __init__(self, polygon: Sequence[tuple[float, float]]) -> None:
        corners, open_side = _opened(np.asarray(polygon, np.float64))
        ends = np.roll(corners, -1, axis=0)
        # A corner told twice, as whoever closes a ring does, makes a side without length, which has no nearest point.
        bounds = ~open_side & (corners != ends).any(axis=1)
        self._start, self._side = corners[bounds], (ends - corners)[bounds]
        self._shape = Polygon(corners)
        rim = shapely.get_coordinates(shapely.maximum_inscribed_circle(self._shape))
        self._radius = float(np.hypot(*(rim[1] - rim[0])))
        shapely.prepare(self._shape)

    def depths(self, points: Floats, sizes: Floats) -> Floats:
        """Distance of points (N, 2) from the boundary, positive inside, in units of `sizes` (N, 2): float64 (N,).

        Infinite where every side of the zone is open.
        """
        points = _within(points)
        nearest = self._nearest(points, sizes)
        return np.where(shapely.contains_xy(self._shape, points[:, 0], points[:, 1]), nearest, -nearest)

    def margins(self, margin: float, sizes: Floats) -> Floats:
        """The margin each object gets here: `margin`, but less where the zone is thin for so large an object, (N,)."""
        narrow: Floats = np.minimum(margin, FULL * self._radius / sizes.max(axis=1))
        return narrow

    def over(self, start: Floats, end: Floats) -> float:
        """The share of the path from `start` to `end`, one of them inside, after which it is on the side of `end`."""
        path = LineString(_within(np.stack([start, end])))
        rim = shapely.get_coordinates(self._shape.boundary.intersection(path))
        if not len(rim):
            return 1.0
        # The last passage decides: a path may go through a notch on its way.
        return float(shapely.line_locate_point(path, shapely.points(rim)).max() / path.length)

    def through(self, start: Floats, end: Floats) -> tuple[float, Floats]:
        """The share of the path from `start` to `end` that lies inside, and the middle of its longest piece."""
        path = LineString(_within(np.stack([start, end])))
        pieces = [piece for piece in shapely.get_parts(self._shape.intersection(path)) if piece.length > 0]
        if not pieces:
            return 0.0, start
        longest = max(pieces, key=lambda piece: float(piece.length))
        middle = shapely.get_coordinates(longest.interpolate(0.5, normalized=True))[0]
        return float(sum(piece.length for piece in pieces) / path.length), middle

    def _nearest(self, points: Floats, sizes: Floats) -> Floats:
        if not len(self._start):
            return np.full(len(points), np.inf)
        # Across and down apart: arrays whose last axis is 2 long cost several times as much.
        (x, y), (wide, high) = points.T[:, :, None], sizes.T[:, :, None]
        across, down = self._side[:, 0] / wide, self._side[:, 1] / high
        away_x, away_y = x / wide - self._start[:, 0] / wide, y / high - self._start[:, 1] / high
        share = (away_x * across + away_y * down) / (across * across + down * down)
        share = np.minimum(np.maximum(share, 0), 1)
        off_x, off_y = away_x - share * across, away_y - share * down
        distance: Floats = np.sqrt((off_x * off_x + off_y * off_y).min(axis=1))
        return distance


def _opened(corners: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """The corners (N, 2), those of a side near the edge put on it; and which sides (from corner to next) are open."""
    opened = np.zeros(len(corners), bool)
    drawn = corners
    for edge in (0.0, 1.0):
        near = np.abs(drawn - edge) <= EDGE
        side = near & np.roll(near, -1, axis=0)
        corners = np.where(side | np.roll(side, 1, axis=0), edge, corners)
        opened |= side.any(axis=1)
    return corners, opened


def _within(points: Floats) -> Floats:
    return np.minimum(np.maximum(points, INSIDE), 1 - INSIDE)
