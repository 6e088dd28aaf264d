"""Alerts as rows: read under lock, and what their columns are. What a decision changes goes through `store.docket`."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, insert, select, update
from uuid_utils.compat import uuid7

from alerts.alert import Alert
from alerts.fingerprint import Fingerprint, Spot
from alerts.lifecycle import Condition, DismissReason, Handling, Suppression
from alerts.memory import from_memory, to_memory
from alerts.rules import Severity
from central.store.schema import alert, alert_history

SET_ASIDE: Final = "set_aside"
CANNOT_BE_JUDGED: Final = "cannot_be_judged"
OPEN: Final = (Condition.PENDING, Condition.ACTIVE, Condition.STALE)


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


def due(connection: Connection, now: datetime, wards: Iterable[str] | None, most: int) -> Sequence[Row[Any]]:
    """Alerts whose timer has come, of these wards (None: all), each under its row's lock; one held elsewhere waits.

    Rows, not yet read: reading one may fail, and must not fail the others.
    """
    query = select(alert).where(alert.c.due <= now).order_by(alert.c.due).limit(most).with_for_update(skip_locked=True)
    if wards is not None:
        # Concatenated, so that no planner walks every alert of ninety wards instead of the few that are due.
        query = query.where((alert.c.ward_id + "").in_(sorted(wards)))
    return connection.execute(query).all()


def keep_quiet(connection: Connection, id_: UUID) -> None:
    """Take an alert's timer away: nothing is left that could decide when it rings."""
    connection.execute(update(alert).where(alert.c.id == id_).values(due=None))


def set_aside(connection: Connection, row: Row[Any], error: str, now: datetime, until: datetime) -> None:
    """Let an alert that cannot be judged rest until then; its history says so once, however often it is tried."""
    connection.execute(update(alert).where(alert.c.id == row.id).values(due=until, version=alert.c.version + 1))
    steps = history(connection, row.id)
    if steps and steps[-1].step == SET_ASIDE:
        return
    noted = {"step": SET_ASIDE, "reason": CANNOT_BE_JUDGED, "params": {"error": error}}
    place = {"id": uuid7(), "alert_id": row.id, "ward_id": row.ward_id, "at": now}
    connection.execute(insert(alert_history).values(**place, **noted))


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
