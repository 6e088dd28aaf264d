"""The ledger's rows: one per (node, epoch), locked for as long as the transaction that changes it.

A new epoch gets its row first, without doing anything where another worker has just made it: so there is always a row
to lock, and two workers with batches of one node queue behind each other. Rows are locked in the order of their keys,
so that two groups that share nodes cannot wait for each other in a circle. SQLite locks the whole file at BEGIN
IMMEDIATE and needs none of this.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, Select, bindparam, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from central.store.schema import intake
from streams.wire.ledger import Intake
from streams.wire.ranges import Ranges

Key = tuple[str, UUID]
"""A node and an epoch."""

_RANGES: Final = ("settled", "lost", "merged", "aside")


@dataclass(frozen=True, slots=True)
class Opening:
    """What the row of an epoch never heard of before starts with."""

    ward: str
    session: UUID
    at: datetime


def lock(connection: Connection, openings: Mapping[Key, Opening]) -> dict[Key, Intake]:
    """The Intake of each key, under its row's lock until the transaction ends; made where there was none."""
    keys = sorted(openings)
    there = _locked(connection, keys)
    fresh = [key for key in keys if key not in there]
    if fresh:
        _open(connection, {key: openings[key] for key in fresh})
        there |= _locked(connection, fresh)
    return there


def lock_node(connection: Connection, name: str) -> dict[UUID, Intake]:
    """Every epoch of a node, under lock."""
    rows = connection.execute(_select().where(intake.c.node_id == name))
    return {row.epoch: _read(row) for row in rows}


def keep(connection: Connection, changed: Mapping[Key, Intake], at: datetime) -> None:
    """Write these back, in the transaction that locked them."""
    if not changed:
        return
    matching = update(intake).where(intake.c.node_id == bindparam("of_node"), intake.c.epoch == bindparam("of_epoch"))
    columns: dict[str, Any] = {
        name: bindparam(f"new_{name}") for name in ("session", "heard", "next", "over", *_RANGES, "refused")
    }
    connection.execute(
        matching.values(heard_at=bindparam("new_heard_at"), **columns),
        [
            {"of_node": name, "of_epoch": epoch, "new_heard_at": at, **_written(entry)}
            for (name, epoch), entry in sorted(changed.items())
        ],
    )


def _locked(connection: Connection, keys: list[Key]) -> dict[Key, Intake]:
    if not keys:
        return {}
    rows = connection.execute(_select().where(tuple_(intake.c.node_id, intake.c.epoch).in_(keys)))
    return {(row.node_id, row.epoch): _read(row) for row in rows}


def _select() -> Select[Any]:
    return select(intake).order_by(intake.c.node_id, intake.c.epoch).with_for_update()


def _open(connection: Connection, openings: Mapping[Key, Opening]) -> None:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    rows = [
        {
            "node_id": name,
            "epoch": epoch,
            "ward_id": opening.ward,
            "heard_at": opening.at,
            **{
                column.removeprefix("new_"): value for column, value in _written(Intake(epoch, opening.session)).items()
            },
        }
        for (name, epoch), opening in openings.items()
    ]
    connection.execute(insert(intake).on_conflict_do_nothing(), rows)


def _written(entry: Intake) -> dict[str, Any]:
    return {
        "new_session": entry.session,
        "new_heard": entry.heard,
        "new_next": entry.next,
        "new_over": entry.over,
        "new_refused": {code: _spans(ranges) for code, ranges in entry.refused.items()},
        **{f"new_{name}": _spans(getattr(entry, name)) for name in _RANGES},
    }


def _spans(ranges: Ranges) -> list[list[int]]:
    return [[first, last] for first, last in ranges.spans]


def _ranges(spans: Iterable[tuple[int, int]]) -> Ranges:
    return Ranges(tuple((first, last) for first, last in spans))


def _read(row: Row[Any]) -> Intake:
    return Intake(
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
