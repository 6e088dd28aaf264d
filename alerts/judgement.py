"""What an alert's evidence amounts to at one instant: true, false, not known, or not enough yet.

Judged from the whole memory each time, never from the step before, so that the order of arrival leaves no trace.
Only positive evidence from a source that was watching makes a truth false: events that closed, readings past the
clear threshold, a quiet time that was watched. A silent or blind source makes it unknown.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from alerts.alert import Reason
from alerts.course import fold, matured, spans
from alerts.memory import Mark, Memory, Run
from alerts.rules import Rule
from alerts.triggers import EventTrigger, ReadingTrigger, Shape, SilenceTrigger
from streams.wire.records import Phase

RECHECK: Final = timedelta(minutes=1)
"""How soon to ask again whether a quiet time was watched."""


class Truth(StrEnum):
    """What the evidence says; `hint` is some evidence, not enough."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"
    HINT = "hint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The truth at `now`; the span (or hint) it rests on; how many spans matured; when it may change by itself."""

    truth: Truth
    reason: Reason
    since: datetime | None = None
    until: datetime | None = None
    spans: int = 0
    matured: bool = False
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Present:
    """One instant on two clocks: the centre's `wall`, and the `scene`'s, as far as capture time has been heard of.

    A backlog tells in a second what took an hour, so dwell and quiet run on the scene's clock; silence runs on the
    wall's.
    """

    wall: datetime
    scene: datetime

    def due(self, scene: datetime) -> datetime:
        """When the wall clock stands where the scene's says `scene`, if nothing more is heard."""
        return scene + (self.wall - self.scene)


def judge(rule: Rule, memory: Memory, now: datetime, watched: datetime | None = None) -> Standing:
    """Where the alert stands. `watched`: up to when its source is known to have been watching, None where unknown."""
    scene = now if memory.last is None or memory.heard is None else memory.last + (now - memory.heard)
    present = Present(now, scene)
    match rule.when.shape:
        case Shape.LASTING:
            standing = _lasting(rule, memory, present)
        case Shape.MOMENTS:
            standing = _moments(rule, memory, present, watched)
        case Shape.LEVELS:
            standing = _levels(rule, memory, present)
        case Shape.SILENCE:
            standing = _silence(rule, memory, present)
    if memory.witnessed is None or memory.last is None or memory.last > memory.witnessed:
        return standing
    return replace(
        standing, truth=Truth.FALSE, reason=Reason.WITNESSED_OVER, until=standing.until or memory.witnessed, due=None
    )


def _lasting(rule: Rule, memory: Memory, now: Present) -> Standing:
    run, known, doubts = memory.run, [], []
    for told in sorted(memory.marks.values(), key=lambda mark: mark.began):
        mark = _as_witnessed(memory, told)
        doubt = _doubted(rule, memory, mark, now)
        if doubt is None:
            run = fold(rule, run, mark.began, mark.seen if mark.phase is Phase.CLOSED else None)
            known += [mark] if mark.phase is not Phase.CLOSED else []
        elif doubt[1] is not Reason.SOURCE_SILENT and any(other.began > doubt[0] for other in memory.marks.values()):
            # A later event means that somebody was watching again and did not see this one. Silence has no such end.
            run = fold(rule, run, mark.began, max(mark.began, doubt[0]))
        else:
            run = fold(rule, run, mark.began, None)
            doubts.append(doubt)
    if known:
        silent = max(mark.heard for mark in known) + rule.stale_after
        return _true(rule, run, now, Reason.STILL_TRUE, silent)
    if doubts:
        since, reason = max(doubts)
        return replace(_told(rule, run, min(now.scene, since)), truth=Truth.UNKNOWN, reason=reason)
    return _ended(rule, run, now, Reason.ALL_CLOSED)


def _as_witnessed(memory: Memory, mark: Mark) -> Mark:
    """An event that a person saw to be over is closed, until the node says more of it."""
    if memory.witnessed is None or mark.phase is Phase.CLOSED or mark.seen > memory.witnessed:
        return mark
    return replace(mark, phase=Phase.CLOSED)


def _doubted(rule: Rule, memory: Memory, mark: Mark, now: Present) -> tuple[datetime, Reason] | None:
    """From when on nobody knows about an event, and why; None while its last word can be believed."""
    closed, blind = mark.phase is Phase.CLOSED, memory.blind_from
    if mark.phase is Phase.UNKNOWN:
        return mark.seen, Reason.SOURCE_UNKNOWN
    if (
        blind is not None
        and (memory.blind_until is None or mark.seen < memory.blind_until)
        and (not closed or mark.seen > blind)
    ):
        return blind, Reason.CAMERA_BLIND
    if not closed and now.wall - mark.heard >= rule.stale_after:
        return mark.seen + rule.stale_after, Reason.SOURCE_SILENT
    return None


