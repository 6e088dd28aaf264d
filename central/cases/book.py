"""Cases as rows: the board, one case whole, and what a step writes.

A case's number counts within its ward and is taken under the ward's row lock, because people read it out over the
radio: no two alike, none skipped by a rollback.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, Select, func, insert, or_, select, update
from uuid_utils.compat import uuid7

from central.cases.lifecycle import UNFINISHED
from central.store.columns import folded
from central.store.keyset import Key, above
from central.store.schema import alert, case, case_history, device, photo, unit, ward, zone
from central.store.scope import Scope, within

AFTER: Final = "after"
NUMBER: Final = re.compile("[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases to list; what is None or empty is not asked for."""

    ward: str | None = None
    state: Sequence[str] = ()
    unit: str | None = None
    assignee: UUID | None = None
    kind: str | None = None
    overdue_at: datetime | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """A row of a case's history to be."""

    step: str
    actor: UUID | None
    before: str | None
    after: str
    note: str | None = None
    params: Mapping[str, Any] | None = None


def page(connection: Connection, scope: Scope, wanted: Wanted, after: Key | None, limit: int) -> Sequence[Row[Any]]:
    """Cases with their device and unit, the most urgent deadline first, from after the key (`deadline`, `id`) on."""
    asked = _filtered(within(_whole(), scope, case), wanted)
    if after is not None:
        asked = asked.where(above(case.c.deadline, case.c.id, after))
    return connection.execute(asked.order_by(case.c.deadline, case.c.id).limit(limit)).all()


def one(connection: Connection, scope: Scope, case_id: UUID) -> Row[Any] | None:
    """A case with its device and unit, if the scope holds it."""
    return connection.execute(within(_whole(), scope, case).where(case.c.id == case_id)).one_or_none()


def history_of(connection: Connection, case_id: UUID) -> Sequence[Row[Any]]:
    """Every step of a case, oldest first."""
    asked = select(case_history).where(case_history.c.case_id == case_id)
    return connection.execute(asked.order_by(case_history.c.at, case_history.c.id)).all()


def photos_of(connection: Connection, cases: Collection[UUID]) -> Sequence[Row[Any]]:
    """The photos of these cases, oldest first."""
    if not cases:
        return []
    return connection.execute(select(photo).where(photo.c.case_id.in_(cases)).order_by(photo.c.at, photo.c.id)).all()


def open_case(connection: Connection, values: Mapping[str, Any], noted: Noted) -> Row[Any]:
    """Store a new case with the next number of its ward, and its first line of history."""
    now, ward_id = values["opened_at"], values["ward_id"]
    # Raising the ward's row by nothing locks it, on both databases, until the number is committed.
    connection.execute(update(ward).where(ward.c.id == ward_id).values(change_no=ward.c.change_no))
    last = connection.execute(select(func.max(case.c.number)).where(case.c.ward_id == ward_id)).scalar_one()
    new = insert(case).values(**values, number=(last or 0) + 1).returning(case)
    row = connection.execute(new).one()
    _note(connection, row, noted, now)
    return row


def take_step(connection: Connection, row: Row[Any], values: Mapping[str, Any], noted: Noted, now: datetime) -> None:
    """Set what the step changes, raise the version, and write the step down."""
    changed = {**values, "state": noted.after, "version": case.c.version + 1}
    connection.execute(update(case).where(case.c.id == row.id).values(**changed))
    _note(connection, row, noted, now)


def case_of_alert(connection: Connection, alert_id: UUID) -> Row[Any] | None:
    """The case an alert opened."""
    return connection.execute(select(case).where(case.c.alert_id == alert_id)).one_or_none()


def has_after_photo(connection: Connection, case_id: UUID) -> bool:
    """Whether the work was photographed when it was done."""
    asked = select(photo.c.id).where(photo.c.case_id == case_id, photo.c.role == AFTER).limit(1)
    return connection.execute(asked).first() is not None


def _note(connection: Connection, row: Row[Any], noted: Noted, now: datetime) -> None:
    connection.execute(
        insert(case_history).values(
            id=uuid7(),
            case_id=row.id,
            ward_id=row.ward_id,
            at=now,
            actor=noted.actor,
            step=noted.step,
            before=noted.before,
            after=noted.after,
            note=noted.note,
            params=dict(noted.params) if noted.params else None,
        )
    )


def _whole() -> Select[Any]:
    return (
        select(
            case,
            device.c.name.label("device_name"),
            device.c.kind.label("device_kind"),
            device.c.lat.label("device_lat"),
            device.c.lon.label("device_lon"),
            zone.c.name.label("zone_name"),
            unit.c.name.label("unit_name"),
            alert.c.rule.label("rule"),
        )
        .outerjoin(device, device.c.id == case.c.device_id)
        .outerjoin(zone, (zone.c.device_id == case.c.device_id) & (zone.c.id == case.c.zone))
        .outerjoin(unit, unit.c.id == case.c.unit_id)
        .outerjoin(alert, alert.c.id == case.c.alert_id)
    )


def _filtered(asked: Select[Any], wanted: Wanted) -> Select[Any]:
    for column, value in (
        (case.c.ward_id, wanted.ward),
        (case.c.unit_id, wanted.unit),
        (case.c.assignee_id, wanted.assignee),
        (case.c.kind, wanted.kind),
    ):
        asked = asked if value is None else asked.where(column == value)
    if wanted.state:
        asked = asked.where(case.c.state.in_(wanted.state))
    if wanted.overdue_at is not None:
        asked = asked.where(case.c.deadline < wanted.overdue_at, case.c.state.in_(sorted(UNFINISHED)))
    if wanted.text:
        like = f"%{folded(wanted.text)}%"
        numbered = case.c.number == (int(wanted.text) if NUMBER.fullmatch(wanted.text) else None)
        asked = asked.where(or_(case.c.folded.like(like), device.c.folded.like(like), numbered))
    return asked
