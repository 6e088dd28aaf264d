"""A centre for the two-ended test: real Intakes and Roster in a database with transactions, and two workers.

The node's row is the lock: a worker takes it when it begins and lets it go when it commits or dies, so batches
of one node queue, in any order the test likes.
"""

from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from streams.wire.ledger import Intake, Verdict
from streams.wire.messages import BatchHead, Receipt
from streams.wire.ranges import Ranges
from streams.wire.roster import Hearing, Known, Roster
from tests.wire.box import BORN, Fact, Message

Key = tuple[UUID, int]


@dataclass(frozen=True, slots=True)
class Tables:
    """What is committed."""

    session: UUID | None = None
    since: datetime | None = None
    intakes: dict[UUID, Intake] = field(default_factory=dict)
    over_at: dict[UUID, datetime] = field(default_factory=dict)
    stored: dict[Key, Fact] = field(default_factory=dict)
    dead: dict[Key, Fact] = field(default_factory=dict)
    again: tuple[Key, ...] = ()  # numbers stored as new a second time: there must be none
    doubled: bool = False


@dataclass(slots=True)
class Worker:
    """One ingest worker with one batch: begun, then committed, then its receipt sent."""

    message: Message
    tables: Tables | None = None
    receipt: Receipt | None = None


class Centre:
    """Two workers and one database."""

    def __init__(self) -> None:
        self.tables = Tables()
        self.workers: dict[int, Worker] = {}
        self.locked_by: int | None = None
        self.outgoing: list[Receipt] = []

    def begin(self, number: int, message: Message, now: float) -> None:
        """Take the node's lock and work the batch out; an unreadable batch is dead-lettered whole, without receipt."""
        if any(fact.poison for _, fact in message.records):
            return
        self.locked_by = number
        tables, receipt = _worked_out(self.tables, message, BORN + timedelta(seconds=now))
        self.workers[number] = Worker(message, tables, receipt)

    def commit(self, number: int) -> None:
        """Make it last, and let the lock go."""
        worker = self.workers[number]
        assert worker.tables is not None
        self.tables, worker.tables, self.locked_by = worker.tables, None, None

    def publish(self, number: int) -> None:
        """The receipt leaves, and the worker is free."""
        receipt = self.workers.pop(number).receipt
        assert receipt is not None
        self.outgoing.append(receipt)

    def may_publish(self, number: int) -> bool:
        """Only after the commit."""
        return number in self.workers and self.workers[number].tables is None

    def die(self, number: int) -> None:
        """Whatever was not committed never was."""
        worker = self.workers.pop(number)
        if worker.tables is not None:
            self.locked_by = None


class HastyCentre(Centre):
    """A broken centre: its receipt leaves before the commit."""

    def begin(self, number: int, message: Message, now: float) -> None:
        super().begin(number, message, now)
        if (worker := self.workers.get(number)) is not None and worker.receipt is not None:
            self.outgoing.append(worker.receipt)

    def publish(self, number: int) -> None:
        del self.workers[number]


def _worked_out(before: Tables, message: Message, heard: datetime) -> tuple[Tables, Receipt]:
    head = message.head
    intakes = {epoch: copy(intake) for epoch, intake in before.intakes.items()}
    known = [Known(e, before.over_at.get(e), bool(i.outstanding)) for e, i in intakes.items()]
    hearing = Roster.of(before.session, before.since, known).hear(head, heard)
    over_at = {**before.over_at, **dict.fromkeys(hearing.ends, hearing.since)}
    for epoch in hearing.opens:
        intakes[epoch] = Intake(epoch, head.session, over=epoch != hearing.session)
        if epoch != hearing.session:
            over_at[epoch] = hearing.since
    for epoch in hearing.ends:
        intakes[epoch].over = True
    tables = replace(before, intakes=intakes, over_at=over_at, doubled=before.doubled or hearing.doubled)
    tables = replace(tables, session=hearing.session, since=hearing.since)
    tables = _taken(tables, head, message)
    _forget(tables, hearing)
    receipt = intakes[head.epoch].receipt("box")
    intakes[head.epoch].told = Ranges()  # of the transaction only
    return tables, receipt


def _taken(tables: Tables, head: BatchHead, message: Message) -> Tables:
    intake = tables.intakes[head.epoch]
    intake.refused = dict(intake.refused)
    intake.hear(head)
    stored, dead, again = dict(tables.stored), dict(tables.dead), tables.again
    for seq, fact in message.records:
        if intake.take(seq) is Verdict.DUPLICATE:
            continue
        key = (head.epoch, seq)
        again += (key,) * (key in stored or key in dead)
        (dead if fact.bad else stored)[key] = fact
        if fact.bad:
            intake.refuse(seq, "invalid")
    return replace(tables, stored=stored, dead=dead, again=again)


def _forget(tables: Tables, hearing: Hearing) -> None:
    for epoch in hearing.forgets:
        tables.intakes[epoch].forget()
