"""The node's outbox: what was seen and measured, kept from the moment it is made until the centre has it.

Producers call `add`, from any thread, and go on: it waits for no disk, broker or centre. The publisher calls
everything else. A record survives kill -9 as soon as `add` returns, and a power cut after the `sync` that follows
(how, and why that is enough, stands in `durable`); `sync` says which numbers it made safe, and no other is offered
to the broker. Every start opens a new epoch: no number is used twice, whatever happened to the disk, and older
epochs drain as `owed`. What has been offered is remembered in memory only, because only this session's own
never-offered tallies may still be merged, and a flag on disk would cost a write for every record sent.

When the limit is reached the lightest gives way: health (but the newest), then tallies, merged by the hour before
they are dropped, then readings, then events and replies; the oldest first. Each loss is written down and counted.

Trouble with the disk is weather. Full or read-only: what could not be written waits in memory, bounded, counted
as at risk, offered all the same (delivering it is the best way to save it), and is tried again at every sync; so
is a record whose sync failed. Damaged: what can be read is salvaged and the rest is named (`shelf`, `salvage`).
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Final, Self
from uuid import UUID

import structlog
from pydantic_core import from_json
from uuid_utils.compat import uuid7

from edge.coarsen import Numbered, coarser, mergeable
from edge.durable import BrokenError, DiskRefusedError
from edge.evidence_queue import EvidenceQueue
from edge.journal import EPOCH, Change, Lost, Row, Weight, of_row, row_id
from edge.salvage import broken_files
from edge.shelf import Shelf
from streams.wire.codec import Rejected, encode_record, read_record
from streams.wire.delivery import Owed
from streams.wire.messages import MOST_BYTES, Why
from streams.wire.ranges import Ranges
from streams.wire.records import Body, Health, Reading, Tally

HEAD_BYTES: Final = 32 * 1024
MOST_RECORD_BYTES: Final = MOST_BYTES - HEAD_BYTES
LEAST_LIMIT: Final = 64 * 1024
TALLIES_AT_A_TIME: Final = 64
SAME_TROUBLE_S: Final = 1.0

_log = structlog.get_logger(__name__)

Made = Callable[[UUID, int], None]
"""Told of each record before it is written: the node's own count of what it made."""


@dataclass(frozen=True, slots=True)
class GaveUp:
    """Numbers of an epoch that this disk can no longer send."""

    epoch: UUID
    seqs: Ranges
    why: Why


@dataclass(frozen=True, slots=True)
class OutboxStats:
    """What the outbox holds and has lost: records, bytes, seconds since the oldest was captured, counts."""

    records: int
    bytes: int
    oldest_s: float
    at_risk: int
    evicted: dict[str, int]
    merged: int
    unreadable: int
    set_aside: int
    broken_files: int
    failed_syncs: int
    evidence: dict[str, int]


