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

from sqlalchemy import Connection, bindparam, insert, select, update

from central.store.schema import change, ward
from central.store.scope import Scope, within

MOST: Final = 500
_RAISED: Final = update(ward).where(ward.c.id == bindparam("of")).values(change_no=ward.c.change_no + bindparam("more"))
_REACHED: Final = select(ward.c.id, ward.c.change_no).where(ward.c.id.in_(bindparam("names", expanding=True)))


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
    if not news:
        return
    told = {name: list(some) for name, some in groupby(sorted(news, key=_ward), key=_ward)}
    connection.execute(_RAISED, [{"of": name, "more": len(some)} for name, some in told.items()])
    last: dict[str, int] = {row.id: row.change_no for row in connection.execute(_REACHED, {"names": list(told)})}
    rows = [
        {"ward_id": name, "no": no, "at": at, "kind": item.kind, "row": item.row, "params": item.params}
        for name, some in told.items()
        for no, item in enumerate(some, last[name] - len(some) + 1)
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


def _ward(item: News) -> str:
    return item.ward
