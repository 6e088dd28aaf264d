"""Pictures and clips on their way to the centre: rows in the outbox's file, contents beside it by their hash.

Evidence does not ride with the records and never delays them. Its life is wanted, sending, settled or given up
with a reason code; the newest goes first, because the newest alert is the one somebody looks at. A start turns
sending back into wanted. Contents are written beside, synced and renamed, so a name is always whole; once settled
or given up they are deleted and the row stays as the account of it. Beyond its own limit the oldest wanted is given up.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from edge.durable import DurableFile
from edge.journal import EPOCH

FINISHED_KEPT: Final = 10_000
_COLUMNS: Final = "sha256, event, bytes, media_type, created"


class EvidenceState(StrEnum):
    """Where a piece of evidence stands."""

    WANTED = "wanted"
    SENDING = "sending"
    SETTLED = "settled"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Pending:
    """A piece of evidence to send: `path` holds `bytes` bytes whose SHA-256 is `sha256`, for `event`."""

    sha256: str
    event: UUID
    bytes: int
    media_type: str
    created: datetime
    path: Path


class EvidenceQueue:
    """What evidence is owed. Thread-safe. Methods that write raise DiskRefusedError."""

    def __init__(self, file: DurableFile, limit_bytes: int) -> None:
        """Contents stand in `evidence/` beside the file, at most `limit_bytes` of them."""
        self.folder = file.path.parent / "evidence"
        self.folder.mkdir(exist_ok=True)
        self._file = file
        self._limit = limit_bytes
        self._file.change("UPDATE evidence SET state=? WHERE state=?", (EvidenceState.WANTED, EvidenceState.SENDING))
        for stray in set(self.folder.iterdir()) - {pending.path for pending in self._wanted()}:
            stray.unlink()

    def want(self, content: bytes, event: UUID, media_type: str, created: datetime) -> str:
        """Keep a content and queue it; returns its SHA-256. Waits for the disk: call it in a thread."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.folder / sha256
        if not path.exists():
            _write_beside(path, content)
        row = (
            sha256,
            event.bytes,
            len(content),
            media_type,
            EvidenceState.WANTED,
            (created - EPOCH) // timedelta.resolution,
        )
        self._file.change(
            "INSERT INTO evidence VALUES(?,?,?,?,?,NULL,?) ON CONFLICT(sha256) DO UPDATE SET state=excluded.state, "
            "reason=NULL, created=excluded.created WHERE state='given_up'",
            row,
        )
        self._fit()
        return sha256

    def next(self) -> Pending | None:
        """The newest that is wanted, now marked as sending; None when there is none."""
        for pending in self._wanted():
            if pending.path.exists():
                self._become(pending.sha256, EvidenceState.SENDING)
                return pending
            self.give_up(pending.sha256, "missing")
        return None

    def again(self, sha256: str) -> None:
        """It did not get through: weather, it is wanted again."""
        self._become(sha256, EvidenceState.WANTED)

    def done(self, sha256: str) -> None:
        """The centre has it, by its own hash."""
        self._finish(sha256, EvidenceState.SETTLED, None)

    def give_up(self, sha256: str, reason: str) -> None:
        """It will never get through, because."""
        self._finish(sha256, EvidenceState.GIVEN_UP, reason)

    def state(self, sha256: str) -> tuple[EvidenceState, str | None] | None:
        """Where a piece stands, and why; None when it was never wanted."""
        rows = self._file.rows("SELECT state, reason FROM evidence WHERE sha256=?", (sha256,))
        return (EvidenceState(rows[0][0]), rows[0][1]) if rows else None

    def stats(self) -> dict[str, int]:
        """How many stand where."""
        counted = dict(self._file.rows("SELECT state, count(*) FROM evidence GROUP BY state"))
        return {state: counted.get(state, 0) for state in EvidenceState}

    def _wanted(self) -> Iterator[Pending]:
        """Newest first."""
        query = f"SELECT {_COLUMNS} FROM evidence WHERE state=? ORDER BY created DESC"  # noqa: S608 - our own columns
        for row in self._file.rows(query, (EvidenceState.WANTED,)):
            yield self._pending(row)

    def _pending(self, row: tuple[Any, ...]) -> Pending:
        sha256, event, size, media_type, created = row
        when = EPOCH + created * timedelta.resolution
        return Pending(sha256, UUID(bytes=event), size, media_type, when, self.folder / sha256)

    def _fit(self) -> None:
        over = sum(pending.bytes for pending in self._wanted()) - self._limit
        for oldest in reversed(list(self._wanted())):
            if over <= 0:
                return
            self.give_up(oldest.sha256, "full")
            over -= oldest.bytes

    def _become(self, sha256: str, state: EvidenceState) -> None:
        self._file.change("UPDATE evidence SET state=? WHERE sha256=?", (state, sha256))

    def _finish(self, sha256: str, state: EvidenceState, reason: str | None) -> None:
        self._file.change("UPDATE evidence SET state=?, reason=? WHERE sha256=?", (state, reason, sha256))
        (self.folder / sha256).unlink(missing_ok=True)
        self._file.change(
            "DELETE FROM evidence WHERE sha256 IN (SELECT sha256 FROM evidence WHERE state IN ('settled', 'given_up') "
            "ORDER BY created DESC LIMIT -1 OFFSET ?)",
            (FINISHED_KEPT,),
        )


def _write_beside(path: Path, content: bytes) -> None:
    beside = path.with_suffix(".part")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
