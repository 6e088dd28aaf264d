"""Who goes against the traffic: how far each object has come back along the zone's way since it was farthest on.

Method: every step between two sightings is taken apart into forward and across, in the object's own box, and summed.
*Back* is how far it is behind the farthest point it has reached; a box that trembles comes back by as much as it goes
on, so `back` stays small however long it trembles. From the rule's `travel` it goes the wrong way, and until it has
gone on by half of that again. A step counts for at most half of `travel`, so one leap (an identity that jumped to
another vehicle) is never enough, and what leaps there and returns is even again. Who goes farther across than back
crosses the way and does not drive against it.
Limits: a vehicle that reverses into a parking space by more than `travel` is told, for the picture shows no intent.
Across and back are compared in box sizes, not in metres, so the angle between them is a rough one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from edge.analytics.alone import told_of
from edge.analytics.anchors import SMALLEST
from edge.analytics.happening import Happening
from edge.analytics.nearly import Nearly, What, short
from edge.analytics.presence import Stay
from edge.analytics.watches import WrongWay

MOST: Final = 0.5
"""The share of `travel` that one step may count for, and that must be gone on before the wrong way is over."""


@dataclass(slots=True)
class _Course:
    """One object's course. Distances in its own box; times in watched seconds."""

    spot: tuple[float, float]
    size: tuple[float, float]
    seen: float
    since: float
    back: float = 0.0
    across: float = 0.0
    on: float = 0.0
    wrong: bool = False


class WrongWays:
    """Judges stays by one rule; remembers the course of everyone in the zone."""

    def __init__(self, rule: WrongWay) -> None:
        self._rule = rule
        self._courses: dict[int, _Course] = {}

    def truths(self, stays: Sequence[Stay], watched: float, elapsed: float) -> list[Happening]:  # noqa: ARG002 - one call serves every rule
        """One happening for everyone who goes against the way."""
        rule = self._rule
        wanted = [stay for stay in stays if stay.is_of(rule.classes)]
        self._courses = {stay.first: self._course(stay) for stay in wanted}
        return [
            told_of(rule, stay, dwell=stay.seen - self._courses[stay.first].since, elapsed=elapsed)
            for stay in wanted
            if self._courses[stay.first].wrong
        ]

    def nearly(self, stays: Sequence[Stay]) -> list[Nearly]:
        """How far everyone else has come back."""
        rule = self._rule
        return [
            short(rule.id, rule.zone, (stay.first, stay.subject), What.BACK, course.back, rule.travel)
            for stay in stays
            if (course := self._courses.get(stay.first)) is not None and course.back and not course.wrong
        ]

    def _course(self, stay: Stay) -> _Course:
        left, top, right, bottom = stay.box
        size = (max(right - left, SMALLEST), max(bottom - top, SMALLEST))
        course = self._courses.get(stay.first)
        if course is None:
            return _Course(stay.spot, size, stay.seen, stay.seen)
        if stay.seen > course.seen:
            self._go(course, *self._step(course, stay.spot, size))
            if not course.back:
                course.since = stay.seen
            course.spot, course.size, course.seen = stay.spot, size, stay.seen
        return course

    def _step(self, course: _Course, spot: tuple[float, float], size: tuple[float, float]) -> tuple[float, float]:
        """How far forward and across the last step went, in the mean of the two boxes; a long one is shortened."""
        wide, high = (course.size[0] + size[0]) / 2, (course.size[1] + size[1]) / 2
        (ax, ay), (bx, by) = self._rule.a, self._rule.b
        way_x, way_y = (bx - ax) / wide, (by - ay) / high
        x, y = (spot[0] - course.spot[0]) / wide, (spot[1] - course.spot[1]) / high
        length, most = math.hypot(way_x, way_y), MOST * self._rule.travel
        share = min(1.0, most / max(math.hypot(x, y), SMALLEST)) / length
        return share * (x * way_x + y * way_y), share * (x * way_y - y * way_x)

    def _go(self, course: _Course, forward: float, across: float) -> None:
        if course.wrong:
            course.on = max(course.on + forward, 0.0)
            if course.on >= MOST * self._rule.travel:
                course.wrong, course.back, course.across = False, 0.0, 0.0
            return
        course.back = max(course.back - forward, 0.0)
        course.across = course.across + across if course.back else 0.0
        if course.back >= self._rule.travel and abs(course.across) <= course.back:
            course.wrong, course.on = True, 0.0
