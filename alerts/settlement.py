"""From a standing to a decision: the condition walks its table, and the columns that follow from it are set.

Where the condition should stand is a function of where it stands and of the truth; how it gets there is the shortest
legal way through the table, each step recorded. Severity only rises here: to lower it is a person's decision.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from alerts.alert import Alert, Decision, Reason, Verb
from alerts.handling import UNDO_WINDOW
from alerts.judgement import Standing, Truth
from alerts.lifecycle import (
    CONDITION,
    DEALT_WITH,
    HANDLING,
    SUPPRESSION,
    Condition,
    ConditionStep,
    Handling,
    HandlingStep,
    Suppression,
    SuppressionStep,
    advance,
    route,
)
from alerts.rules import WORST_FIRST, Rule

VERBS: Final = {
    ConditionStep.MATURE: Verb.ACTIVATE,
    ConditionStep.DROP: Verb.DROP,
    ConditionStep.LOSE: Verb.STALE,
    ConditionStep.REGAIN: Verb.REGAIN,
    ConditionStep.CLEAR: Verb.CLEAR,
    ConditionStep.REOPEN: Verb.REOPEN,
}


def settle(
    rule: Rule, alert: Alert, standing: Standing, now: datetime, *, late: bool | None, because: Reason | None = None
) -> Decision:
    """The decision for an alert whose memory stands so. `late`: whether the fact came late, None when time passed."""
    steps = _steps(alert, standing)
    settled = _moved(rule, alert, standing, steps, now)
    page = _pages(rule, settled, late=settled.late if late is None else late)
    if page:
        settled = replace(settled, paged=settled.occurrences)
    settled = replace(settled, due=min(_timers(rule, settled, standing, now), default=None))
    verb = VERBS[steps[-1]] if steps else Verb.TOUCH
    reason = because or _reason(rule, alert, standing, steps, ticked=late is None)
    return Decision(verb=verb, reason=reason, alert=settled, page=page, late=bool(late), steps=steps)


def overdue(rule: Rule, alert: Alert, now: datetime) -> Decision | None:
    """The shelf whose time is over, the review that never came; None when neither is due."""
    until = alert.suppressed_until
    if until is not None and now >= until and alert.suppression is not Suppression.NONE:
        free = advance(SUPPRESSION, alert.suppression, SuppressionStep.LIFT)
        # Still due: what the time made of its condition meanwhile is asked at once.
        lifted = replace(alert, suppression=free, suppressed_by=None, suppressed_until=None, due=now)
        return Decision(verb=Verb.LIFT, reason=Reason.SHELF_TIME_OVER, alert=lifted)
    review = _review_by(rule, alert)
    if review is None or now < review:
        return None
    expired = advance(HANDLING, alert.handling, HandlingStep.EXPIRE)
    kept = replace(alert, handling=expired, handled_at=now, due=now + UNDO_WINDOW)
    return Decision(verb=Verb.EXPIRE, reason=Reason.REVIEW_TOO_LATE, alert=kept)


def _steps(alert: Alert, standing: Standing) -> tuple[ConditionStep, ...]:
    goal = _goal(alert, standing)
    if goal is alert.condition is Condition.CLEARED and standing.spans > alert.occurrences:
        return ConditionStep.REOPEN, ConditionStep.CLEAR
    return route(CONDITION, alert.condition, goal)


def _goal(alert: Alert, standing: Standing) -> Condition:
    match alert.condition:
        case Condition.PENDING:
            return _goal_of_pending(standing)
        case Condition.ACTIVE | Condition.STALE:
            return _goal_of_raised(alert.condition, standing)
        case Condition.CLEARED:
            return _goal_of_cleared(standing)
        case Condition.DROPPED:
            return Condition.DROPPED


def _goal_of_pending(standing: Standing) -> Condition:
    match standing.truth:
        case Truth.TRUE:
            return Condition.ACTIVE if standing.matured else Condition.PENDING
        case Truth.UNKNOWN:
            return Condition.STALE if standing.matured else Condition.DROPPED
        case Truth.FALSE:
            return Condition.CLEARED if standing.spans else Condition.DROPPED
        case Truth.HINT:
            return Condition.CLEARED if standing.spans else Condition.PENDING


def _goal_of_raised(condition: Condition, standing: Standing) -> Condition:
    match standing.truth:
        case Truth.TRUE if standing.matured:
            return Condition.ACTIVE
        case Truth.TRUE:
            # The span that raised it is over and the next has not matured; a stale one waits for more than a promise.
            return Condition.CLEARED if condition is Condition.ACTIVE else condition
        case Truth.UNKNOWN:
            return Condition.STALE
        case _:
            return Condition.CLEARED


def _goal_of_cleared(standing: Standing) -> Condition:
    match standing.truth:
        case Truth.TRUE if standing.matured:
            return Condition.ACTIVE
        case Truth.UNKNOWN if standing.matured:
            return Condition.STALE
        case _:
            return Condition.CLEARED


def _moved(rule: Rule, alert: Alert, standing: Standing, steps: tuple[ConditionStep, ...], now: datetime) -> Alert:
    condition = alert.condition
    for step in steps:
        condition = advance(CONDITION, condition, step)
    raised = ConditionStep.MATURE in steps or ConditionStep.REOPEN in steps
    severity = min(alert.severity, rule.severity_at(alert.peak), key=WORST_FIRST.index)
    moved = replace(
        alert,
        condition=condition,
        severity=severity,
        occurrences=max(1, standing.spans),
        activated=now if raised else alert.activated,
    )
    if condition is Condition.CLEARED:
        return replace(moved, cleared=(standing.until or moved.last_seen) if steps else alert.cleared)
    if _recurs(rule, alert, standing, steps):
        moved = replace(moved, handling=advance(HANDLING, alert.handling, HandlingStep.RECUR), handled_at=None)
    return moved


def _recurs(rule: Rule, alert: Alert, standing: Standing, steps: tuple[ConditionStep, ...]) -> bool:
    """Whether a person who had done with it must look again: it came back after too long, or nobody had looked."""
    if alert.handling not in DEALT_WITH or not {ConditionStep.REOPEN, ConditionStep.REGAIN} & set(steps):
        return False
    long_after = alert.handled_at is not None and standing.since is not None
    if long_after and alert.handled_at is not None and standing.since is not None:
        return alert.handling is Handling.EXPIRED or standing.since > alert.handled_at + rule.reopen_within
    return alert.handling is Handling.EXPIRED


def _pages(rule: Rule, alert: Alert, *, late: bool) -> bool:
    return (
        alert.condition is Condition.ACTIVE
        and not late
        and not rule.shadow
        and alert.suppression is Suppression.NONE
        and alert.handling not in DEALT_WITH
        and alert.paged < alert.occurrences
    )


def _timers(rule: Rule, alert: Alert, standing: Standing, now: datetime) -> Iterator[datetime]:
    if alert.condition is not Condition.DROPPED and standing.due is not None and standing.due > now:
        yield standing.due
    if alert.condition is Condition.CLEARED and alert.cleared is not None:
        yield from _ahead(alert.cleared + rule.reopen_within, now)
    if alert.handling in DEALT_WITH and alert.handled_at is not None:
        yield from _ahead(alert.handled_at + UNDO_WINDOW, now)
    if alert.suppressed_until is not None:
        yield max(now, alert.suppressed_until)
    if (review := _review_by(rule, alert)) is not None:
        yield max(now, review)


def _ahead(at: datetime, now: datetime) -> Iterator[datetime]:
    if at > now:
        yield at


def _review_by(rule: Rule, alert: Alert) -> datetime | None:
    """Until when a person may still review it in time; what still burns is never too late to look at."""
    if alert.handling in DEALT_WITH or alert.condition is not Condition.CLEARED or alert.activated is None:
        return None
    return alert.activated + rule.review_within


def _reason(rule: Rule, alert: Alert, standing: Standing, steps: tuple[ConditionStep, ...], *, ticked: bool) -> Reason:
    if not steps:
        return _reason_for_staying(rule, alert, standing, ticked=ticked)
    match steps[-1]:
        case ConditionStep.MATURE:
            return Reason.HELD_LONG_ENOUGH if rule.hold else Reason.ENOUGH_EVIDENCE
        case ConditionStep.DROP:
            return Reason.NEVER_MATURED
        case ConditionStep.REGAIN:
            return Reason.EVIDENCE_CAME_BACK
        case ConditionStep.REOPEN:
            return Reason.HAPPENED_AGAIN
        case _:
            return standing.reason


def _reason_for_staying(rule: Rule, alert: Alert, standing: Standing, *, ticked: bool) -> Reason:
    if not ticked:
        return Reason.SEEN_AGAIN if standing.truth is Truth.TRUE else standing.reason
    if alert.cleared is not None and alert.due == alert.cleared + rule.reopen_within:
        return Reason.REOPEN_WINDOW_OVER
    if alert.handled_at is not None and alert.due == alert.handled_at + UNDO_WINDOW:
        return Reason.UNDO_WINDOW_OVER
    return standing.reason
