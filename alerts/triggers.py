"""What a rule listens for: an event, a reading past a threshold, a sensor that falls silent, a camera that goes blind.

A trigger says which facts concern it and what a single fact amounts to; how many of them it takes, and for how long,
is judged in `alerts.judgement`. Raising and clearing have thresholds of their own, so that a level dancing on one
line does not ring all night.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationInfo, field_validator

from alerts.durations import PositiveDuration
from alerts.facts import CAMERA_STATE, LIVE, Fact
from streams.wire.records import Event, Quality, Reading
from streams.wire.words import Code, Finite, Short, Slug

MOMENTS: Final = frozenset({"line_crossed", "zone_entered", "zone_left"})
"""Kinds told once, as they happen; every other kind lasts from opened to closed."""
MOST_FACTS: Final = 20


class Shape(StrEnum):
    """How the facts of a trigger add up."""

    LASTING = "lasting"
    MOMENTS = "moments"
    LEVELS = "levels"
    SILENCE = "silence"


class _Trigger(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EventTrigger(_Trigger):
    """Events of one kind. A momentary kind counts `at_least` of them `within` a time, and ends after `quiet`."""

    event: Code
    cameras: tuple[Slug, ...] = ()
    zones: tuple[Slug, ...] = ()
    subjects: tuple[Code, ...] = ()
    directions: tuple[Code, ...] = ()
    at_least: Annotated[int, Field(ge=1, le=MOST_FACTS)] = 1
    within: Annotated[PositiveDuration | None, Field(validate_default=True)] = None
    quiet: Annotated[PositiveDuration | None, Field(validate_default=True)] = None

    @field_validator("at_least")
    @classmethod
    def _countable(cls, value: int, info: ValidationInfo) -> int:
        if value > 1 and info.data.get("event") not in MOMENTS:
            raise ValueError("only momentary kinds are counted; a lasting one holds `for` a time")
        return value

    @field_validator("within")
    @classmethod
    def _counted_within(cls, value: timedelta | None, info: ValidationInfo) -> timedelta | None:
        if "at_least" in info.data and (value is not None) != (info.data["at_least"] > 1):
            raise ValueError("`at_least` 2 or more and `within` are stated together")
        return value

    @field_validator("quiet")
    @classmethod
    def _quiet_ends_moments(cls, value: timedelta | None, info: ValidationInfo) -> timedelta | None:
        momentary = info.data.get("event") in MOMENTS
        if momentary and value is None:
            raise ValueError("is required: a momentary kind never closes, so say after how long a quiet it is over")
        if not momentary and value is not None:
            raise ValueError("is for momentary kinds; a lasting one ends when its events close")
        return value

    @property
    def shape(self) -> Shape:
        """Lasting, or made of moments."""
        return Shape.MOMENTS if self.event in MOMENTS else Shape.LASTING

    def concerns(self, fact: Fact) -> bool:
        """Whether the fact is one this trigger listens for."""
        body = fact.body
        return (
            isinstance(body, Event)
            and body.kind == self.event
            and (not self.cameras or body.camera in self.cameras)
            and (not self.zones or body.zone in self.zones)
            and (not self.subjects or body.subject in self.subjects)
            and (not self.directions or body.direction in self.directions)
        )


class ReadingTrigger(_Trigger):
    """A quantity `above` or `below` a threshold in `at_least` of the last `of` readings; over once past `clear`."""

    reading: Code
    unit: Short
    sensors: tuple[Slug, ...] = ()
    above: Finite | None = None
    below: Annotated[Finite | None, Field(validate_default=True)] = None
    clear: Finite
    at_least: Annotated[int, Field(ge=1, le=MOST_FACTS)] = 1
    of: Annotated[int, Field(ge=1, le=MOST_FACTS, validate_default=True)] = 1

    @field_validator("below")
    @classmethod
    def _one_direction(cls, value: float | None, info: ValidationInfo) -> float | None:
        if "above" in info.data and (value is None) == (info.data["above"] is None):
            raise ValueError("give either `above` or `below`")
        return value

    @field_validator("clear")
    @classmethod
    def _clear_on_the_far_side(cls, value: float, info: ValidationInfo) -> float:
        above, below = info.data.get("above"), info.data.get("below")
        if above is not None and value >= above:
            raise ValueError(f"stands on the wrong side: raised above {above}, it clears at something lower")
        if below is not None and value <= below:
            raise ValueError(f"stands on the wrong side: raised below {below}, it clears at something higher")
        return value

    @field_validator("of")
    @classmethod
    def _enough_readings(cls, value: int, info: ValidationInfo) -> int:
        if value < info.data.get("at_least", 1):
            raise ValueError(f"{info.data['at_least']} of {value} readings can never be")
        return value

    @property
    def shape(self) -> Shape:
        """A level with hysteresis."""
        return Shape.LEVELS

    def concerns(self, fact: Fact) -> bool:
        """Whether the fact is one this trigger listens for."""
        body = fact.body
        return isinstance(body, Reading) and body.quantity == self.reading and _among(body.sensor, self.sensors)

    def level(self, fact: Fact) -> int | None:
        """1 past the raise threshold, -1 past the clear one, 0 between; None when the value says nothing.

        A value in another unit says nothing: centimetres are not compared with metres. A suspect value may raise,
        since a missed flood costs more than a look; it never clears.
        """
        body = fact.body
        if not isinstance(body, Reading) or body.value is None or body.quality is Quality.BAD or body.unit != self.unit:
            return None
        side = 1.0 if self.above is not None else -1.0
        threshold = self.above if self.above is not None else self.below
        if threshold is not None and side * body.value > side * threshold:
            return 1
        return -1 if side * body.value < side * self.clear and body.quality is Quality.GOOD else 0


class SilenceTrigger(_Trigger):
    """A sensor that has sent this quantity before and has not for `after`."""

    silent: Code
    sensors: tuple[Slug, ...] = ()
    after: PositiveDuration

    @property
    def shape(self) -> Shape:
        """A dead man's switch."""
        return Shape.SILENCE

    def concerns(self, fact: Fact) -> bool:
        """Whether the fact is one this trigger listens for."""
        body = fact.body
        return isinstance(body, Reading) and body.quantity == self.silent and _among(body.sensor, self.sensors)


