"""The ledger's rows: one per (node, epoch), locked for as long as the transaction that changes it.

Nodes are locked first and their epochs after, both in the order of their keys, so that two workers with batches of one
node queue behind each other and two groups that share nodes cannot wait for each other in a circle. With the node's row
held nobody else makes a row of that node, so a new epoch needs no lock of its own. SQLite locks the whole file at
BEGIN IMMEDIATE and needs none of this. Epochs that are over with nothing outstanding are left on disk unless named.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from central.store.portions import portions
from central.store.schema import intake
from streams.wire.ledger import Intake
from streams.wire.ranges import Ranges

Key = tuple[str, UUID]
"""A node and an epoch."""

_LOCKED: Final = (  # by node first: a search on (node, epoch) pairs walks SQLite's whole table
    select(intake)
    .where(
        intake.c.node_id.in_(bindparam("nodes", expanding=True)),
        or_(intake.c.over.is_(False), intake.c.outstanding, intake.c.epoch.in_(bindparam("epochs", expanding=True))),
    )
    .order_by(intake.c.node_id, intake.c.epoch)
    .with_for_update()
)
MOST_NODES: Final = 100  # in one statement, each with the epochs its batches name
_RANGES: Final = ("settled", "lost", "merged", "aside")


@dataclass(slots=True)
class Entry:
    """An epoch's row: the ledger's own state, the ward it is routed through, and when it was superseded."""

    ward: str
    intake: Intake
    over_at: datetime | None = None

    def copy(self) -> "Entry":
        """To be changed and thrown away with its savepoint."""
        return Entry(self.ward, replace(self.intake, refused=dict(self.intake.refused)), self.over_at)


def lock(connection: Connection, nodes: Collection[str], named: Collection[Key]) -> dict[Key, Entry]:
    """The rows of these nodes that are alive, owe something or are named, locked. Lock the nodes' rows before."""
    epochs: dict[str, set[UUID]] = {}
    for name, epoch in named:
        epochs.setdefault(name, set()).add(epoch)
    rows: dict[Key, Entry] = {}
    for some in portions(sorted(nodes), MOST_NODES):
        asked = {"nodes": some, "epochs": sorted({epoch for name in some for epoch in epochs.get(name, ())})}
        rows |= {(row.node_id, row.epoch): _read(row) for row in connection.execute(_LOCKED, asked)}
    return rows


def keep(connection: Connection, changed: Mapping[Key, Entry], at: datetime) -> None:
    """Write these, in the transaction that locked them; rows that were not there are made."""
    if not changed:
        return
    ordered = sorted(changed.items(), key=lambda item: item[0])
    connection.execute(_superseding(connection.dialect.name), [_row(key, entry, at) for key, entry in ordered])


@cache
def _superseding(dialect: str) -> Any:  # noqa: ANN401 - an Insert of either dialect
    adding: Any = (postgresql if dialect == "postgresql" else sqlite).insert(intake)
    fixed = {"node_id", "epoch", "ward_id"}
    newer = {column.name: adding.excluded[column.name] for column in intake.c if column.name not in fixed}
    return adding.on_conflict_do_update(index_elements=[intake.c.node_id, intake.c.epoch], set_=newer)


def _row(key: Key, entry: Entry, at: datetime) -> dict[str, Any]:
    told = entry.intake
    return {
        "node_id": key[0],
        "epoch": key[1],
        "ward_id": entry.ward,
        "session": told.session,
        "heard": told.heard,
        "next": told.next,
        "over": told.over,
        "over_at": entry.over_at,
        "outstanding": bool(told.outstanding),
        "refused": {code: _spans(ranges) for code, ranges in told.refused.items()},
        "heard_at": at,
        **{name: _spans(getattr(told, name)) for name in _RANGES},
    }


def _spans(ranges: Ranges) -> list[list[int]]:
    return [[first, last] for first, last in ranges.spans]


def _ranges(spans: Iterable[tuple[int, int]]) -> Ranges:
    return Ranges(tuple((first, last) for first, last in spans))


def _read(row: Row[Any]) -> Entry:
    told = Intake(
        epoch=row.epoch,
        session=row.session,
        heard=row.heard,
        next=row.next,
        over=row.over,
        settled=_ranges(row.settled),
        lost=_ranges(row.lost),
        merged=_ranges(row.merged),
        aside=_ranges(row.aside),
        refused={code: _ranges(spans) for code, spans in row.refused.items()},
    )
    return Entry(row.ward_id, told, row.over_at)
