"""Who is where in the street at every moment: the cast as the scene says, and traffic that arrives around it.

Idea: a trip is planned whole before anyone moves. Arrivals come by chance on their lanes; one whose body would touch
another's at any moment waits at the edge of the scene a little longer, and goes home when it never fits. So nobody
drives through anybody, without a driver's mind to simulate, and the same seed plans the same street.
Bodies are dressed from a few looks a lane, each with a line of its own in it, so sprites are shared (`sprites`).
"""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from workshop.street.bodies import CLASSES
from workshop.street.scene import Lane, Role, Scene
from workshop.street.way import TICK_S, Way, driven

LOOKS: Final = {"motorbike": 5, "walker": 2, "car": 2}
LENGTH_M: Final = {"motorbike": 1.9, "bicycle": 1.8, "car": 4.6, "bus": 9.4, "truck": 6.1}
RADIUS_M: Final = {"motorbike": 0.55, "bicycle": 0.45, "car": 1.15, "bus": 1.45, "truck": 1.25}
PERSON_M: Final = 0.35
CHECK_S: Final = 0.2
LATER_S: Final = 0.8
PATIENCE: Final = 14
WARM_UP_S: Final = 25.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Trip:
    """One body's journey: when it enters, its way, how far along it is every `TICK_S`; `name` if it is of the cast."""

    number: int
    kind: str
    seed: int
    way: Way
    enters: float
    gone: Floats
    name: str = ""

    @property
    def called(self) -> str:
        """The class a detector calls it by."""
        return CLASSES[self.kind]

    @property
    def leaves(self) -> float:
        """When it is at the end of its way, in seconds of the clip."""
        return self.enters + (len(self.gone) - 1) * TICK_S

    def metres(self, at: float) -> float | None:
        """How far along its way it is at a moment, or None when it is not in the street."""
        tick = (at - self.enters) / TICK_S
        if tick < 0 or tick > len(self.gone) - 1:
            return None
        low = int(tick)
        high = min(low + 1, len(self.gone) - 1)
        return float(self.gone[low] + (self.gone[high] - self.gone[low]) * (tick - low))


def planned(scene: Scene, seed: int, seconds: float) -> list[Trip]:
    """The cast and the traffic of a scene for so many seconds."""
    dice = random.Random(f"traffic-{scene.name}-{seed}")  # noqa: S311 - a seeded drawing, not a secret
    trips = [_played(role, number, seconds) for number, role in enumerate(scene.cast, 1)]
    for enters, lane in sorted(_arrivals(scene, dice, seconds), key=lambda one: one[0]):
        trip = _arriving(dice, lane, enters, len(trips) + 1)
        for _ in range(PATIENCE):
            if not any(_touch(trip, other) for other in trips):
                trips.append(trip)
                break
            trip = _later(trip)
    return [trip for trip in trips if trip.leaves > 0 and trip.enters < seconds]


def _played(role: Role, number: int, seconds: float) -> Trip:
    way = Way.along(role.path, role.height)
    gone = driven(way, role.speed, role.stops) if way.length > 1 else np.zeros(round(seconds / TICK_S) + 2)
    return Trip(number, role.look, role.seed, way, role.enters, gone, role.name)


def _arrivals(scene: Scene, dice: random.Random, seconds: float) -> Iterator[tuple[float, Lane]]:
    for lane in scene.lanes:
        at = -WARM_UP_S
        while (at := at + dice.expovariate(lane.per_minute / 60)) < seconds:
            yield at, lane


def _arriving(dice: random.Random, lane: Lane, enters: float, number: int) -> Trip:
    kind = dice.choices(list(lane.kinds), list(lane.kinds.values()))[0]
    which = dice.randrange(LOOKS.get(kind, 1))
    own = random.Random(f"{lane.name}-{kind}-{which}")  # noqa: S311 - a seeded drawing, not a secret
    seed, aside = own.randrange(100_000), max(-1.0, min(1.0, own.gauss(0, 0.5))) * lane.stray
    way = Way.along(lane.path, lane.height, aside)
    return Trip(number, kind, seed, way, enters, driven(way, dice.uniform(*lane.speed), ()))


def _later(trip: Trip) -> Trip:
    return Trip(trip.number, trip.kind, trip.seed, trip.way, trip.enters + LATER_S, trip.gone, trip.name)


def _touch(one: Trip, other: Trip) -> bool:
    start, end = max(one.enters, other.enters), min(one.leaves, other.leaves)
    if end <= start:
        return False
    moments = np.arange(start, end, CHECK_S)
    room = RADIUS_M.get(one.kind, PERSON_M) + RADIUS_M.get(other.kind, PERSON_M) + 0.15
    mine, theirs = _discs(one, moments), _discs(other, moments)
    apart = np.linalg.norm(mine[:, :, None] - theirs[:, None, :], axis=3)
    return bool((apart < room).any())


def _discs(trip: Trip, moments: Floats) -> Floats:
    """The middles of the discs that cover a body, (moments, discs, 2)."""
    ticks = (moments - trip.enters) / TICK_S
    places, heading = trip.way.at(np.interp(ticks, np.arange(len(trip.gone)), trip.gone))
    long, radius = LENGTH_M.get(trip.kind, 0.0), RADIUS_M.get(trip.kind, PERSON_M)
    many = max(1, math.ceil(long / (1.6 * radius)))
    offsets: Sequence[float] = np.linspace(-1, 1, many) * max(0.0, long / 2 - radius * 0.8) if many > 1 else [0.0]
    way = np.stack([np.cos(np.radians(heading)), np.sin(np.radians(heading))], axis=1)
    return np.asarray(np.stack([places + way * offset for offset in offsets], axis=1))