class CameraTrigger(_Trigger):
    """A camera in one of these states; only `live` ends it."""

    camera_state: Annotated[tuple[Literal["blind", "unfit"], ...], Field(min_length=1)]
    cameras: tuple[Slug, ...] = ()
    at_least: Literal[1] = 1
    of: Literal[1] = 1

    @property
    def shape(self) -> Shape:
        """A level that the node tells as a word."""
        return Shape.LEVELS

    def concerns(self, fact: Fact) -> bool:
        """Whether the fact is one this trigger listens for."""
        body = fact.body
        return isinstance(body, Event) and body.kind == CAMERA_STATE and _among(body.camera, self.cameras)

    def level(self, fact: Fact) -> int | None:
        """1 in a state that raises, -1 live, 0 otherwise. The subject decides; the phase of such an event is moot."""
        subject = fact.body.subject if isinstance(fact.body, Event) else None
        if subject in self.camera_state:
            return 1
        return -1 if subject == LIVE else 0


_TAGS: Final = {"event": "<event>", "reading": "<reading>", "silent": "<silent>", "camera_state": "<camera_state>"}
"""Written as no key can be, so that a mistake's place is not taken for a setting of the same name."""


def _tag(value: object) -> str | None:
    keys = value if isinstance(value, dict) else vars(value) if isinstance(value, _Trigger) else {}
    return next((tag for key, tag in _TAGS.items() if key in keys), None)


Trigger = Annotated[
    Annotated[EventTrigger, Tag("<event>")]
    | Annotated[ReadingTrigger, Tag("<reading>")]
    | Annotated[SilenceTrigger, Tag("<silent>")]
    | Annotated[CameraTrigger, Tag("<camera_state>")],
    Discriminator(
        _tag,
        custom_error_type="no_trigger",
        custom_error_message="says what it listens for with one of: event, reading, silent, camera_state",
    ),
]


def _among(name: str, names: tuple[str, ...]) -> bool:
    return not names or name in names
