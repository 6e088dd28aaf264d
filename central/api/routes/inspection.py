"""For those who check: the audit trail, and what could not be taken in."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, StringConstraints

from central.api.context import Here
from central.api.pages import After, Limit, Page, cut, timed, timed_cursor
from central.api.shapes.fleet import DeadLetterShape, dead_letter_shape
from central.api.shapes.people import AuditEntry
from central.api.visitor import SignedIn
from central.auth.accounts import names
from central.auth.grants import INSPECTORS
from central.store import fleet
from central.store.fleet import Sought
from streams.wire.words import Slug

router: Final = APIRouter(prefix="/v1", tags=["inspection"])
_Short = Annotated[str, StringConstraints(max_length=80)]


class AuditQuery(BaseModel):
    """Which acts to list, and from where on: of one table or row, by one person, of one kind, in one ward."""

    of: _Short | None = None
    row: _Short | None = None
    account: UUID | None = None
    act: _Short | None = None
    ward: Slug | None = None
    after: Annotated[str, StringConstraints(max_length=300)] | None = None
    limit: Annotated[int, Query(ge=1, le=200)] = 100


@router.get("/audit", operation_id="list_audit")
def list_audit(here: Here, visitor: SignedIn, asked: Annotated[AuditQuery, Query()]) -> Page[AuditEntry]:
    """Who did what, newest first."""
    sought = Sought(asked.of, asked.row, asked.account, asked.act, asked.ward)
    with here.database.reading() as connection:
        found = fleet.acts(connection, visitor.scope(INSPECTORS), sought, timed(asked.after), asked.limit + 1)
        rows, more = cut(found, asked.limit)
        people = names(connection, {row.account_id for row in rows if row.account_id})
    items = [
        AuditEntry(
            id=row.id,
            ward=row.ward_id,
            at=row.at,
            account=row.account_id,
            account_name=people.get(row.account_id),
            node=row.node_id,
            act=row.act,
            of=row.of,
            row=row.row,
            origin=row.origin,
            why=row.why,
            params=row.params,
        )
        for row in rows
    ]
    return Page(items=items, next=timed_cursor(rows[-1].at, rows[-1].id) if more else None)


@router.get("/dead-letters", operation_id="list_dead_letters")
def list_dead_letters(here: Here, visitor: SignedIn, after: After = None, limit: Limit = 100) -> Page[DeadLetterShape]:
    """What could not be taken in, newest first."""
    with here.database.reading() as connection:
        found = fleet.dead_letters(connection, visitor.scope(INSPECTORS), timed(after), limit + 1)
    rows, more = cut(found, limit)
    following = timed_cursor(rows[-1].heard, rows[-1].id) if more else None
    return Page(items=[dead_letter_shape(row) for row in rows], next=following)
