"""Who goes faster than allowed, for certain: speed on the ground with its uncertainty.

Method: speeds are measured over the last seconds (`edge.analytics.speedometer`). Somebody is over the limit when the
speed less `SURE` standard deviations is, until the speed itself no longer is; told is the surest speed so far. A box
that ends on the picture's edge does not show its feet and is not used; a leap of an identity makes a bad line and so no
certainty. Limits: for watching traffic, never for fining anybody: the clock of a stream is not a gauged one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from edge.analytics.alone import told_of
from edge.analytics.anchors import Anchor, hidden
from edge.analytics.ground import Plane
from edge.analytics.happening import Happening, Speed
from edge.analytics.nearly import Nearly, What, short
from edge.analytics.presence import Stay
from edge.analytics.speedometer import Speedometer
from edge.analytics.watches import Speeding

SURE: Final = 2.0


@dataclass(slots=True)
class _Run:
    """One vehicle: when it was last measured (watched seconds), its surest speed, and whether it is over the limit."""

    seen: float = float("-inf")
    surest: Speed | None = None
    over: bool = False
    latest: Speed | None = None


class Speeders:
    """Judges stays by one rule; remembers the last seconds of every vehicle in the zone."""

    def __init__(self, rule: Speeding) -> None:
        self._rule = rule
        self._speedometer = Speedometer(Plane(rule.ground))
        self._runs: dict[int, _Run] = {}

    def truths(self, stays: Sequence[Stay], watched: float, elapsed: float) -> list[Happening]:  # noqa: ARG002 - one call serves every rule
        """One happening for everyone who is over the limit for certain."""
        rule = self._rule
        wanted = [stay for stay in stays if stay.is_of(rule.classes)]
        self._runs = {stay.first: self._runs.get(stay.first) or _Run() for stay in wanted}
        self._speedometer.keep(self._runs)
        for first, speed in self._measured(wanted).items():
            self._judge(self._runs[first], speed)
        return [
            told_of(rule, stay, dwell=stay.dwell, elapsed=elapsed, speed=run.surest)
            for stay in wanted
            if (run := self._runs[stay.first]).over
        ]

    def nearly(self, stays: Sequence[Stay]) -> list[Nearly]:
        """How fast everyone else goes for certain."""
        rule = self._rule
        return [
            short(rule.id, rule.zone, (stay.first, stay.subject), What.SPEED, surely(run.latest), rule.over_kmh)
            for stay in stays
            if (run := self._runs.get(stay.first)) is not None and run.latest is not None and not run.over
        ]

    def _measured(self, stays: Sequence[Stay]) -> dict[int, Speed]:
        """The speed, by `first`, of who is seen now with their feet in the picture."""
        fresh = [stay for stay in stays if stay.seen > self._runs[stay.first].seen]
        boxes = np.array([stay.box for stay in fresh]).reshape(-1, 4)
        whole = (hidden(boxes, Anchor.FEET) == 0).all(axis=1)
        sighted = [stay for stay, all_there in zip(fresh, whole.tolist(), strict=True) if all_there]
        for stay in sighted:
            self._runs[stay.first].seen = stay.seen
        return self._speedometer.step(
            [stay.first for stay in sighted], np.array([stay.seen for stay in sighted]), boxes[whole]
        )

    def _judge(self, run: _Run, speed: Speed) -> None:
        run.latest = speed
        if surely(speed) >= self._rule.over_kmh:
            run.over = True
            if run.surest is None or surely(speed) > surely(run.surest):
                run.surest = speed
        elif speed.kmh < self._rule.over_kmh:
            run.over = False


def surely(speed: Speed) -> float:
    """Somebody of this speed goes so fast for certain, km/h."""
    return speed.kmh - SURE * speed.sd
