"""Whether traffic has become slow: many vehicles, and the middle one of them hardly moves.

Method: the median pace (`edge.analytics.pace`) of the vehicles in the zone against a bound, while there are at least so
many; held for watched seconds, over once the median is twice the bound or too few are left for longer than the grace.
The median, because one parked car makes no congestion and one motorcycle between the lanes does not end it. It differs
from a queue: nobody has to stand, and nobody has to be behind another.
Limits: pace is in box sizes a second, so a row of long buses reads slower than motorcycles at the same speed.
"""

from collections.abc import Sequence
from statistics import median

from edge.analytics.happening import Happening
from edge.analytics.holding import Hold, concerned, together, unheld
from edge.analytics.nearly import Nearly, What
from edge.analytics.pace import AGAIN, Paces
from edge.analytics.presence import Stay
from edge.analytics.watches import Congestion


class Congestions:
    """Judges stays by one rule; remembers paces."""

    def __init__(self, rule: Congestion) -> None:
        self._rule = rule
        self._hold = Hold(rule.grace_s)
        self._paces = Paces()
        self._slow = False
        self._held: float | None = None
        self._now: dict[int, float] = {}

    def truths(self, stays: Sequence[Stay], watched: float, elapsed: float) -> list[Happening]:
        """One happening while the traffic is slow, else none."""
        rule = self._rule
        here = concerned(rule, stays, watched, rule.grace_s)
        paces = self._now = self._paces.step(here)
        bound = rule.slow * (AGAIN if self._slow else 1)
        self._slow = len(paces) >= rule.at_least and median(paces.values()) <= bound
        held = self._hold.step([stay for stay in here if stay.first in paces], watched, holds=self._slow)
        self._held = None if held is None else held[0]
        if held is None or held[0] < rule.for_s:
            return []
        return [together(rule, held[1], held[0], elapsed)]

    def nearly(self, stays: Sequence[Stay]) -> list[Nearly]:  # noqa: ARG002 - one call serves every rule
        """Too few vehicles, or their middle one too fast, or not yet for long enough."""
        rule, many = self._rule, len(self._now) >= self._rule.at_least
        if self._held is not None or not many:
            return unheld(rule, (len(self._now), rule.at_least), self._held, rule.for_s)
        pace = median(self._now.values())
        subject = "+".join(sorted(rule.classes))
        return [Nearly(rule.id, rule.zone, 0, subject, What.PACE, pace, rule.slow, min(rule.slow / pace, 1.0))]
