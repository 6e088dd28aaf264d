"""Where the next page of a list begins: behind the sort key of the last row, whatever came or went meanwhile."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, ColumnElement, tuple_

Key = tuple[datetime, UUID]
"""The instant and the id of a row, by which its list is sorted."""


def below(at: Column[datetime], id_: Column[UUID], key: Key) -> ColumnElement[bool]:
    """What stands behind a row in a list sorted by both, the newest first."""
    return tuple_(at, id_) < tuple_(*key, types=[at.type, id_.type])


def above(at: Column[datetime], id_: Column[UUID], key: Key) -> ColumnElement[bool]:
    """What stands behind a row in a list sorted by both, the oldest first."""
    return tuple_(at, id_) > tuple_(*key, types=[at.type, id_.type])
