"""Who stands still, where, and since when: within a radius of one spot.

Method: the first sighting is the spot. Who is farther than the radius for longer than `AWAY_S` has a new spot and a new
beginning; a shorter excursion is a box shaken by a passer-by. The radius is told in the object's own box, so it means
the same near and far.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from edge.analytics.anchors import SMALLEST
from edge.analytics.presence import Stay

AWAY_S: Final = 1.0


@dataclass(slots=True)
class _Halt:
    """Where something stands, in watched seconds since when, and since when it seems to be elsewhere."""

    spot: tuple[float, float]
    since: float
    away: float | None = None


class Halts:
    """The spots of every stay it is told of."""

    def __init__(self, radius: float) -> None:
        self._radius = radius
        self._halts: dict[int, _Halt] = {}

    def step(self, stays: Sequence[Stay]) -> dict[int, float]:
        """Since when, by `first`, each of these has been on its spot, watched seconds."""
        self._halts = {stay.first: self._halt(stay) for stay in stays}
        return {first: halt.since for first, halt in self._halts.items()}

    def _halt(self, stay: Stay) -> _Halt:
        halt = self._halts.get(stay.first)
        if halt is None:
            return _Halt(stay.spot, stay.since)
        if near(stay, halt.spot, self._radius):
            halt.away = None
        elif halt.away is None:
            halt.away = stay.seen
        if halt.away is not None and stay.seen - halt.away >= AWAY_S:
            return _Halt(stay.spot, stay.seen)
        return halt


def near(stay: Stay, spot: tuple[float, float], radius: float) -> bool:
    """Whether somebody is within `radius` own box sizes of a spot."""
    left, top, right, bottom = stay.box
    x = (stay.spot[0] - spot[0]) / max(right - left, SMALLEST)
    y = (stay.spot[1] - spot[1]) / max(bottom - top, SMALLEST)
    return x * x + y * y <= radius**2
