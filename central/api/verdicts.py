"""A person's step with an alert: found in scope, allowed, not overtaken, legal; then one transaction holds all of it.

The alert, its history, the case a confirmation opens, the audit and the change feed commit together or not at all. An
alert's version also rises when the engine hears more of it; that must not snatch the decision from an operator's
hands, so a version is overtaken only by another person's step. What the engine decided meanwhile, the table judges.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from alerts.alert import Alert
from alerts.handling import UndoTooLate
from alerts.lifecycle import Condition, DismissReason, Handling, HandlingStep, Suppression
from alerts.rules import Severity
from central.api.alert_views import detail, find
from central.api.deeds import Deed
from central.api.problems import Code, Refused
from central.api.shapes.alerts import AlertDetail
from central.auth.grants import JUDGES
from central.cases import book
from central.cases.intake import Finding, UnderWay, open_for, still_open, wants_case, withdraw
from central.store import alerts, queue
from central.store.audit import append
from central.store.changes import News, announce
from central.store.queue import Noted
from central.store.scope import Scope


@dataclass(frozen=True, slots=True)
class Decided:
    """An alert at the moment of a person's step: its row and its state after it."""

    row: Row[Any]
    before: Alert
    after: Alert


Also = Callable[[Connection, Deed, Decided], tuple[dict[str, Any], list[News]]]
"""What goes with a step: more columns of the alert, and more news."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step: what it decides, what goes with it, and what the person said."""

    name: HandlingStep
    decide: Callable[[Alert, datetime], Alert]
    also: Also | None = None
    reason: str | None = None
    note: str | None = None


def take_step(deed: Deed, alert_id: UUID, step: Step) -> AlertDetail:
    """Take the step, once. Refuses 404, 403, 412 and 409 in that order."""

    def act(connection: Connection) -> AlertDetail:
        decided = _decide(connection, deed, alert_id, step)
        extra, news = step.also(connection, deed, decided) if step.also else ({}, [])
        _write(connection, deed, decided, step, extra)
        told = News(decided.row.ward_id, "alert", str(alert_id), {"verb": step.name})
        announce(connection, [told, *news], deed.now)
        return detail(connection, deed.here, find(connection, Scope.city(), alert_id), deed.now)

    return deed.once(AlertDetail, act)


def confirmed(connection: Connection, deed: Deed, decided: Decided) -> tuple[dict[str, Any], list[News]]:
    """A confirmed alert opens its case, unless its rule only records or somebody is still at the case it opened."""
    row = decided.row
    rule = deed.here.rules.rules.get(row.rule)
    if rule is None:
        raise Refused(Code.RULE_UNKNOWN, {"rule": row.rule})
    if not wants_case(rule):
        return {}, []
    running = still_open(connection, row.id, deed.visitor.account.id, deed.now)
    if running is not None:
        return {"case_id": running.id}, [News(row.ward_id, "case", str(running.id), {"verb": "recur"})]
    finding = Finding(decided.after, rule, row.device_name, row.zone_name, row.device_lat, row.device_lon)
    opened = open_for(connection, finding, deed.here.calendar, deed.visitor.account.id, deed.now)
    append(connection, deed.visitor.act("open", "case", opened.id, row.ward_id), deed.now)
    return {"case_id": opened.id}, [News(row.ward_id, "case", str(opened.id), {"verb": "open"})]


def undone(connection: Connection, deed: Deed, decided: Decided) -> tuple[dict[str, Any], list[News]]:
    """A confirmation taken back withdraws its case; refuses once a crew has accepted it."""
    found = book.case_of_alert(connection, decided.row.id)
    if decided.before.handling is not Handling.CONFIRMED or found is None:
        return {}, []
    try:
        withdraw(connection, found, deed.visitor.account.id, deed.now)
    except UnderWay:
        raise Refused(Code.CASE_UNDER_WAY, {"number": found.number}) from None
    append(connection, deed.visitor.act("withdraw", "case", found.id, found.ward_id), deed.now)
    return {"case_id": None}, [News(found.ward_id, "case", str(found.id), {"verb": "reject"})]


def _decide(connection: Connection, deed: Deed, alert_id: UUID, step: Step) -> Decided:
    asked = find(connection, deed.visitor.scope(), alert_id)
    deed.visitor.must(JUDGES, asked.ward_id)
    _refuse_strange(asked, step)
    before = alerts.find(connection, alert_id)  # holds the row from here on
    row = find(connection, deed.visitor.scope(), alert_id)
    if before is None:
        raise Refused(Code.NOT_FOUND)
    if deed.version is None or not queue.person_version(connection, alert_id) <= deed.version <= row.version:
        raise Refused(Code.VERSION_DIFFERS, {"version": row.version})
    try:
        return Decided(row, before, step.decide(before, deed.now))
    except UndoTooLate:
        raise Refused(Code.UNDO_TOO_LATE) from None


def _refuse_strange(row: Row[Any], step: Step) -> None:
    """No step leads out of what another release wrote and this one does not know."""
    axes = ((Condition, row.condition), (Handling, row.handling), (Suppression, row.suppression))
    for words, state in (*axes, (Severity, row.severity), (DismissReason, row.reason)):
        if state is not None and state not in tuple(words):
            raise Refused(Code.ILLEGAL_STEP, {"state": state, "step": str(step.name)})


def _write(connection: Connection, deed: Deed, decided: Decided, step: Step, extra: dict[str, Any]) -> None:
    row, who = decided.row, deed.visitor.account.id
    handler = None if step.name is HandlingStep.RETURN else who
    params = {"version": row.version + 1, **({"note": step.note} if step.note else {})}
    noted = Noted(step.name, who, step.reason, params)
    queue.handle(connection, decided.after, {**extra, "handler_id": handler}, noted, deed.now)
    append(connection, deed.visitor.act(step.name, "alert", row.id, row.ward_id, step.reason or step.note), deed.now)
