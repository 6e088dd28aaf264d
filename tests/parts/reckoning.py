"""Whether the books balance: what a node's own journal says it made, against what a SELECT finds at the centre.

Neither side is read from what is on trial: *made* is the journal, one line a number, written before the outbox
has the record; *stored* is counted in the fact table. The ledger's own word is used for one thing, which
numbers it says are lost, merged or set aside, and that word is checked against the other two. Every complaint
names its numbers, so that a failing test says which records differ and how.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Table, select

from central.store import schema
from central.store.database import Database
from streams.wire.messages import Why
from streams.wire.ranges import Ranges

Seqs = Mapping[UUID, Counter[int]]
Picture = tuple[str, str]
"""A ward and a SHA-256: a picture belongs to the ward of the event that names it."""
_OPEN: Final = ("pending", "active", "stale")
_NOTHING: Final[Counter[int]] = Counter()


@dataclass(frozen=True, slots=True)
class Books:
    """Both sides of one node, by epoch; each count says how often a number stands there."""

    made: Seqs
    stored: Seqs
    dead: Seqs
    lost: Mapping[UUID, Ranges]
    merged: Mapping[UUID, Ranges]
    aside: Mapping[UUID, Ranges]
    words: Counter[tuple[str, int]]  # (event id, rev) of every stored event record
    open_fingerprints: Counter[str]
    evidence: Mapping[Picture, str]  # what stored events name, and what is wrong with it here, or ""

    def total(self, side: str) -> int:
        """How many numbers of one side: made, stored, dead, lost, merged or aside."""
        return sum(len(seqs) for seqs in getattr(self, side).values())


def read_books(journal: Path, url: str, node: str, evidence: Path) -> Books:
    """Read both sides. `evidence` is the centre's folder of pictures."""
    database = Database(url)
    try:
        with database.reading() as connection:
            records = _rows(connection, schema.record, node)
            letters = [row for row in _rows(connection, schema.dead_letter, node) if row.seq is not None]
            intakes = _rows(connection, schema.intake, node)
            condition = schema.alert.c.condition.in_(_OPEN)
            alerts = connection.execute(select(schema.alert.c.fingerprint).where(condition)).scalars().all()
            pictures = _rows(connection, schema.evidence, node)
    finally:
        database.close()
    told = [(row.ward_id, row.body) for row in records if row.kind == "event"]
    return Books(
        made=made_in(journal),
        stored=_by_epoch((row.epoch, row.seq) for row in records),
        dead=_by_epoch((row.epoch, row.seq) for row in letters),
        lost={row.epoch: _ranges(row.lost) for row in intakes},
        merged={row.epoch: _ranges(row.merged) for row in intakes},
        aside={row.epoch: _ranges(row.aside) for row in intakes},
        words=Counter((body["id"], body["rev"]) for _, body in told),
        open_fingerprints=Counter(alerts),
        evidence=_pictures(told, pictures, evidence),
    )


def made_in(journal: Path) -> Seqs:
    """What the node's own journal says it made."""
    lines = journal.read_text("utf-8").splitlines() if journal.exists() else []
    pairs = (line.split() for line in lines)
    return _by_epoch((UUID(epoch), int(seq)) for epoch, seq in pairs)


def complaints(books: Books, *, node_kills: int = 0, may_lose: bool = False) -> list[str]:
    """Everything that does not balance; empty when all is well.

    `node_kills`: how often the node was killed, and so how many numbers may have been given and never written:
    at most one a kill, and only the very last of its epoch. `may_lose`: the outbox was too small on purpose.
    """
    found: list[str] = []
    torn = 0
    for epoch in sorted({*books.made, *books.stored, *books.lost}):
        made, missing = Ranges.these(books.made.get(epoch, _NOTHING)), _missing(books, epoch)
        if missing and missing.spans == ((made.top, made.top),):
            torn, missing = torn + 1, Ranges()
        if missing:
            found.append(f"{epoch}: never arrived {show(missing)}; made {show(made)}")
        found += _of_epoch(books, epoch, made, may_lose=may_lose)
    if torn > node_kills:
        found.append(f"{torn} epochs lack their last number, and the node was killed {node_kills} times")
    return found + _of_content(books)


