"""What somebody has left behind: a bag that stands still while nobody stays with it.

Method: an object of the rule's classes that is on one spot (`edge.analytics.halting`) is alone until somebody has been
near it for `PASSING_S`, and again from when the last of those has gone; each person's time counts by itself, so a
stream of people who walk past attends to nothing. Alone for `after_s`, it is left; it is over when somebody attends to
it, or it moves, or is gone. Near is told in the person's own box: so many widths across, and a quarter of so many
heights along, for a person is about four times as high as wide; so it means the same near and far.
Somebody hidden for less than `HIDDEN_S` has not gone.
Limits: only people in the same zone attend, so draw it with room around; an owner who sits in the detector's blind spot
has left. The camera's `classes` must hold the objects and `person`; nobody's belonging is known, only nearness.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from edge.analytics.alone import told_of
from edge.analytics.halting import Halts
from edge.analytics.happening import Happening
from edge.analytics.nearly import Nearly, What, short
from edge.analytics.presence import Stay
from edge.analytics.watches import ObjectLeft

PASSING_S: Final = 5.0
HIDDEN_S: Final = 2.0
TALL: Final = 4.0


@dataclass(slots=True)
class _Company:
    """Who is near an object, since when each of them; and until when somebody attended to it. Watched seconds."""

    near: dict[int, float] = field(default_factory=dict)
    attended: float = float("-inf")


class LeftObjects:
    """Judges stays by one rule; remembers the spot of every object in the zone, and its company."""

    def __init__(self, rule: ObjectLeft) -> None:
        self._rule = rule
        self._halts = Halts(rule.radius)
        self._company: dict[int, _Company] = {}
        self._since: dict[int, float] = {}

    def truths(self, stays: Sequence[Stay], watched: float, elapsed: float) -> list[Happening]:
        """One happening for every object that has been alone long enough."""
        rule = self._rule
        things = [stay for stay in stays if stay.is_of(rule.classes)]
        people = [stay for stay in stays if stay.is_of(rule.attended_by) and watched - stay.seen <= HIDDEN_S]
        since = self._since = self._halts.step(things)
        self._company = {thing.first: self._attend(thing, people, watched) for thing in things}
        return [
            told_of(rule, thing, dwell=dwell, elapsed=elapsed)
            for thing in things
            if (dwell := thing.seen - max(since[thing.first], self._company[thing.first].attended)) >= rule.after_s
        ]

    def nearly(self, stays: Sequence[Stay]) -> list[Nearly]:
        """How long every other object has stood alone."""
        rule = self._rule
        alone = {
            thing.first: thing.seen - max(self._since[thing.first], self._company[thing.first].attended)
            for thing in stays
            if thing.first in self._since
        }
        return [
            short(rule.id, rule.zone, (thing.first, thing.subject), What.ALONE, alone[thing.first], rule.after_s)
            for thing in stays
            if thing.first in alone and alone[thing.first] < rule.after_s
        ]

    def _attend(self, thing: Stay, people: Sequence[Stay], watched: float) -> _Company:
        company = self._company.get(thing.first) or _Company()
        here = [person.first for person in people if _beside(person, thing, self._rule.near)]
        company.near = {person: company.near.get(person, watched) for person in here}
        if any(watched - since >= PASSING_S for since in company.near.values()):
            company.attended = watched
        return company


def _beside(person: Stay, thing: Stay, near: float) -> bool:
    left, top, right, bottom = person.box
    across = max(thing.box[0] - right, left - thing.box[2])
    return across <= near * (right - left) and abs(thing.box[3] - bottom) <= near / TALL * (bottom - top)
