"""A node for the two-ended test: the real Delivery on a disk that can be copied, brought back and filled.

Records are tokens: every fact ever made gets one of its own, so that a number used twice is seen for what it is.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from streams.wire.delivery import Delivery, Offer, Owed
from streams.wire.messages import BatchHead, Clock, Receipt, Why
from streams.wire.ranges import Ranges

BORN: Final = datetime(2026, 11, 1, tzinfo=UTC)
GIVES_WAY: Final = ("health", "tally", "reading", "event")
PER_BATCH: Final = 6  # fewer than the wire allows, so that a test of a few records fills batches


def epoch_of(number: int, now: float) -> UUID:
    """A UUIDv7 of the model's clock, the same in every run."""
    millis = int((BORN.timestamp() + now) * 1000)
    return UUID(int=millis << 80 | 0x7 << 76 | 0b10 << 62 | number)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened. `bad` is dead-lettered alone; `poison` makes its whole batch unreadable."""

    token: int
    kind: str
    bad: bool = False
    poison: bool = False
    merged: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Shelf:
    """One epoch on disk."""

    next: int = 1
    rows: dict[int, Fact] = field(default_factory=dict)
    gone: dict[Why, Ranges] = field(default_factory=dict)


Disk = dict[UUID, Shelf]


@dataclass(frozen=True, slots=True)
class Message:
    """A batch on its way: what its bytes would hold."""

    head: BatchHead
    records: tuple[tuple[int, Fact], ...] = ()


class Box:
    """A node. `disk` is what survives a crash; `delivery` and `fresh` do not. `fate` is the test's own book."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.disk: Disk = {}
        self.copies: list[Disk] = []
        self.fresh: list[Fact] = []
        self.starts = 0
        self.committed: dict[tuple[UUID, int], Fact] = {}
        self.excused: set[int] = set()  # tokens evicted, merged, set aside or rolled back: they may be lost
        self.given_up: dict[tuple[UUID, int], Why] = {}  # while no older disk was put in: as the centre must count it
        self.start(0.0)

    def start(self, now: float) -> None:
        """Begin a session on whatever the disk holds; what was not committed never was."""
        self.fresh = []
        self.starts += 1
        self.session = self.new_session(now)
        owed = {
            epoch: Owed(shelf.next, Ranges.these(shelf.rows), dict(shelf.gone)) for epoch, shelf in self.disk.items()
        }
        turn = iter(range(1 << 30))
        self.delivery = Delivery(self.session, owed, lambda: 0.8 + next(turn) * 0.37 % 0.4)
        self.disk = {**self.disk, self.session: self.disk.get(self.session, Shelf())}

    def new_session(self, now: float) -> UUID:
        """Every start opens a new epoch."""
        return epoch_of(self.starts, now)

    def commit(self) -> None:
        """Make the fresh facts records, evict what no longer fits, and keep a copy of the disk as it is now."""
        shelf = self.disk[self.session]
        first = shelf.next
        self._append(self.fresh)
        self.fresh = []
        self._make_room(first)
        self.copies.append(self.disk)

    def bring_back(self, copy: Disk, now: float) -> None:
        """An older disk is put in, and the node starts on it."""
        kept = {(epoch, seq) for epoch, shelf in copy.items() for seq in shelf.rows}
        self.excused |= {fact.token for key, fact in self.committed.items() if key not in kept}
        self.given_up = {}
        self.disk = copy
        self.start(now)

    def rot(self, index: int) -> None:
        """The disk loses a row and says nothing."""
        rows = [(epoch, seq) for epoch, shelf in self.disk.items() for seq in shelf.rows]
        if rows:
            epoch, seq = rows[index % len(rows)]
            shelf = self.disk[epoch]
            self.excused.add(shelf.rows[seq].token)
            left = {number: fact for number, fact in shelf.rows.items() if number != seq}
            self.disk = {**self.disk, epoch: replace(shelf, rows=left)}

    def send(self, now: float) -> Message | None:
        """The next batch, if there is something to send."""
        offer = self.delivery.offer(now)
        if offer is None:
            return None
        seqs = offer.seqs.first(PER_BATCH)
        terms = self.delivery.sent(offer, seqs, now)
        head = BatchHead(
            node="box",
            epoch=offer.epoch,
            session=self.session,
            number=terms.number,
            floor=terms.floor,
            next=terms.next,
            gone=terms.gone,
            holds=terms.holds,
            backlog=offer.backlog,
            sent=BORN + timedelta(seconds=now),
            clock=Clock(synced=True),
        )
        return Message(head, self._read(offer, seqs))

    def hear(self, receipt: Receipt, now: float) -> dict[tuple[UUID, int], Fact]:
        """Take a receipt; returns what was deleted for it."""
        done = self.delivery.receipt(receipt, now)
        shelf = self.disk.get(receipt.epoch)
        if shelf is None:
            return {}
        deleted = {(receipt.epoch, seq): shelf.rows[seq] for seq in done}
        rows = {seq: fact for seq, fact in shelf.rows.items() if seq not in done}
        self._write(receipt.epoch, replace(shelf, rows=rows))
        for epoch, seq in self.delivery.strays():
            self._give_up(epoch, [seq], Why.ASIDE)
        for epoch in self.delivery.closed():
            del self.disk[epoch]
        return deleted

    def _read(self, offer: Offer, seqs: Ranges) -> tuple[tuple[int, Fact], ...]:
        rows = self.disk[offer.epoch].rows
        return tuple((seq, rows[seq]) for seq in seqs)

    def _append(self, facts: list[Fact]) -> None:
        if not facts:
            return
        shelf = self.disk[self.session]
        new = dict(enumerate(facts, shelf.next))
        self.committed |= {(self.session, seq): fact for seq, fact in new.items()}
        self._write(self.session, replace(shelf, next=shelf.next + len(new), rows={**shelf.rows, **new}))
        self.delivery.committed(shelf.next, shelf.next + len(new) - 1)

    def _make_room(self, first_new: int) -> None:
        while sum(len(shelf.rows) for shelf in self.disk.values()) > self.capacity:
            rows = [(epoch, seq, fact) for epoch, shelf in self.disk.items() for seq, fact in shelf.rows.items()]
            kind = next(kind for kind in GIVES_WAY if any(fact.kind == kind for *_, fact in rows))
            tallies = [(epoch, seq, fact) for epoch, seq, fact in rows if fact.kind == "tally"]
            mergeable = [row for row in tallies if row[0] == self.session and row[1] < first_new and not row[2].merged]
            if kind == "tally" and len(mergeable) > 1:
                pair = mergeable[:2]
                self._append([Fact(-1 - len(self.committed), "tally", merged=tuple(seq for _, seq, _ in pair))])
                self._give_up(self.session, [seq for _, seq, _ in pair], Why.MERGED)
            else:
                epoch, seq, _ = next(row for row in rows if row[2].kind == kind)
                self._give_up(epoch, [seq], Why.FULL)

    def _give_up(self, epoch: UUID, seqs: list[int], why: Why) -> None:
        shelf = self.disk[epoch]
        self.excused |= {shelf.rows[seq].token for seq in seqs}
        self.given_up |= {(epoch, seq): why for seq in seqs}
        self.delivery.gave_up(epoch, Ranges.these(seqs), why)
        self._write(epoch, replace(shelf, rows={seq: f for seq, f in shelf.rows.items() if seq not in seqs}))

    def _write(self, epoch: UUID, shelf: Shelf) -> None:
        self.disk = {**self.disk, epoch: replace(shelf, gone=dict(self.delivery.epochs[epoch].gone))}


class ReusingBox(Box):
    """A broken node: after a restart it goes on with the epoch and the numbers its disk has."""

    def new_session(self, now: float) -> UUID:
        return next(iter(self.disk), super().new_session(now))