def _levels(rule: Rule, memory: Memory, now: Present) -> Standing:
    run = _sampled(rule, memory)
    lasts = not isinstance(rule.when, ReadingTrigger) or memory.heard is None
    silent = None if lasts or memory.heard is None else memory.heard + rule.stale_after
    if run.since is not None and run.until is None:
        if silent is not None and now.wall >= silent:
            return replace(_told(rule, run, now.scene), truth=Truth.UNKNOWN, reason=Reason.SOURCE_SILENT)
        return _true(rule, run, now, Reason.STILL_TRUE, silent)
    hints = [sample.at for sample in run.window if sample.level > 0]
    if hints and (silent is None or now.wall < silent):
        return _hinted(rule, run, now, hints[0], silent)
    return _ended(rule, run, now, Reason.PAST_CLEAR_THRESHOLD)


def _moments(rule: Rule, memory: Memory, now: Present, watched: datetime | None) -> Standing:
    run, trigger = _sampled(rule, memory), rule.when
    if not isinstance(trigger, EventTrigger) or trigger.quiet is None:
        raise TypeError(f"rule {rule.id}: moments need an event trigger with a quiet time")
    if run.since is None or run.until is not None or run.last is None:
        if not run.window or now.scene >= (over := run.window[-1].at + (trigger.within or trigger.quiet)):
            return _ended(rule, run, now, Reason.QUIET_LONG_ENOUGH)
        return _hinted(rule, run, now, run.window[0].at, now.due(over))
    if memory.blind:
        return replace(_told(rule, run, now.scene), truth=Truth.UNKNOWN, reason=Reason.CAMERA_BLIND)
    end = max(run.last, memory.blind_until or run.last) + trigger.quiet
    return _quieting(rule, run, now, end, watched)


def _quieting(rule: Rule, run: Run, now: Present, end: datetime, watched: datetime | None) -> Standing:
    """Quiet proves that it is over only as far as somebody was watching; where nobody was, nobody knows."""
    if now.scene < end:
        return _true(rule, run, now, Reason.STILL_TRUE, now.due(end))
    if watched is not None and watched >= end:
        return _ended(rule, replace(run, until=end), now, Reason.QUIET_LONG_ENOUGH)
    if now.scene < end + rule.stale_after:
        recheck = min(now.wall + RECHECK, now.due(end + rule.stale_after))
        return _true(rule, run, now, Reason.WAITING_FOR_WATCH, recheck)
    return replace(
        _told(rule, run, now.scene), truth=Truth.UNKNOWN, reason=Reason.SOURCE_SILENT, due=now.wall + RECHECK
    )


def _silence(rule: Rule, memory: Memory, now: Present) -> Standing:
    if not isinstance(rule.when, SilenceTrigger) or memory.heard is None:
        raise TypeError(f"rule {rule.id}: silence is judged of a sensor that has spoken")
    run, end = memory.run, memory.heard + rule.when.after
    if now.wall >= end:
        past = run.spans + (run.since is not None)
        silent = Run(spans=past, since=end)
        return _true(rule, silent, now, Reason.SENSOR_SILENT, None)
    alive = Standing(truth=Truth.HINT, reason=Reason.SENSOR_SENDS_AGAIN, since=memory.last, until=memory.last, due=end)
    return replace(alive, spans=spans(rule, run, now.scene), matured=matured(rule, run, now.scene))


def _sampled(rule: Rule, memory: Memory) -> Run:
    run = memory.run
    for sample in memory.samples:
        run = fold(rule, run, sample.at, sample.at, sample)
    return run


def _told(rule: Rule, run: Run, scene: datetime) -> Standing:
    return Standing(
        truth=Truth.TRUE,
        reason=Reason.STILL_TRUE,
        since=run.since,
        until=run.until,
        spans=spans(rule, run, scene),
        matured=matured(rule, run, scene),
    )


def _true(rule: Rule, run: Run, now: Present, reason: Reason, due: datetime | None) -> Standing:
    told = _told(rule, run, now.scene)
    held = now.due(run.since + rule.hold) if run.since is not None and not told.matured else None
    return replace(told, reason=reason, due=min((at for at in (due, held) if at is not None), default=None))


def _hinted(rule: Rule, run: Run, now: Present, since: datetime, due: datetime | None) -> Standing:
    ended = _ended(rule, run, now, Reason.MORE_EVIDENCE_NEEDED)
    return ended if ended.truth is Truth.TRUE else replace(ended, truth=Truth.HINT, since=since, due=due)


def _ended(rule: Rule, run: Run, now: Present, reason: Reason) -> Standing:
    """False, unless the rule wants it to stay so for a while first."""
    told = _told(rule, run, now.scene)
    if run.until is not None and now.scene < run.until + rule.clear_after:
        return replace(told, reason=Reason.CLEARING, due=now.due(run.until + rule.clear_after))
    return replace(told, truth=Truth.FALSE, reason=reason)
