"""Which vehicles stand still: within a radius of one spot (`edge.analytics.halting`), for long enough.

Limits: a queue that creeps slower than a radius in `after_s` counts as stopped.
"""

from collections.abc import Sequence

from edge.analytics.alone import told_of
from edge.analytics.halting import Halts
from edge.analytics.happening import Happening
from edge.analytics.nearly import Nearly, What, short
from edge.analytics.presence import Stay
from edge.analytics.watches import StoppedVehicle


class Stopped:
    """Judges stays by one rule; remembers the spot of every vehicle in the zone."""

    def __init__(self, rule: StoppedVehicle) -> None:
        self._rule = rule
        self._halts = Halts(rule.radius)
        self._since: dict[int, float] = {}

    def truths(self, stays: Sequence[Stay], watched: float, elapsed: float) -> list[Happening]:  # noqa: ARG002 - one call serves every rule
        """One happening for every vehicle that has stood long enough."""
        rule = self._rule
        vehicles = [stay for stay in stays if stay.is_of(rule.classes)]
        since = self._since = self._halts.step(vehicles)
        return [
            told_of(rule, stay, dwell=dwell, elapsed=elapsed)
            for stay in vehicles
            if (dwell := stay.seen - since[stay.first]) >= rule.after_s
        ]

    def nearly(self, stays: Sequence[Stay]) -> list[Nearly]:
        """How long every other vehicle has stood; and who stayed, and is of no class that was asked for."""
        rule, told = self._rule, []
        for stay in stays:
            since = self._since.get(stay.first)
            what, spent = (What.CLASS, stay.dwell) if since is None else (What.STILL, stay.seen - since)
            if since is None or spent < rule.after_s:
                told.append(short(rule.id, rule.zone, (stay.first, stay.subject), what, spent, rule.after_s))
        return told
