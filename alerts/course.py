"""The course of a truth over capture time: spans in which it held, one after another, with gaps between them.

A small automaton for each shape of evidence, folded over facts in capture order. Readings turn it on when M of the
last N pass the raise threshold and off when as many pass the clear one, counting from the last turn (a Schmitt
trigger); moments turn it on when enough fall within a time, and off after a quiet one; events that last lie side by
side, and the truth holds from the first one's beginning to the last one's end.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from alerts.memory import Run, Sample
from alerts.rules import Rule
from alerts.triggers import CameraTrigger, EventTrigger, ReadingTrigger


def fold(rule: Rule, run: Run, began: datetime, ended: datetime | None, sample: Sample | None = None) -> Run:
    """The run after one more piece of evidence: an event from `began` to `ended` (None: still open), or a sample."""
    if sample is None:
        return _lay(rule, run, began, ended)
    if isinstance(rule.when, EventTrigger):
        return _count(rule, rule.when, run, sample)
    if isinstance(rule.when, ReadingTrigger | CameraTrigger):
        return _swing(rule, rule.when, run, sample)
    return run


def matured(rule: Rule, run: Run, now: datetime) -> bool:
    """Whether the newest span has held as long as the rule asks."""
    return run.since is not None and (run.until or now) - run.since >= rule.hold


def spans(rule: Rule, run: Run, now: datetime) -> int:
    """How many spans held long enough, the present one included."""
    return run.spans + matured(rule, run, now)


def _start(rule: Rule, run: Run, since: datetime) -> Run:
    """A span begins; one that begins before the last had settled is the same span."""
    if run.since is None:
        return replace(run, since=since, until=None)
    if run.until is None or since <= run.until + rule.clear_after:
        return replace(run, since=min(run.since, since), until=None)
    return replace(run, spans=spans(rule, run, run.until), since=since, until=None)


def _lay(rule: Rule, run: Run, began: datetime, ended: datetime | None) -> Run:
    open_before = run.since is not None and run.until is None
    longest = run.until
    started = _start(rule, run, began)
    if ended is None or open_before:
        return started
    same = longest is not None and began <= longest + rule.clear_after
    return replace(started, until=max(longest, ended) if same and longest is not None else ended)


def _swing(rule: Rule, trigger: ReadingTrigger | CameraTrigger, run: Run, sample: Sample) -> Run:
    raised = run.since is not None and run.until is None
    window = (*run.window, sample)[-trigger.of :]
    wanted = -1 if raised else 1
    agreeing = [one for one in window if one.level == wanted]
    if len(agreeing) < trigger.at_least:
        return replace(run, window=window)
    if raised:
        return replace(run, until=sample.at, window=())
    return replace(_start(rule, run, agreeing[0].at), window=(), last=sample.at)


def _count(rule: Rule, trigger: EventTrigger, run: Run, sample: Sample) -> Run:
    quiet = trigger.quiet or timedelta(0)
    if run.since is not None and run.until is None and run.last is not None and sample.at > run.last + quiet:
        run = replace(run, until=run.last + quiet, window=())
    near = [one for one in run.window if trigger.within is None or one.at > sample.at - trigger.within]
    window = (*near, sample)[-trigger.at_least :]
    if run.since is not None and run.until is None:
        return replace(run, window=window, last=sample.at)
    if len(window) < trigger.at_least:
        return replace(run, window=window)
    return replace(_start(rule, run, window[0].at), window=window, last=sample.at)
