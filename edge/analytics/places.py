"""Where is watched: zones and lines. Frozen, checked when made, geometry normalised 0..1.

Margins are told in the object's own box, not in pixels: the jitter of a detector grows with the box it draws, so one
number serves near and far objects and any picture size.
"""

import re
from dataclasses import dataclass
from typing import Final

from shapely.geometry import Polygon
from shapely.validation import explain_validity

from edge.analytics.anchors import Anchor

Point = tuple[float, float]

SLUG: Final = re.compile(r"[a-z0-9-]{1,40}")
CODE: Final = re.compile(r"[a-z0-9_]{1,40}")
CORNERS: Final = 3
THINNEST: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """An area of the picture.

    A side that lies on the picture's edge is open: what stands beyond that edge is inside. `margin` is how deep, in the
    object's own box sizes, an anchor must go in or out to count; `heir_s` is how many seconds a newcomer may take over
    the stay of a track of the same class that went missing on the same spot.
    Raises ValueError for fewer than 3 points, points outside the picture, or a boundary that crosses itself.
    """

    id: str
    polygon: tuple[Point, ...]
    anchor: Anchor = Anchor.FEET
    margin: float = 0.05
    heir_s: float = 3.0

    def __post_init__(self) -> None:
        _check_slug("zone", self.id)
        if len(self.polygon) < CORNERS:
            raise ValueError(f"zone {self.id}: a polygon needs 3 points or more, not {len(self.polygon)}")
        check_inside(f"zone {self.id}", self.polygon)
        shape = Polygon(self.polygon)
        if not shape.is_valid or shape.area < THINNEST:
            raise ValueError(f"zone {self.id}: {explain_validity(shape) if not shape.is_valid else 'it has no area'}")
        check_positive(f"zone {self.id}", margin=self.margin, heir_s=self.heir_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line from `a` to `b`, counted in both directions.

    `rightward` names crossings to the right-hand side of someone who walks from `a` to `b` in the picture, `leftward`
    the others. `margin` is how far, in the object's own box sizes, an anchor must be from the line to be on a side.
    Raises ValueError for a line without length, outside the picture, or whose directions have one name or none
    that goes on the wire.
    """

    id: str
    a: Point
    b: Point
    rightward: str = "in"
    leftward: str = "out"
    anchor: Anchor = Anchor.FEET
    margin: float = 0.05

    def __post_init__(self) -> None:
        _check_slug("line", self.id)
        check_inside(f"line {self.id}", (self.a, self.b))
        if self.a == self.b:
            raise ValueError(f"line {self.id}: both ends are at {self.a}")
        for name in (self.rightward, self.leftward):
            if not CODE.fullmatch(name):
                raise ValueError(f"line {self.id}: direction {name!r} must be 1 to 40 of a-z, 0-9 and _")
        if self.rightward == self.leftward:
            raise ValueError(f"line {self.id}: both directions are called {self.leftward!r}")
        check_positive(f"line {self.id}", margin=self.margin)


def check_inside(what: str, points: tuple[Point, ...]) -> None:
    """Raises ValueError for points outside the picture."""
    # Written so that NaN is outside too.
    outside = [point for point in points if not all(0 <= part <= 1 for part in point)]
    if outside:
        raise ValueError(f"{what}: {outside} outside the picture (0..1)")


def check_more(what: str, **numbers: float) -> None:
    """Raises ValueError for a number that is not above 0 and finite."""
    for name, number in numbers.items():
        if not 0 < number < float("inf"):
            raise ValueError(f"{what}: {name} is {number}; it must be more than 0")


def check_positive(what: str, **numbers: float) -> None:
    """Raises ValueError for a number that is below 0, infinite or none."""
    for name, number in numbers.items():
        if not 0 <= number < float("inf"):
            raise ValueError(f"{what}: {name} is {number}; it must be 0 or more")


def _check_slug(what: str, name: str) -> None:
    if not SLUG.fullmatch(name):
        raise ValueError(f"{what} {name!r}: an id is 1 to 40 of a-z, 0-9 and -")
