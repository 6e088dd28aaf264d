"""How far to believe a value: is it a number, is it possible, does it still move? Pure.

A value outside the range the sensor can measure is bad: nothing may be decided from it. A value that has not moved at
all for longer than nature keeps still is suspect: a float that hangs, a cable that is cut, a gateway that repeats
itself. Both checks are the first two of the range, step, spike and flat-line checks of the QARTOD manuals (IOOS, 2016).
Limits: a slow drift passes; comparing neighbours is the centre's work.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from streams.sensors.reading import Quality, Reason


@dataclass(frozen=True, slots=True)
class Limits:
    """What is possible: the sensor's range in its own unit, and how long the same value is natural."""

    least: float = -math.inf
    most: float = math.inf
    stuck_after: timedelta | None = None
    stuck_within: float = 0.0  # movements up to this much are noise, and count as none

    def __post_init__(self) -> None:
        if not self.least < self.most:
            raise ValueError(f"an empty range: {self.least} to {self.most}")


Verdict = tuple[Quality, Reason | None]
GOOD: Verdict = (Quality.GOOD, None)


class Judge:
    """Judges one sensor's values in the order they come; remembers only since when the value has stood still."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._still: tuple[float, datetime] | None = None

    def judge(self, value: float, captured: datetime) -> Verdict:
        """The quality of `value`, and the reason when it is not good."""
        if not math.isfinite(value):
            return Quality.BAD, Reason("not_a_number")
        if not self._limits.least <= value <= self._limits.most:
            return Quality.BAD, Reason("out_of_range", self._range(value))
        since = self._still_since(value, captured)
        after = self._limits.stuck_after
        if after is not None and captured - since >= after:
            return Quality.SUSPECT, Reason("stuck", {"seconds": (captured - since).total_seconds()})
        return GOOD

    def _still_since(self, value: float, captured: datetime) -> datetime:
        if self._still is None or abs(value - self._still[0]) > self._limits.stuck_within:
            self._still = (value, captured)
        return self._still[1]

    def _range(self, value: float) -> dict[str, str | float]:
        figures: dict[str, str | float] = {"value": value}
        bounds = {"least": self._limits.least, "most": self._limits.most}
        figures.update({name: bound for name, bound in bounds.items() if math.isfinite(bound)})
        return figures
