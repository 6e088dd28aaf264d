"""When a rule listens: weekdays and hours on the city's clock.

A window that passes midnight belongs to the day it starts on: `days: [fri], hours: 22:00-05:00` holds until
Saturday 05:00. Vietnam keeps UTC+7 all year, but the zone is asked, not assumed.
"""

import re
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, field_validator

CITY: Final = ZoneInfo("Asia/Ho_Chi_Minh")
HOURS: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


class Day(StrEnum):
    """Weekdays, in the order Python counts them."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


DAYS: Final = tuple(Day)


class Window(BaseModel):
    """Hours of some weekdays, city time; the end is not included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: tuple[Day, ...] = DAYS
    hours: tuple[time, time]

    @field_validator("hours", mode="before")
    @classmethod
    def _hours_as_written(cls, value: object) -> tuple[time, time]:
        found = HOURS.fullmatch(value) if isinstance(value, str) else None
        if found is None or (found[3] == "24" and found[4] != "00"):
            raise ValueError("write hours as 22:00-05:00")
        return time(int(found[1]), int(found[2])), time(int(found[3]) % 24, int(found[4]))

    def holds(self, at: datetime) -> bool:
        """Whether an aware instant falls in this window."""
        local = at.astimezone(CITY)
        start, end = self.hours
        day, clock = DAYS[local.weekday()], local.time()
        if start < end:
            return day in self.days and start <= clock < end
        yesterday = DAYS[(local - timedelta(days=1)).weekday()]
        return (day in self.days and clock >= start) or (yesterday in self.days and clock < end)


def listens(windows: tuple[Window, ...], at: datetime) -> bool:
    """Whether a rule with these windows listens at an aware instant; none means always."""
    return not windows or any(window.holds(at) for window in windows)
