"""What is over is removed, once an hour: facts, their sums, orders, sessions, letters, evidence, each in its time.

How long each kind is kept is the configuration's word (`retention`), turned here into the instants before which it is
over. The work is done in short transactions with a rest between them, so that whoever writes what nodes send never
waits for it; on PostgreSQL one process of all does it, the one that holds an advisory lock. A kind of which something
went leaves one row in the audit for the round, an evidence file one of its own. A file goes after its row: what a
crash between the two leaves behind is a file nobody can reach.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge
from sqlalchemy import Connection, text

from central.config import Retention
from central.store import audit, expiry, partitions, pictures, registry
from central.store.audit import Act
from central.store.changes import News, announce
from central.store.database import Database
from central.store.files import Folder
from central.store.pictures import Deleted, Key
from streams.clocks import Clock
from streams.wire.records import Kind

REST_S: Final = 0.05  # between two transactions, for those who wait to write
FILES: Final = 100  # in one transaction, each with a row in the audit
WHO: Final = "housekeeping"
_FACTS: Final = {
    "tallies": Kind.TALLY,
    "readings": Kind.READING,
    "health": Kind.HEALTH,
    "replies": Kind.REPLY,
    "events": Kind.EVENT,
}
_TAKE: Final = text("SELECT pg_try_advisory_lock(hashtextextended('wardsense/housekeeping', 0))")
_LET_GO: Final = text("SELECT pg_advisory_unlock(hashtextextended('wardsense/housekeeping', 0))")

_Chosen = tuple[list[Deleted], list[News]]


def limits(retention: Retention, now: datetime) -> dict[str, datetime]:
    """Before when each kind is over; what is kept for ever is left out. Facts go by whole days of UTC."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        kind: (midnight if kind in _FACTS else now) - timedelta(days=days)
        for kind, days in retention.model_dump(exclude={"every_s"}).items()
        if days is not None
    }


