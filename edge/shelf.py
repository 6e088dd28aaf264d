"""Rows kept as well as this disk allows: on it, or in memory while it refuses. What it gives up it says.

`write` never raises for weather. A full disk is first relieved (the WAL folded into the database, then the
lightest rows given up); if it still refuses, rows wait in memory, at most 4 MiB, counted as at risk, the lightest
giving way, and `retry` writes them when the disk lets it. A damaged file is salvaged and opened again in place.
"""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID

import structlog

from edge.at_risk import AtRisk
from edge.durable import BrokenError, DiskRefusedError, DurableFile
from edge.journal import (
    EPOCH,
    SCHEMA,
    TABLES,
    Change,
    Held,
    Journal,
    Lost,
    Row,
    Weight,
    keys_of,
    lost_rows,
    of_row,
    singly,
)
from edge.making_room import making_room
from edge.salvage import finish, salvage
from streams.wire.messages import Why
from streams.wire.ranges import Ranges

RELIEF_BYTES: Final = 64 * 1024
ROWS_AT_A_TIME: Final = 50

T = TypeVar("T")
_log = structlog.get_logger(__name__)

Known = Callable[[], Mapping[int, tuple[UUID, int]]]
"""What its owner remembers of each epoch on the disk, by number: id and next seq."""


