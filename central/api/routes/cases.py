"""Cases: the board, my tasks, one case whole, and the steps of working on it."""

from collections.abc import Mapping
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection

from central.api.casework import Move, case_detail, case_page, find_case, open_to, take
from central.api.context import Here
from central.api.deeds import Changing, Deed, tag
from central.api.pages import After, Limit, Page
from central.api.problems import Code, Refused
from central.api.shapes.alerts import Remark
from central.api.shapes.cases import (
    Assignment,
    CaseDetail,
    CaseLine,
    CaseQuery,
    Extension,
    PersonShape,
    Reasoned,
    Resolution,
)
from central.api.visitor import SignedIn
from central.auth.accounts import account_of, crew_of, unit_in
from central.auth.grants import CREW, JUDGES
from central.cases.book import Wanted, has_after_photo
from central.cases.deadline import Due, NotLater, extend
from central.cases.lifecycle import UNFINISHED, Step
from central.store.columns import folded
from streams.wire.words import Slug

router: Final = APIRouter(prefix="/v1", tags=["cases"])


@router.get("/cases", operation_id="list_cases")
def list_cases(here: Here, visitor: SignedIn, asked: Annotated[CaseQuery, Query()]) -> Page[CaseLine]:
    """Cases, the nearest deadline first."""
    late = here.now() if asked.overdue else None
    wanted = Wanted(asked.ward, asked.state, asked.unit, asked.assignee, asked.kind, late, asked.q)
    return case_page(here, visitor, visitor.scope(), wanted, (asked.after, asked.limit))


@router.get("/tasks", operation_id="list_my_tasks")
def list_my_tasks(here: Here, visitor: SignedIn, after: After = None, limit: Limit = 100) -> Page[CaseLine]:
    """What my unit still owes, the nearest deadline first."""
    scope = visitor.scope(CREW)
    if visitor.account.unit is None:
        return Page(items=[])
    wanted = Wanted(unit=visitor.account.unit, state=sorted(UNFINISHED))
    return case_page(here, visitor, scope, wanted, (after, limit))


@router.get("/cases/{case_id}", operation_id="get_case")
def get_case(case_id: UUID, here: Here, visitor: SignedIn, response: Response) -> CaseDetail:
    """A case whole: history, photos, evidence, and the steps you may take."""
    with here.database.reading() as connection:
        row = find_case(connection, visitor.scope(), case_id)
        response.headers.update(tag(row.version))
        return case_detail(connection, row, visitor, here)


@router.get("/cases/{case_id}/assignees", operation_id="list_assignees")
def list_assignees(case_id: UUID, here: Here, visitor: SignedIn, unit: Slug | None = None) -> list[PersonShape]:
    """The people of a unit (of the case's own, if none is named) who may be given this case, by name."""
    with here.database.reading() as connection:
        row = find_case(connection, visitor.scope(), case_id)
        visitor.must(JUDGES, row.ward_id)
        people = crew_of(connection, unit or row.unit_id, row.ward_id)
    return [PersonShape(id=who.id, name=who.name) for who in people]


@router.post("/cases/{case_id}/assign", operation_id="assign_case")
def assign_case(case_id: UUID, told: Assignment, deed: Changing) -> CaseDetail:
    """Give it to a unit, and to one of its people if that is known already."""

    def act(connection: Connection) -> CaseDetail:
        row = open_to(connection, deed, case_id, Step.ASSIGN)
        if not unit_in(connection, told.unit, row.ward_id):
            raise Refused(Code.UNIT_UNKNOWN, {"unit": told.unit})
        who = account_of(connection, told.assignee) if told.assignee else None
        if told.assignee and (who is None or who.unit != told.unit or not who.may(CREW, row.ward_id)):
            raise Refused(Code.ASSIGNEE_UNKNOWN)
        values = {"unit_id": told.unit, "assignee_id": told.assignee}
        return take(connection, deed, row, Move(Step.ASSIGN, values, told.note, {"unit": told.unit}))

    return deed.once(CaseDetail, act)


@router.post("/cases/{case_id}/accept", operation_id="accept_case")
def accept_case(case_id: UUID, deed: Changing, told: Remark | None = None) -> CaseDetail:
    """It is mine now."""
    return _simple(deed, case_id, Move(Step.ACCEPT, {"assignee_id": deed.visitor.account.id}, _note(told)))


