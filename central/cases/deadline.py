"""When a case must be done: a working-time clock on a Vietnamese calendar. Pure.

Working hours run Monday to Friday, 07:30 to 11:30 and 13:30 to 17:00 in the city's zone, less holidays, plus the
Saturdays the government swaps for a long weekend. What is urgent runs on the wall clock, nights and Tet included.
A term in working days ends at the same time of a later working day, as the decisions of the cities count them
(`alerts-and-cases` §4); a start outside working hours counts from the next opening.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from alerts.durations import UNITS, Clock, Deadline

CITY_ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
DAYS_LOOKED_AHEAD: Final = 3660


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline, first and as it stands now: both are kept, so that on time is told both ways."""

    first: datetime
    now: datetime

    @property
    def extended(self) -> bool:
        """Whether it was ever moved."""
        return self.now != self.first


class NotLater(ValueError):  # noqa: N818 - named after what the new date is not
    """An extension that does not extend."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The city's working time. `swapped` are days off by the week that are worked all the same."""

    shifts: tuple[tuple[time, time], ...] = ((time(7, 30), time(11, 30)), (time(13, 30), time(17, 0)))
    weekdays: frozenset[int] = frozenset(range(5))  # Monday is 0
    holidays: frozenset[date] = frozenset()
    swapped: frozenset[date] = frozenset()
    zone: ZoneInfo = field(default=CITY_ZONE)

    def works(self, day: date) -> bool:
        """Whether the offices are open on that day."""
        return day in self.swapped or (day.weekday() in self.weekdays and day not in self.holidays)

    def after_hours(self, start: datetime, working: timedelta) -> datetime:
        """The moment when `working` of office time has passed since `start`. Aware UTC."""
        left = working
        for opens, closes in self._shifts_from(start):
            if opens + left <= closes:
                return (opens + left).astimezone(UTC)
            left -= closes - opens
        raise ValueError("no working time within ten years: is the calendar empty?")

    def after_days(self, start: datetime, days: int) -> datetime:
        """The same time of the `days`-th working day after the start (or after the next opening). Aware UTC."""
        opening, _ = next(self._shifts_from(start))
        day = opening.date()
        for _ in range(days):
            day = self._next_working_day(day)
        return datetime.combine(day, opening.time(), self.zone).astimezone(UTC)

    def _shifts_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        local = start.astimezone(self.zone)
        for ahead in range(DAYS_LOOKED_AHEAD):
            day = local.date() + timedelta(days=ahead)
            for opens, closes in self.shifts if self.works(day) else ():
                shut = datetime.combine(day, closes, self.zone)
                if shut > local:
                    yield max(local, datetime.combine(day, opens, self.zone)), shut

    def _next_working_day(self, day: date) -> date:
        for ahead in range(1, DAYS_LOOKED_AHEAD):
            if self.works(later := day + timedelta(days=ahead)):
                return later
        raise ValueError("no working day within ten years: is the calendar empty?")


def deadline(calendar: Calendar, opened: datetime, allowed: Deadline) -> Due:
    """When a case opened then is due; the first date and the present one are the same at birth."""
    if allowed.clock is Clock.WALL:
        due = opened.astimezone(UTC) + _span(allowed)
    elif allowed.unit == "d":
        due = calendar.after_days(opened, allowed.amount)
    else:
        due = calendar.after_hours(opened, _span(allowed))
    return Due(due, due)


def extend(due: Due, until: datetime) -> Due:
    """The same with a later date; the first one stays. Raises NotLater unless it is later than the present one."""
    if until <= due.now:
        raise NotLater("an extension ends later than the deadline it replaces")
    return Due(due.first, until)


def _span(allowed: Deadline) -> timedelta:
    return timedelta(**{UNITS[allowed.unit]: allowed.amount})
