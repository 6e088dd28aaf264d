"""Privacy masks: parts of a camera's picture that are nobody's business, a window or a yard. Pure.

They are burnt in, black, before anything else is done to a picture that leaves, and the analysis knows nothing of what
lies under them: a detection of which more than half is masked is dropped before the tracker, and rules that look at the
picture itself see black there. The detector looks at the whole picture all the same, because a black block has edges of
its own and changes what is found beside it; and what it finds under a mask is still covered, twice.
Burning paints every pixel a polygon touches. Limits: a mask stands in the picture, not in the street: it must be drawn
again when the camera is turned (a camera that moved is told as unfit).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from shapely import unary_union
from shapely.geometry import Polygon
from shapely.validation import explain_validity

from edge.analytics.places import CORNERS, THINNEST, Point, Zone, check_inside

COLUMNS: Final = 320
ROWS: Final = 180
HIDDEN: Final = 0.5
BLACK: Final = (0, 0, 0)
EDGE_PX: Final = 3
SEEN_LEAST: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """One area. Raises ValueError for fewer than 3 points, points outside, a boundary that crosses itself."""

    polygon: tuple[Point, ...]

    def __post_init__(self) -> None:
        if len(self.polygon) < CORNERS:
            raise ValueError(f"mask: a polygon needs 3 points or more, not {len(self.polygon)}")
        check_inside("mask", self.polygon)
        shape = Polygon(self.polygon)
        if not shape.is_valid or shape.area < THINNEST:
            raise ValueError(f"mask: {explain_validity(shape) if not shape.is_valid else 'it has no area'}")


class Masks:
    """All masks of one camera."""

    def __init__(self, masks: Iterable[Mask] = ()) -> None:
        self._polygons = [np.array(mask.polygon, np.float64) for mask in masks]
        raster = np.zeros((ROWS, COLUMNS), np.uint8)
        for corners in self._corners(COLUMNS, ROWS):
            cv2.fillPoly(raster, [corners], (1,))
        self._sums = cv2.integral(raster)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._polygons)

    def burn(self, pixels: NDArray[np.uint8]) -> None:
        """Make them black in a picture of any size, (H, W) or (H, W, 3), in place."""
        height, width = pixels.shape[:2]
        for corners in self._corners(width, height):
            # Each by itself: where two overlap in one call, OpenCV leaves a hole. The line takes the rounding in.
            cv2.fillPoly(pixels, [corners], BLACK)
            cv2.polylines(pixels, [corners], isClosed=True, color=BLACK, thickness=EDGE_PX)

    def hidden(self, xyxy: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Of which boxes, normalised (N, 4), more than half is masked; (N,)."""
        if not self._polygons:
            return np.zeros(len(xyxy), np.bool_)
        sides = np.clip(xyxy, 0, 1) * np.array([COLUMNS, ROWS] * 2)
        x0, y0 = np.floor(sides[:, 0]).astype(int), np.floor(sides[:, 1]).astype(int)
        x1, y1 = np.ceil(sides[:, 2]).astype(int), np.ceil(sides[:, 3]).astype(int)
        masked = self._sums[y1, x1] - self._sums[y0, x1] - self._sums[y1, x0] + self._sums[y0, x0]
        return np.asarray(masked > HIDDEN * (x1 - x0) * (y1 - y0), np.bool_)

    def _corners(self, width: int, height: int) -> list[NDArray[np.int32]]:
        return [np.floor(polygon * (width, height)).astype(np.int32) for polygon in self._polygons]


NO_MASKS: Final = Masks()


def refuse_hidden(zones: Iterable[Zone], masks: Iterable[Mask]) -> None:
    """Raises ValueError for a zone that lies under masks as good as whole: nothing would ever happen there."""
    masked = unary_union([Polygon(mask.polygon) for mask in masks])
    for zone in zones:
        shape = Polygon(zone.polygon)
        if shape.difference(masked).area < SEEN_LEAST * shape.area:
            raise ValueError(f"zone {zone.id} lies under the masks: nothing could happen there")
