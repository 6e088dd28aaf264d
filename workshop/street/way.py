"""A way through the street: a path with its corners rounded, measured in metres along it, and a trip along it.

Idea: where a body is depends on one number, how far along its way it is; its trip is that number for every moment.
A trip keeps to its speed, slows for bends and brakes before its stops as a rider would, waits, and goes on.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

ROUNDS: Final = 4
STEP_M: Final = 0.1
TICK_S: Final = 0.02
BRAKES: Final = 2.2
PULLS_OFF: Final = 1.6
CREEP: Final = 0.15
LEANS: Final = 2.6
SLOWEST_BEND: Final = 1.2
BEND_M: Final = 1.5
LONGEST_S: Final = 900.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """A rounded path: points (n, 2) every `STEP_M` metres, heading in degrees (n,), the height it lies at."""

    points: Floats
    heading: Floats
    height: float

    @classmethod
    def along(cls, path: Sequence[tuple[float, float]], height: float, aside: float = 0.0) -> Self:
        """The way along a path, `aside` metres to the left of it."""
        line = np.array(path, float)
        for _ in range(ROUNDS if len(line) > 2 else 0):  # noqa: PLR2004  two points have no corner
            near, far = line[:-1] * 0.75 + line[1:] * 0.25, line[:-1] * 0.25 + line[1:] * 0.75
            line = np.concatenate([line[:1], np.stack([near, far], axis=1).reshape(-1, 2), line[-1:]])
        gone = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
        marks = np.arange(0, max(gone[-1], 2 * STEP_M), STEP_M)
        points = np.stack([np.interp(marks, gone, line[:, i]) for i in (0, 1)], axis=1)
        to = np.gradient(points, axis=0)
        to /= np.linalg.norm(to, axis=1, keepdims=True)
        left = np.stack([-to[:, 1], to[:, 0]], axis=1)
        return cls(points + left * aside, np.unwrap(np.arctan2(to[:, 1], to[:, 0])) * 180 / math.pi, height)

    @property
    def length(self) -> float:
        """Metres."""
        return (len(self.points) - 1) * STEP_M

    def at(self, metres: Floats) -> tuple[Floats, Floats]:
        """Places (n, 2) and headings (n,) so many metres (n,) along."""
        steps = np.asarray(metres) / STEP_M
        marks = np.arange(len(self.points))
        places = np.stack([np.interp(steps, marks, self.points[:, i]) for i in (0, 1)], axis=1)
        return places, np.interp(steps, marks, self.heading)


def driven(way: Way, speed: float, stops: Sequence[tuple[float, float]]) -> Floats:
    """Metres along the way at every `TICK_S` from the start to its end.

    Args:
        way: what is gone along; in its bends nobody is pushed aside by more than `LEANS` metres a second squared.
        speed: what is kept to, in metres a second.
        stops: where along the way it is waited, in metres, and how many seconds.
    """
    bends = _bend_speeds(way)
    told, gone, now, waiting = [0.0], 0.0, min(speed, float(bends[0])), list(stops)
    while gone < way.length and len(told) * TICK_S < LONGEST_S:
        if waiting and gone >= waiting[0][0] - 0.02:
            told += [gone] * round(waiting.pop(0)[1] / TICK_S)
            now = 0.0
        room = waiting[0][0] - gone if waiting else math.inf
        wanted = min(speed, float(bends[round(gone / STEP_M)]), math.sqrt(2 * BRAKES * max(0.0, room)) + CREEP)
        now = min(wanted, now + PULLS_OFF * TICK_S)
        gone += now * TICK_S
        told.append(gone)
    return np.array(told)


def _bend_speeds(way: Way) -> Floats:
    """How fast its bends let anybody be at every step of a way, braking for those to come, in metres a second (n,)."""
    half = round(BEND_M / STEP_M / 2)
    ahead, behind = (np.clip(np.arange(len(way.heading)) + by, 0, len(way.heading) - 1) for by in (half, -half))
    turn = np.radians(np.abs(way.heading[ahead] - way.heading[behind])) / ((ahead - behind) * STEP_M)
    fastest = np.maximum(SLOWEST_BEND, np.sqrt(LEANS / np.maximum(turn, 1e-6)))
    for step in range(len(fastest) - 2, -1, -1):
        fastest[step] = min(fastest[step], math.sqrt(fastest[step + 1] ** 2 + 2 * BRAKES * STEP_M))
    return fastest
