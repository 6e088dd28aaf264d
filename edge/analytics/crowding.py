"""How many are in a zone, for how long: crowds, and any other bound on occupancy.

Method: the number of stays against a bound, held for watched seconds. A dip shorter than the rule's grace (one person
hidden for a moment) does not begin the time again. A stay whose track has been missing for longer than the grace is
not counted.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from edge.analytics.happening import Happening, Phase
from edge.analytics.presence import Stay
from edge.analytics.watches import Crowding, Occupancy

ANY: Final = "any"
"""The subject of an empty zone when the rule names no class: the wire wants a code, and nobody is there to name it."""


class Level:
    """Judges the number of stays by one rule."""

    def __init__(self, rule: Crowding | Occupancy) -> None:
        self._rule = rule
        self._since: float | None = None
        self._held = 0.0
        self._last: list[Stay] = []

    def truths(self, stays: Sequence[Stay], watched: float, elapsed: float) -> list[Happening]:
        """One happening while the bound holds, else none."""
        rule = self._rule
        wanted = [stay for stay in stays if not rule.classes or stay.subject in rule.classes]
        here = [stay for stay in wanted if watched - stay.seen <= rule.grace_s]
        if rule.full(len(here)):
            self._since = watched if self._since is None else self._since
            self._held, self._last = watched, here
        elif watched - self._held > rule.grace_s:
            self._since, self._last = None, []
        if self._since is None or self._held - self._since < rule.for_s:
            return []
        return [self._happening(self._last, self._held - self._since, elapsed)]

    def _happening(self, here: Sequence[Stay], dwell: float, elapsed: float) -> Happening:
        rule = self._rule
        subjects = Counter(stay.subject for stay in here) or Counter(sorted(rule.classes)[:1])
        return Happening(
            kind=rule.kind,
            phase=Phase.OPENED,
            key=(rule.id, 0),
            zone=rule.zone,
            subject=subjects.most_common(1)[0][0] if subjects else ANY,
            elapsed=elapsed,
            direction=None if not isinstance(rule, Occupancy) else ("under" if rule.over is None else "over"),
            count=len(here),
            score=min((stay.score for stay in here), default=0.0),
            dwell=dwell,
            boxes=tuple(stay.box for stay in here),
        )
