"""Alerts: the queue, one alert whole, what happened at the same place before, and the steps of handling it."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Response

from alerts import handling as verdicts
from alerts.alert import Alert
from alerts.handling import UndoTooLate
from alerts.lifecycle import HandlingStep
from central.api.alert_views import detail, find, page
from central.api.context import Here
from central.api.deeds import Changing, tag
from central.api.pages import After, Limit, Page
from central.api.shapes.alerts import AlertDetail, AlertLine, AlertQuery, Dismissal, Remark
from central.api.verdicts import Step, confirmed, take_step, undone
from central.api.visitor import SignedIn
from central.auth.grants import DESK
from central.store.queue import Wanted

router: Final = APIRouter(prefix="/v1/alerts", tags=["alerts"])


@router.get("", operation_id="list_alerts")
def list_alerts(here: Here, visitor: SignedIn, asked: Annotated[AlertQuery, Query()]) -> Page[AlertLine]:
    """Alerts that were raised, newest first.

    The operator's queue is `handling=new&handling=acknowledged&suppressed=false`; what was handled lately, the last
    first, is `handling=confirmed&handling=dismissed&order=handled_at`.
    """
    wanted = Wanted(
        asked.ward,
        asked.handling,
        asked.condition,
        asked.severity,
        asked.rule,
        asked.device,
        asked.unit,
        asked.zone,
        asked.suppressed,
        asked.q,
        asked.since,
        asked.order,
    )
    return page(here, visitor.scope(DESK), wanted, asked.after, asked.limit)


@router.get("/{alert_id}", operation_id="get_alert")
def get_alert(alert_id: UUID, here: Here, visitor: SignedIn, response: Response) -> AlertDetail:
    """An alert whole: its history, the events behind it, and their evidence."""
    with here.database.reading() as connection:
        row = find(connection, visitor.scope(), alert_id)
        visitor.must(DESK, row.ward_id)
        response.headers.update(tag(row.version))
        return detail(connection, here, row, here.now())


@router.get("/{alert_id}/same-place", operation_id="list_same_place_alerts")
def list_same_place(
    alert_id: UUID, here: Here, visitor: SignedIn, after: After = None, limit: Limit = 20
) -> Page[AlertLine]:
    """Earlier and later alerts of the same camera or sensor and zone, newest first."""
    with here.database.reading() as connection:
        row = find(connection, visitor.scope(), alert_id)
        visitor.must(DESK, row.ward_id)
    found = page(here, visitor.scope(DESK), Wanted(device=row.device_id, zone=row.zone), after, limit)
    return Page(items=[item for item in found.items if item.id != alert_id], next=found.next)


@router.post("/{alert_id}/acknowledge", operation_id="acknowledge_alert")
def acknowledge(alert_id: UUID, deed: Changing, told: Remark | None = None) -> AlertDetail:
    """Take the alert: others see who looks at it."""
    step = Step(HandlingStep.ACKNOWLEDGE, verdicts.acknowledge, note=told.note if told else None)
    return take_step(deed, alert_id, step)


@router.post("/{alert_id}/return", operation_id="return_alert")
def give_back(alert_id: UUID, deed: Changing, told: Remark | None = None) -> AlertDetail:
    """Put it back into the queue for somebody else."""
    step = Step(HandlingStep.RETURN, verdicts.give_back, note=told.note if told else None)
    return take_step(deed, alert_id, step)


@router.post("/{alert_id}/confirm", operation_id="confirm_alert")
def confirm(alert_id: UUID, deed: Changing, told: Remark | None = None) -> AlertDetail:
    """It is true: a case opens in the same transaction for the unit that owns the rule, with its deadline."""
    step = Step(HandlingStep.CONFIRM, verdicts.confirm, confirmed, note=told.note if told else None)
    return take_step(deed, alert_id, step)


@router.post("/{alert_id}/dismiss", operation_id="dismiss_alert")
def dismiss(alert_id: UUID, told: Dismissal, deed: Changing) -> AlertDetail:
    """It wants no doing, because: the reason goes into the rule's measured precision."""

    def decide(alert: Alert, now: datetime) -> Alert:
        return verdicts.dismiss(alert, told.reason, now)

    return take_step(deed, alert_id, Step(HandlingStep.DISMISS, decide, reason=told.reason, note=told.note))


@router.post("/{alert_id}/undo", operation_id="undo_alert")
def undo(alert_id: UUID, deed: Changing) -> AlertDetail:
    """Take the last verdict back while the window is open; an untouched case is withdrawn with it."""

    def decide(alert: Alert, now: datetime) -> Alert:
        if alert.handled_at is not None and now > alert.handled_at + deed.here.undo_window:
            raise UndoTooLate
        return verdicts.undo(alert, now)

    return take_step(deed, alert_id, Step(HandlingStep.UNDO, decide, undone))
