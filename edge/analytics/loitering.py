"""Who stays too long in a zone. Method: the dwell of a stay (`edge.analytics.presence`) against a threshold."""

from collections.abc import Sequence

from edge.analytics.alone import told_of
from edge.analytics.happening import Happening
from edge.analytics.nearly import Nearly, What, short
from edge.analytics.presence import Stay
from edge.analytics.watches import Loitering


class Loiterers:
    """Judges stays by one loitering rule; holds nothing, because a stay knows its dwell."""

    def __init__(self, rule: Loitering) -> None:
        self._rule = rule

    def truths(self, stays: Sequence[Stay], watched: float, elapsed: float) -> list[Happening]:  # noqa: ARG002 - one call serves every rule
        """One happening for everyone who has stayed long enough."""
        rule = self._rule
        return [
            told_of(rule, stay, dwell=stay.dwell, elapsed=elapsed)
            for stay in stays
            if stay.dwell >= rule.after_s and stay.is_of(rule.classes)
        ]

    def nearly(self, stays: Sequence[Stay]) -> list[Nearly]:
        """How long everyone else has stayed; of classes nobody asked for too."""
        rule = self._rule
        asked = {stay.first: stay.is_of(rule.classes) for stay in stays}
        return [
            short(
                rule.id,
                rule.zone,
                (stay.first, stay.subject),
                What.DWELL if asked[stay.first] else What.CLASS,
                stay.dwell,
                rule.after_s,
            )
            for stay in stays
            if stay.dwell < rule.after_s or not asked[stay.first]
        ]