class Outbox:
    """One node's outbox; `open` makes it. Thread-safe. Weather is never raised: it is counted and retried."""

    def __init__(self, shelf: Shelf, evidence: EvidenceQueue, made: Made | None = None) -> None:
        """Begin a new epoch on an open shelf."""
        pasts = [past for past in shelf.journal.pasts() if past.held or past.gone]
        self.session = uuid7()
        self.evidence = evidence
        self.owed = {past.id: Owed(past.next, past.held, dict(past.gone)) for past in pasts}
        self._shelf = shelf
        self._made = made
        self._lock = threading.RLock()
        self._no = shelf.begin(self.session, keep=[past.no for past in pasts])
        self._nos = {**{past.id: past.no for past in pasts}, self.session: self._no}
        self._ends = {past.id: past.next for past in pasts}
        self._next = 1
        self._synced = 0
        self._offered = Ranges()
        self._merged = self._set_aside = self._failed_syncs = 0
        self._unsynced = ("", 0.0)
        self._changed: Callable[[], None] = _nobody
        shelf.known = self._known

    @classmethod
    def open(
        cls,
        path: Path,
        limit_bytes: int,
        made: Made | None = None,
        evidence_bytes: int | None = None,
        now: Callable[[], datetime] | None = None,
        evidence_per_day: int | None = None,
    ) -> Self:
        """Open or make the outbox under `path`: at most `limit_bytes` of records, and as much of evidence unless said.

        Of evidence `evidence_per_day` bytes leave in 24 hours, if said. `made` is called with epoch and number before
        each record is written. Raises InUseError when another process has it, ValueError for a limit below 64 KiB,
        OSError when the disk will not have a file at all.
        """
        if limit_bytes < LEAST_LIMIT:
            raise ValueError(f"an outbox needs {LEAST_LIMIT} bytes, not {limit_bytes}")
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            shelf = Shelf(path, limit_bytes, now or _utc)
        except DiskRefusedError as refused:
            raise DiskRefusedError(f"{path}: {refused}") from refused
        try:
            evidence = EvidenceQueue(shelf.journal.file, evidence_bytes or limit_bytes, evidence_per_day)
            return cls(shelf, evidence, made)
        except BaseException:
            shelf.journal.file.close()  # or the next attempt finds the outbox in use
            raise

    def add(self, captured: datetime, body: Body) -> int:
        """Keep a fact; returns its number in this session. Raises ValueError for one that no batch could carry."""
        with self._lock:
            row = self._numbered(captured, body)
            while any(weight is Weight.TALLY for weight, _ in self._shelf.giving_way_to(row)) and self._merge():
                pass
            self._shelf.put(row)
        self._changed()
        return of_row(row.id)[1]

    def watch(self, changed: Callable[[], None]) -> None:
        """Have this called after every `add`, in the thread of the producer."""
        self._changed = changed

    def sync(self) -> tuple[int, int] | None:
        """Make what was added safe from a power cut; returns first and last of the newly safe. Waits for the disk."""
        with self._lock:
            self._shelf.retry()
            first, last = self._synced + 1, self._next - 1
        try:
            self._shelf.journal.file.barrier()
        except OSError as error:
            self._failed_syncs += 1
            self._say_unsynced(str(error), last - first + 1)
        except BrokenError as error:
            with self._lock:
                self._shelf.mend(str(error))
        self._synced = last
        return (first, last) if last >= first else None

    def losses(self) -> list[GaveUp]:
        """What has been given up since this was last asked."""
        with self._lock:
            names = {no: epoch for epoch, no in self._nos.items()}
            return [GaveUp(names[lost.epoch], lost.ranges, lost.why) for lost in self._shelf.losses()]

    def read(self, epoch: UUID, seqs: Ranges, most_bytes: int = MOST_RECORD_BYTES) -> list[tuple[int, bytes]]:
        """Numbers and bodies in order, as many as fit. What is missing or damaged is given up: ask `losses`."""
        with self._lock:
            no = self._nos[epoch]
            rows = self._shelf.read(no, seqs.within(1, self._known()[no][1] - 1), most_bytes)
            numbered = [(of_row(row.id)[1], row.body) for row in rows]
            if epoch == self.session:
                self._offered = self._offered | Ranges.these(seq for seq, _ in numbered)
            return numbered

    def settle(self, epoch: UUID, settled: Ranges) -> None:
        """The centre has these: forget them. An epoch that is not ours is ignored."""
        with self._lock:
            if (no := self._nos.get(epoch)) is not None:
                upcoming = self._known()[no][1]
                self._shelf.settle(no, settled.within(1, upcoming - 1), upcoming)

    def set_aside(self, epoch: UUID, seq: int, reason: str) -> None:
        """The centre cannot read this one: keep it apart for a person, and give it up."""
        with self._lock:
            self._set_aside += 1
            self._shelf.set_aside(self._nos[epoch], epoch, seq, reason)

    def close_epoch(self, epoch: UUID) -> None:
        """Nothing of this past epoch is owed any more: forget it."""
        with self._lock:
            self._shelf.forget(self._nos.pop(epoch))

    def stats(self, now: datetime) -> OutboxStats:
        """How it stands at `now`."""
        with self._lock:
            oldest = self._shelf.oldest_captured()
            return OutboxStats(
                records=self._shelf.records,
                bytes=self._shelf.bytes,
                oldest_s=max(0.0, (now - oldest).total_seconds()) if oldest else 0.0,
                at_risk=len(self._shelf.at_risk.rows),
                evicted={weight.name.lower(): count for weight, count in self._shelf.evicted.items()},
                merged=self._merged,
                unreadable=self._shelf.unreadable,
                set_aside=self._set_aside,
                broken_files=broken_files(self._shelf.journal.file.path),
                failed_syncs=self._failed_syncs,
                evidence=self.evidence.stats(),
            )

    def close(self) -> None:
        """Sync and let go of the file."""
        self.sync()
        with self._lock:
            self._shelf.journal.file.close()

    def _say_unsynced(self, why: str, records: int) -> None:
        """Once a second for the same trouble: a sync is tried ten times in that."""
        now = monotonic()
        said, when = self._unsynced
        if why != said or now - when >= SAME_TROUBLE_S:
            self._unsynced = (why, now)
            _log.error("outbox not synced", why=why, records=records, failed_syncs=self._failed_syncs)

    def _numbered(self, captured: datetime, body: Body) -> Row:
        seq = self._next
        encoded = encode_record(seq, captured, body)
        if len(encoded) > MOST_RECORD_BYTES:
            raise ValueError(f"a record holds {MOST_RECORD_BYTES} bytes, not {len(encoded)}")
        if self._made is not None:
            self._made(self.session, seq)
        self._next += 1
        return Row(row_id(self._no, seq), _weight(body), (captured - EPOCH) // timedelta.resolution, encoded)

    def _merge(self) -> bool:
        """Make one tally of an hour's, if there is one to make."""
        group = mergeable(self._never_offered())
        if not group:
            return False
        merged = self._numbered(group[-1].captured, coarser(group))
        seqs = Ranges.these(one.seq for one in group)
        keys = tuple((row_id(self._no, first), row_id(self._no, last)) for first, last in seqs.spans)
        self._shelf.write(Change((merged,), keys, (Lost(self._no, seqs, Why.MERGED),)))
        self._merged += len(group)
        return True

    def _never_offered(self) -> list[Numbered]:
        held = self._shelf.oldest(Weight.TALLY, row_id(self._no, 0), TALLIES_AT_A_TIME)
        fresh = Ranges.these(of_row(one.id)[1] for one in held) - self._offered
        if not fresh:
            return []
        read = [read_record(from_json(row.body)) for row in self._shelf.read(self._no, fresh, MOST_BYTES)]
        whole = [record for record in read if not isinstance(record, Rejected)]
        return [Numbered(r.seq, r.captured, r.body) for r in whole if isinstance(r.body, Tally)]

    def _known(self) -> dict[int, tuple[UUID, int]]:
        return {no: (epoch, self._ends.get(epoch, self._next)) for epoch, no in self._nos.items()}


def _weight(body: Body) -> Weight:
    match body:
        case Health():
            return Weight.HEALTH
        case Tally():
            return Weight.TALLY
        case Reading():
            return Weight.READING
        case _:
            return Weight.LAST


def _utc() -> datetime:
    return datetime.now(UTC)


def _nobody() -> None:
    """Nobody is waiting to hear of a change."""