def show(ranges: Ranges) -> str:
    """Ranges for a person: `1-40, 43 (41)`, the count last."""
    spans = [str(first) if first == last else f"{first}-{last}" for first, last in ranges.spans]
    listed = ", ".join(spans[:12]) + (f", ... {len(spans) - 12} more" if len(spans) > 12 else "")
    return f"{listed or 'nothing'} ({len(ranges)})"


def _missing(books: Books, epoch: UUID) -> Ranges:
    there = Ranges.these([*books.stored.get(epoch, ()), *books.dead.get(epoch, ())])
    given_up = [getattr(books, side).get(epoch, Ranges()) for side in ("lost", "merged", "aside")]
    missing = Ranges.these(books.made.get(epoch, ())) - there
    for ranges in given_up:
        missing = missing - ranges
    return missing


def _of_epoch(books: Books, epoch: UUID, made: Ranges, *, may_lose: bool) -> list[str]:
    stored, dead = (Ranges.these(side.get(epoch, ())) for side in (books.stored, books.dead))
    lost, merged, aside = (side.get(epoch, Ranges()) for side in (books.lost, books.merged, books.aside))
    sides = {Why.FULL: lost, Why.MERGED: merged, Why.ASIDE: aside}
    found = [
        ("was made twice", _twice(books.made, epoch)),
        ("was stored twice", _twice(books.stored, epoch)),
        ("was dead-lettered twice", _twice(books.dead, epoch)),
        ("was both stored and dead-lettered", stored & dead),
        ("was stored and never made", (stored | dead) - made),
        ("is called gone and is here", (lost | merged | aside) & (stored | dead)),
        ("is called gone and was never made", (lost | merged | aside) - made),
    ]
    if not may_lose:
        found += [(f"is gone ({why})", ranges) for why, ranges in sides.items()]
    return [f"{epoch}: {what}: {show(ranges)}; made {show(made)}" for what, ranges in found if ranges]


def _of_content(books: Books) -> list[str]:
    twice = [f"event {id_} rev {rev} is stored {n} times" for (id_, rev), n in books.words.items() if n > 1]
    open_ = [f"fingerprint {print_} is open {n} times" for print_, n in books.open_fingerprints.items() if n > 1]
    absent = [f"evidence {sha256[:12]} of {ward}: {wrong}" for (ward, sha256), wrong in books.evidence.items() if wrong]
    return [*sorted(twice), *sorted(open_), *sorted(absent)]


def _pictures(told: Iterable[tuple[str, Mapping[str, Any]]], rows: Iterable[Any], folder: Path) -> dict[Picture, str]:
    named = {(ward, picture["sha256"]) for ward, body in told for picture in body.get("evidence", ())}
    states = {(row.ward_id, row.sha256): row.state for row in rows}
    return {picture: _wrong_with(picture, states.get(picture, "unheard of"), folder) for picture in named}


def _wrong_with(picture: Picture, state: str, folder: Path) -> str:
    ward, sha256 = picture
    if state != "here":
        return f"a stored event names it, and it is {state}"
    file = folder / ward / sha256[:2] / sha256
    if not file.exists():
        return "its row says here, and there is no file"
    return "" if hashlib.sha256(file.read_bytes()).hexdigest() == sha256 else "its file has another hash"


def _rows(connection: Any, table: Table, node: str) -> list[Any]:  # noqa: ANN401 - a SQLAlchemy connection
    return list(connection.execute(select(table).where(table.c.node_id == node)))


def _by_epoch(pairs: Iterable[tuple[UUID, int]]) -> dict[UUID, Counter[int]]:
    found: dict[UUID, Counter[int]] = {}
    for epoch, seq in pairs:
        found.setdefault(epoch, Counter())[seq] += 1
    return found


def _twice(side: Seqs, epoch: UUID) -> Ranges:
    return Ranges.these(seq for seq, n in side.get(epoch, _NOTHING).items() if n > 1)


def _ranges(spans: Iterable[tuple[int, int]]) -> Ranges:
    return Ranges.of(*((first, last) for first, last in spans))
