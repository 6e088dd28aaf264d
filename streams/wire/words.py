"""The words every message is made of: identifiers, instants, fractions, ranges and reasons.

A reason is a code with parameters, never a sentence: the console and the notices word it in
Vietnamese and English. An instant is aware UTC to the microsecond, of the years a clock that works or was never set
may show, so that adding a window to it cannot overflow; a text holds no NUL, which PostgreSQL cannot store; anything
else is refused at the door.
"""

import re
from datetime import UTC, datetime
from math import isfinite
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

SLUG = r"^[a-z0-9-]{1,40}$"
CODE = r"^[a-z0-9_]{1,40}$"
GREATEST_SEQ = 2**53 - 1  # the largest whole number every JSON reader keeps exact
MOST_RANGES = 64

EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)  # what a clock without a battery shows until it is set
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
UUID_VERSION = 7
_NO_NUL: Final = r"^[^\u0000]*$"
_DATE_AND_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d")


def _written_out(value: object) -> object:
    # Pydantic would read 1700000000 as an instant too; a seq in the wrong place must not become a time.
    if isinstance(value, datetime) or (isinstance(value, str) and _DATE_AND_TIME.match(value)):
        return value
    raise ValueError("an instant is written as RFC 3339 has it, with its offset")


def _utc(instant: datetime) -> datetime:
    if not EARLIEST <= instant <= LATEST:
        raise ValueError(f"an instant outside the years {EARLIEST.year} to {LATEST.year}")
    return instant.astimezone(UTC)


def _born_in_order(value: UUID) -> UUID:
    if value.version != UUID_VERSION:
        raise ValueError("not a version 7 UUID")
    return value


def _storable(content: dict[str, Any]) -> dict[str, Any]:
    waiting: list[object] = [content]
    while waiting:
        match waiting.pop():
            case str() as text if "\0" in text:
                raise ValueError("a text holds no NUL")
            case float() as number if not isfinite(number):  # `1e400` is JSON, and no number
                raise ValueError("a number is finite")
            case dict() as inner:
                waiting += [*inner, *inner.values()]
            case list() | tuple() as inner:
                waiting += inner
    return content


Slug = Annotated[str, StringConstraints(pattern=SLUG)]
Code = Annotated[str, StringConstraints(pattern=CODE)]
Instant = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_utc)]
Ordered = Annotated[UUID, AfterValidator(_born_in_order)]
Seq = Annotated[int, Field(ge=1, le=GREATEST_SEQ)]
Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=GREATEST_SEQ)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Text = Annotated[str, StringConstraints(pattern=_NO_NUL)]
Short = Annotated[Text, StringConstraints(max_length=200)]
Whole = Annotated[int, Field(ge=-GREATEST_SEQ, le=GREATEST_SEQ)]
Parameter = Annotated[Text, StringConstraints(max_length=500)] | Whole | Finite | bool | None
Free = Annotated[dict[str, Any], AfterValidator(_storable)]
"""A JSON object of any shape, to any depth."""


class Word(BaseModel):
    """What every part of a message is: immutable, and closed to fields the producer does not know.

    The codec opens it on the way in (`extra="ignore"`), so that an old consumer reads a newer producer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


def _in_order(span: tuple[int, int]) -> tuple[int, int]:
    if span[0] > span[1]:
        raise ValueError(f"a range runs upwards, not from {span[0]} to {span[1]}")
    return span


Span = Annotated[tuple[Seq, Seq], AfterValidator(_in_order)]
"""First and last, both included."""


class Reason(Word):
    """Why, as a code with parameters."""

    code: Code
    params: dict[Text, Parameter] = Field(default_factory=dict, max_length=20)


class Place(Word):
    """Where on Earth: WGS 84 degrees, and how far off it may be in metres."""

    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    accuracy_m: Amount | None = None
