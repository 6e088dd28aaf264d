"""A person's step with a case: found in scope, allowed, not overtaken, legal; then one transaction holds all of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from central.api.alert_views import EVENTS_OF_AN_ALERT
from central.api.context import Context
from central.api.deeds import Deed, lock
from central.api.pages import Page, cut, timed, timed_cursor
from central.api.problems import Code, Refused
from central.api.shapes.alerts import refs
from central.api.shapes.cases import CaseDetail, CaseLine, case_history, case_line, photo_shape
from central.api.visitor import Visitor
from central.auth.accounts import names
from central.cases import book
from central.cases.lifecycle import MAY, UNFINISHED, State, Step, advance, bound_to_unit, steps_for
from central.store import queue
from central.store.audit import append
from central.store.changes import News, announce
from central.store.schema import case
from central.store.scope import Scope


@dataclass(frozen=True, slots=True)
class Move:
    """A step and what it sets and tells; `note` is in the person's own words, `params` are codes."""

    step: Step
    values: Mapping[str, Any] = field(default_factory=dict)
    note: str | None = None
    params: Mapping[str, Any] | None = None


def find_case(connection: Connection, scope: Scope, case_id: UUID) -> Row[Any]:
    """The case's row. Refuses one outside these wards as it refuses one that does not exist."""
    row = book.one(connection, scope, case_id)
    if row is None:
        raise Refused(Code.NOT_FOUND)
    return row


def open_to(connection: Connection, deed: Deed, case_id: UUID, step: Step) -> Row[Any]:
    """The case, held for this step. Refuses 404, 403, 412 and, for a step that leads nowhere, 409, in that order."""
    find_case(connection, deed.visitor.scope(), case_id)
    lock(connection, case, id=case_id)
    row = find_case(connection, deed.visitor.scope(), case_id)
    allow(deed.visitor, row, step)
    deed.check(row.version)
    advance(row.state, step)
    return row


def allow(visitor: Visitor, row: Row[Any], step: Step) -> None:
    """Refuse unless the visitor may take this step: by role in the ward, and for crews as members of the unit."""
    visitor.must(MAY[step], row.ward_id)
    if bound_to_unit(step, visitor.account.roles(row.ward_id)) and visitor.account.unit != row.unit_id:
        raise Refused(Code.NOT_YOUR_UNIT, {"unit": row.unit_id})


def take(connection: Connection, deed: Deed, row: Row[Any], move: Move) -> CaseDetail:
    """Write the step, its history, audit and news; returns the case after it."""
    before = State(row.state)
    who = deed.visitor.account.id
    noted = book.Noted(move.step, who, before, advance(before, move.step), move.note, move.params)
    book.take_step(connection, row, move.values, noted, deed.now)
    why = (move.params or {}).get("reason") or move.note
    append(connection, deed.visitor.act(move.step, "case", row.id, row.ward_id, why), deed.now)
    announce(connection, [News(row.ward_id, "case", str(row.id), {"verb": move.step})], deed.now)
    return case_detail(connection, find_case(connection, Scope.city(), row.id), deed.visitor, deed.here)


def case_page(
    here: Context, visitor: Visitor, scope: Scope, wanted: book.Wanted, page: tuple[str | None, int]
) -> Page[CaseLine]:
    """A page of cases, the nearest deadline first; `page` is the cursor and how many."""
    after, limit = page
    with here.database.reading() as connection:
        rows, more = cut(book.page(connection, scope, wanted, timed(after), limit + 1), limit)
        people = names(connection, {row.assignee_id for row in rows if row.assignee_id})
    lines = [_line(row, people, visitor, here) for row in rows]
    return Page(items=lines, next=timed_cursor(rows[-1].deadline, rows[-1].id) if more else None)


def case_detail(connection: Connection, row: Row[Any], visitor: Visitor, here: Context) -> CaseDetail:
    """A case whole, as this visitor sees it."""
    steps = book.history_of(connection, row.id)
    people = names(connection, {who for who in (row.assignee_id, *(step.actor for step in steps)) if who})
    events = queue.events_of(connection, [row.alert_id], EVENTS_OF_AN_ALERT) if row.alert_id else {}
    evidence = queue.evidence_of(connection, [event.id for found in events.values() for event in found])
    return CaseDetail(
        **_line(row, people, visitor, here).model_dump(),
        history=[case_history(step, people) for step in steps],
        photos=[photo_shape(photo) for photo in book.photos_of(connection, [row.id])],
        evidence=refs(item for found in evidence.values() for item in found),
    )


def _line(row: Row[Any], people: Mapping[UUID, str], visitor: Visitor, here: Context) -> CaseLine:
    roles = visitor.account.roles(row.ward_id)
    steps = steps_for(row.state, roles, own_unit=visitor.account.unit == row.unit_id)
    late = row.state in UNFINISHED and row.deadline < here.now()
    return case_line(row, people, steps, overdue=late)
