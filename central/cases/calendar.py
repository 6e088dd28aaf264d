"""The calendar file: `configs/calendar.yaml`, checked at the door and turned into a `Calendar`."""

from datetime import date, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from central.cases.deadline import Calendar
from streams.documents import read

Shift = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")]


class Holiday(BaseModel):
    """Days off, both ends included; `to` is left out for a single day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: date = Field(alias="from")
    end: date | None = Field(default=None, alias="to")
    name: str = ""

    @model_validator(mode="after")
    def _runs_forward(self) -> "Holiday":
        if self.end is not None and self.end < self.start:
            raise ValueError("a holiday ends after it begins")
        return self

    def days(self) -> list[date]:
        """Every day of it."""
        return [self.start + timedelta(days=n) for n in range(((self.end or self.start) - self.start).days + 1)]


class CalendarFile(BaseModel):
    """What the file may say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zone: str = "Asia/Ho_Chi_Minh"
    weekdays: tuple[Annotated[int, Field(ge=1, le=7)], ...] = (1, 2, 3, 4, 5)
    shifts: Annotated[tuple[Shift, ...], Field(min_length=1)] = ("07:30-11:30", "13:30-17:00")
    holidays: tuple[Holiday, ...] = ()
    worked: tuple[date, ...] = ()

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"no time zone is called {zone!r}") from error
        return zone

    @field_validator("shifts")
    @classmethod
    def _in_order(cls, shifts: tuple[str, ...]) -> tuple[str, ...]:
        ends = [end for shift in shifts for end in shift.split("-")]
        if any(later <= earlier for earlier, later in pairwise(ends)):
            raise ValueError("shifts follow one another and each ends after it begins")
        return shifts

    @model_validator(mode="after")
    def _somebody_works(self) -> "CalendarFile":
        if not self.weekdays:
            raise ValueError("at least one weekday is worked")
        return self


def load(path: Path) -> Calendar:
    """The city's calendar. Raises DocumentRefused with every mistake, OSError when the file cannot be read."""
    return calendar(path.read_text(encoding="utf-8"), path.name)


def calendar(text: str, name: str) -> Calendar:
    """The calendar a text describes. Raises DocumentRefused with every mistake, each with its line."""
    told = read(text, name, CalendarFile)
    return Calendar(
        shifts=tuple(_shift(shift) for shift in told.shifts),
        weekdays=frozenset(day - 1 for day in told.weekdays),
        holidays=frozenset(day for holiday in told.holidays for day in holiday.days()),
        swapped=frozenset(told.worked),
        zone=ZoneInfo(told.zone),
    )


def _shift(told: str) -> tuple[time, time]:
    opens, closes = told.split("-")
    return time.fromisoformat(opens), time.fromisoformat(closes)
