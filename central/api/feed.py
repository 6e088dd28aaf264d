"""The change feed as a stream: each ward's changes in order, after the numbers the reader has seen.

A cursor names the last number seen of each ward, `hai-chau:12,thanh-khe:9`, and is the id of every event, so a reader
who comes back with it misses nothing and sees nothing twice. Every stream of this process shares one look at the
newest numbers, a few times a second; a ward is read only when its number rose. A cursor this feed cannot continue
(changes too old to be kept, numbers from another database) is answered with `reset`: load the page anew. A reader may
be ahead of the shared look, which is up to 200 ms old: before their number is called foreign the ward's row is read.
"""

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from central.store.changes import MOST, Change, after, latest
from central.store.database import Database
from central.store.scope import Scope

LOOK_EVERY_S: Final = 0.2
_CURSOR: Final = re.compile(r"([a-z0-9-]{1,40}):(\d{1,18})")


class BadCursor(ValueError):  # noqa: N818 - the name says what is wrong
    """A cursor this API did not give out."""


class Heads:
    """The newest number of every ward, looked up at most every 200 ms for all streams together."""

    def __init__(self, database: Database, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._seen: dict[str, int] = {}
        self._looked = float("-inf")

    def now(self) -> Mapping[str, int]:
        """Ward to newest number, at most 200 ms old."""
        with self._lock:
            if self._monotonic() - self._looked >= LOOK_EVERY_S:
                with self._database.reading() as connection:
                    self._seen = latest(connection, Scope.city())
                self._looked = self._monotonic()
            return self._seen


@dataclass(frozen=True, slots=True)
class Tidings:
    """What a reader has not seen: changes, the cursor after them, and wards that must be loaded anew."""

    changes: tuple[Change, ...]
    cursor: Mapping[str, int]
    reset: tuple[str, ...] = ()


def parse(told: str) -> dict[str, int]:
    """The numbers in a cursor. Raises BadCursor."""
    found: dict[str, int] = {}
    for part in filter(None, told.split(",")):
        match = _CURSOR.fullmatch(part.strip())
        if match is None:
            raise BadCursor(part)
        found[match[1]] = int(match[2])
    return found


def written(cursor: Mapping[str, int]) -> str:
    """A cursor as it is sent."""
    return ",".join(f"{ward}:{no}" for ward, no in sorted(cursor.items()))


def start(heads: Mapping[str, int], scope: Scope, told: Mapping[str, int]) -> dict[str, int]:
    """Where a reader starts: at their own number of each ward in scope, at the newest where they have none."""
    return {ward: told.get(ward, newest) for ward, newest in heads.items() if ward in scope}


def tidings(database: Database, heads: Mapping[str, int], cursor: Mapping[str, int]) -> Tidings:
    """What is new since the cursor, at most 500 changes of each ward at a time, in order within each ward."""
    behind = {ward: no for ward, no in cursor.items() if heads.get(ward, no) != no}
    if not behind:
        return Tidings((), cursor)
    changes: list[Change] = []
    moved, reset = dict(cursor), []
    with database.reading() as connection:
        newest = _fresh(connection, heads, behind)
        for ward, no in sorted(behind.items()):
            if newest[ward] == no:
                continue
            found = after(connection, ward, no, MOST)
            if newest[ward] < no or not found or found[0].no != no + 1:
                reset.append(ward)
                moved[ward] = newest[ward]
            else:
                changes += found
                moved[ward] = found[-1].no
    return Tidings(tuple(changes), moved, tuple(reset))


def _fresh(connection: Connection, heads: Mapping[str, int], cursor: Mapping[str, int]) -> Mapping[str, int]:
    """The heads, read anew where a reader is ahead of them."""
    ahead = any(heads[ward] < no for ward, no in cursor.items())
    return {**heads, **latest(connection, Scope.city())} if ahead else heads
