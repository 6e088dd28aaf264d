"""Alerts put together for an answer: rows, events, evidence, history and names, a query per table."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row

from alerts.lifecycle import Handling
from central.api import pages
from central.api.context import Context
from central.api.pages import Page
from central.api.problems import Code, Refused
from central.api.shapes.alerts import AlertDetail, AlertLine, event_shape, history_entry, line
from central.auth.accounts import names
from central.cases.deadline import deadline
from central.store import queue
from central.store.alerts import history
from central.store.queue import Wanted
from central.store.scope import Scope

EVENTS_OF_A_LINE: Final = 3
EVENTS_OF_AN_ALERT: Final = 50
VERDICTS: Final = frozenset({Handling.CONFIRMED, Handling.DISMISSED, Handling.MERGED})


def find(connection: Connection, scope: Scope, alert_id: UUID) -> Row[Any]:
    """The alert's row. Refuses one that is not in these wards as it refuses one that does not exist."""
    row = queue.one(connection, scope, alert_id)
    if row is None:
        raise Refused(Code.NOT_FOUND)
    return row


def page(here: Context, scope: Scope, wanted: Wanted, after: str | None, limit: int) -> Page[AlertLine]:
    """A page of the queue."""
    with here.database.reading() as connection:
        rows, more = pages.cut(queue.page(connection, scope, wanted, pages.timed(after), limit + 1), limit)
        events = queue.events_of(connection, [row.id for row in rows], EVENTS_OF_A_LINE)
        evidence = queue.evidence_of(connection, [item.id for found in events.values() for item in found])
        people = names(connection, {row.handler_id for row in rows if row.handler_id})
    following = pages.timed_cursor(getattr(rows[-1], wanted.order), rows[-1].id) if more else None
    lines = [shown(here, row, line(row, events[row.id], evidence), people) for row in rows]
    return Page(items=lines, next=following)


def shown(here: Context, row: Row[Any], told: AlertLine, people: Mapping[UUID, str]) -> AlertLine:
    """The line with what its row does not hold: who has it, and when its work would be due."""
    return told.model_copy(update={"handler_name": people.get(row.handler_id), "deadline": due(here, row)})


def due(here: Context, row: Row[Any]) -> datetime | None:
    """When the case of an alert would be due, counted from when it was raised; None for a rule that is gone."""
    rule = here.rules.rules.get(row.rule)
    if rule is None or row.raised_at is None:
        return None
    return deadline(here.calendar, row.raised_at, rule.deadline).now


def detail(connection: Connection, here: Context, row: Row[Any], now: datetime) -> AlertDetail:
    """An alert whole."""
    events = queue.events_of(connection, [row.id], EVENTS_OF_AN_ALERT)[row.id]
    evidence = queue.evidence_of(connection, [event.id for event in events])
    steps = history(connection, row.id)
    people = names(connection, {step.actor for step in steps if step.actor} | {row.handler_id} - {None})
    return AlertDetail(
        **shown(here, row, line(row, events, evidence), people).model_dump(),
        history=[history_entry(step, people) for step in steps],
        events=[event_shape(event, evidence[event.id]) for event in events],
        undo_until=_undo_until(row, now, here.undo_window),
    )


def _undo_until(row: Row[Any], now: datetime, undo_window: timedelta) -> datetime | None:
    if row.handling not in VERDICTS or row.handled_at is None or now > row.handled_at + undo_window:
        return None
    until: datetime = row.handled_at + undo_window
    return until
