"""Tallies merged into a coarser one when the disk is full. Pure.

Up to an hour of one camera becomes one tally: coverage stays minute by minute, because it is what tells a quiet
street from a blind camera; counts are summed over the whole and stand in its first minute. `merged` names the
records it replaces, so that the centre can tell merged from lost. A merged tally is not merged again: it would
have to name more ranges than a message holds.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from streams.wire.ranges import Ranges
from streams.wire.records import MOST_COUNTS, Minute, Tallied, Tally

LONGEST_MINUTES: Final = 60
MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A tally with its record's number and time."""

    seq: int
    captured: datetime
    tally: Tally


def mergeable(tallies: Iterable[Numbered]) -> list[Numbered]:
    """The first group, oldest first, that can become one: one camera, in order, within an hour. Empty if none."""
    groups: dict[str, list[Numbered]] = {}
    for one in tallies:
        if one.tally.merged:
            continue
        group = groups.setdefault(one.tally.camera, [])
        if not group or _follows(group, one.tally):
            group.append(one)
    ready = [group for group in groups.values() if len(group) > 1]
    return min(ready, key=lambda group: group[0].seq, default=[])


def coarser(group: Sequence[Numbered]) -> Tally:
    """One tally that says what these said, by the hour instead of by the minute."""
    start = group[0].tally.start
    minutes = [Minute(watched=0)] * _reach(start, group[-1].tally)
    counts: Counter[tuple[str, str, str, str | None]] = Counter()
    for one in group:
        at = _offset(start, one.tally)
        minutes[at : at + len(one.tally.minutes)] = one.tally.minutes
        for count in one.tally.counts:
            counts[count.what, count.place, count.subject, count.direction] += count.n
    return Tally(
        camera=group[0].tally.camera,
        start=start,
        minutes=tuple(minutes),
        counts=tuple(
            Tallied(what=what, place=place, subject=subject, direction=direction, minute=0, n=n)
            for (what, place, subject, direction), n in counts.items()
        ),
        merged=Ranges.these(one.seq for one in group).spans,
    )


def _follows(group: Sequence[Numbered], tally: Tally) -> bool:
    start, last = group[0].tally.start, group[-1].tally
    return (
        tally.start >= last.start + len(last.minutes) * MINUTE
        and _reach(start, tally) <= LONGEST_MINUTES
        and sum(len(one.tally.counts) for one in group) + len(tally.counts) <= MOST_COUNTS
    )


def _offset(start: datetime, tally: Tally) -> int:
    return round((tally.start - start) / MINUTE)


def _reach(start: datetime, tally: Tally) -> int:
    return _offset(start, tally) + len(tally.minutes)
