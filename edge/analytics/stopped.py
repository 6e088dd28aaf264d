"""Which vehicles stand still: within a radius of one spot, for long enough.

Method: the first sighting is the spot. A vehicle that is farther than the radius for longer than `AWAY_S` has a new
spot and a new beginning; a shorter excursion is a box shaken by a passer-by. The radius is told in the vehicle's own
box, so it means the same near and far. Limits: a queue that creeps slower than a radius in `after_s` counts as stopped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from edge.analytics.anchors import SMALLEST
from edge.analytics.happening import Happening, Phase
from edge.analytics.presence import Stay
from edge.analytics.watches import StoppedVehicle

AWAY_S: Final = 1.0


@dataclass(slots=True)
class _Halt:
    """Where a vehicle stands, in watched seconds since when, and since when it seems to be elsewhere."""

    spot: tuple[float, float]
    since: float
    away: float | None = None


class Stopped:
    """Judges stays by one rule; remembers the spot of every vehicle in the zone."""

    def __init__(self, rule: StoppedVehicle) -> None:
        self._rule = rule
        self._halts: dict[int, _Halt] = {}

    def truths(self, stays: Sequence[Stay], watched: float, elapsed: float) -> list[Happening]:  # noqa: ARG002 - one call serves every rule
        """One happening for every vehicle that has stood long enough."""
        rule = self._rule
        vehicles = [stay for stay in stays if not rule.classes or stay.subject in rule.classes]
        self._halts = {stay.first: self._halt(stay) for stay in vehicles}
        return [
            Happening(
                kind=rule.kind,
                phase=Phase.OPENED,
                key=(rule.id, stay.first),
                zone=rule.zone,
                subject=stay.subject,
                elapsed=elapsed,
                score=stay.score,
                dwell=dwell,
                boxes=(stay.box,),
                track=stay.track,
            )
            for stay in vehicles
            if (dwell := stay.seen - self._halts[stay.first].since) >= rule.after_s
        ]

    def _halt(self, stay: Stay) -> _Halt:
        halt = self._halts.get(stay.first)
        if halt is None:
            return _Halt(stay.spot, stay.since)
        if self._near(stay, halt.spot):
            halt.away = None
        elif halt.away is None:
            halt.away = stay.seen
        if halt.away is not None and stay.seen - halt.away >= AWAY_S:
            return _Halt(stay.spot, stay.seen)
        return halt

    def _near(self, stay: Stay, spot: tuple[float, float]) -> bool:
        left, top, right, bottom = stay.box
        x = (stay.spot[0] - spot[0]) / max(right - left, SMALLEST)
        y = (stay.spot[1] - spot[1]) / max(bottom - top, SMALLEST)
        return x * x + y * y <= self._rule.radius**2
