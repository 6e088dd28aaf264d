"""What a person does with an alert: take it, confirm it, dismiss it with a reason, take it back, keep it quiet.

Each returns the new alert or raises `IllegalStep`; who did it and from where is the store's audit row, written in
the same transaction. A confirmation or a dismissal of a new alert takes it first, so both are two keys from the queue.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from alerts.alert import Alert
from alerts.lifecycle import (
    HANDLING,
    SUPPRESSION,
    Condition,
    DismissReason,
    Handling,
    HandlingStep,
    IllegalStep,
    Suppression,
    SuppressionStep,
    advance,
)

UNDO_WINDOW: Final = timedelta(minutes=10)
UNRIPE: Final = frozenset({Condition.PENDING, Condition.DROPPED})


class UndoTooLate(ValueError):  # noqa: N818 - the name says what happened
    """The window for taking a verdict back is over."""


def acknowledge(alert: Alert, now: datetime) -> Alert:
    """A person takes it. Raises IllegalStep."""
    return _handled(alert, HandlingStep.ACKNOWLEDGE, now)


def give_back(alert: Alert, now: datetime) -> Alert:
    """It returns to the queue: the person let go, or the lease ran out. Raises IllegalStep."""
    return _handled(alert, HandlingStep.RETURN, now)


def confirm(alert: Alert, now: datetime) -> Alert:
    """It is true and wants doing; the case is the caller's. Raises IllegalStep, also while it has not matured."""
    return _verdict(alert, HandlingStep.CONFIRM, now)


def dismiss(alert: Alert, reason: DismissReason, now: datetime) -> Alert:
    """It wants no doing, because. Raises IllegalStep."""
    return replace(_verdict(alert, HandlingStep.DISMISS, now), dismissed=reason)


def merge(alert: Alert, into: UUID, now: datetime) -> Alert:
    """It is the same trouble as another alert. Raises IllegalStep."""
    return replace(_verdict(alert, HandlingStep.MERGE, now), merged_into=into)


def undo(alert: Alert, now: datetime) -> Alert:
    """Takes the last verdict back. Raises IllegalStep where there is none, UndoTooLate after the window."""
    undone = _handled(alert, HandlingStep.UNDO, now)
    if alert.handled_at is None or now > alert.handled_at + UNDO_WINDOW:
        raise UndoTooLate(f"a verdict may be taken back for {UNDO_WINDOW}")
    return replace(undone, dismissed=None, merged_into=None)


def witness(alert: Alert, now: datetime) -> Alert:
    """A person saw that it is over: positive evidence that no camera gave. `tick` clears it at once."""
    return replace(alert, memory=replace(alert.memory, witnessed=now), due=now) if alert.open else alert


def shelve(alert: Alert, until: datetime, by: str) -> Alert:
    """Kept out of the queue until a time. Raises IllegalStep when it is kept quiet already."""
    quiet = advance(SUPPRESSION, alert.suppression, SuppressionStep.SHELVE)
    due = until if alert.due is None else min(until, alert.due)
    return replace(alert, suppression=quiet, suppressed_by=by, suppressed_until=until, due=due)


def lift(alert: Alert, now: datetime) -> Alert:
    """Back in the queue. Raises IllegalStep when nothing kept it out."""
    free = advance(SUPPRESSION, alert.suppression, SuppressionStep.LIFT)
    return replace(alert, suppression=free, suppressed_by=None, suppressed_until=None, due=now)


def visible(alert: Alert) -> bool:
    """Whether it belongs in the operator's queue: ripe, not kept quiet, and nobody has done with it."""
    waiting = alert.handling in {Handling.NEW, Handling.ACKNOWLEDGED}
    return waiting and alert.condition not in UNRIPE and alert.suppression is Suppression.NONE


def _verdict(alert: Alert, step: HandlingStep, now: datetime) -> Alert:
    if alert.condition in UNRIPE:
        raise IllegalStep(alert.condition, step)
    taken = acknowledge(alert, now) if alert.handling is Handling.NEW else alert
    verdict = _handled(taken, step, now)
    undo_by = now + UNDO_WINDOW
    return replace(verdict, due=undo_by if alert.due is None else min(undo_by, alert.due))


def _handled(alert: Alert, step: HandlingStep, now: datetime) -> Alert:
    return replace(alert, handling=advance(HANDLING, alert.handling, step), handled_at=now)
