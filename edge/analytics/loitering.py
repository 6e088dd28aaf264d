"""Who stays too long in a zone. Method: the dwell of a stay (`edge.analytics.presence`) against a threshold."""

from collections.abc import Sequence

from edge.analytics.alone import told_of
from edge.analytics.happening import Happening
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
            if stay.dwell >= rule.after_s and (not rule.classes or stay.subject in rule.classes)
        ]
