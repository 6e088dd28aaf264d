"""What is over, removed a portion at a time: each call is one short transaction's work and says how many rows went.

Facts lie in daily partitions on PostgreSQL, all kinds of a day together, but are kept for different times: a day whose
every kind is over is dropped whole (`partitions`), a kind that is over before the others is deleted out of its days,
table by table, through the index by ward and kind. SQLite has one table and the same index. A change feed is cut from
its beginning only, so that a reader finds either the number after theirs or none.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    column,
    delete,
    func,
    literal_column,
    or_,
    select,
    table,
    tuple_,
)

from central.store import partitions
from central.store.orders import CONFIG, OPEN
from central.store.schema import (
    alert_event,
    change,
    dead_letter,
    event,
    evidence_name,
    idempotency,
    node_order,
    record,
    session,
    sign_in_link,
    ward,
    watch_day,
)
from central.store.watched import day_of
from streams.wire.records import Kind

MOST: Final = 2_000
GROWING: Final = frozenset({record.name, partitions.DEFAULT})  # tables that take in what is heard now
_TIMED: Final = (Kind.TALLY, Kind.READING, Kind.HEALTH, Kind.REPLY)


def places(connection: Connection, before: datetime) -> list[str]:
    """The tables that may hold a record heard before then."""
    if connection.dialect.name != "postgresql":
        return [record.name]
    return [*partitions.over(connection, before.date()), partitions.DEFAULT]


def records(connection: Connection, place: str, kind: Kind, before: datetime, most: int = MOST) -> int:
    """Raw records of a kind in one of those tables; `Kind.EVENT` stands for every kind that is not timed as well."""
    facts = table(place, *(column(known.name, known.type) for known in record.c))
    of_kind = facts.c.kind.not_in(_TIMED) if kind is Kind.EVENT else facts.c.kind == kind
    wards = connection.execute(select(ward.c.id)).scalars().all()
    over = facts.c.ward_id.in_(wards) & of_kind & (facts.c.heard < before)
    if connection.dialect.name == "postgresql":
        here: ColumnElement[Any] = literal_column("ctid")
        chosen = select(here).select_from(facts).where(over).limit(most)
        which: ColumnElement[bool] = here.op("=")(func.any(func.array(chosen.scalar_subquery())))
    else:
        here = literal_column("rowid")
        which = here.in_(select(here).select_from(facts).where(over).limit(most))
    return connection.execute(delete(facts).where(which)).rowcount


def events(connection: Connection, before: datetime, most: int = MOST) -> int:
    """Events that no alert rests on, with the names they gave to evidence."""
    behind = select(alert_event.c.event_id).where(alert_event.c.event_id == event.c.id).exists()
    old = select(event.c.id).where(event.c.heard < before, ~behind).order_by(event.c.id).limit(most)
    ids: Sequence[Any] = connection.execute(old).scalars().all()
    connection.execute(delete(evidence_name).where(evidence_name.c.event_id.in_(ids)))
    return connection.execute(delete(event).where(event.c.id.in_(ids))).rowcount


def coverage(connection: Connection, before: datetime, most: int = MOST) -> int:
    """How long cameras were watched on the days of the city before then."""
    return _portion(connection, watch_day, watch_day.c.day < day_of(before), most)


def orders(connection: Connection, before: datetime, most: int = MOST) -> int:
    """Orders that are over since before then; the newest configuration of a box stands until it is sent another."""
    since = func.coalesce(node_order.c.answered_at, node_order.c.expires, node_order.c.sent_at, node_order.c.issued)
    newer = node_order.alias()
    replaced = (
        select(newer.c.id)
        .where(newer.c.node_id == node_order.c.node_id, newer.c.kind == CONFIG, newer.c.issued > node_order.c.issued)
        .exists()
    )
    over = node_order.c.state.not_in(OPEN) & (since < before) & ((node_order.c.kind != CONFIG) | replaced)
    return _portion(connection, node_order, over, most)


def dead_letters(connection: Connection, before: datetime, most: int = MOST) -> int:
    """Letters that last came before then."""
    return _portion(
        connection, dead_letter, func.coalesce(dead_letter.c.last_heard, dead_letter.c.heard) < before, most
    )


def answers(connection: Connection, before: datetime, most: int = MOST) -> int:
    """Answers remembered for changes that might be sent again."""
    return _portion(connection, idempotency, idempotency.c.at < before, most)


def sessions(connection: Connection, before: datetime, most: int = MOST) -> int:
    """Sessions that were over by then."""
    return _portion(connection, session, or_(session.c.expires < before, session.c.ended_at < before), most)


def links(connection: Connection, before: datetime, most: int = MOST) -> int:
    """One-time links that were spent or too old by then."""
    return _portion(
        connection, sign_in_link, or_(sign_in_link.c.expires < before, sign_in_link.c.used_at < before), most
    )


def changes(connection: Connection, name: str, before: datetime, most: int = MOST) -> int:
    """The beginning of a ward's change feed, up to the last of these changes that was made before then."""
    first = (
        select(change.c.no, change.c.at).where(change.c.ward_id == name).order_by(change.c.no).limit(most).subquery()
    )
    last = connection.execute(select(func.max(first.c.no)).where(first.c.at < before)).scalar_one_or_none()
    if last is None:
        return 0
    return connection.execute(delete(change).where(change.c.ward_id == name, change.c.no <= last)).rowcount


def _portion(connection: Connection, of: Table, over: ColumnElement[bool], most: int) -> int:
    key = tuple_(*of.primary_key.columns)
    chosen = select(*of.primary_key.columns).where(over).limit(most)
    return connection.execute(delete(of).where(key.in_(chosen))).rowcount