@router.post("/cases/{case_id}/decline", operation_id="decline_case")
def decline_case(case_id: UUID, told: Reasoned, deed: Changing) -> CaseDetail:
    """Not for us, because: it goes back to be assigned again."""
    return _simple(deed, case_id, _reasoned(Step.DECLINE, told, {"assignee_id": None}))


@router.post("/cases/{case_id}/start", operation_id="start_case")
def start_case(case_id: UUID, deed: Changing, told: Remark | None = None) -> CaseDetail:
    """We are there and working; also after a wait."""
    return _simple(deed, case_id, Move(Step.START, {"assignee_id": deed.visitor.account.id}, _note(told)))


@router.post("/cases/{case_id}/wait", operation_id="wait_case")
def wait_case(case_id: UUID, told: Reasoned, deed: Changing) -> CaseDetail:
    """Work stands still, because. The deadline stays; an extension moves it."""
    return _simple(deed, case_id, _reasoned(Step.WAIT, told))


@router.post("/cases/{case_id}/resolve", operation_id="resolve_case")
def resolve_case(case_id: UUID, told: Resolution, deed: Changing) -> CaseDetail:
    """Done: in words, and with at least one after-photo sent before."""

    def act(connection: Connection) -> CaseDetail:
        row = open_to(connection, deed, case_id, Step.RESOLVE)
        if not told.words:
            raise Refused(Code.WORDS_REQUIRED)
        if not has_after_photo(connection, case_id):
            raise Refused(Code.AFTER_PHOTO_REQUIRED)
        searched = "\n".join((row.folded.partition("\n")[0], folded(told.words)))
        values = {"words": told.words, "folded": searched, "resolved_at": deed.now}
        return take(connection, deed, row, Move(Step.RESOLVE, values, told.words))

    return deed.once(CaseDetail, act)


@router.post("/cases/{case_id}/return", operation_id="return_case")
def return_case(case_id: UUID, told: Reasoned, deed: Changing) -> CaseDetail:
    """Not good enough, because: the crew goes on."""
    return _simple(deed, case_id, _reasoned(Step.RETURN, told, {"resolved_at": None}))


@router.post("/cases/{case_id}/close", operation_id="close_case")
def close_case(case_id: UUID, deed: Changing, told: Remark | None = None) -> CaseDetail:
    """The work was checked and is good."""
    return _simple(deed, case_id, Move(Step.CLOSE, {"closed_at": deed.now}, _note(told)))


@router.post("/cases/{case_id}/reject", operation_id="reject_case")
def reject_case(case_id: UUID, told: Reasoned, deed: Changing) -> CaseDetail:
    """There is nothing to do here, because."""
    return _simple(deed, case_id, _reasoned(Step.REJECT, told, {"closed_at": deed.now}))


@router.post("/cases/{case_id}/reopen", operation_id="reopen_case")
def reopen_case(case_id: UUID, told: Reasoned, deed: Changing) -> CaseDetail:
    """It came back, or was closed by mistake."""
    return _simple(deed, case_id, _reasoned(Step.REOPEN, told, {"closed_at": None, "resolved_at": None}))


@router.post("/cases/{case_id}/extend", operation_id="extend_case")
def extend_case(case_id: UUID, told: Extension, deed: Changing) -> CaseDetail:
    """A later deadline, because; the first one is kept, so that on time is told both ways."""

    def act(connection: Connection) -> CaseDetail:
        row = open_to(connection, deed, case_id, Step.EXTEND)
        try:
            due = extend(Due(row.first_deadline, row.deadline), told.until)
        except NotLater:
            raise Refused(Code.DEADLINE_NOT_LATER, {"deadline": row.deadline.isoformat()}) from None
        params = {"reason": told.reason, "from": row.deadline.isoformat(), "to": due.now.isoformat()}
        return take(connection, deed, row, Move(Step.EXTEND, {"deadline": due.now}, told.note, params))

    return deed.once(CaseDetail, act)


def _simple(deed: Deed, case_id: UUID, move: Move) -> CaseDetail:
    def act(connection: Connection) -> CaseDetail:
        return take(connection, deed, open_to(connection, deed, case_id, move.step), move)

    return deed.once(CaseDetail, act)


def _reasoned(step: Step, told: Reasoned, values: Mapping[str, object] | None = None) -> Move:
    return Move(step, values or {}, told.note, {"reason": told.reason})


def _note(told: Remark | None) -> str | None:
    return told.note if told else None
