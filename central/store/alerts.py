"""Alerts as rows: the latest of a fingerprint under lock, and what a decision of the engine changes, all of it.

One open alert per fingerprint is the database's own constraint: `add` says whether this one won the place; who lost
loads the winner and judges again. Every decision that did something leaves a line of history with its reason, and the
rows of changes that a console follows are returned, to be numbered last.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, case, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from uuid_utils.compat import uuid7

from alerts.alert import Alert, Decision, Verb
from alerts.fingerprint import Fingerprint, Spot
from alerts.lifecycle import Condition, DismissReason, Handling, Suppression
from alerts.memory import from_memory, to_memory
from alerts.rules import Severity
from central.store.changes import News
from central.store.schema import alert, alert_event, alert_history

OPEN: Final = (Condition.PENDING, Condition.ACTIVE, Condition.STALE)
_QUIET: Final = frozenset({Verb.TOUCH, Verb.IGNORE})
_LATEST: Final = (
    select(alert)
    .where(alert.c.fingerprint == bindparam("wanted"))
    .order_by(case((alert.c.condition.in_(OPEN), 0), else_=1), alert.c.first_seen.desc(), alert.c.id.desc())
    .limit(1)
    .with_for_update()
)
_CHANGED: Final = update(alert).where(alert.c.id == bindparam("of")).values(version=alert.c.version + 1)


def latest(connection: Connection, fingerprint: str) -> Alert | None:
    """The open alert of a fingerprint, else its newest, under its row's lock; None where there never was one."""
    row = connection.execute(_LATEST, {"wanted": fingerprint}).one_or_none()
    return None if row is None else read(row)


def find(connection: Connection, id_: UUID) -> Alert | None:
    """An alert by its id, under its row's lock."""
    row = connection.execute(select(alert).where(alert.c.id == id_).with_for_update()).one_or_none()
    return None if row is None else read(row)


def opened_on(connection: Connection, device: str) -> list[Alert]:
    """The open alerts that rest on a camera or sensor, each under its row's lock."""
    query = (
        select(alert)
        .where(alert.c.device_id == device, alert.c.condition.in_(OPEN))
        .order_by(alert.c.fingerprint)
        .with_for_update()
    )
    return [read(row) for row in connection.execute(query)]


def due(connection: Connection, now: datetime, wards: Iterable[str] | None, most: int) -> list[Alert]:
    """Alerts whose timer has come, of these wards (None: all), each under its row's lock; one held elsewhere waits."""
    query = select(alert).where(alert.c.due <= now).order_by(alert.c.due).limit(most).with_for_update(skip_locked=True)
    if wards is not None:
        query = query.where(alert.c.ward_id.in_(sorted(wards)))
    return [read(row) for row in connection.execute(query)]


def add(connection: Connection, decision: Decision, owner: str, event: UUID | None, at: datetime) -> list[News] | None:
    """Insert the alert a decision raises; None when another open alert of its fingerprint won the place."""
    raised = _whole(decision)
    row = {"id": raised.id, "unit_id": owner, **columns(raised)}
    if connection.execute(_adding(connection.dialect.name), row).one_or_none() is None:
        return None
    return _told(connection, decision, event, at)


def keep(connection: Connection, decision: Decision, event: UUID | None, at: datetime) -> list[News]:
    """Write back an alert that a decision changed; nothing for one that was ignored."""
    if decision.verb is Verb.IGNORE or decision.alert is None:
        return []
    changed = decision.alert
    connection.execute(_CHANGED, {"of": changed.id, **columns(changed)})
    return _told(connection, decision, event, at)


def keep_quiet(connection: Connection, id_: UUID) -> None:
    """Take an alert's timer away: nothing is left that could decide when it rings."""
    connection.execute(update(alert).where(alert.c.id == id_).values(due=None))


