"""How many are in a zone, for how long: crowds, and any other bound on occupancy.

Method: the number of stays against a bound, held for watched seconds. A dip shorter than the rule's grace (one person
hidden for a moment) does not begin the time again. A stay whose track has been missing for longer than the grace is
not counted.
"""

from collections.abc import Sequence

from edge.analytics.happening import Happening
from edge.analytics.holding import Hold, concerned, together, unheld
from edge.analytics.nearly import Nearly
from edge.analytics.presence import Stay
from edge.analytics.watches import Crowding, Occupancy


class Level:
    """Judges the number of stays by one rule."""

    def __init__(self, rule: Crowding | Occupancy) -> None:
        self._rule = rule
        self._hold = Hold(rule.grace_s)
        self._count = 0
        self._held: float | None = None
        self._direction = None if not isinstance(rule, Occupancy) else ("under" if rule.over is None else "over")

    def truths(self, stays: Sequence[Stay], watched: float, elapsed: float) -> list[Happening]:
        """One happening while the bound holds, else none."""
        here = concerned(self._rule, stays, watched, self._rule.grace_s)
        held = self._hold.step(here, watched, holds=self._rule.full(len(here)))
        self._count, self._held = len(here), None if held is None else held[0]
        if held is None or held[0] < self._rule.for_s:
            return []
        return [together(self._rule, held[1], held[0], elapsed, self._direction)]

    def nearly(self, stays: Sequence[Stay]) -> list[Nearly]:  # noqa: ARG002 - one call serves every rule
        """How many there are while they are too few; for how long, once they are enough."""
        rule = self._rule
        wanted = rule.at_least if isinstance(rule, Crowding) else rule.over or 0
        return unheld(rule, (self._count, wanted), self._held, rule.for_s)
