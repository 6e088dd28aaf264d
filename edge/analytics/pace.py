"""How fast each object moves, in its own box sizes a second: near and far alike, and without knowing the ground.

Method: the way between now and `OVER_S` ago, over the time between. A way over seconds and not between two looks, so
that a trembling box has no pace: a tremble of 0.05 box sizes is 0.03 a second. Whoever has been seen for less than
`LEAST_S` has none yet. A car of 4 m at 10 km/h that is seen from the side goes 0.7 box sizes a second.
Limits: of somebody who turned round within the window only the way between the ends is known.
"""

import math
from collections import deque
from collections.abc import Sequence
from typing import Final

from edge.analytics.anchors import SMALLEST
from edge.analytics.presence import Stay

OVER_S: Final = 2.0
LEAST_S: Final = 1.0
AGAIN: Final = 2.0
"""Whoever was slow is so until the pace is so many times the bound."""

Sighted = tuple[float, float, float]
"""When (watched seconds) and where."""


class Paces:
    """The last seconds of every stay."""

    def __init__(self) -> None:
        self._seen: dict[int, deque[Sighted]] = {}

    def step(self, stays: Sequence[Stay]) -> dict[int, float]:
        """Pace by `first` of each stay that has been watched for long enough; the missing keep theirs."""
        self._seen = {stay.first: self._seen.get(stay.first, deque()) for stay in stays}
        return {stay.first: pace for stay in stays if (pace := self._pace(stay)) is not None}

    def _pace(self, stay: Stay) -> float | None:
        seen = self._seen[stay.first]
        if not seen or stay.seen > seen[-1][0]:
            seen.append((stay.seen, *stay.spot))
        # The oldest sighting kept is the youngest that is `OVER_S` old or older.
        while len(seen) > 1 and stay.seen - seen[1][0] >= OVER_S:
            seen.popleft()
        (then, x0, y0), (now, x1, y1) = seen[0], seen[-1]
        if now - then < LEAST_S:
            return None
        left, top, right, bottom = stay.box
        wide, high = max(right - left, SMALLEST), max(bottom - top, SMALLEST)
        return math.hypot((x1 - x0) / wide, (y1 - y0) / high) / (now - then)
