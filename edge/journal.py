"""The tables under the outbox, and what is done to them: one method, one transaction.

The `id` of a record is its epoch's number and its own in one integer, so that reading and settling a range is one
walk along the table, and order of ids is order of time. The index by weight knows every id and size without its
body: it names what gives way, and what was there when the body is damaged. Each body has a checksum, because
SQLite keeps none. When rows are written, and what that promises, stands in `durable`.
"""

import sqlite3
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Final
from uuid import UUID

from edge.durable import DurableFile
from streams.wire.messages import Why
from streams.wire.ranges import Pair, Ranges

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SEQ_BITS: Final = 40
SCHEMA: Final = 1
MOST_ASIDE: Final = 1000
TABLES: Final = """
CREATE TABLE IF NOT EXISTS epoch(no INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, next INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS record(id INTEGER PRIMARY KEY, weight INTEGER NOT NULL, captured INTEGER NOT NULL,
    size INTEGER NOT NULL, crc INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS record_weight ON record(weight, id, size);
CREATE TABLE IF NOT EXISTS gone(epoch INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    why TEXT NOT NULL, PRIMARY KEY(epoch, first)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS aside(id INTEGER PRIMARY KEY, epoch BLOB NOT NULL, seq INTEGER NOT NULL,
    reason TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS evidence(sha256 TEXT PRIMARY KEY, event BLOB NOT NULL, bytes INTEGER NOT NULL,
    media_type TEXT NOT NULL, state TEXT NOT NULL, reason TEXT, created INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS evidence_state ON evidence(state, created);
"""


_LOSE: Final = """INSERT INTO gone VALUES(?,?,?,?)
    ON CONFLICT(epoch, first) DO UPDATE SET last=max(last, excluded.last), why=excluded.why"""


class Weight(IntEnum):
    """In which order records give way, lightest first."""

    HEALTH = 0
    TALLY = 1
    READING = 2
    LAST = 3  # events and replies


@dataclass(frozen=True, slots=True)
class Row:
    """One record as it lies on the disk; `captured` in microseconds since 1970."""

    id: int
    weight: Weight
    captured: int
    body: bytes

    @property
    def size(self) -> int:
        """Its share of the limit, with what the table needs around it."""
        return len(self.body) + 64


@dataclass(frozen=True, slots=True)
class Held:
    """A record by its number and size, without its body."""

    id: int
    size: int


@dataclass(frozen=True, slots=True)
class Lost:
    """Numbers of an epoch that can no longer be sent, and why."""

    epoch: int
    ranges: Ranges
    why: Why


@dataclass(frozen=True, slots=True)
class Change:
    """What one transaction does: rows in, ranges of ids out, losses written down."""

    put: tuple[Row, ...] = ()
    drop: tuple[Pair, ...] = ()
    lost: tuple[Lost, ...] = ()


@dataclass(frozen=True, slots=True)
class Past:
    """An epoch as the disk has it."""

    no: int
    id: UUID
    next: int
    held: Ranges
    gone: dict[Why, Ranges]


def row_id(epoch: int, seq: int) -> int:
    """The id of a record from its epoch's number and its own."""
    return epoch << SEQ_BITS | seq


def of_row(row: int) -> Pair:
    """Epoch number and seq of an id."""
    return row >> SEQ_BITS, row & ((1 << SEQ_BITS) - 1)


def whole(body: object, crc: object) -> bool:
    """Whether this is a body as it was written. Damage can look like a row: only the checksum says that it is one."""
    return isinstance(body, bytes) and zlib.crc32(body) == crc


def keys_of(no: int, seqs: Ranges) -> Ranges:
    """The ids of these numbers of an epoch."""
    return Ranges(tuple((row_id(no, first), row_id(no, last)) for first, last in seqs.spans))


def singly(keys: Iterable[int]) -> tuple[Pair, ...]:
    """Each id as a span of its own, because what lies between them stays."""
    return tuple((key, key) for key in keys)


def lost_rows(keys: Iterable[int], why: Why) -> tuple[Lost, ...]:
    """These ids as losses, epoch by epoch."""
    seqs: dict[int, list[int]] = {}
    for key in keys:
        seqs.setdefault(of_row(key)[0], []).append(of_row(key)[1])
    return tuple(Lost(no, Ranges.these(numbers), why) for no, numbers in seqs.items())