def read(row: Row[Any]) -> Alert:
    """A row as the engine knows it."""
    sensor = row.fingerprint.split("/")[2:3] == ["sensor"]
    spot = Spot(sensor=row.device_id) if sensor else Spot(camera=row.device_id, zone=row.zone)
    return Alert(
        id=row.id,
        fingerprint=Fingerprint(rule=row.rule, ward=row.ward_id, place=spot, subject=row.subject),
        node=row.node_id,
        severity=Severity(row.severity),
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        condition=Condition(row.condition),
        handling=Handling(row.handling),
        suppression=Suppression(row.suppression),
        occurrences=row.occurrences,
        peak=row.peak,
        late=row.late,
        paged=row.paged,
        due=row.due,
        activated=row.raised_at,
        cleared=row.cleared_at,
        handled_at=row.handled_at,
        dismissed=None if row.reason is None else DismissReason(row.reason),
        merged_into=row.merged_into,
        suppressed_by=row.suppressed_by,
        suppressed_until=row.suppressed_until,
        memory=from_memory(row.memory),
    )


def _whole(decision: Decision) -> Alert:
    if decision.alert is None:
        raise ValueError("a decision that raises holds the alert it raises")
    return decision.alert


def history(connection: Connection, id_: UUID) -> Sequence[Row[Any]]:
    """Everything that happened to an alert, oldest first."""
    query = (
        select(alert_history).where(alert_history.c.alert_id == id_).order_by(alert_history.c.at, alert_history.c.id)
    )
    return connection.execute(query).all()


def columns(changed: Alert) -> dict[str, Any]:
    """An alert's columns, but its id, its owner and its version: for whoever changes it by a person's hand, too."""
    place = changed.fingerprint.place
    return {
        "ward_id": changed.fingerprint.ward,
        "fingerprint": changed.fingerprint.key,
        "rule": changed.fingerprint.rule,
        "device_id": place.sensor or place.camera,
        "node_id": changed.node,
        "zone": place.zone,
        "subject": changed.fingerprint.subject,
        "severity": changed.severity,
        "peak": changed.peak,
        "condition": changed.condition,
        "handling": changed.handling,
        "suppression": changed.suppression,
        "reason": changed.dismissed,
        "first_seen": changed.first_seen,
        "last_seen": changed.last_seen,
        "raised_at": changed.activated,
        "cleared_at": changed.cleared,
        "occurrences": changed.occurrences,
        "late": changed.late,
        "due": changed.due,
        "paged": changed.paged,
        "handled_at": changed.handled_at,
        "merged_into": changed.merged_into,
        "suppressed_by": changed.suppressed_by,
        "suppressed_until": changed.suppressed_until,
        "memory": to_memory(changed.memory),
    }


@cache
def _adding(dialect: str) -> Any:  # noqa: ANN401 - an Insert of either dialect
    return _insert(dialect)(alert).on_conflict_do_nothing().returning(alert.c.id)


@cache
def _linking(dialect: str) -> Any:  # noqa: ANN401 - an Insert of either dialect
    return _insert(dialect)(alert_event).on_conflict_do_nothing()


def _insert(dialect: str) -> Any:  # noqa: ANN401 - each dialect's own `insert`, alike in what is used here
    return postgresql.insert if dialect == "postgresql" else sqlite.insert


def _told(connection: Connection, decision: Decision, event: UUID | None, at: datetime) -> list[News]:
    changed = _whole(decision)
    ward = changed.fingerprint.ward
    if event is not None:
        link = {"alert_id": changed.id, "event_id": event, "ward_id": ward}
        connection.execute(_linking(connection.dialect.name), link)
    if decision.verb not in _QUIET:
        _write_down(connection, decision, changed, at)
    return [News(ward, "alert", str(changed.id), {"verb": decision.verb, "page": decision.page})]


def _write_down(connection: Connection, decision: Decision, changed: Alert, at: datetime) -> None:
    params: dict[str, Any] = {"steps": list(decision.steps), "page": decision.page, "late": decision.late}
    row = {
        "id": uuid7(),
        "alert_id": changed.id,
        "ward_id": changed.fingerprint.ward,
        "at": at,
        "step": decision.verb,
        "reason": decision.reason,
        "params": params,
    }
    connection.execute(insert(alert_history), row)
