"""How every rule of a camera stands, for whoever sets it up: what is open, who is nearest now, and who came nearest.

Idea: the judges say at every look what they hold (`edge.analytics.nearly`); of each rule the page is told the nearest
figure of this look and the nearest one since the rules began, beside the figure that was wanted; of a class that is not
asked for only where there is nobody else. Somebody who was told in the end is no longer what nearly happened. Pure.
Limits: of each rule one figure is kept: once whom it is about is told, what others reached before is forgotten.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from edge.analytics.happening import Happening, Key, Phase
from edge.analytics.nearly import Nearly, What
from edge.analytics.watches import Watch

Told = dict[str, Any]


class Standing:
    """The rules of one camera, in the order of its file. One thread adds; `told` may be asked by any."""

    def __init__(self, rules: Sequence[Watch]) -> None:
        self._rules = rules
        self._open: dict[Key, Happening] = {}
        self._nearest: dict[str, Nearly] = {}
        self.told = [self._one(rule, {}) for rule in rules]
        """Ready for JSON, an object a rule; `dwell` in watched seconds, as it was last told."""

    def add(self, happenings: Iterable[Happening], nearly: Iterable[Nearly]) -> None:
        """One look."""
        now: dict[str, Nearly] = {}
        for one in nearly:
            for kept in (now, self._nearest):
                if one.rule not in kept or _nearness(one) >= _nearness(kept[one.rule]):
                    kept[one.rule] = one
        for happening in happenings:
            self._happened(happening)
        self.told = [self._one(rule, now) for rule in self._rules]

    def _happened(self, happening: Happening) -> None:
        rule, first = happening.key
        if happening.phase is Phase.CLOSED:
            self._open.pop(happening.key, None)
        elif any(rule == known.id for known in self._rules):
            self._open[happening.key] = happening
            if rule in self._nearest and self._nearest[rule].first == first:
                del self._nearest[rule]

    def _one(self, rule: Watch, now: dict[str, Nearly]) -> Told:
        open_now = [happening for (name, _), happening in self._open.items() if name == rule.id]
        return {
            "id": rule.id,
            "kind": rule.kind,
            "zone": rule.zone,
            "open": [
                {"subject": one.subject, "count": one.count, "dwell": one.dwell, "score": one.score} for one in open_now
            ],
            "now": _figure(now.get(rule.id)),
            "nearest": _figure(self._nearest.get(rule.id)),
        }


def _nearness(one: Nearly) -> tuple[bool, float]:
    return one.what is not What.CLASS, one.near


def _figure(nearly: Nearly | None) -> Told | None:
    if nearly is None:
        return None
    return {"what": nearly.what, "subject": nearly.subject, "reached": nearly.reached, "wanted": nearly.wanted}
