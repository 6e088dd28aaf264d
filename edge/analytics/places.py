"""What is watched: zones, lines, and the rules over them. Frozen, checked when made, geometry normalised 0..1.

Margins are told in the object's own box, not in pixels: the jitter of a detector grows with the box it draws, so one
number serves near and far objects and any picture size.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from shapely.geometry import Polygon
from shapely.validation import explain_validity

from edge.analytics.anchors import Anchor
from edge.analytics.happening import Kind

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
        _check_inside(f"zone {self.id}", self.polygon)
        shape = Polygon(self.polygon)
        if not shape.is_valid or shape.area < THINNEST:
            raise ValueError(f"zone {self.id}: {explain_validity(shape) if not shape.is_valid else 'it has no area'}")
        _check_positive(f"zone {self.id}", margin=self.margin, heir_s=self.heir_s)


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
        _check_inside(f"line {self.id}", (self.a, self.b))
        if self.a == self.b:
            raise ValueError(f"line {self.id}: both ends are at {self.a}")
        for name in (self.rightward, self.leftward):
            if not CODE.fullmatch(name):
                raise ValueError(f"line {self.id}: direction {name!r} must be 1 to 40 of a-z, 0-9 and _")
        if self.rightward == self.leftward:
            raise ValueError(f"line {self.id}: both directions are called {self.leftward!r}")
        _check_positive(f"line {self.id}", margin=self.margin)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loitering:
    """Somebody stays in `zone` for `after_s` watched seconds or longer. No `classes` means every class."""

    zone: str
    after_s: float
    classes: frozenset[str] = frozenset()
    kind: Kind = field(default=Kind.LOITERING, init=False)

    def __post_init__(self) -> None:
        _check_positive(self.id, after_s=self.after_s)

    @property
    def id(self) -> str:
        """What tells this rule from every other of the camera."""
        return _rule_id(self.kind, self.zone, self.classes)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedVehicle:
    """A vehicle stays for `after_s` watched seconds within `radius` (in its own box sizes) of one spot in `zone`."""

    zone: str
    after_s: float
    radius: float = 0.3
    classes: frozenset[str] = frozenset({"car", "truck", "bus", "motorcycle"})
    kind: Kind = field(default=Kind.STOPPED_VEHICLE, init=False)

    def __post_init__(self) -> None:
        _check_positive(self.id, after_s=self.after_s, radius=self.radius)

    @property
    def id(self) -> str:
        """What tells this rule from every other of the camera."""
        return _rule_id(self.kind, self.zone, self.classes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowding:
    """`at_least` objects are in `zone` for `for_s` watched seconds; shorter dips than `grace_s` do not count."""

    zone: str
    at_least: int
    for_s: float
    classes: frozenset[str] = frozenset({"person"})
    grace_s: float = 2.0
    kind: Kind = field(default=Kind.CROWDING, init=False)

    def __post_init__(self) -> None:
        _check_positive(self.id, at_least=self.at_least - 1, for_s=self.for_s, grace_s=self.grace_s)

    @property
    def id(self) -> str:
        """What tells this rule from every other of the camera."""
        return _rule_id(self.kind, self.zone, self.classes)

    def full(self, count: int) -> bool:
        """Whether so many are a crowd."""
        return count >= self.at_least


@dataclass(frozen=True, slots=True, kw_only=True)
class Occupancy:
    """The number of objects in `zone` is at least `over`, or at most `under`, for `for_s` watched seconds.

    Raises ValueError unless exactly one of the two bounds is given.
    """

    zone: str
    for_s: float
    over: int | None = None
    under: int | None = None
    classes: frozenset[str] = frozenset()
    grace_s: float = 2.0
    kind: Kind = field(default=Kind.OCCUPANCY, init=False)

    def __post_init__(self) -> None:
        if (self.over is None) == (self.under is None):
            raise ValueError(f"{self.id}: give one bound, over or under")
        _check_positive(self.id, for_s=self.for_s, grace_s=self.grace_s)

    @property
    def id(self) -> str:
        """What tells this rule from every other of the camera."""
        return _rule_id(self.kind, self.zone, self.classes) + ("/under" if self.over is None else "/over")

    def full(self, count: int) -> bool:
        """Whether the bound holds for so many."""
        return count >= self.over if self.over is not None else count <= (self.under or 0)


Watch = Loitering | StoppedVehicle | Crowding | Occupancy


def _rule_id(kind: Kind, zone: str, classes: frozenset[str]) -> str:
    return "/".join((kind, zone, "+".join(sorted(classes)) or "any"))


def _check_slug(what: str, name: str) -> None:
    if not SLUG.fullmatch(name):
        raise ValueError(f"{what} {name!r}: an id is 1 to 40 of a-z, 0-9 and -")


def _check_inside(what: str, points: tuple[Point, ...]) -> None:
    # Written so that NaN is outside too.
    outside = [point for point in points if not all(0 <= part <= 1 for part in point)]
    if outside:
        raise ValueError(f"{what}: {outside} outside the picture (0..1)")


def _check_positive(what: str, **numbers: float) -> None:
    for name, number in numbers.items():
        if not 0 <= number < float("inf"):
            raise ValueError(f"{what}: {name} is {number}; it must be 0 or more")
