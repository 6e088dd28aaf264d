"""Alerts as people see and decide them: the queue, one alert whole, and the steps of its handling.

The engine's side of an alert (its condition, its memory) is written elsewhere; here only the handling changes, with a
version, a row of history and, in the caller's transaction, the audit and the change feed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, desc, func, insert, or_, select, update
from uuid_utils.compat import uuid7

from alerts.alert import Alert
from central.store.alerts import columns
from central.store.columns import folded
from central.store.keyset import Key, below
from central.store.schema import alert, alert_event, alert_history, device, event, evidence, evidence_name, zone
from central.store.scope import Scope, within


class Order(StrEnum):
    """By which instant alerts are listed, the newest first: when raised, or when somebody last took a step."""

    RAISED = "raised_at"
    HANDLED = "handled_at"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which alerts to list; what is None or empty is not asked for. Never those still pending or dropped as such.

    `since` is of the instant they are listed by; one that nobody ever handled is in no list by that.
    """

    ward: str | None = None
    handling: Sequence[str] = ()
    condition: Sequence[str] = ()
    severity: Sequence[str] = ()
    rule: str | None = None
    device: str | None = None
    unit: str | None = None
    zone: str | None = None
    suppressed: bool | None = None
    text: str | None = None
    since: datetime | None = None
    order: Order = Order.RAISED


@dataclass(frozen=True, slots=True)
class Noted:
    """A row of an alert's history to be."""

    step: str
    actor: UUID | None
    reason: str | None = None
    params: Mapping[str, Any] | None = None


def page(connection: Connection, scope: Scope, wanted: Wanted, after: Key | None, limit: int) -> Sequence[Row[Any]]:
    """Raised alerts with their device, newest first, from after the key (the instant they are listed by, `id`) on."""
    at = alert.c[wanted.order]
    asked = _filtered(within(_with_device(), scope, alert), wanted).where(alert.c.raised_at.is_not(None))
    asked = asked.where(at.is_not(None))
    if after is not None:
        asked = asked.where(below(at, alert.c.id, after))
    return connection.execute(asked.order_by(desc(at), desc(alert.c.id)).limit(limit)).all()


def one(connection: Connection, scope: Scope, alert_id: UUID) -> Row[Any] | None:
    """An alert with its device, if the scope holds it."""
    return connection.execute(within(_with_device(), scope, alert).where(alert.c.id == alert_id)).one_or_none()


def events_of(connection: Connection, alerts: Collection[UUID], most: int) -> dict[UUID, list[Row[Any]]]:
    """The newest `most` events behind each alert, the newest first."""
    rank = func.row_number().over(
        partition_by=alert_event.c.alert_id, order_by=(desc(event.c.captured), desc(event.c.id))
    )
    ranked = (
        select(alert_event.c.alert_id, event.c.id.label("event_id"), rank.label("rank"))
        .join(event, alert_event.c.event_id == event.c.id)
        .where(alert_event.c.alert_id.in_(alerts))
        .subquery()
    )
    asked = (
        select(event, ranked.c.alert_id)
        .join(ranked, ranked.c.event_id == event.c.id)
        .where(ranked.c.rank <= most)
        .order_by(ranked.c.alert_id, ranked.c.rank)
    )
    found: dict[UUID, list[Row[Any]]] = {alert_id: [] for alert_id in alerts}
    for row in connection.execute(asked) if alerts else ():
        found[row.alert_id].append(row)
    return found


def evidence_of(connection: Connection, events: Collection[UUID]) -> dict[UUID, list[Row[Any]]]:
    """What each event names as evidence, and whether it is coming, here or lost."""
    asked = (
        select(evidence, evidence_name.c.event_id, evidence_name.c.role, evidence_name.c.boxes)
        .join(
            evidence_name,
            (evidence_name.c.sha256 == evidence.c.sha256) & (evidence_name.c.ward_id == evidence.c.ward_id),
        )
        .where(evidence_name.c.event_id.in_(events))
        .order_by(evidence_name.c.role, evidence.c.sha256)
    )
    found: dict[UUID, list[Row[Any]]] = {event_id: [] for event_id in events}
    for row in connection.execute(asked) if events else ():
        found[row.event_id].append(row)
    return found


def person_version(connection: Connection, alert_id: UUID) -> int:
    """The version the last person's step left behind, 0 before the first: what the engine did since offends nobody."""
    asked = select(alert_history.c.params).where(
        alert_history.c.alert_id == alert_id, alert_history.c.actor.is_not(None)
    )
    newest = asked.order_by(desc(alert_history.c.at), desc(alert_history.c.id)).limit(1)
    params = connection.execute(newest).scalar_one_or_none()
    return int(params["version"]) if params else 0


def handle(connection: Connection, changed: Alert, extra: Mapping[str, Any], note: Noted, now: datetime) -> None:
    """Write what a person decided, raise the version, and note the step in the alert's history."""
    values = {**columns(changed), **extra, "version": alert.c.version + 1}
    connection.execute(update(alert).where(alert.c.id == changed.id).values(values))
    connection.execute(
        insert(alert_history).values(
            id=uuid7(),
            alert_id=changed.id,
            ward_id=changed.fingerprint.ward,
            at=now,
            actor=note.actor,
            step=note.step,
            reason=note.reason,
            params=dict(note.params) if note.params else None,
        )
    )


def _with_device() -> Select[Any]:
    return (
        select(
            *(column for column in alert.c if column.name != "memory"),
            device.c.name.label("device_name"),
            device.c.kind.label("device_kind"),
            device.c.lat.label("device_lat"),
            device.c.lon.label("device_lon"),
            zone.c.name.label("zone_name"),
        )
        .outerjoin(device, device.c.id == alert.c.device_id)
        .outerjoin(zone, (zone.c.device_id == alert.c.device_id) & (zone.c.id == alert.c.zone))
    )


def _filtered(asked: Select[Any], wanted: Wanted) -> Select[Any]:
    for column, value in (
        (alert.c.ward_id, wanted.ward),
        (alert.c.rule, wanted.rule),
        (alert.c.device_id, wanted.device),
        (alert.c.unit_id, wanted.unit),
        (alert.c.zone, wanted.zone),
    ):
        asked = asked if value is None else asked.where(column == value)
    # By when they were handled nearly all is of those handlings: concatenated, so that no planner sorts years of them.
    handling = alert.c.handling if wanted.order is Order.RAISED else alert.c.handling + ""
    for told, values in (
        (handling, wanted.handling),
        (alert.c.condition, wanted.condition),
        (alert.c.severity, wanted.severity),
    ):
        asked = asked.where(told.in_(values)) if values else asked
    if wanted.suppressed is not None:
        asked = asked.where((alert.c.suppression != "none") == wanted.suppressed)
    if wanted.since is not None:
        asked = asked.where(alert.c[wanted.order] >= wanted.since)
    if wanted.text:
        like = f"%{folded(wanted.text)}%"
        places = (device.c.folded, alert.c.zone, zone.c.folded)
        asked = asked.where(or_(alert.c.rule.like(like), *(place.like(like) for place in places)))
    return asked
