"""How many wait in line: the longest chain of objects that stand, or creep, close behind each other.

Method: an object waits once its pace (`edge.analytics.pace`) is at most the rule's `slow`, and until it is twice that.
Two who wait belong to one queue when the space between their boxes is at most `gap` of their mean box, across and
along; the queue is the largest group linked so, and its length the number in it. A parked car at the far end of the
zone, or a row on the other side, is another group. The length must hold for watched seconds; a dip shorter than the
grace does not begin the time again, and one hidden for less than that is still counted.
Limits: boxes of one view cannot tell a queue from a row of parked vehicles: draw the zone where nobody may park. Who
is hidden behind a bus from the beginning is not counted. The newest of a queue count `LEAST_S` after they stop.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge.analytics.happening import Happening
from edge.analytics.holding import Hold, concerned, together, unheld
from edge.analytics.nearly import Nearly
from edge.analytics.pace import AGAIN, Paces
from edge.analytics.presence import Stay
from edge.analytics.watches import Queue

Floats = NDArray[np.float64]


class Queues:
    """Judges stays by one rule; remembers paces, and who waits."""

    def __init__(self, rule: Queue) -> None:
        self._rule = rule
        self._hold = Hold(rule.grace_s)
        self._paces = Paces()
        self._waiting: frozenset[int] = frozenset()
        self._length = 0
        self._held: float | None = None

    def truths(self, stays: Sequence[Stay], watched: float, elapsed: float) -> list[Happening]:
        """One happening while the queue is long enough, else none."""
        rule = self._rule
        here = concerned(rule, stays, watched, rule.grace_s)
        paces = self._paces.step(here)
        slow = {first: rule.slow * (AGAIN if first in self._waiting else 1) for first in paces}
        self._waiting = frozenset(first for first, pace in paces.items() if pace <= slow[first])
        queue = longest([stay for stay in here if stay.first in self._waiting], rule.gap)
        held = self._hold.step(queue, watched, holds=len(queue) >= rule.at_least)
        self._length, self._held = len(queue), None if held is None else held[0]
        if held is None or held[0] < rule.for_s:
            return []
        return [together(rule, held[1], held[0], elapsed)]

    def nearly(self, stays: Sequence[Stay]) -> list[Nearly]:  # noqa: ARG002 - one call serves every rule
        """How long the queue is while it is too short; for how long, once it is long enough."""
        return unheld(self._rule, (self._length, self._rule.at_least), self._held, self._rule.for_s)


def longest(waiting: Sequence[Stay], gap: float) -> list[Stay]:
    """The largest group of stays in which everyone is within `gap` mean boxes of another."""
    if not waiting:
        return []
    linked = _linked(np.array([stay.box for stay in waiting]), gap)
    group = np.arange(len(waiting))
    while True:
        # Everyone takes the lowest number among its neighbours until none is lower: at most N rounds.
        lowest = np.where(linked, group, len(waiting)).min(axis=1)
        if (lowest == group).all():
            break
        group = lowest
    largest = np.bincount(group).argmax()
    return [stay for stay, number in zip(waiting, group.tolist(), strict=True) if number == largest]


def _linked(boxes: Floats, gap: float) -> NDArray[np.bool_]:
    """Which boxes (N, 4) are near which, (N, N), each to itself included."""
    low, high = boxes[:, :2], boxes[:, 2:]
    size = high - low
    between = np.maximum(low[:, None] - high, low - high[:, None])
    return np.asarray((between <= gap * (size[:, None] + size) / 2).all(axis=2))
