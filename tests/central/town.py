"""A small town for the centre's tests: two wards, two boxes, and a box that can be told what to say."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Table, func, select
from uuid_utils.compat import uuid7

from alerts.rules import RuleBook, parse_rules
from central import config, registry
from central.arrivals import Message, read
from central.ingest import Ingest
from central.judging import Judge
from central.settling import Outcome
from central.store import registry as registered
from central.store.database import Database
from streams.wire.codec import encode, encode_batch, encode_record
from streams.wire.messages import BatchHead, Clock, ClockSource, Gone, Status
from streams.wire.records import Body, Event, Evidence, Minute, Phase, Reading, Tally

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)  # a Monday, nine in the morning in Da Nang
CITY = """
wards:
  hai-chau: {name: Hải Châu}
  thanh-khe: {name: Thanh Khê}
units:
  patrol: {name: Đội trật tự}
nodes:
  box-1:
    name: Box one
    ward: hai-chau
    cameras:
      cam-1: {name: One, ward: hai-chau}
      cam-2: {name: Two, ward: thanh-khe}
    sensors:
      water-1: {name: Water, ward: hai-chau, quantity: water_level, unit: m}
  box-2:
    name: Box two
    ward: thanh-khe
    cameras:
      cam-3: {name: Three, ward: thanh-khe}
"""
RULES = """
rules:
  loitering:
    title: {vi: Lảng vảng, en: Loitering}
    when: {event: loitering}
    severity: minor
    owner: patrol
    deadline: 4h working
    disposition: open_case
    budget: 40
  water:
    title: {vi: Nước dâng, en: Water}
    when: {reading: water_level, unit: m, above: 1.2, clear: 1.0}
    severity: major
    owner: patrol
    deadline: 30m wall
    disposition: open_case
    budget: 40
  camera-blind:
    title: {vi: Camera mù, en: Camera blind}
    when: {camera_state: [blind, unfit]}
    severity: minor
    owner: patrol
    deadline: 3d working
    disposition: repair
    budget: 40
"""
SYNCED = Clock(source=ClockSource.NTP, synced=True)


def settled(database: Database, at: datetime = NOW) -> Ingest:
    """The town in the database, and an ingest that knows its rules."""
    city = registry.read(CITY, "city.yaml")
    with database.writing() as connection:
        registered.apply(connection, city, at, "import")
    return Ingest(Judge(rules()))


def rules() -> RuleBook:
    """The town's rules."""
    return parse_rules(RULES, "rules.yaml", config.everything(registry.read(CITY, "city.yaml")))


def called(database: Database, camera: str, zones: str) -> None:
    """From now on the town's file calls these zones of a camera so: `gate: Cổng chợ`."""
    line = f"{camera}: {{name: "
    city = registry.read(CITY.replace(line, f"{camera}: {{zones: {{{zones}}}, name: "), "city.yaml")
    with database.writing() as connection:
        registered.apply(connection, city, NOW, "import")


def took(database: Database, ingest: Ingest, *messages: Message, now: datetime | None = None) -> Outcome:
    """One group, stored; what it came to."""
    at = now or max(message.heard for message in messages)
    with database.writing() as connection:
        return ingest.take(connection, [read(message) for message in messages], at)


def rows(database: Database, table: Table) -> list[dict[str, Any]]:
    """Everything in a table."""
    with database.reading() as connection:
        return [dict(row._mapping) for row in connection.execute(select(table))]


def count(database: Database, table: Table) -> int:
    """How many rows a table has."""
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


@dataclass
class Box:
    """A node that says what a test tells it to; it keeps what it made, so that it can say it again."""

    name: str = "box-1"
    ward: str = "hai-chau"
    session: UUID = field(default_factory=uuid7)
    next: int = 1
    number: int = 0
    made: dict[int, bytes] = field(default_factory=dict)

    def make(self, *bodies: Body, at: datetime = NOW) -> list[int]:
        """Number these and keep them."""
        numbers = list(range(self.next, self.next + len(bodies)))
        for seq, body in zip(numbers, bodies, strict=True):
            self.made[seq] = encode_record(seq, at, body)
        self.next += len(bodies)
        return numbers

    def batch(
        self,
        seqs: Sequence[int] = (),
        *,
        heard: datetime = NOW,
        raw: Sequence[bytes] = (),
        clock: Clock = SYNCED,
        topic: str | None = None,
        **head: Any,  # noqa: ANN401 - fields of the head a test wants otherwise
    ) -> Message:
        """These records as a message."""
        self.number += 1
        fields: dict[str, Any] = {
            "node": self.name,
            "epoch": self.session,
            "session": self.session,
            "number": self.number,
            "floor": 1,
            "next": self.next,
            "sent": heard,
            "clock": clock,
        }
        payload = encode_batch(BatchHead(**{**fields, **head}), [*(self.made[seq] for seq in seqs), *raw])
        return Message(topic or f"wardsense/v1/{self.ward}/{self.name}/batch", payload, heard)

    def said(self, *bodies: Body, at: datetime = NOW, **more: Any) -> Message:  # noqa: ANN401 - see batch
        """Make these and send them at once."""
        return self.batch(self.make(*bodies, at=at), heard=more.pop("heard", at), **more)

    def status(self, *, online: bool, at: datetime = NOW, session: UUID | None = None) -> Message:
        """The node is here, or its will says that it is gone."""
        of = session or self.session
        told = Status(node=self.name, online=online, session=of, epoch=of, next=self.next, at=at)
        return Message(f"wardsense/v1/{self.ward}/{self.name}/status", encode(told), at)


def loitering(
    camera: str = "cam-1",
    *,
    phase: Phase = Phase.OPENED,
    rev: int = 1,
    id_: UUID | None = None,
    **more: Any,  # noqa: ANN401
) -> Event:
    """Somebody stays too long."""
    fields: dict[str, Any] = {"zone": "gate", "subject": "person", "began": NOW}
    return Event(id=id_ or uuid7(), kind="loitering", phase=phase, rev=rev, camera=camera, **{**fields, **more})


def level(value: float) -> Reading:
    """The water stands so high."""
    return Reading(sensor="water-1", quantity="water_level", unit="m", value=value)


def tally(camera: str = "cam-1", start: datetime = NOW) -> Tally:
    """Five minutes of watching and nothing to count."""
    return Tally(camera=camera, start=start, minutes=(Minute(watched=60),) * 5)


def picture(sha256: str = "a" * 64) -> Evidence:
    """A picture an event names."""
    return Evidence(sha256=sha256, bytes=1000, media_type="image/jpeg", role="snapshot", redacted=True)


def gone(first: int, last: int, why: str = "full") -> Gone:
    """A range that will never come."""
    return Gone.model_validate({"span": (first, last), "why": why})


def later(seconds: float) -> datetime:
    """So long after the beginning."""
    return NOW + timedelta(seconds=seconds)
