"""Whether everything arrived: two counts that know nothing of each other, compared number by number.

*Made* comes from the node's journal, a line for each number it gave, written before its outbox had the record.
*Stored* comes from SELECT over the centre's tables. The delivery ledger is asked only to name the reasons for what
is missing. A node killed with -9, by whomever, may have given one number and never written the record: at most one for
each fall, only the very last of an epoch that is not the newest (the newest the demonstration ended itself), and never
one the ledger knows was made; these are shown as `unfinished` and not hidden in any other figure. Pure.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Final

STARTED_AGAIN_WITHIN_S: Final = 5.0
Number = tuple[str, int]
"""Epoch and seq."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What both sides counted."""

    made: Sequence[Number]
    stored: Sequence[Number]
    dead: Sequence[Number] = ()
    lost: frozenset[Number] = frozenset()
    merged: frozenset[Number] = frozenset()
    aside: frozenset[Number] = frozenset()
    on_node: int = 0
    evicted: int = 0
    node_falls: int = 0
    reached: Mapping[str, int] = field(
        default_factory=dict
    )  # of each epoch, below which the ledger knows all were made
    events: Sequence[tuple[str, int]] = ()  # id and rev of every stored event record
    open_fingerprints: Sequence[str] = ()
    evidence_missing: Sequence[str] = ()
    whole_way: int = 0
    down: Mapping[str, Sequence[float]] = field(
        default_factory=dict
    )  # of each program, s from a fall to the next start


@dataclass(frozen=True, slots=True)
class Reckoning:
    """How the two counts compare; `failures` is empty when everything is accounted for."""

    made: int
    stored: int
    dead_lettered: int
    lost: int
    merged: int
    aside: int
    on_node: int
    unfinished: int
    duplicated: int
    unexplained: tuple[Number, ...] = ()
    never_made: tuple[Number, ...] = ()
    failures: tuple[str, ...] = field(default=())


def reckon(counted: Counted) -> Reckoning:
    """Compare, and say everything that is wrong."""
    made, stored, dead = set(counted.made), set(counted.stored), set(counted.dead)
    missing = made - stored - dead
    gone = missing & (counted.lost | counted.merged | counted.aside)
    unfinished = _unfinished(missing - gone, counted)
    unexplained = sorted(missing - gone - unfinished)
    if counted.on_node and len(unexplained) <= counted.on_node:
        unexplained = []
    lost = len(missing & counted.lost)
    twice = [number for number, times in Counter([*counted.stored, *counted.dead]).items() if times > 1]
    never_made = sorted((stored | dead) - made)
    return Reckoning(
        made=len(made),
        stored=len(stored),
        dead_lettered=len(dead),
        lost=lost,
        merged=len(missing & counted.merged),
        aside=len(missing & counted.aside),
        on_node=counted.on_node,
        unfinished=len(unfinished),
        duplicated=len(twice),
        unexplained=tuple(unexplained),
        never_made=tuple(never_made),
        failures=tuple(_failures(counted, unexplained, never_made, lost, twice)),
    )


def percentiles(seconds: Sequence[float]) -> dict[str, float | int | None]:
    """Median and 95th percentile, in seconds to the millisecond."""
    if not seconds:
        return {"n": 0, "p50": None, "p95": None}
    high = quantiles(seconds, n=20, method="inclusive")[-1] if len(seconds) > 1 else seconds[0]
    return {"n": len(seconds), "p50": round(median(seconds), 3), "p95": round(high, 3)}


def _unfinished(missing: set[Number], counted: Counted) -> set[Number]:
    last: dict[str, int] = {}
    for epoch, seq in counted.made:
        last[epoch] = max(seq, last.get(epoch, 0))
    newest = next(reversed(last), None)
    torn = {(epoch, seq) for epoch, seq in missing if last[epoch] == seq and epoch != newest}
    ends = {(epoch, seq) for epoch, seq in torn if seq >= counted.reached.get(epoch, 1)}
    return ends if len(ends) <= counted.node_falls else set()


def _failures(
    counted: Counted, unexplained: Sequence[Number], never_made: Sequence[Number], lost: int, twice: Sequence[Number]
) -> Iterable[str]:
    if not counted.made:
        yield "nothing was made"
    if unexplained:
        yield f"{len(unexplained)} made and not accounted for, first {unexplained[0]}"
    if never_made:
        yield f"{len(never_made)} stored and never made, first {never_made[0]}"
    if counted.on_node:
        yield f"{counted.on_node} records are still on the node"
    if lost > counted.evicted:
        yield f"{lost} lost although the outbox gave up {counted.evicted}"
    yield from _laid_aside(counted)
    if twice:
        yield f"{len(twice)} numbers stored twice, first {twice[0]}"
    yield from _doubled(counted)
    if counted.evidence_missing:
        yield f"{len(counted.evidence_missing)} pictures named and not here, first {counted.evidence_missing[0]}"
    if not counted.whole_way:
        yield "no alert and case went the whole way"
    yield from _slow(counted)


def _slow(counted: Counted) -> Iterable[str]:
    for name, seconds in counted.down.items():
        if max(seconds, default=0.0) > STARTED_AGAIN_WITHIN_S:
            yield f"{name} was started again after {max(seconds):.1f} s, and not within {STARTED_AGAIN_WITHIN_S:.0f}"


def _laid_aside(counted: Counted) -> Iterable[str]:
    """What a demonstration must not have: nothing in it is wrong enough to be refused, or numbered twice."""
    if counted.dead:
        yield f"{len(counted.dead)} dead-lettered, first {min(counted.dead)}"
    if counted.aside:
        yield f"{len(counted.aside)} set aside on the node, first {min(counted.aside)}"
    if again := [number for number, times in Counter(counted.made).items() if times > 1]:
        yield f"{len(again)} numbers given twice, first {min(again)}"


def _doubled(counted: Counted) -> Iterable[str]:
    if doubled := [event for event, times in Counter(counted.events).items() if times > 1]:
        yield f"{len(doubled)} events stored twice, first {doubled[0]}"
    if open_twice := [one for one, times in Counter(counted.open_fingerprints).items() if times > 1]:
        yield f"{len(open_twice)} fingerprints open twice, first {open_twice[0]}"
