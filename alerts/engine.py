"""Facts in, decisions out: what one fact, or the passing of time, makes of one alert.

The store calls it so: `touched` names the fingerprints of a batch; it loads the latest alert of each (open or over)
and, for a fact that tells of a camera (`alerts.facts.camera_told_of`), that camera's open alerts too; `hear` decides,
fact by fact; the results are written under the partial unique index. Timers are rows with a due time: the store hands
`tick` each alert whose `due` has come. Nothing here reads a clock; every step is checked against `alerts.lifecycle`.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from alerts.alert import Alert, Decision, Reason, Verb
from alerts.evidence import after, learn, learn_camera
from alerts.facts import Fact, camera_told_of
from alerts.fingerprint import Fingerprint, fingerprint
from alerts.judgement import Standing, Truth, judge
from alerts.lifecycle import SUPPRESSION, Condition, Suppression, SuppressionStep, advance
from alerts.memory import Memory
from alerts.rules import Rule, RuleBook
from alerts.schedule import listens
from alerts.settlement import overdue, settle
from alerts.triggers import CameraTrigger, ReadingTrigger, Shape
from streams.wire.records import Event, Reading

Mint = Callable[[], UUID]
"""Gives the id of a new alert: a version 7 UUID, minted by the caller."""


def touched(fact: Fact, rules: RuleBook) -> list[tuple[Rule, Fingerprint]]:
    """Every rule the fact concerns, with the fingerprint whose latest alert `hear` wants to see."""
    return [(rule, fingerprint(rule, fact)) for rule in rules.concerned(fact)]


def hear(rule: Rule, fact: Fact, alert: Alert | None, now: datetime, mint: Mint) -> Decision:
    """What the fact makes of `alert`, the latest of its fingerprint (None: there is none).

    A camera's fact may also be heard by that camera's other alerts. The decision never holds two alerts: a new one
    is begun only where `alert` is None or over, so the one open alert per fingerprint is kept by construction.
    """
    if not isinstance(rule.when, CameraTrigger) and (camera := camera_told_of(fact)) is not None:
        return _hear_of_camera(rule, fact, camera, alert, now)
    if (alert is None or not alert.open) and not listens(rule.schedule, fact.at):
        return _ignored(rule, fact, Reason.OUT_OF_SCHEDULE, alert, now)
    if alert is None:
        return _begin(rule, fact, learn(rule, Memory(), fact), None, now, mint)
    memory = learn(rule, alert.memory, fact)
    if isinstance(memory, Reason):
        return _ignored(rule, fact, memory, alert, now)
    return _hear_again(rule, fact, replace(alert, memory=memory), alert, now, mint)


def tick(rule: Rule, alert: Alert, now: datetime, watched: datetime | None = None) -> Decision | None:
    """What the passing of time makes of the alert; None before its `due`.

    `watched`: up to when the node is known to have been watching this place (its last batch, the camera's coverage).
    Without it a quiet time proves nothing, and the alert goes stale.
    """
    if alert.due is None or now < alert.due:
        return None
    if (decision := overdue(rule, alert, now)) is not None:
        return decision
    return settle(rule, alert, judge(rule, alert.memory, now, watched), now, late=None)


def _hear_again(rule: Rule, fact: Fact, learnt: Alert, before: Alert, now: datetime, mint: Mint) -> Decision:
    """What the fact makes of an alert that has `learnt` it: more of the same, or the beginning of another one."""
    standing = judge(rule, learnt.memory, now)
    if not before.open:
        if _is_new(rule, before, standing):
            dropped = before.condition is Condition.DROPPED
            start = learnt.memory if dropped else learn(rule, after(before.memory), fact)
            return _begin(rule, fact, start, before, now, mint)
        if rule.when.shape is Shape.LEVELS and standing.truth is Truth.FALSE and standing.spans <= before.occurrences:
            return _ignored(rule, fact, Reason.NOTHING_TO_CLEAR, before, now)
    late = _late(rule, fact, now)
    return settle(rule, _with_fact(learnt, rule, fact, late=late), standing, now, late=late)


def _hear_of_camera(rule: Rule, fact: Fact, camera: str, alert: Alert | None, now: datetime) -> Decision:
    """Blind: nobody knows any more, and the camera's own alert speaks for this one. Live: evidence counts again."""
    if alert is None or not alert.open or alert.fingerprint.place.camera != camera:
        return _ignored(rule, fact, Reason.NOT_CONCERNED, alert, now)
    memory = learn_camera(alert.memory, fact)
    if isinstance(memory, Reason):
        return _ignored(rule, fact, memory, alert, now)
    told = replace(alert, memory=memory)
    if memory.blind and alert.suppression is Suppression.NONE and isinstance(fact.body, Event):
        quiet = advance(SUPPRESSION, alert.suppression, SuppressionStep.INHIBIT)
        told = replace(told, suppression=quiet, suppressed_by=f"{fact.body.kind}:{fact.body.id}")
    elif not memory.blind and alert.suppression is Suppression.INHIBITED:
        free = advance(SUPPRESSION, alert.suppression, SuppressionStep.LIFT)
        told = replace(told, suppression=free, suppressed_by=None)
    late = _late(rule, fact, now)
    reason = Reason.CAMERA_BLIND if memory.blind else Reason.CAMERA_LIVE
    return settle(rule, told, judge(rule, memory, now), now, late=late, because=reason)


def _begin(
    rule: Rule, fact: Fact, memory: Memory | Reason, before: Alert | None, now: datetime, mint: Mint
) -> Decision:
    """A new alert, whatever condition its evidence already gives it; one that was over before it was heard, too."""
    if isinstance(memory, Reason):
        return _ignored(rule, fact, memory, before, now)
    standing = judge(rule, memory, now)
    if standing.truth is Truth.FALSE and not standing.spans and rule.when.shape is Shape.LEVELS:
        return _ignored(rule, fact, Reason.NOTHING_TO_CLEAR, before, now)
    late = _late(rule, fact, now)
    fresh = Alert(
        id=mint(),
        fingerprint=fingerprint(rule, fact),
        node=fact.node,
        severity=rule.severity,
        first_seen=fact.began,
        last_seen=fact.at,
        memory=memory,
    )
    settled = settle(rule, _with_fact(fresh, rule, fact, late=late), standing, now, late=late)
    return replace(settled, verb=Verb.RAISE, reason=Reason.FIRST_EVIDENCE)


def _is_new(rule: Rule, alert: Alert, standing: Standing) -> bool:
    """Whether what is heard after an alert was over is another trouble, not the same one back again."""
    if alert.condition is Condition.DROPPED or alert.cleared is None:
        return standing.truth in {Truth.TRUE, Truth.HINT} or standing.spans > 0
    if standing.since is None or standing.since <= alert.cleared + rule.reopen_within:
        return False
    return standing.truth is not Truth.FALSE or standing.spans > alert.occurrences


def _with_fact(alert: Alert, rule: Rule, fact: Fact, *, late: bool) -> Alert:
    peak = _worst(rule, alert.peak, fact)
    return replace(
        alert,
        node=fact.node,
        first_seen=min(alert.first_seen, fact.began),
        last_seen=max(alert.last_seen, fact.at),
        peak=peak,
        late=alert.late and late,
    )


def _worst(rule: Rule, peak: float | None, fact: Fact) -> float | None:
    if isinstance(fact.body, Reading):
        value = fact.body.value if isinstance(rule.when, ReadingTrigger) else None
    else:
        value = float(fact.body.count)
    if value is None or peak is None:
        return peak if value is None else value
    low = isinstance(rule.when, ReadingTrigger) and rule.when.below is not None
    return min(peak, value) if low else max(peak, value)


def _late(rule: Rule, fact: Fact, now: datetime) -> bool:
    return fact.late or now - fact.at > rule.lateness


def _ignored(rule: Rule, fact: Fact, reason: Reason, alert: Alert | None, now: datetime) -> Decision:
    return Decision(verb=Verb.IGNORE, reason=reason, alert=alert, late=_late(rule, fact, now))
