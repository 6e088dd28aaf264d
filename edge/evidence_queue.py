"""Pictures and clips on their way to the centre: rows in the outbox's file, contents beside it by their hash.

Evidence does not ride with the records and never delays them. Its life is wanted, sending, settled or given up
with a reason code; the newest goes first, because the newest alert is the one somebody looks at. A start turns
sending back into wanted. Contents are written beside, synced and renamed, so a name is always whole; once settled
or given up they are deleted and the row stays as the account of it. Beyond its own limit the oldest wanted is given up.
Only a `Redacted` is taken in, and only what was taken in comes out: a row, with the SHA-256 of the content, is written
by `want` alone, and `content` gives back what agrees with it. So a restart changes nothing, and a file that somebody
dropped into the folder, under whatever name, is deleted at the next start or given up as `not_redacted`, never sent.
The hash in the table is enough: whoever can write the table can read any key that lay beside it.
Where a day has a budget of bytes (`edge.budget`) the newest that fits goes; what got nowhere costs nothing.
What was given up the centre waits for until it is told; that it knows is a state of the row of its own, which an older
release takes for none of its states, so that no column had to be added to its table.
A disk that refuses the start's tidying stops no start: the rows are taken up again before the first `next`, and
contents that nobody waits for go at the next start.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import structlog

from edge.budget import DAY_S, Budget
from edge.durable import DurableFile
from edge.journal import EPOCH
from edge.privacy import Redacted, recognised

log = structlog.get_logger(__name__)

FINISHED_KEPT: Final = 10_000
TELL_FOR: Final = timedelta(days=2)  # by then the centre has given up by itself
_KNOWN: Final = "given_up_known"  # given up, and the centre knows
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


@dataclass(frozen=True, slots=True)
class Lost:
    """A piece that was given up, and why."""

    sha256: str
    reason: str


class UnreadableError(OSError):
    """This disk does not give the content back whole."""


class EvidenceQueue:
    """What evidence is owed. Thread-safe. Methods that write raise DiskRefusedError."""

    def __init__(self, file: DurableFile, limit_bytes: int, bytes_per_day: int | None = None) -> None:
        """Contents stand in `evidence/` beside the file, at most `limit_bytes`; at most `bytes_per_day` are sent."""
        self.folder = file.path.parent / "evidence"
        self.folder.mkdir(exist_ok=True)
        self._file = file
        self._limit = limit_bytes
        self._resumed = self._reckoned = False
        self._budget = Budget(bytes_per_day)
        try:
            self._resume()
            self._tidy()
        except OSError as refused:
            log.warning("evidence not tidied", why=str(refused))

    def want(self, picture: Redacted, event: UUID, created: datetime) -> str:
        """Keep a redacted picture and queue it; returns its SHA-256. Waits for the disk: call it in a thread.

        Raises TypeError for anything else, for callers that no type checker has seen.
        """
        if not isinstance(picture, Redacted):
            raise TypeError(f"only a Redacted picture may leave, not {type(picture).__name__}")
        _write_beside(self.folder / picture.sha256, picture.jpeg)
        row = (
            picture.sha256,
            event.bytes,
            len(picture.jpeg),
            picture.media_type,
            EvidenceState.WANTED,
            (created - EPOCH) // timedelta.resolution,
        )
        self._file.change(
            "INSERT INTO evidence VALUES(?,?,?,?,?,NULL,?) ON CONFLICT(sha256) DO UPDATE SET state=excluded.state, "
            "reason=NULL, created=excluded.created WHERE state IN ('given_up', 'given_up_known')",
            row,
        )
        self._fit()
        return picture.sha256

    def content(self, pending: Pending) -> Redacted:
        """What was handed over as this piece. Raises NotRedacted for any other content, UnreadableError for none."""
        try:
            with pending.path.open("rb") as file:
                content = file.read(pending.bytes + 1)  # whatever was put in its place may be large
        except OSError as error:
            raise UnreadableError(str(error)) from error
        if len(content) < pending.bytes:
            raise UnreadableError(f"{pending.path}: {len(content)} bytes, not {pending.bytes}")
        return recognised(content, pending.sha256)

    def next(self, now: float = 0.0) -> Pending | None:
        """The newest that is wanted and that the day's bytes allow, now marked as sending; None when there is none.

        `now` is monotonic seconds. What was sent in the day before this start counts by when it was made.
        """
        with self._file.lock:  # two senders must not choose the same
            self._resume()
            self._reckon(now)
            for pending in self._wanted():
                if not self._budget.allows(pending.bytes, now):
                    continue
                if pending.path.exists():
                    self._file.change(
                        "UPDATE evidence SET state=? WHERE sha256=?", (EvidenceState.SENDING, pending.sha256)
                    )
                    self._budget.spend(pending.bytes, now)
                    return pending
                self.give_up(pending.sha256, "missing")
            return None

    def again(self, sha256: str) -> None:
        """It did not get through: weather, it is wanted again, unless that has been settled or given up meanwhile."""
        with self._file.lock:
            again = self._file.change(
                "UPDATE evidence SET state=? WHERE sha256=? AND state=?",
                (EvidenceState.WANTED, sha256, EvidenceState.SENDING),
            )
            if again:
                ((size,),) = self._file.rows("SELECT bytes FROM evidence WHERE sha256=?", (sha256,))
                self._budget.give_back(size)

    def done(self, sha256: str) -> None:
        """The centre has it, by its own hash."""
        self._finish(sha256, EvidenceState.SETTLED, None)

    def give_up(self, sha256: str, reason: str) -> None:
        """It will never get through, because."""
        self._finish(sha256, EvidenceState.GIVEN_UP, reason)

    def untold(self, now: datetime, most: int) -> list[Lost]:
        """What was given up and the centre does not know of, the newest first; after two days it no longer matters."""
        asked = (
            "SELECT sha256, reason FROM evidence WHERE state=? AND created>=? AND reason IS NOT NULL "
            "ORDER BY created DESC LIMIT ?"
        )
        since = (now - TELL_FOR - EPOCH) // timedelta.resolution
        return [Lost(*row) for row in self._file.rows(asked, (EvidenceState.GIVEN_UP, since, most))]

    def told(self, sha256: str) -> None:
        """The centre knows that it was given up, unless it is wanted again."""
        self._file.change(
            "UPDATE evidence SET state=? WHERE sha256=? AND state=?", (_KNOWN, sha256, EvidenceState.GIVEN_UP)
        )

    def state(self, sha256: str) -> tuple[EvidenceState, str | None] | None:
        """Where a piece stands, and why; None when it was never wanted."""
        rows = self._file.rows("SELECT state, reason FROM evidence WHERE sha256=?", (sha256,))
        return (_state(rows[0][0]), rows[0][1]) if rows else None

    def stats(self) -> dict[str, int]:
        """How many stand where."""
        stand = dict.fromkeys(EvidenceState, 0)
        for state, number in self._file.rows("SELECT state, count(*) FROM evidence GROUP BY state"):
            stand[_state(state)] += number
        return {state.value: number for state, number in stand.items()}

    def _reckon(self, now: float) -> None:
        """Count what this life of the node did not send itself: what was made in the day before the newest picture."""
        if self._reckoned:
            return
        query = """SELECT coalesce(sum(bytes), 0) FROM evidence WHERE state='settled'
            AND created > (SELECT max(created) FROM evidence) - ?"""
        ((sent,),) = self._file.rows(query, (timedelta(seconds=DAY_S) // timedelta.resolution,))
        if sent:
            self._budget.spend(sent, now)
        self._reckoned = True

    def _resume(self) -> None:
        """What was being sent when the node last stopped is wanted; done before anything is sent now."""
        if self._resumed:
            return
        self._file.change("UPDATE evidence SET state=? WHERE state=?", (EvidenceState.WANTED, EvidenceState.SENDING))
        self._resumed = True

    def _tidy(self) -> None:
        """Delete contents that no row waits for. Only files: a disk's own `lost+found` is not ours."""
        for stray in set(self.folder.iterdir()) - {pending.path for pending in self._wanted()}:
            if not stray.is_dir():
                stray.unlink()

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
        with self._file.lock:  # a sender must not take what is given up here
            over = sum(pending.bytes for pending in self._wanted()) - self._limit
            for oldest in reversed(list(self._wanted())):
                if over <= 0:
                    return
                self.give_up(oldest.sha256, "full")
                over -= oldest.bytes

    def _finish(self, sha256: str, state: EvidenceState, reason: str | None) -> None:
        self._file.change("UPDATE evidence SET state=?, reason=? WHERE sha256=?", (state, reason, sha256))
        (self.folder / sha256).unlink(missing_ok=True)
        self._file.change(
            "DELETE FROM evidence WHERE sha256 IN (SELECT sha256 FROM evidence WHERE state IN ('settled', 'given_up', "
            "'given_up_known') ORDER BY created DESC LIMIT -1 OFFSET ?)",
            (FINISHED_KEPT,),
        )


def _state(kept: str) -> EvidenceState:
    return EvidenceState.GIVEN_UP if kept == _KNOWN else EvidenceState(kept)


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
