"""Getting out of a damaged outbox what can still be read. The node goes on, and says what it lost.

What is readable is copied into a new file beside the old one, the old one is moved aside with its name kept
(`outbox.db.broken-<time>`, for a person to look at; the newest three stay), and the new one takes its place. Ids come
from the index when it can be read, else from both ends of the table; each row is then read on its own. What an epoch
had made and is neither found nor known to be gone is written down as unreadable: that names settled numbers too, which
costs nothing, because the centre already has them and an old settlement is never taken back. A file that is no
database yields nothing; a cut between the two renames is finished at the next start. Limits: rows under a damaged
inner page of the table cannot be reached and count as unreadable; the file that is moved aside still has them.
A disk without room for the new file is weather: nothing has been moved then, what was begun is removed, and it is tried
again. An error of reading is damage, because a sector that is gone does not come back.
"""

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from edge.durable import DiskRefusedError, blamed, refuses
from edge.journal import SCHEMA, TABLES, of_row, row_id, whole
from streams.wire.messages import Why
from streams.wire.ranges import Ranges

BROKEN_KEPT: Final = 3

_COPIED: Final = ("epoch", "gone", "aside", "evidence")
_KEYS: Final = {"epoch": "no", "gone": "epoch", "aside": "id", "evidence": "sha256"}


def salvage(path: Path, now: datetime, known: Mapping[int, tuple[UUID, int]] | None = None) -> tuple[Path, int]:
    """Replace a damaged file that nobody has open; returns where the old one lies and how many records were saved.

    `known` is what the caller remembers of the epochs by number: their ids, and the next number of each.
    Raises DiskRefusedError when the disk has no room for the new one.
    """
    _forget_new(path)
    try:
        with blamed(), closing(sqlite3.connect(_beside(path, ".new"), isolation_level=None)) as fresh:
            fresh.executescript(f"BEGIN;{TABLES}PRAGMA user_version={SCHEMA};COMMIT;")
            for no, (epoch, upcoming) in (known or {}).items():
                fresh.execute("INSERT INTO epoch VALUES(?,?,?)", (no, epoch.bytes, upcoming))
            saved = _copy(path, fresh)
    except DiskRefusedError:
        _forget_new(path)
        raise
    broken = _free_name(path, now)
    path.rename(broken)
    for end in ("-wal", "-shm"):
        if _beside(path, end).exists():
            _beside(path, end).rename(_beside(broken, end))
    finish(path)
    _forget_oldest(path, broken)
    return broken, saved


def finish(path: Path) -> None:
    """Take up a replacement that a power cut interrupted. Harmless when there is none."""
    new = _beside(path, ".new")
    if path.exists() or not new.exists():
        return
    for end in ("-wal", "-shm"):
        _beside(path, end).unlink(missing_ok=True)
    new.rename(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def broken_files(path: Path) -> int:
    """How many damaged files lie beside this one: at most `BROKEN_KEPT`."""
    return len(_broken(path))


def _copy(path: Path, fresh: sqlite3.Connection) -> int:
    with closing(sqlite3.connect(path, isolation_level=None)) as damaged:
        versions, _ = _readable(damaged, "PRAGMA user_version")
        if not versions or versions[0][0] > SCHEMA:
            return 0  # no database, or a newer release's: it stays whole where it is moved to
        for table in _COPIED:
            for row in _from_both_ends(damaged, table, _KEYS[table], "*"):
                marks = ",".join("?" * len(row))
                fresh.execute(f"INSERT OR IGNORE INTO {table} VALUES({marks})", row)
        found = _copy_records(damaged, fresh)
    _write_off(fresh, found)
    return sum(len(seqs) for seqs in found.values())


def _copy_records(damaged: sqlite3.Connection, fresh: sqlite3.Connection) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    ids = {
        key for (key,) in _from_both_ends(damaged, "record INDEXED BY record_weight WHERE weight>=0", "weight", "id")
    }
    ids |= {key for (key,) in _from_both_ends(damaged, "record NOT INDEXED", "id", "id")}
    fresh.execute("BEGIN")
    for key in sorted(ids):
        for row in _readable(damaged, f"SELECT * FROM record NOT INDEXED WHERE id={key}")[0]:  # noqa: S608 - a number
            if whole(row[-1], row[-2]):
                fresh.execute("INSERT OR IGNORE INTO record VALUES(?,?,?,?,?,?)", row)
                found.setdefault(of_row(key)[0], []).append(of_row(key)[1])
    for no, seqs in found.items():
        fresh.execute("UPDATE epoch SET next=max(next, ?) WHERE no=?", (max(seqs) + 1, no))
    fresh.execute("COMMIT")
    return found


def _write_off(fresh: sqlite3.Connection, found: dict[int, list[int]]) -> None:
    """Name what is missing; records of an epoch whose name is lost can be sent under no name, and go with the file."""
    for no, upcoming in fresh.execute("SELECT no, next FROM epoch").fetchall():
        spans = fresh.execute("SELECT first, last FROM gone WHERE epoch=?", (no,)).fetchall()
        known = Ranges.of(*spans) | Ranges.these(found.get(no, []))
        for first, last in known.missing(1, upcoming - 1).spans:
            fresh.execute("INSERT OR IGNORE INTO gone VALUES(?,?,?,?)", (no, first, last, Why.UNREADABLE))
    named = [no for (no,) in fresh.execute("SELECT no FROM epoch")]
    for no in set(found) - set(named):
        fresh.execute("DELETE FROM record WHERE id BETWEEN ? AND ?", (row_id(no, 0), row_id(no + 1, 0) - 1))
        del found[no]


def _from_both_ends(db: sqlite3.Connection, table: str, key: str, what: str) -> list[tuple[Any, ...]]:
    """Rows forward until the damage, then backward until it again; some may come twice."""
    rows, whole = _readable(db, f"SELECT {what} FROM {table} ORDER BY {key}")  # noqa: S608 - our own names
    if not whole:
        rows += _readable(db, f"SELECT {what} FROM {table} ORDER BY {key} DESC")[0]  # noqa: S608 - the same
    return rows


def _readable(db: sqlite3.Connection, query: str) -> tuple[list[tuple[Any, ...]], bool]:
    rows: list[tuple[Any, ...]] = []
    try:
        rows.extend(db.execute(query))
    except sqlite3.DatabaseError as error:
        if refuses(error) and error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_IOERR:
            raise
        return rows, False
    return rows, True


def _forget_new(path: Path) -> None:
    for end in (".new", ".new-wal", ".new-shm"):
        _beside(path, end).unlink(missing_ok=True)


def _free_name(path: Path, now: datetime) -> Path:
    stamp = now.strftime("%Y%m%dT%H%M%S%f")
    return _beside(path, f".broken-{stamp}")


def _broken(path: Path) -> list[Path]:
    """By their names, the oldest first."""
    found = path.parent.glob(f"{path.name}.broken-*")
    return sorted(file for file in found if not file.name.endswith(("-wal", "-shm")))


def _forget_oldest(path: Path, newest: Path) -> None:
    """Keep `newest`, whatever the clock named it, and the last before it: a failing disk must not fill up."""
    before = [file for file in _broken(path) if file != newest]
    for file in before[: 1 - BROKEN_KEPT]:
        for end in ("-wal", "-shm", ""):
            with suppress(OSError):
                _beside(file, end).unlink(missing_ok=True)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
