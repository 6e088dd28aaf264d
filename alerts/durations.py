"""Spans of time as people write them in a rule: `30s`, `10m`, `4h`, `3d`, and a deadline with its clock."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BeforeValidator

UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
DURATION: Final = re.compile(r"(\d{1,6})\s*([smhd])")
DEADLINE: Final = re.compile(r"(\d{1,4})\s*([mhd])\s+(working|wall)")


class Clock(StrEnum):
    """Which clock a deadline runs on: the working calendar's, or the one on the wall."""

    WORKING = "working"
    WALL = "wall"


@dataclass(frozen=True, slots=True)
class Deadline:
    """`amount` of `unit` (m, h, d) on a clock; three working days are not 72 hours, so the unit is kept."""

    amount: int
    unit: str
    clock: Clock

    def __str__(self) -> str:
        return f"{self.amount}{self.unit} {self.clock}"


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    found = DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError("write a duration as 30s, 10m, 4h or 3d")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def _deadline(value: object) -> Deadline:
    if isinstance(value, Deadline):
        return value
    found = DEADLINE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None or int(found[1]) == 0:
        raise ValueError("write a deadline as an amount and its clock: 4h working, 3d working or 30m wall")
    return Deadline(int(found[1]), found[2], Clock(found[3]))


def _positive(value: object) -> timedelta:
    span = _duration(value)
    if not span:
        raise ValueError("must be longer than nothing")
    return span


Duration = Annotated[timedelta, BeforeValidator(_duration)]
PositiveDuration = Annotated[timedelta, BeforeValidator(_positive)]
DeadlineText = Annotated[Deadline, BeforeValidator(_deadline)]
