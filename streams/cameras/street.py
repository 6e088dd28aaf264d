"""A street that never was: who stands where at any moment, computed and not filmed. Pure.

Everything follows from the seed and the picture's number, so a test and a demonstration know the truth of every picture
without a detector. What happens in one round of 90 s: people walk along the pavement both ways; from second 5 to 75
one of them stands by the wall, swaying a little as people do (a loiterer); a car drives in at second 10, stands still
at the kerb from 15 to 70 and drives on; another passes every 12 s; a motorcycle now and then. Then it all begins again.
"""

import math
import random
from dataclasses import dataclass
from itertools import pairwise

ROUND_S = 90.0
WALKERS = 6

Box = tuple[float, float, float, float]  # x1, y1, x2, y2 of the picture, 0..1, y down


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody or something in the street: a label, a size, and a path of (second, centre x, foot y)."""

    label: str
    width: float
    height: float
    path: tuple[tuple[float, float, float], ...]
    shade: tuple[int, int, int]
    sway: float = 0.0

    def box(self, second: float) -> Box | None:
        """Where it is, as far as the picture shows; None when it is not in the street."""
        for (began, x1, y1), (ended, x2, y2) in pairwise(self.path):
            if began <= second < ended:
                share = (second - began) / (ended - began)
                x = x1 + (x2 - x1) * share + self.sway * math.sin(second * 0.9)
                return _seen(x, y1 + (y2 - y1) * share, self.width, self.height)
        return None


class Street:
    """The actors of one seed, and the truth of every moment."""

    def __init__(self, seed: int = 1) -> None:
        chance = random.Random(seed)  # noqa: S311 - a drawn street has no secrets
        self.actors = (_loiterer(chance), _parker(), *_walkers(chance), *_traffic(chance))

    def at(self, second: float) -> list[tuple[Actor, Box]]:
        """Everyone in the picture at `second`, the farthest first."""
        moment = second % ROUND_S
        seen = [(actor, box) for actor in self.actors if (box := actor.box(moment)) is not None]
        return sorted(seen, key=lambda one: one[1][3])


def _loiterer(chance: random.Random) -> Actor:
    x = chance.uniform(0.7, 0.8)
    path = ((2, 1.05, 0.5), (5, x, 0.5), (75, x, 0.5), (80, 1.05, 0.5))
    return Actor("person", 0.045, 0.2, path, _shade(chance), sway=0.004)


def _parker() -> Actor:
    return Actor(
        "car", 0.2, 0.17, ((10, -0.12, 0.78), (15, 0.35, 0.74), (70, 0.35, 0.74), (75, 1.12, 0.78)), (40, 40, 170)
    )


def _walkers(chance: random.Random) -> list[Actor]:
    walkers = []
    for index in range(WALKERS):
        came, takes, foot = index * ROUND_S / WALKERS, chance.uniform(14, 20), chance.uniform(0.46, 0.6)
        ends = (-0.05, 1.05) if chance.random() < 0.5 else (1.05, -0.05)  # noqa: PLR2004 - a coin
        path = ((came, ends[0], foot), (came + takes, ends[1], foot))
        walkers.append(Actor("person", 0.045, 0.2, path, _shade(chance)))
    return walkers


def _traffic(chance: random.Random) -> list[Actor]:
    passing = []
    for began in range(3, int(ROUND_S) - 6, 12):
        label, width, height = chance.choice((("car", 0.2, 0.16), ("motorcycle", 0.09, 0.17), ("truck", 0.28, 0.24)))
        path = ((began, 1.2, 0.95), (began + chance.uniform(3, 5), -0.2, 0.95))
        passing.append(Actor(label, width, height, path, _shade(chance)))
    return passing


def _seen(x: float, foot: float, width: float, height: float) -> Box | None:
    left, right = max(0.0, x - width / 2), min(1.0, x + width / 2)
    top, bottom = max(0.0, foot - height), min(1.0, foot)
    # Less than a third in view is not something a detector could be asked for.
    return (left, top, right, bottom) if right - left > width / 3 else None


def _shade(chance: random.Random) -> tuple[int, int, int]:
    return chance.randrange(20, 220), chance.randrange(20, 220), chance.randrange(20, 220)
