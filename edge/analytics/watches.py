"""The rules over zones: what must hold, for whom, for how long. Frozen, checked when made.

Distances are told in the object's own box sizes, as everywhere (`edge.analytics.places`); times are watched seconds.
"""

from dataclasses import dataclass, field
from typing import Final

from edge.analytics.ground import Ground
from edge.analytics.happening import Kind
from edge.analytics.places import Point, check_inside, check_more, check_positive

PORTABLE: Final = frozenset({"backpack", "handbag", "suitcase"})
VEHICLES: Final = frozenset({"car", "truck", "bus", "motorcycle"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Loitering:
    """Somebody stays in `zone` for `after_s` watched seconds or longer. No `classes` means every class."""

    zone: str
    after_s: float
    classes: frozenset[str] = frozenset()
    kind: Kind = field(default=Kind.LOITERING, init=False)

    def __post_init__(self) -> None:
        check_positive(self.id, after_s=self.after_s)

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
    classes: frozenset[str] = VEHICLES
    kind: Kind = field(default=Kind.STOPPED_VEHICLE, init=False)

    def __post_init__(self) -> None:
        check_positive(self.id, after_s=self.after_s, radius=self.radius)

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
        check_positive(self.id, at_least=self.at_least - 1, for_s=self.for_s, grace_s=self.grace_s)

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
        check_positive(self.id, for_s=self.for_s, grace_s=self.grace_s)

    @property
    def id(self) -> str:
        """What tells this rule from every other of the camera."""
        return _rule_id(self.kind, self.zone, self.classes) + ("/under" if self.over is None else "/over")

    def full(self, count: int) -> bool:
        """Whether the bound holds for so many."""
        return count >= self.over if self.over is not None else count <= (self.under or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongWay:
    """Traffic in `zone` goes from `a` towards `b`, and something comes back by `travel` of its own box sizes.

    Raises ValueError for a way without length or outside the picture.
    """

    zone: str
    a: Point
    b: Point
    travel: float = 1.0
    classes: frozenset[str] = VEHICLES
    kind: Kind = field(default=Kind.WRONG_WAY, init=False)

    def __post_init__(self) -> None:
        check_inside(self.id, (self.a, self.b))
        if self.a == self.b:
            raise ValueError(f"{self.id}: the way begins and ends at {self.a}")
        check_more(self.id, travel=self.travel)

    @property
    def id(self) -> str:
        """What tells this rule from every other of the camera."""
        return _rule_id(self.kind, self.zone, self.classes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """`at_least` objects wait in `zone` close behind each other for `for_s` watched seconds.

    Who goes at most `slow` of its own box sizes a second waits; `gap` is the most space between two, in their boxes.
    """

    zone: str
    at_least: int
    for_s: float
    slow: float = 0.25
    gap: float = 1.0
    classes: frozenset[str] = VEHICLES
    grace_s: float = 5.0
    kind: Kind = field(default=Kind.QUEUE, init=False)

    def __post_init__(self) -> None:
        check_positive(self.id, at_least=self.at_least - 1, for_s=self.for_s, gap=self.gap, grace_s=self.grace_s)
        check_more(self.id, slow=self.slow)

    @property
    def id(self) -> str:
        """What tells this rule from every other of the camera."""
        return _rule_id(self.kind, self.zone, self.classes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Congestion:
    """`at_least` vehicles in `zone` go at a median of at most `slow` box sizes a second for `for_s` watched seconds."""

    zone: str
    at_least: int
    for_s: float
    slow: float = 0.5
    classes: frozenset[str] = VEHICLES
    grace_s: float = 5.0
    kind: Kind = field(default=Kind.CONGESTION, init=False)

    def __post_init__(self) -> None:
        check_positive(self.id, at_least=self.at_least - 1, for_s=self.for_s, grace_s=self.grace_s)
        check_more(self.id, slow=self.slow)

    @property
    def id(self) -> str:
        """What tells this rule from every other of the camera."""
        return _rule_id(self.kind, self.zone, self.classes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speeding:
    """A vehicle in `zone` goes faster than `over_kmh` for certain, on the `ground` as it was measured."""

    zone: str
    over_kmh: float
    ground: Ground
    classes: frozenset[str] = VEHICLES
    kind: Kind = field(default=Kind.SPEEDING, init=False)

    def __post_init__(self) -> None:
        check_more(self.id, over_kmh=self.over_kmh)

    @property
    def id(self) -> str:
        """What tells this rule from every other of the camera."""
        return _rule_id(self.kind, self.zone, self.classes)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectLeft:
    """Something stands in `zone` for `after_s` watched seconds while nobody is `near` it.

    `near` is in widths of the person; `radius`, in the object's own box sizes, is how far one spot reaches.
    """

    zone: str
    after_s: float
    near: float = 4.0
    radius: float = 0.3
    classes: frozenset[str] = PORTABLE
    attended_by: frozenset[str] = frozenset({"person"})
    kind: Kind = field(default=Kind.OBJECT_LEFT, init=False)

    def __post_init__(self) -> None:
        check_positive(self.id, after_s=self.after_s)
        check_more(self.id, near=self.near, radius=self.radius)
        if not self.classes or self.classes & self.attended_by:
            raise ValueError(f"{self.id}: classes are what may be left, and nobody who attends to it")

    @property
    def id(self) -> str:
        """What tells this rule from every other of the camera."""
        return _rule_id(self.kind, self.zone, self.classes)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectRemoved:
    """Something of `classes` stood in `zone` for `settled_s`, and its spot has been empty for `after_s`.

    Both in watched seconds; `radius`, in the object's own box sizes, is how far one spot reaches.
    """

    zone: str
    classes: frozenset[str]
    settled_s: float = 60.0
    after_s: float = 10.0
    radius: float = 0.3
    kind: Kind = field(default=Kind.OBJECT_REMOVED, init=False)

    def __post_init__(self) -> None:
        check_more(self.id, settled_s=self.settled_s, after_s=self.after_s, radius=self.radius)
        if not self.classes:
            raise ValueError(f"{self.id}: classes are what may be missed, at least one")

    @property
    def id(self) -> str:
        """What tells this rule from every other of the camera."""
        return _rule_id(self.kind, self.zone, self.classes)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowChange:
    """`share` of `zone` is `level` grey levels off its clean reference, `looks` looks running, one every `every_s`."""

    zone: str
    share: float = 0.2
    level: float = 12.0
    every_s: float = 30.0
    looks: int = 2
    classes: frozenset[str] = field(default=frozenset(), init=False)
    kind: Kind = field(default=Kind.SLOW_CHANGE, init=False)

    def __post_init__(self) -> None:
        check_more(self.id, share=self.share, level=self.level, every_s=self.every_s, looks=self.looks)
        if self.share > 1:
            raise ValueError(f"{self.id}: share is {self.share}; a zone has no more than 1")

    @property
    def id(self) -> str:
        """What tells this rule from every other of the camera."""
        return _rule_id(self.kind, self.zone, self.classes)


Stayed = (
    Loitering
    | StoppedVehicle
    | Crowding
    | Occupancy
    | WrongWay
    | Queue
    | Congestion
    | Speeding
    | ObjectLeft
    | ObjectRemoved
)
"""The rules that are judged by who stays in the zone."""
Watch = Stayed | SlowChange


def _rule_id(kind: Kind, zone: str, classes: frozenset[str]) -> str:
    return "/".join((kind, zone, "+".join(sorted(classes)) or "any"))