class Journal:
    """The tables of one outbox. Raises what the file raises: DiskRefusedError, BrokenError."""

    def __init__(self, file: DurableFile) -> None:
        self.file = file

    def write(self, change: Change) -> list[tuple[Weight, int]]:
        """Commit a change, for kill -9; the answer is weight and size of each row dropped."""
        with self.file.transaction() as db:
            rows = [(r.id, r.weight, r.captured, r.size, zlib.crc32(r.body), r.body) for r in change.put]
            db.executemany("INSERT OR REPLACE INTO record VALUES(?,?,?,?,?,?)", rows)
            dropped = _drop(db, change.drop)
            lost = [(lost.epoch, *span, lost.why) for lost in change.lost for span in lost.ranges.spans]
            db.executemany(_LOSE, lost)
        return dropped

    def begin(self, no: int, epoch: UUID) -> None:
        """Write a new epoch down."""
        self.file.change("INSERT OR REPLACE INTO epoch VALUES(?,?,1)", (no, epoch.bytes))

    def pasts(self) -> list[Past]:
        """Every epoch on the disk, oldest first."""
        held = self._held()
        epochs = self.file.rows("SELECT no, id, next FROM epoch ORDER BY no")
        pasts = []
        for no, raw, settled_next in epochs:
            gone = self.gone(no)
            tops = [held.get(no, Ranges()).top, *(ranges.top for ranges in gone.values())]
            pasts.append(
                Past(no, UUID(bytes=raw), max(settled_next, *(top + 1 for top in tops)), held.get(no, Ranges()), gone)
            )
        return pasts

    def gone(self, no: int) -> dict[Why, Ranges]:
        """What of an epoch can no longer be sent."""
        told: dict[Why, list[Pair]] = {}
        for first, last, why in self.file.rows("SELECT first, last, why FROM gone WHERE epoch=?", (no,)):
            told.setdefault(Why(why), []).append((first, last))
        return {why: Ranges.of(*spans) for why, spans in told.items()}

    def settle(self, no: int, settled: Ranges, upcoming: int) -> list[tuple[Weight, int]]:
        """Drop what the centre has; the epoch's next number is remembered, because its rows may all be gone."""
        with self.file.transaction() as db:
            dropped = _drop(db, [(row_id(no, first), row_id(no, last)) for first, last in settled.spans])
            db.execute("UPDATE epoch SET next=max(next, ?) WHERE no=?", (upcoming, no))
            gone = self.gone(no)
            left = {why: ranges - settled for why, ranges in gone.items()}
            if left != gone:
                db.execute("DELETE FROM gone WHERE epoch=?", (no,))
                rows = [(no, first, last, why) for why, kept in left.items() for first, last in kept.spans]
                db.executemany("INSERT INTO gone VALUES(?,?,?,?)", rows)
        return dropped

    def forget(self, no: int) -> None:
        """Forget a closed epoch."""
        with self.file.transaction() as db:
            db.execute("DELETE FROM epoch WHERE no=?", (no,))
            db.execute("DELETE FROM gone WHERE epoch=?", (no,))

    def set_aside(self, row: Row, epoch: UUID, reason: str) -> None:
        """Keep a record the centre cannot read where a person finds it: the newest thousand."""
        seq = of_row(row.id)[1]
        with self.file.transaction() as db:
            db.execute(
                "INSERT INTO aside(epoch, seq, reason, body) VALUES(?,?,?,?)", (epoch.bytes, seq, reason, row.body)
            )
            db.execute("DELETE FROM aside WHERE id <= (SELECT max(id) FROM aside) - ?", (MOST_ASIDE,))

    def read(self, no: int, spans: Iterable[Pair], most_bytes: int) -> tuple[list[Row], bool]:
        """Whole rows in order until the next would not fit, and whether it was cut short there."""
        rows: list[Row] = []
        room = most_bytes
        for first, last in spans:
            query = "SELECT id, weight, captured, crc, body FROM record WHERE id BETWEEN ? AND ? ORDER BY id"
            for key, weight, captured, crc, body in self.file.rows(query, (row_id(no, first), row_id(no, last))):
                if not whole(body, crc):
                    continue
                room -= len(body) + 1
                if room < 0 and rows:
                    return rows, True
                rows.append(Row(key, Weight(weight), captured, body))
        return rows, False

    def has(self, no: int, seq: int) -> bool:
        """Whether this one is there and whole, asked for by its id alone."""
        found = self.file.rows("SELECT body, crc FROM record NOT INDEXED WHERE id=?", (row_id(no, seq),))
        return any(whole(*row) for row in found)

    def oldest(self, weight: Weight, after: int, most: int) -> list[Held]:
        """The oldest rows of this weight beyond an id, without their bodies."""
        query = "SELECT id, size FROM record WHERE weight=? AND id>? ORDER BY id LIMIT ?"
        return [Held(*row) for row in self.file.rows(query, (weight, after, most))]

    def oldest_captured(self) -> int | None:
        """When the first row was captured, microseconds since 1970; None when there is none."""
        rows = self.file.rows("SELECT captured FROM record ORDER BY id LIMIT 1")
        return rows[0][0] if rows else None

    def totals(self) -> dict[Weight, tuple[int, int]]:
        """Rows and bytes by weight."""
        rows = self.file.rows("SELECT weight, count(*), sum(size) FROM record GROUP BY weight")
        return {Weight(weight): (count, size) for weight, count, size in rows}

    def _held(self) -> dict[int, Ranges]:
        """Gaps and islands, from the index alone."""
        query = """SELECT min(id), max(id) FROM (SELECT id, id - row_number() OVER (ORDER BY id) AS island
            FROM record INDEXED BY record_weight WHERE weight >= 0) GROUP BY island ORDER BY 1"""
        spans: dict[int, list[Pair]] = {}
        for first, last in self.file.rows(query):
            spans.setdefault(of_row(first)[0], []).append((of_row(first)[1], of_row(last)[1]))
        return {no: Ranges(tuple(pairs)) for no, pairs in spans.items()}


def _drop(db: sqlite3.Connection, spans: Iterable[Pair]) -> list[tuple[Weight, int]]:
    dropped: list[tuple[Weight, int]] = []
    for span in spans:
        taken = db.execute("DELETE FROM record WHERE id BETWEEN ? AND ? RETURNING weight, size", span).fetchall()
        dropped += [(Weight(weight), size) for weight, size in taken]
    return dropped
