"""What travels, topic by topic. The delivery rules that give these fields their meaning stand in `ledger`.

Beyond the design's list a batch carries `session` (the epoch of the process that sends it, so that an old
epoch's `next` is known to be final), `number` (so that a receipt can show the centre is alive while one
batch goes unanswered) and, in `gone`, why each range is gone. `holds` names the epochs a node still has,
so that what an older copy of a disk forgot is declared lost and not waited for in vain.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from streams.wire.words import (
    MOST_RANGES,
    Amount,
    Code,
    Count,
    Finite,
    Fraction,
    Free,
    Instant,
    Ordered,
    Seq,
    Sha256,
    Short,
    Slug,
    Span,
    Text,
    Word,
)

MOST_RECORDS = 500
MOST_BYTES = 256 * 1024
MOST_RECORD_BYTES = 208 * 1024  # of one record, or of all of a batch with their commas: the fullest head fits beside
MOST_HELD = 64
MOST_GONE = 500
SCHEMA = 1


class ClockSource(StrEnum):
    """What disciplines the node's clock."""

    NTP = "ntp"
    GNSS = "gnss"
    RTC = "rtc"
    NONE = "none"


class Clock(Word):
    """How far the node's clock can be believed: offset in milliseconds, and seconds it stepped since the last batch."""

    source: ClockSource = ClockSource.NONE
    offset_ms: Finite = 0
    synced: bool = False
    step: Finite = 0


class Why(StrEnum):
    """Why a record will never come."""

    FULL = "full"  # gave way when the disk was full
    MERGED = "merged"  # its content lives on in a coarser tally
    ASIDE = "aside"  # the centre could not read it; it stands apart on the node's disk
    UNREADABLE = "unreadable"  # the node's disk gave it back broken


class Gone(Word):
    """A range of an epoch that the node can no longer send. Below the floor only `why` is news."""

    span: Span
    why: Why


class BatchHead(Word):
    """Everything of a batch but its records.

    `next` is the number the next record will get, so that what was made is known and not guessed; `floor` is
    the oldest number the node can still send. An empty batch is a keep-alive.
    """

    schema_: Annotated[Literal[1], Field(alias="schema")] = 1
    node: Slug
    epoch: Ordered
    session: Ordered
    number: Seq
    floor: Seq
    next: Seq
    gone: Annotated[tuple[Gone, ...], Field(max_length=MOST_GONE)] = ()
    holds: Annotated[tuple[Ordered, ...], Field(max_length=MOST_HELD)] | None = None
    backlog: bool = False
    sent: Instant
    clock: Clock = Clock()


class Batch(BatchHead):
    """Head and raw records: each record is read on its own, so that one bad record spoils no other."""

    records: Annotated[tuple[dict[str, Any], ...], Field(max_length=MOST_RECORDS)] = ()


class Refused(Word):
    """A range the centre dead-lettered, and why."""

    span: Span
    reason: Code


class Receipt(Word):
    """What the centre has settled of one epoch: everything to `upto`, and `have` above it.

    That is what was stored, what was dead-lettered, and of what is lost only that which `session` itself said is
    gone: a disk brought back with records long given up for lost sends them before it deletes them, and a
    receipt to another session is not for it. `heard` is the number of the newest batch of `session` taken in
    for this epoch; `want` asks for ranges again.
    """

    schema_: Annotated[Literal[1], Field(alias="schema")] = 1
    node: Slug
    epoch: Ordered
    session: Ordered
    heard: Count
    upto: Count
    have: Annotated[tuple[Span, ...], Field(max_length=MOST_RANGES)] = ()
    want: Annotated[tuple[Span, ...], Field(max_length=MOST_RANGES)] = ()
    refused: Annotated[tuple[Refused, ...], Field(max_length=MOST_RANGES)] = ()


class Status(Word):
    """Whether a node is there. The broker sends `online=false` in its name when the line breaks (last will)."""

    schema_: Annotated[Literal[1], Field(alias="schema")] = 1
    node: Slug
    online: bool
    session: Ordered
    epoch: Ordered
    next: Seq
    at: Instant
    versions: dict[Short, Short] = Field(default_factory=dict, max_length=30)
    config_rev: Short | None = None


class Config(Word):
    """The configuration a node should have. It names secrets and never holds them."""

    schema_: Annotated[Literal[1], Field(alias="schema")] = 1
    node: Slug
    revision: Short
    sha256: Sha256
    issued: Instant
    by: Short
    body: Free


class Command(Word):
    """Something to do once, before it expires: by whom, and why."""

    schema_: Annotated[Literal[1], Field(alias="schema")] = 1
    id: Ordered
    node: Slug
    verb: Code
    issued: Instant
    expires: Instant
    by: Short
    why: Annotated[Text, Field(min_length=1, max_length=500)]
    params: Free = Field(default_factory=dict, max_length=20)


class Seen(Word):
    """One box of a live overlay."""

    xyxy: tuple[Fraction, Fraction, Fraction, Fraction]
    label: Code
    score: Fraction
    track: Count = 0


class Live(Word):
    """Boxes of one frame for a live overlay; safe to lose."""

    schema_: Annotated[Literal[1], Field(alias="schema")] = 1
    node: Slug
    camera: Slug
    captured: Instant
    latency_ms: Amount = 0
    boxes: Annotated[tuple[Seen, ...], Field(max_length=200)] = ()


Down = Receipt | Config | Command
Up = Batch | Status | Live
