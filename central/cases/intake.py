"""How a confirmed alert becomes a case: in the same transaction, for the unit that owns its rule, with a deadline.

A kind of alert without an owner cannot get here (its rule does not load), so a case is assigned from its first moment.
Taking the confirmation back withdraws the case, as long as no crew has accepted it; it lets go of the alert, so that
a second confirmation opens a case of its own. So does a finished case when its alert has come back and is confirmed
again: what happened since is new work with a deadline of its own.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row
from uuid_utils.compat import uuid7

from alerts.alert import Alert
from alerts.rules import Disposition, Rule
from central.cases import book
from central.cases.deadline import Calendar, deadline
from central.cases.lifecycle import OPEN, State, Step, advance
from central.store.columns import folded

RECUR: Final = "recur"
UNTOUCHED: Final = frozenset({State.RECEIVED, State.ASSIGNED})


class UnderWay(Exception):  # noqa: N818 - the name says why the confirmation stands
    """A crew has the case already: the confirmation cannot be taken back."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was confirmed: the alert, its contract, where its device stands, and what people call the place."""

    alert: Alert
    rule: Rule
    name: str | None
    zone_name: str | None
    lat: float | None
    lon: float | None


def wants_case(rule: Rule) -> bool:
    """Whether a confirmed alert of this rule is work to be done, or only to be recorded."""
    return rule.disposition is not Disposition.RECORD_ONLY


def open_for(connection: Connection, finding: Finding, calendar: Calendar, actor: UUID, now: datetime) -> Row[Any]:
    """Open the case of a confirmed alert, assigned to the unit that owns the rule."""
    alert, rule = finding.alert, finding.rule
    owner = rule.owner_for(alert.fingerprint.ward)
    due = deadline(calendar, now, rule.deadline)
    place = alert.fingerprint.place
    values = {
        "id": uuid7(),
        "ward_id": alert.fingerprint.ward,
        "alert_id": alert.id,
        "kind": rule.id,
        "unit_id": owner,
        "state": State.ASSIGNED,
        "severity": alert.severity,
        "device_id": place.sensor or place.camera,
        "zone": place.zone,
        "lat": finding.lat,
        "lon": finding.lon,
        "folded": _sought_by(finding),
        "opened_at": now,
        "deadline": due.now,
        "first_deadline": due.first,
    }
    noted = book.Noted("open", actor, None, State.ASSIGNED, params={"alert": str(alert.id), "unit": owner})
    return book.open_case(connection, values, noted)


def still_open(connection: Connection, alert_id: UUID, actor: UUID, now: datetime) -> Row[Any] | None:
    """The case somebody is still at for an alert that came back; a finished one lets go of the alert."""
    found = book.case_of_alert(connection, alert_id)
    if found is None or found.state in OPEN:
        return found
    noted = book.Noted(RECUR, actor, found.state, found.state, params={"alert": str(alert_id)})
    book.take_step(connection, found, {"alert_id": None}, noted, now)
    return None


def withdraw(connection: Connection, row: Row[Any], actor: UUID, now: datetime) -> None:
    """Take back the case of a confirmation that was undone. Raises UnderWay once a crew has accepted it."""
    if row.state not in UNTOUCHED:
        raise UnderWay
    state = State(row.state)
    noted = book.Noted(
        Step.REJECT, actor, state, advance(state, Step.REJECT), params={"reason": "undone", "alert": str(row.alert_id)}
    )
    book.take_step(connection, row, {"alert_id": None, "closed_at": now}, noted, now)


def _sought_by(finding: Finding) -> str:
    """What a search finds the case by."""
    title, zone = finding.rule.title, finding.alert.fingerprint.place.zone
    return folded(" ".join(filter(None, (title.vi, title.en, finding.name, zone, finding.zone_name))))
