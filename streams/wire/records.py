"""What a node asserts: events, readings, tallies, health and replies, each the body of a numbered record.

Every field added after the first release has a default, so that old records decode for ever; a kind this
release does not know becomes `Unknown`, is kept whole and shown as newer than this centre.
"""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, model_validator

from streams.wire.words import (
    Amount,
    Code,
    Count,
    Finite,
    Fraction,
    Free,
    Instant,
    Ordered,
    Place,
    Reason,
    Seq,
    Sha256,
    Short,
    Slug,
    Span,
    Word,
)

MOST_BOXES = 100
MOST_COUNTS = 2000
TALLY_SECONDS = 300
GREATEST_REV: Final = 2**31 - 1  # what a column of 32 bits holds


class Kind(StrEnum):
    """The kinds of record this release makes."""

    EVENT = "event"
    READING = "reading"
    TALLY = "tally"
    HEALTH = "health"
    REPLY = "reply"


class Phase(StrEnum):
    """Where an event stands. A restart never invents an end: what was open at a crash becomes unknown."""

    OPENED = "opened"
    UPDATED = "updated"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class Box(Word):
    """One object in the picture, corners normalised to 0..1."""

    xyxy: tuple[Fraction, Fraction, Fraction, Fraction]
    label: Code
    score: Fraction


class ModelRef(Word):
    """Which model said so, and how sure it had to be."""

    id: Short
    sha256: Sha256
    threshold: Fraction


class Evidence(Word):
    """A picture or clip the node holds for this event, by its content. It travels over HTTP, not here."""

    sha256: Sha256
    bytes: Count
    media_type: Short
    role: Code
    redacted: bool


class PictureClock(Word):
    """By what the picture was timed (`rtcp`, `arrival`, `file`), and within how many ms that is right; none: unknown.

    Against the node's own clock; how far that one is off stands on the batch.
    """

    source: Code
    within_ms: Amount | None = None


class Event(Word):
    """What the node asserts happened. The highest `rev` of an `id` is the truth; order of arrival is not."""

    id: Ordered
    kind: Code
    phase: Phase
    rev: Annotated[int, Field(ge=1, le=GREATEST_REV)]
    camera: Slug
    began: Instant
    zone: Slug | None = None
    subject: Code | None = None
    direction: Code | None = None
    count: Count = 1
    score: Fraction | None = None
    dwell: Amount | None = None
    boxes: Annotated[tuple[Box, ...], Field(max_length=MOST_BOXES)] = ()
    place: Place | None = None
    model: ModelRef | None = None
    config_rev: Short | None = None
    evidence: Annotated[tuple[Evidence, ...], Field(max_length=10)] = ()
    notes: Annotated[tuple[Reason, ...], Field(max_length=10)] = ()
    clock: PictureClock | None = None


class Quality(StrEnum):
    """How far a reading can be believed."""

    GOOD = "good"
    SUSPECT = "suspect"
    BAD = "bad"


class Reading(Word):
    """One measurement: value in a UCUM unit, and how far to believe it. A bad one may have no value."""

    sensor: Slug
    quantity: Code
    unit: Short
    value: Finite | None = None
    quality: Quality = Quality.GOOD
    reason: Reason | None = None
    position: Place | None = None

    @model_validator(mode="after")
    def _a_good_reading_has_a_value(self) -> "Reading":
        if self.value is None and self.quality is not Quality.BAD:
            raise ValueError("only a bad reading may lack a value")
        return self


class Minute(Word):
    """How one minute of watching went: seconds watched, and seconds blind by cause. They sum to 60 or less."""

    watched: Annotated[float, Field(ge=0, le=60.5, allow_inf_nan=False)]
    blind: dict[Code, Annotated[float, Field(ge=0, le=60.5, allow_inf_nan=False)]] = Field(default_factory=dict)


class Tallied(Word):
    """A count that is not zero: what happened where, to whom, in which minute of the tally."""

    what: Code
    place: Slug
    subject: Code
    minute: Annotated[int, Field(ge=0, lt=1440)]
    n: Seq
    direction: Code | None = None


class Tally(Word):
    """One camera, five minutes (or more, when merged): coverage of each minute and every count that is not zero."""

    camera: Slug
    start: Instant
    minutes: Annotated[tuple[Minute, ...], Field(min_length=1, max_length=1440)]
    counts: Annotated[tuple[Tallied, ...], Field(max_length=MOST_COUNTS)] = ()
    merged: Annotated[tuple[Span, ...], Field(max_length=64)] = ()


class Latency(Word):
    """Milliseconds a stage took: median and 95th percentile since the last report."""

    p50_ms: Amount
    p95_ms: Amount


class Health(Word):
    """How the box is: loads as fractions, what each queue gave up, how old the oldest unsent record is."""

    cpu: Fraction
    memory: Fraction
    disk: Fraction
    temperature_c: Finite | None = None
    stages: dict[Code, Latency] = Field(default_factory=dict, max_length=50)
    drops: dict[Short, Count] = Field(default_factory=dict, max_length=500)
    outbox_records: Count = 0
    outbox_bytes: Count = 0
    outbox_age_s: Amount = 0
    clock_offset_ms: Finite = 0
    uptime_s: Amount = 0


class Outcome(StrEnum):
    """How a command or a configuration ended on the node."""

    DONE = "done"
    APPLIED = "applied"
    REFUSED = "refused"
    FAILED = "failed"
    EXPIRED = "expired"


class Reply(Word):
    """What became of a command or a configuration revision, with every reason."""

    outcome: Outcome
    command: Ordered | None = None
    config_rev: Short | None = None
    reasons: Annotated[tuple[Reason, ...], Field(max_length=100)] = ()


class Unknown(Word):
    """A kind made by a newer node: kept whole, shown, never dropped."""

    kind: Code
    body: Free


Body = Event | Reading | Tally | Health | Reply | Unknown

BODIES: dict[str, type[Event | Reading | Tally | Health | Reply]] = {
    Kind.EVENT: Event,
    Kind.READING: Reading,
    Kind.TALLY: Tally,
    Kind.HEALTH: Health,
    Kind.REPLY: Reply,
}


class Record(Word):
    """A numbered fact. `captured` is picture or measuring time on the node's disciplined clock."""

    seq: Seq
    kind: Code
    captured: Instant
    body: Body
