"""What has been taken away: something stood on its spot for long, and is there no more.

Method: an object of the rule's classes that has been on one spot (`edge.analytics.halting`) for `settled_s` is known.
From then on its spot is watched: it is empty while no object of its class stands there, and nobody else's box covers
`COVERED` of where it stood; for what is hidden nothing is known, and that time does not count. Empty for `after_s`, it
has been removed, until one of its class stands there again, or for `TOLD_S`. That its track ended or went away makes no
difference, and a detector that blinks for less than `after_s` makes none either.
Limits: only what the detector has a class for can be missed; something invisible to it (a lorry of no known class, a
tarpaulin) that covers the spot reads as empty; after a change of light that the detector does not survive, everything
is missing at once. At most `MOST` objects are known, the latest seen first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from edge.analytics.anchors import SMALLEST
from edge.analytics.halting import Halts, near
from edge.analytics.happening import Box, Happening, Phase
from edge.analytics.nearly import Nearly, What, short
from edge.analytics.presence import Stay
from edge.analytics.watches import ObjectRemoved

COVERED: Final = 0.3
TOLD_S: Final = 600.0
MOST: Final = 200


@dataclass(slots=True)
class _Known:
    """An object that stood long enough: as it was last seen there, and watched seconds its spot has been empty."""

    subject: str
    box: Box
    spot: tuple[float, float]
    score: float
    seen: float
    empty: float = 0.0


class RemovedObjects:
    """Judges stays by one rule; remembers everything that stood in the zone for long."""

    def __init__(self, rule: ObjectRemoved) -> None:
        self._rule = rule
        self._halts = Halts(rule.radius)
        self._known: dict[int, _Known] = {}
        self._watched = 0.0
        self._since: dict[int, float] = {}

    def truths(self, stays: Sequence[Stay], watched: float, elapsed: float) -> list[Happening]:
        """One happening for every object whose spot has been empty long enough."""
        here = [stay for stay in stays if stay.seen == watched]
        spent, self._watched = watched - self._watched, watched
        for known in self._known.values():
            self._look(known, here, spent, watched)
        self._settle([stay for stay in stays if stay.is_of(self._rule.classes)])
        self._known = {first: known for first, known in self._known.items() if known.empty <= TOLD_S}
        return [
            self._happening(first, known, elapsed)
            for first, known in self._known.items()
            if known.empty >= self._rule.after_s
        ]

    def nearly(self, stays: Sequence[Stay]) -> list[Nearly]:
        """How long objects have stood that are not known yet, and spots have been empty that are."""
        rule, settling = self._rule, []
        for stay in stays:
            still = stay.seen - self._since.get(stay.first, stay.seen)
            if 0 < still < rule.settled_s:
                who = (stay.first, stay.subject)
                settling.append(short(rule.id, rule.zone, who, What.SETTLED, still, rule.settled_s))
        return settling + [
            short(rule.id, rule.zone, (first, known.subject), What.EMPTY, known.empty, rule.after_s)
            for first, known in self._known.items()
            if 0 < known.empty < rule.after_s
        ]

    def _look(self, known: _Known, here: Sequence[Stay], spent: float, watched: float) -> None:
        if any(stay.subject == known.subject and near(stay, known.spot, self._rule.radius) for stay in here):
            known.empty, known.seen = 0.0, watched
        elif not any(_share(known.box, stay.box) >= COVERED for stay in here):
            known.empty += spent

    def _settle(self, things: Sequence[Stay]) -> None:
        since = self._since = self._halts.step(things)
        for thing in things:
            if thing.seen - since[thing.first] < self._rule.settled_s:
                continue
            if not any(
                known.subject == thing.subject and near(thing, known.spot, self._rule.radius)
                for known in self._known.values()
            ):
                self._known[thing.first] = _Known(thing.subject, thing.box, thing.spot, thing.score, thing.seen)
        if len(self._known) > MOST:
            latest = sorted(self._known, key=lambda first: self._known[first].seen)[-MOST:]
            self._known = {first: self._known[first] for first in latest}

    def _happening(self, first: int, known: _Known, elapsed: float) -> Happening:
        return Happening(
            kind=self._rule.kind,
            phase=Phase.OPENED,
            key=(self._rule.id, first),
            zone=self._rule.zone,
            subject=known.subject,
            elapsed=elapsed,
            score=known.score,
            dwell=known.empty,
            boxes=(known.box,),
            track=first,
        )


def _share(box: Box, cover: Box) -> float:
    """The share of a box that another covers."""
    wide = min(box[2], cover[2]) - max(box[0], cover[0])
    high = min(box[3], cover[3]) - max(box[1], cover[1])
    area = max((box[2] - box[0]) * (box[3] - box[1]), SMALLEST**2)
    return max(wide, 0.0) * max(high, 0.0) / area
