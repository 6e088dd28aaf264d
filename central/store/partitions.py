"""The facts' daily partitions on PostgreSQL: made ahead by a job, dropped whole when their time is over.

A day is a day of UTC by when a record was heard, so a partition is complete when its day is. `record_default` catches
what no partition covers; making a day's partition moves that day's rows out of it first, because PostgreSQL would
refuse a partition whose rows already lie in the default one. SQLite has one table and nothing to do.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, text

AHEAD: Final = 7
DEFAULT: Final = "record_default"
_PREFIX: Final = "record_on_"
_BRIEFLY: Final = text("SET LOCAL lock_timeout = '2s'")  # a drop that waits holds up every writer behind it


def make(connection: Connection, now: datetime, days: int = AHEAD) -> list[str]:
    """The partitions of today and the days ahead; returns the names of those that were not there."""
    if connection.dialect.name != "postgresql":
        return []
    wanted = list(_days(now.astimezone(UTC).date(), days))
    if {_name(day) for day in wanted} <= set(names(connection)):
        return []
    connection.execute(text("LOCK TABLE record_default IN ACCESS EXCLUSIVE MODE"))
    there = set(names(connection))  # again, now that nobody else makes any
    return [_attach(connection, day) for day in wanted if _name(day) not in there]


def over(connection: Connection, before: date) -> list[str]:
    """The partitions whose whole day lies before that date, oldest first."""
    return [name for name in names(connection) if date.fromisoformat(name.removeprefix(_PREFIX)) < before]


def drop(connection: Connection, before: date, most: int | None = None) -> list[str]:
    """Drop partitions whose whole day lies before that date, oldest first; returns their names.

    Raises what the database raises when somebody reads the facts for two seconds longer: try again later.
    """
    going = over(connection, before)[:most]
    if going:
        connection.execute(_BRIEFLY)
    for name in going:
        connection.execute(text(f'DROP TABLE "{name}"'))
    return going


def drop_empty(connection: Connection, before: date, most: int | None = None) -> list[str]:
    """Drop those of such partitions that hold nothing any more; returns their names."""
    empty = [name for name in over(connection, before) if _is_empty(connection, name)][:most]
    if empty:
        connection.execute(_BRIEFLY)
    for name in empty:  # nothing is heard in the past, so that what is empty stays so
        connection.execute(text(f'DROP TABLE "{name}"'))
    return empty


def names(connection: Connection) -> list[str]:
    """The daily partitions there are, oldest first."""
    if connection.dialect.name != "postgresql":
        return []
    listed = text(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
        "WHERE i.inhparent = 'record'::regclass AND c.relname LIKE :like ORDER BY c.relname"
    )
    return list(connection.execute(listed, {"like": f"{_PREFIX}%"}).scalars())


def _is_empty(connection: Connection, name: str) -> bool:
    asked = text(f'SELECT 1 FROM "{name}" LIMIT 1')  # noqa: S608 - the name is made of a date
    return connection.execute(asked).one_or_none() is None


def _attach(connection: Connection, day: date) -> str:
    """A table of its own first, filled with what lay in the default one, then attached."""
    name = _name(day)
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    bounds = (start.isoformat(), (start + timedelta(days=1)).isoformat())
    connection.execute(text(f'CREATE TABLE "{name}" (LIKE record INCLUDING DEFAULTS INCLUDING CONSTRAINTS)'))
    filling = f"""
        WITH moved AS (DELETE FROM record_default WHERE heard >= :low AND heard < :high RETURNING *)
        INSERT INTO "{name}" SELECT * FROM moved
    """  # noqa: S608 - the name is made of a date
    connection.execute(text(filling), {"low": start, "high": start + timedelta(days=1)})
    attach = f"ALTER TABLE record ATTACH PARTITION \"{name}\" FOR VALUES FROM ('{bounds[0]}') TO ('{bounds[1]}')"
    connection.execute(text(attach))
    return name


def _days(first: date, ahead: int) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range(ahead + 1))


def _name(day: date) -> str:
    return f"{_PREFIX}{day.isoformat()}"
