"""Pages by key, never by number: the cursor holds the sort key of the last row, so a page is right whatever changed.

No page counts all rows: a queue of ten thousand is as quick as one of ten.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from central.api.problems import Code, Refused

MOST: Final = 200
_Item = TypeVar("_Item")
_START: Final = datetime(1970, 1, 1, tzinfo=UTC)

Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at most")]
After = Annotated[str | None, Query(max_length=300, description="The `next` of the page before")]


class Page(BaseModel, Generic[_Item]):
    """Some items, and the cursor of those that follow; no cursor, no more items."""

    items: list[_Item]
    next: str | None = None


def cursor(*key: str | int) -> str:
    """The cursor for a sort key."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def key_of(told: str | None, *kinds: type[str] | type[int]) -> tuple[str | int, ...] | None:
    """The sort key in a cursor. Refuses what we did not write."""
    if told is None:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(told + "=" * (-len(told) % 4)))
    except (binascii.Error, ValueError):
        raise Refused(Code.BAD_CURSOR) from None
    if not isinstance(key, list) or len(key) != len(kinds):
        raise Refused(Code.BAD_CURSOR)
    if any(type(part) is not kind for part, kind in zip(key, kinds, strict=True)):
        raise Refused(Code.BAD_CURSOR)
    return tuple(key)


def timed(told: str | None) -> tuple[datetime, UUID] | None:
    """The instant and id in a cursor of a list sorted by both. Refuses what we did not write."""
    key = key_of(told, int, str)
    if key is None:
        return None
    try:
        return _START + timedelta(microseconds=int(key[0])), UUID(str(key[1]))
    except (ValueError, OverflowError):
        raise Refused(Code.BAD_CURSOR) from None


def timed_cursor(at: datetime, row: UUID) -> str:
    """The cursor after a row of a list sorted by instant and id."""
    return cursor((at - _START) // timedelta(microseconds=1), str(row))


def cut(rows: Sequence[_Item], limit: int) -> tuple[Sequence[_Item], bool]:
    """The first `limit` of one row more than asked for, and whether there are more."""
    return rows[:limit], len(rows) > limit