class Shelf:
    """The rows of one outbox. Not thread-safe: its owner locks."""

    def __init__(self, path: Path, limit_bytes: int, now: Callable[[], datetime]) -> None:
        """Open, salvage or make the file. Raises InUseError, and OSError when the disk will not have it at all."""
        self.at_risk = AtRisk()
        self.evicted: Counter[Weight] = Counter()
        self.unreadable = 0
        self.limit = limit_bytes
        self.known: Known = dict  # its owner says
        self._now = now
        self._losses: list[Lost] = []  # to be told to the centre
        finish(path)
        try:
            self._open(path)
        except BrokenError as error:
            broken, saved = salvage(path, now())
            _log.error("outbox salvaged", why=str(error), saved=saved, broken=broken.name)
            self._open(path)

    @property
    def records(self) -> int:
        """How many rows there are, on disk and at risk."""
        return self._count.total() + len(self.at_risk.rows)

    @property
    def bytes(self) -> int:
        """What they weigh."""
        return self._weigh.total() + self.at_risk.bytes

    def losses(self) -> list[Lost]:
        """What has been given up since this was last asked."""
        losses, self._losses = self._losses, []
        return losses

    def begin(self, epoch: UUID, keep: Iterable[int]) -> int:
        """Write a new epoch down and forget every old one but these; returns its number."""
        pasts = {past.no for past in self.journal.pasts()}
        for no in pasts - set(keep):
            self.forget(no)
        self.at_risk.epoch = (max(pasts, default=0) + 1, epoch)
        self.retry()
        return max(pasts, default=0) + 1

    def forget(self, no: int) -> None:
        """Nothing of this epoch is owed; should the disk refuse, the next start forgets it."""
        with contextlib.suppress(DiskRefusedError):
            self._mended(lambda: self.journal.forget(no))

    def giving_way_to(self, row: Row) -> list[tuple[Weight, Held]]:
        """What has to go for this row to fit, perhaps the row itself."""
        over = self.bytes + row.size - self.limit
        return making_room(over, row, self.oldest) if over > 0 else []

    def oldest(self, weight: Weight, after: int, most: int) -> list[Held]:
        """The oldest rows of a weight on the disk, beyond an id."""
        return self._asked(lambda: self.journal.oldest(weight, after, most), [])

    def put(self, row: Row) -> None:
        """Keep a row, at the price of lighter ones when there is no room."""
        given = self.giving_way_to(row)
        keys = [held.id for _, held in given]
        self.evicted.update(weight for weight, _ in given)
        self.write(Change(() if row.id in keys else (row,), singly(keys), lost_rows(keys, Why.FULL)))

    def write(self, change: Change) -> None:
        """Do this now, or as soon as the disk allows."""
        self._losses += change.lost
        if self.at_risk or not self._written(change):
            self._wait(change)

    def retry(self) -> None:
        """Write what has waited for the disk, as far as it will have it."""
        risk, waited = self.at_risk, bool(self.at_risk.rows)
        if not risk or not self._begun() or not self._written(Change(drop=risk.drop.spans, lost=tuple(risk.lost))):
            return
        risk.drop, risk.lost = Ranges(), []
        while risk.rows:
            some = tuple(risk.rows.values())[:ROWS_AT_A_TIME]
            if not self._written(Change(put=some)):
                return
            for row in some:
                risk.rows.pop(row.id, None)
        if waited:
            _log.info("disk takes records again")

    def read(self, no: int, seqs: Ranges, most_bytes: int) -> list[Row]:
        """Rows in order, as many as fit, at least one if there is one; what is damaged is given up on the way."""
        answer = self._asked(lambda: self.journal.read(no, seqs.spans, most_bytes), None)
        if answer is None:
            return self.at_risk.of(no, seqs)[:1]
        stored, cut = answer
        upto = of_row(stored[-1].id)[1] if cut else seqs.top
        rows = sorted([*stored, *self.at_risk.of(no, seqs.within(1, upto))], key=lambda row: row.id)
        fitting = _fitting(rows, most_bytes)
        upto = of_row(fitting[-1].id)[1] if len(fitting) < len(rows) else upto
        missing = seqs.within(1, upto) - Ranges.these(of_row(row.id)[1] for row in fitting)
        return fitting if self._given_up(no, missing) else self.read(no, seqs, most_bytes)

    def settle(self, no: int, settled: Ranges, upcoming: int) -> None:
        """Drop what the centre has."""
        refused = bool(self.at_risk)
        try:
            self._uncount(self._mended(lambda: self.journal.settle(no, settled, upcoming)))
        except DiskRefusedError:
            refused = True
        if refused:
            self.at_risk.forget(no, settled)

    def give_up(self, no: int, seqs: Ranges, why: Why) -> None:
        """These will not be sent, for this reason."""
        self.write(Change(drop=keys_of(no, seqs).spans, lost=(Lost(no, seqs, why),)))

    def set_aside(self, no: int, epoch: UUID, seq: int, reason: str) -> None:
        """Keep one row apart, with the reason, and give it up."""
        alone = Ranges(((seq, seq),))
        for row in self.read(no, alone, 0):
            with contextlib.suppress(DiskRefusedError):
                self.journal.set_aside(row, epoch, reason)
        self.give_up(no, alone, Why.ASIDE)

    def oldest_captured(self) -> datetime | None:
        """When the oldest row on the disk was captured."""
        captured = self._asked(self.journal.oldest_captured, None)
        return None if captured is None else EPOCH + captured * timedelta.resolution

    def mend(self, why: str) -> None:
        """Salvage the file and open what came of it."""
        before, file = self._count.total(), self.journal.file
        broken, saved = file.replaced(lambda: salvage(file.path, self._now(), self.known()))
        _log.error("outbox salvaged", why=why, saved=saved, lost=before - saved, broken=broken.name)
        self._load_totals()
        self.unreadable += max(0, before - saved)
        for past in self.journal.pasts():
            if (gone := past.gone.get(Why.UNREADABLE)) is not None:
                self._losses.append(Lost(past.no, gone, Why.UNREADABLE))

    def _begun(self) -> bool:
        if self.at_risk.epoch is not None:
            no, epoch = self.at_risk.epoch
            try:
                self._mended(lambda: self.journal.begin(no, epoch))
            except DiskRefusedError:
                return False
            self.at_risk.epoch = None
        return True

    def _written(self, change: Change) -> bool:
        for relief in (self._fold, self._shed, self._shed, self._shed, None):
            try:
                self._uncount(self._mended(lambda: self.journal.write(change)))
            except DiskRefusedError as error:
                if relief is None or not relief(change):
                    if not self.at_risk:
                        _log.warning("disk refuses, records wait in memory", why=str(error))
                    return False
            else:
                for row in change.put:
                    self._count[row.weight] += 1
                    self._weigh[row.weight] += row.size
                return True
        return False

    def _fold(self, _change: Change) -> bool:
        with contextlib.suppress(DiskRefusedError):
            self.journal.file.checkpoint(truncate=True)
        return True

    def _shed(self, change: Change) -> bool:
        if not change.put:
            return False
        row = change.put[-1]
        lighter = [
            (weight, held) for weight, held in making_room(RELIEF_BYTES, row, self.oldest) if weight < row.weight
        ]
        given = lighter or making_room(2 * row.size, row, self.oldest)
        keys = [held.id for _, held in given if held.id != row.id]
        lost = lost_rows(keys, Why.FULL)
        try:
            self._uncount(self.journal.write(Change(drop=singly(keys), lost=lost)))
        except DiskRefusedError:
            return False
        self.evicted.update(weight for weight, held in given if held.id != row.id)
        self._losses += lost
        return True

    def _wait(self, change: Change) -> None:
        given = self.at_risk.wait(change)
        self.evicted.update(weight for weight, _ in given)
        self._losses += lost_rows([held.id for _, held in given], Why.FULL)

    def _given_up(self, no: int, missing: Ranges) -> bool:
        """What is not there or not whole is unreadable, unless known to be gone. False when the file had to be mended.

        A damaged page may hide what comes after it from a walk: then the file is salvaged, and nothing given up.
        """
        nothing: dict[Why, Ranges] = {}
        gone = self._asked(lambda: self.journal.gone(no), nothing) if missing else nothing
        unknown = missing - Ranges.of(*(span for ranges in gone.values() for span in ranges.spans))
        if self._asked(lambda: any(self.journal.has(no, seq) for seq in unknown), otherwise=False):
            self.mend("a damaged page hides whole rows")
            return False
        if unknown:
            self.unreadable += len(unknown)
            self.give_up(no, unknown, Why.UNREADABLE)
        return True

    def _uncount(self, dropped: list[tuple[Weight, int]]) -> None:
        for weight, size in dropped:
            self._count[weight] -= 1
            self._weigh[weight] -= size

    def _asked(self, ask: Callable[[], T], otherwise: T) -> T:
        try:
            return self._mended(ask)
        except DiskRefusedError as error:
            _log.warning("disk refuses to read", why=str(error))
            return otherwise

    def _mended(self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except BrokenError as error:
            self.mend(str(error))
            return ask()

    def _open(self, path: Path) -> None:
        self.journal = Journal(DurableFile(path, self.limit * 2, SCHEMA, TABLES))
        try:
            self.journal.pasts()
            self._load_totals()
        except BaseException:
            self.journal.file.close()
            raise

    def _load_totals(self) -> None:
        totals = self.journal.totals()
        self._count = Counter({weight: count for weight, (count, _) in totals.items()})
        self._weigh = Counter({weight: size for weight, (_, size) in totals.items()})


def _fitting(rows: list[Row], most_bytes: int) -> list[Row]:
    room = most_bytes
    for at, row in enumerate(rows):
        room -= len(row.body) + 1
        if room < 0 and at:
            return rows[:at]
    return rows
