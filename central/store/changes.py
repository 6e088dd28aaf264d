"""The change feed of a ward: what became different, numbered so that a reader who saw N misses nothing after N.

A number is given inside the writer's transaction by raising the ward's own counter: that update locks the ward's row
until the commit, so numbers of one ward commit in order and a reader can never see N + 1 before N. Whoever changes
rows of several wards takes the numbers last and in ward order, so that two writers cannot wait for each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from central.store.schema import change, ward
from central.store.scope import Scope, within

MOST: Final = 500


@dataclass(frozen=True, slots=True)
class News:
    """Something became different: which ward, what kind of row (alert, case, device, node, evidence), which row."""

    ward: str
    kind: str
    row: str
    params: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """News with its number in the ward's feed."""

    ward: str
    no: int
    at: datetime
    kind: str
    row: str
    params: dict[str, Any] | None


def announce(connection: Connection, news: Sequence[News], at: datetime) -> None:
    """Number these and add them to their wards' feeds. Call it last in the transaction: it locks the wards' rows."""
    for name, told in groupby(sorted(news, key=lambda item: item.ward), key=lambda item: item.ward):
        batch = list(told)
        raised = update(ward).where(ward.c.id == name).values(change_no=ward.c.change_no + len(batch))
        last: int = connection.execute(raised.returning(ward.c.change_no)).scalar_one()
        first = last - len(batch) + 1
        rows = [
            {"ward_id": name, "no": first + at_, "at": at, "kind": item.kind, "row": item.row, "params": item.params}
            for at_, item in enumerate(batch)
        ]
        connection.execute(insert(change), rows)


def after(connection: Connection, name: str, no: int, most: int = MOST) -> list[Change]:
    """The ward's changes above `no`, in order, at most `most`."""
    feed = select(change).where(change.c.ward_id == name, change.c.no > no).order_by(change.c.no).limit(most)
    return [Change(row.ward_id, row.no, row.at, row.kind, row.row, row.params) for row in connection.execute(feed)]


def latest(connection: Connection, scope: Scope) -> dict[str, int]:
    """The newest number of each ward in the scope; 0 where nothing has changed yet."""
    return {
        row.id: row.change_no for row in connection.execute(within(select(ward.c.id, ward.c.change_no), scope, ward))
    }
