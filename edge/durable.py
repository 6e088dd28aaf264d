"""One SQLite file in WAL mode with two promises of different price. It knows nothing of what it holds.

A departure from `synchronous=FULL`, where every commit waits for the disk (0.2 to 50 ms):

* *Survives kill -9*: every transaction is its own COMMIT with `synchronous=NORMAL`. It appends to the `-wal`
  file and does not wait for the disk (some 50 us); what a process has written, the kernel keeps when it dies.
* *Survives a power cut*: `barrier` syncs the `-wal` file through a descriptor of its own, in whatever thread
  calls it, while writers go on. One sync covers every commit before it.

Why that is enough. Frames of the WAL carry a salt and a running checksum: after a power cut SQLite replays it up
to the last whole COMMIT, and everything written before a completed sync is whole. A checkpoint under NORMAL syncs
the WAL before it copies pages into the database, and the database before the WAL may be begun again, with new
salts and a synced header: so between a commit and its barrier a row may move from one file to the other, and is
synced on the way. OFF would break exactly this. The names of both files are made durable by syncing the folder
at the first barrier. Closing a descriptor of our own on the `-wal` file drops no SQLite lock, because those stand
on `-shm` and on the database, which nothing here ever opens by hand. https://sqlite.org/wal.html

Checkpoints run on a second connection, in the thread of the barrier, so that no writer waits for one (the first
commit after a whole checkpoint waits for one sync of the WAL's header, once in 4 MiB). A lock file
keeps a second process out. Limits: a disk that lies about its own cache is believed; a sync that failed is
reported, and the next one may claim success for pages the kernel has given up.
"""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, TypeVar

T = TypeVar("T")

PAGE_BYTES: Final = 4096
CHECKPOINT_BYTES: Final = 4 * 1024 * 1024
TRUNCATE_BYTES: Final = 64 * 1024 * 1024
_PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "wal_autocheckpoint=0",  # checkpoints are ours, in the thread of the barrier
    f"journal_size_limit={CHECKPOINT_BYTES // 4}",  # so that the size of the WAL says how much is in it
    "cache_size=-4096",
)
_REFUSED: Final = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_BUSY,
}
_BROKEN: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class DiskRefusedError(OSError):
    """The disk is full, read-only or failing: weather, keep what could not be written and try again."""


class BrokenError(ValueError):
    """The file is damaged, or is no outbox at all: it has to be salvaged."""


class InUseError(RuntimeError):
    """Another process has this outbox open: two nodes on one disk."""


def refuses(error: sqlite3.Error) -> bool:
    """Whether the disk is what would not have it."""
    return _code(error) in _REFUSED


@contextmanager
def blamed() -> Iterator[None]:
    """SQLite's errors told apart: the disk refuses, the file is broken, or it is a bug."""
    try:
        yield
    except sqlite3.Error as error:
        if refuses(error):
            raise DiskRefusedError(str(error)) from error
        if _code(error) in _BROKEN:
            raise BrokenError(str(error)) from error
        raise


def guard(path: Path) -> IO[str]:
    """Keep every other process off this file until what is given is closed. Raises InUseError, OSError."""
    held = path.with_name(path.name + ".lock").open("w")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        raise InUseError(f"{path} is open in another process") from None
    return held


class DurableFile:
    """The open file. Thread-safe. Methods raise DiskRefusedError and BrokenError."""

    def __init__(self, path: Path, most_bytes: int, schema: int, tables: str) -> None:
        """Open or make the file; it will not grow beyond `most_bytes`. Raises InUseError besides."""
        self.path = path
        self.lock = threading.RLock()
        self._schema, self._tables = schema, tables
        self._syncing = threading.Lock()
        self._most_pages = max(64, most_bytes // PAGE_BYTES)
        self._guard = guard(path)
        self._wal = -1
        try:
            self._open()
        except BaseException:
            self._guard.close()
            raise

    def replaced(self, replace: Callable[[], T]) -> T:
        """Let go of the file while `replace` puts another under the path, and open that; or the same, if it fails."""
        with self.lock:
            self._hang_up()
            try:
                return replace()
            finally:
                self._open()

    def close(self) -> None:
        """Close the file for good."""
        with self.lock:
            self._hang_up()
            self._guard.close()

    def rows(self, query: str, values: tuple[object, ...] = ()) -> list[Any]:
        """The answer to a question."""
        with self.lock, blamed():
            return self._db.execute(query, values).fetchall()

    def change(self, statement: str, values: tuple[object, ...] = ()) -> int:
        """One statement in its own transaction; how many rows it changed."""
        with self.transaction() as db:
            return db.execute(statement, values).rowcount

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing."""
        with self.lock, blamed():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def barrier(self) -> None:
        """Everything written before this call survives a power cut once it returns. Any thread. Raises OSError."""
        with self._syncing:
            self._find_wal()
            os.fdatasync(self._wal)
            size = os.fstat(self._wal).st_size
            if size > CHECKPOINT_BYTES:
                self.checkpoint(truncate=size > TRUNCATE_BYTES)

    def checkpoint(self, *, truncate: bool = False) -> None:
        """Move what the WAL holds into the database; `truncate` frees its room while writers wait."""
        with blamed():
            self._mover.execute(f"PRAGMA wal_checkpoint({'TRUNCATE' if truncate else 'PASSIVE'})").fetchall()

    def _open(self) -> None:
        with blamed():
            self._db = _connected(self.path)
            try:
                self._prepare()
                self._mover = _connected(self.path)
            except BaseException:
                self._db.close()
                raise

    def _prepare(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > self._schema:
            raise BrokenError(f"{self.path} was written by a newer release: schema {version}, not {self._schema}")
        self._db.execute(f"PRAGMA max_page_count={self._most_pages}")
        if version < self._schema:
            self._db.executescript(f"BEGIN;{self._tables}PRAGMA user_version={self._schema};COMMIT;")

    def _find_wal(self) -> None:
        wal = self.path.with_name(self.path.name + "-wal")
        if self._wal >= 0 and os.fstat(self._wal).st_ino == wal.stat().st_ino:
            return
        if self._wal >= 0:
            os.close(self._wal)
        self._wal = os.open(wal, os.O_RDONLY | os.O_CLOEXEC)
        _sync_folder(self.path.parent)

    def _hang_up(self) -> None:
        with self._syncing:
            self._close()

    def _close(self) -> None:
        if self._wal >= 0:
            os.close(self._wal)
            self._wal = -1
        self._mover.close()
        self._db.close()


def _connected(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
    try:
        for pragma in _PRAGMAS:
            db.execute(f"PRAGMA {pragma}").fetchall()
    except BaseException:
        db.close()
        raise
    return db


def _sync_folder(folder: Path) -> None:
    entry = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(entry)
    finally:
        os.close(entry)


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