class Removed:
    """What the job counts, for Prometheus."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.rows = Counter("wardsense_housekeeping_removed", "Rows removed, by kind", ["kind"], registry=registry)
        self.lost = Counter("wardsense_evidence_given_up", "Evidence that never came", registry=registry)
        self.ended = Gauge("wardsense_housekeeping_ended", "When the last whole round ended", registry=registry)


@dataclass(frozen=True, slots=True)
class Chore:
    """What is over of one kind. Each portion is called until it removes fewer than `most`."""

    kind: str
    before: datetime
    portions: Sequence[Callable[[Connection], int]]
    most: int = expiry.MOST
    days: frozenset[str] = frozenset()  # partitions that hold nothing of it once it is done, for good


def chores(connection: Connection, over: Mapping[str, datetime], spent: Mapping[str, AbstractSet[str]]) -> list[Chore]:
    """What there is to do, in order: whole days first, because they cost nothing.

    `spent`: by kind the days that are known to hold nothing of it; nothing is heard in the past, so that they stay so.
    """
    facts = {kind: before for kind, before in over.items() if kind in _FACTS}
    found: list[Chore] = []
    dropped: list[str] = []
    if facts.keys() == _FACTS.keys():
        oldest = min(facts.values())
        dropped = partitions.over(connection, oldest.date())
        found.append(Chore("days", oldest, [partial(_days, before=oldest)], most=1))
    for kind, before in facts.items():
        passed = {*spent[kind], *dropped}
        places = [place for place in expiry.places(connection, before) if place not in passed]
        of_kind: list[Callable[[Connection], int]] = [
            partial(expiry.records, place=place, kind=_FACTS[kind], before=before) for place in places
        ]
        of_kind += [partial(expiry.events, before=before)] if kind == "events" else []
        found.append(Chore(kind, before, of_kind, days=frozenset(places) - expiry.GROWING))
    if facts:
        newest = max(facts.values())
        found.append(Chore("empty_days", newest, [partial(_empty_days, before=newest)], most=1))
    return [*found, *_of_rows(connection, over)]


class Housekeeping:
    """Keeps the store within its bounds. `run` is one round, for a thread of its own."""

    def __init__(  # noqa: PLR0913 - the composition root hands each part in, once
        self,
        database: Database,
        files: Folder,
        retention: Retention,
        patience: timedelta,
        *,
        removed: Removed,
        clock: Clock,
        stop: threading.Event,
    ) -> None:
        """`patience`: how long evidence may be on its way from a node that is there; `stop` ends a round early."""
        self._database = database
        self._files = files
        self._retention = retention
        self._patience = patience
        self._removed = removed
        self._clock = clock
        self._stop = stop
        self._spent: defaultdict[str, set[str]] = defaultdict(set)

    def run(self) -> dict[str, int] | None:
        """Remove what is over; how much of each kind, or None when another process is at it.

        Raises what the database raises when it is away: the next round goes on where this one was.
        """
        with self._alone() as mine:
            if not mine:
                return None
            over = limits(self._retention, self._clock.now())
            with self._database.reading() as connection:
                todo = chores(connection, over, self._spent)
            gone: dict[str, int] = {}
            for chore in todo:
                gone[chore.kind] = self._do(chore)
                if not self._stop.is_set():
                    self._spent[chore.kind] |= chore.days
            gone |= self._evidence(over.get("evidence"))
        if not self._stop.is_set():
            self._removed.ended.set(self._clock.now().timestamp())
        return {kind: number for kind, number in gone.items() if number}

    def _do(self, chore: Chore) -> int:
        """All of it; the row in the audit is written with the last portion."""
        total = 0
        for place, portion in enumerate(chore.portions, 1):
            done = False
            while not done:
                with self._database.writing() as connection:
                    went = portion(connection)
                    total += went
                    done = went < chore.most or self._stop.is_set()
                    if done and total and (place == len(chore.portions) or self._stop.is_set()):
                        audit.append(connection, _receipt(chore, total), self._clock.now())
                self._removed.rows.labels(chore.kind).inc(went)
                if went:
                    self._clock.rest(REST_S, self._stop)
            if self._stop.is_set():
                break
        return total

    def _evidence(self, before: datetime | None) -> dict[str, int]:
        """Lost, expired and orphaned; each file that goes has a row of its own in the audit."""
        lost, more = 0, True
        while more and not self._stop.is_set():
            now = self._clock.now()
            with self._database.writing() as connection:
                news = pictures.give_up(connection, now - self._patience, FILES)
                announce(connection, news, now)
            more = bool(news)
            lost += sum(item.kind == "evidence" for item in news)
        self._removed.lost.inc(lost)
        gone = 0
        if before is not None:
            gone = self._delete(partial(pictures.expired, before=before, most=FILES), pictures.let_go)
        orphans = self._delete(partial(pictures.orphans, most=FILES), pictures.forget)
        return {"lost": lost, "evidence": gone, "orphans": orphans}

    def _delete(self, find: Callable[[Connection], Sequence[Key]], act: Callable[..., _Chosen]) -> int:
        """Found by a look that holds nobody up, which may be a long one, and asked again where it is done."""
        total, more = 0, True
        while more and not self._stop.is_set():
            now = self._clock.now()
            with self._database.reading() as connection:
                found = find(connection)
            if not found:
                break
            with self._database.writing() as connection:
                gone, news = act(connection, found)
                for one in gone:
                    audit.append(connection, one.receipt, now)
                announce(connection, news, now)
            for one in gone:
                self._files.path(one.ward, one.sha256).unlink(missing_ok=True)
            total += len(gone)
            more = len(gone) == FILES
            self._removed.rows.labels("evidence").inc(len(gone))
        return total

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """Whether nobody else is at it, for as long as the block runs. SQLite has one process only."""
        if self._database.sqlite:
            yield True
            return
        with self._database.engine.connect() as connection:
            try:
                mine = bool(connection.execute(_TAKE).scalar_one())
                connection.commit()
                yield mine
                if mine:
                    connection.execute(_LET_GO)
                    connection.commit()
            finally:
                connection.invalidate()  # closed for good: a pooled one would keep its lock


def _days(connection: Connection, before: datetime) -> int:
    return len(partitions.drop(connection, before.date(), 1))


def _empty_days(connection: Connection, before: datetime) -> int:
    return len(partitions.drop_empty(connection, before.date(), 1))


def _receipt(chore: Chore, number: int) -> Act:
    told = {"number": number, "before": chore.before.isoformat()}
    return Act("expire", chore.kind, WHO, WHO, params=told)


def _of_rows(connection: Connection, over: Mapping[str, datetime]) -> list[Chore]:
    """What lies in tables of its own."""
    removers: dict[str, list[Callable[..., int]]] = {
        "coverage": [expiry.coverage],
        "orders": [expiry.orders],
        "dead_letters": [expiry.dead_letters],
        "idempotency": [expiry.answers],
        "sessions": [expiry.sessions],
        "links": [expiry.links],
        "changes": [partial(expiry.changes, name=ward) for ward in registry.ward_names(connection)],
    }
    return [
        Chore(kind, over[kind], [partial(remove, before=over[kind]) for remove in some])
        for kind, some in removers.items()
        if kind in over
    ]
