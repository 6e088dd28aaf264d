"""One measurement, and how far to believe it. Pure.

Units are UCUM codes ("m", "cm", "ug/m3", "%", "Cel"). Reasons are codes (the wire's, `[a-z0-9_]`) with parameters,
never sentences: the client words them in the reader's language.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from streams.clocks import Clock

NO_PARAMS: Mapping[str, str | float] = MappingProxyType({})


class Quality(StrEnum):
    """How far a reading can be believed."""

    GOOD = "good"
    SUSPECT = "suspect"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a reading is not simply good: a code, and the figures that go with it."""

    code: str
    params: Mapping[str, str | float] = field(default_factory=lambda: NO_PARAMS)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sensor said at one instant (aware UTC); `value` is None only where quality is bad."""

    sensor: str
    quantity: str
    unit: str
    captured: datetime
    value: float | None
    quality: Quality = Quality.GOOD
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class SensorCounters:
    """What a sensor has done since its source was made; `stale` was kept elsewhere, came late, and is no reading."""

    heard: int = 0
    good: int = 0
    suspect: int = 0
    bad: int = 0
    stale: int = 0


class Sensor(Protocol):
    """A source of readings."""

    @property
    def sensor(self) -> str:
        """The sensor's id."""

    @property
    def counters(self) -> SensorCounters:
        """A snapshot."""

    def open(self, clock: Clock) -> AsyncIterator[Reading]:
        """Readings as they come; raises SourceLost or SourceRefused, and never tries again by itself."""
