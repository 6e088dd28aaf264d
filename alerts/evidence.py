"""One fact laid into an alert's memory, or the reason why it teaches nothing.

Laying in is order-free: an event is its highest revision, a reading stands at its capture time, and a moment is
known by its event. Judging comes after, in `alerts.judgement`.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from alerts.alert import Reason
from alerts.course import fold
from alerts.facts import LIVE, Fact
from alerts.memory import MOST_EVENTS, MOST_MARKS, MOST_SAMPLES, MOST_SETTLED, Mark, Memory, Run, Sample
from alerts.rules import Rule
from alerts.triggers import CameraTrigger, ReadingTrigger, Shape, SilenceTrigger
from streams.wire.records import Event, Phase


def learn(rule: Rule, memory: Memory, fact: Fact) -> Memory | Reason:
    """The memory with the fact in it, or why it stays as it was."""
    match rule.when.shape:
        case Shape.LASTING:
            learnt = _event(rule, memory, fact)
        case Shape.MOMENTS:
            learnt = _moment(rule, memory, fact)
        case Shape.LEVELS:
            learnt = _level(rule, memory, fact)
        case Shape.SILENCE:
            learnt = _life(rule, memory, fact)
    return learnt if isinstance(learnt, Reason) else _stamped(learnt, fact)


def learn_camera(memory: Memory, fact: Fact) -> Memory | Reason:
    """The memory of a content alert, told that its camera went blind, unfit or live."""
    subject = fact.body.subject if isinstance(fact.body, Event) else None
    if memory.camera_told is not None and fact.at <= memory.camera_told:
        return Reason.TOO_OLD
    told = replace(memory, camera_told=fact.at)
    if subject == LIVE:
        return replace(told, blind_until=fact.at) if memory.blind else told
    return told if memory.blind else replace(told, blind_from=fact.at, blind_until=None)


def after(memory: Memory) -> Memory:
    """What the next alert of the fingerprint inherits: which events are past, so that their echoes stay past."""
    past = {id_: mark.rev for id_, mark in memory.marks.items() if mark.phase is Phase.CLOSED}
    moments = {sample.event: 1 for sample in memory.samples if sample.event is not None}
    return Memory(settled=_newest(memory.settled | past | moments))


def _event(rule: Rule, memory: Memory, fact: Fact) -> Memory | Reason:
    body = fact.body
    if not isinstance(body, Event):
        return Reason.NOT_CONCERNED
    known = memory.marks.get(body.id)
    last = known.rev if known else memory.settled.get(body.id, 0)
    if body.rev <= last or (known is None and last and body.phase is Phase.CLOSED):
        return Reason.DUPLICATE if body.rev == last else Reason.OLD_REVISION
    seen, heard, began = fact.at, fact.heard, fact.began
    if known is not None:
        heard, began = max(heard, known.heard), min(began, known.began)
        if known.phase is body.phase is Phase.CLOSED:
            seen = min(seen, known.seen)
    mark = Mark(rev=body.rev, phase=body.phase, began=began, seen=seen, heard=heard)
    return _fewer_marks(rule, replace(memory, marks=memory.marks | {body.id: mark}))


def _fewer_marks(rule: Rule, memory: Memory) -> Memory:
    """Folds away the events that closed first, and of too many that never close those longest unheard of."""
    if len(memory.marks) <= MOST_MARKS:
        return memory
    by_age = sorted(memory.marks, key=lambda id_: (memory.marks[id_].began, id_))
    closed = [id_ for id_ in by_age if memory.marks[id_].phase is Phase.CLOSED]
    folding = set(closed[: MOST_MARKS // 2])
    # What began under an event that still lasts says nothing of its own about the course of the truth.
    lasting = min((mark.began for mark in memory.marks.values() if mark.phase is not Phase.CLOSED), default=None)
    run = memory.run
    for mark in (memory.marks[id_] for id_ in by_age if id_ in folding):
        if lasting is None or mark.began < lasting:
            run = fold(rule, run, mark.began, mark.seen)
    if not folding:
        folding = set(sorted(memory.marks, key=lambda id_: memory.marks[id_].heard)[: MOST_MARKS // 2])
    settled = _newest(memory.settled | {id_: memory.marks[id_].rev for id_ in folding})
    kept = {id_: mark for id_, mark in memory.marks.items() if id_ not in folding}
    return replace(memory, marks=kept, run=run, settled=settled)


def _moment(rule: Rule, memory: Memory, fact: Fact) -> Memory | Reason:
    body = fact.body
    if not isinstance(body, Event):
        return Reason.NOT_CONCERNED
    if body.id in memory.settled or any(sample.event == body.id for sample in memory.samples):
        return Reason.DUPLICATE
    return _with_sample(rule, memory, Sample(at=fact.began, level=1, event=body.id))


def _level(rule: Rule, memory: Memory, fact: Fact) -> Memory | Reason:
    if not isinstance(rule.when, ReadingTrigger | CameraTrigger):
        return Reason.NOT_CONCERNED
    level = rule.when.level(fact)
    if level is None:
        other = isinstance(rule.when, ReadingTrigger) and getattr(fact.body, "unit", None) != rule.when.unit
        return Reason.WRONG_UNIT if other else Reason.BAD_QUALITY
    event = fact.body.id if isinstance(fact.body, Event) else None
    sample = Sample(at=fact.at, level=level, event=event)
    if sample in memory.samples:
        return Reason.DUPLICATE
    return _with_sample(rule, memory, sample)


def _with_sample(rule: Rule, memory: Memory, sample: Sample) -> Memory | Reason:
    if memory.folded_to is not None and sample.at <= memory.folded_to:
        return Reason.TOO_OLD
    samples = tuple(sorted((*memory.samples, sample), key=_in_order))
    if len(samples) <= MOST_SAMPLES:
        return replace(memory, samples=samples)
    folding, kept = samples[: MOST_SAMPLES // 2], samples[MOST_SAMPLES // 2 :]
    run = memory.run
    for old in folding:
        run = fold(rule, run, old.at, old.at, old)
    settled = _newest(memory.settled | {old.event: 1 for old in folding if old.event is not None})
    return replace(memory, samples=kept, run=run, folded_to=folding[-1].at, settled=settled)


def _life(rule: Rule, memory: Memory, fact: Fact) -> Memory | Reason:
    """A sign of life; one that comes after too long a gap proves that the sensor was silent until now."""
    if not isinstance(rule.when, SilenceTrigger):
        return Reason.NOT_CONCERNED
    if memory.last is None or fact.at - memory.last < rule.when.after:
        return Reason.DUPLICATE if memory.last is not None and fact.at <= memory.last else memory
    past = memory.run.spans + (memory.run.since is not None)
    return replace(memory, run=Run(spans=past, since=memory.last + rule.when.after, until=fact.at))


def _stamped(memory: Memory, fact: Fact) -> Memory:
    events = memory.events
    if isinstance(fact.body, Event) and fact.body.id not in events:
        events = tuple(sorted((*events, fact.body.id)))[-MOST_EVENTS:]
    return replace(memory, events=events, heard=_later(memory.heard, fact.heard), last=_later(memory.last, fact.at))


def _in_order(sample: Sample) -> tuple[datetime, int, str]:
    return sample.at, sample.level, str(sample.event)


def _later(known: datetime | None, new: datetime) -> datetime:
    return new if known is None else max(known, new)


def _newest(settled: dict[UUID, int]) -> dict[UUID, int]:
    """Version 7 ids grow with time, so the greatest are the newest."""
    return {id_: settled[id_] for id_ in sorted(settled)[-MOST_SETTLED:]}
