"""What was told held against what is true: crossings, stops and stays, one for one.

Method: a told event may stand for a true one of the same kind at the same place (and, over a line, the same way), a
crossing within `NEAR_S` of its moment, a stop or stay while it lasts. Pairs are taken greedily, the same class before
another, then the nearest in time; each event is in one pair. What is true and unpaired is missed, what is told and
unpaired is invented: also the same stay told twice. What is true within `RIM_S` of the clip's first or last picture
may be told or not, because nobody sees both sides of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import yaml

NEAR_S: Final = 1.5
RIM_S: Final = 0.6
CROSSING: Final = "crossing"
STAYS: Final = ("stop", "dwell")

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class TrueEvent:
    """Kind, place, way over a line (`rightward`, `leftward`; "" for a stay), class, track, seconds of the clip."""

    kind: str
    place: str
    way: str
    subject: str
    track: int
    begins: float
    ends: float
    at_rim: bool = False


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """The same as somebody told it at `at`, with the box (0..1) and score it was told by."""

    kind: str
    place: str
    way: str
    subject: str
    at: float
    box: Box
    score: float


@dataclass(frozen=True, slots=True)
class Judged:
    """Pairs, and what has no partner."""

    found: tuple[tuple[TrueEvent, ToldEvent], ...]
    missed: tuple[TrueEvent, ...]
    invented: tuple[ToldEvent, ...]

    @property
    def misnamed(self) -> tuple[tuple[TrueEvent, ToldEvent], ...]:
        """Pairs of two classes."""
        return tuple(pair for pair in self.found if pair[0].subject != pair[1].subject)

    def of(self, kind: str) -> "Judged":
        """The part of one kind."""
        return Judged(
            tuple(pair for pair in self.found if pair[0].kind == kind),
            tuple(one for one in self.missed if one.kind == kind),
            tuple(one for one in self.invented if one.kind == kind),
        )


def judged(true: Sequence[TrueEvent], told: Sequence[ToldEvent]) -> Judged:
    """Who stands for whom."""
    near = [(cost, i, j) for i, one in enumerate(true) for j, other in enumerate(told) if (cost := _cost(one, other))]
    mine: dict[int, int] = {}
    for _, i, j in sorted(near):
        if i not in mine and j not in mine.values():
            mine[i] = j
    taken = set(mine.values())
    return Judged(
        tuple((true[i], told[j]) for i, j in sorted(mine.items()) if not true[i].at_rim),
        tuple(one for i, one in enumerate(true) if i not in mine and not one.at_rim),
        tuple(other for j, other in enumerate(told) if j not in taken),
    )


def named(event: TrueEvent | ToldEvent) -> str:
    """Place, way and class in words."""
    return " ".join(part for part in (event.place, event.way, event.subject) if part)


def read(truth: Path, laps: int = 1) -> list[TrueEvent]:
    """The true events of so many laps of a clip, in order."""
    told = yaml.safe_load(truth.read_text("utf-8"))
    seconds = told["frames"] / told["fps"]
    once = [_read(one, seconds) for one in told["events"] if one["kind"] in (CROSSING, *STAYS)]
    later = [
        replace(one, begins=one.begins + lap * seconds, ends=one.ends + lap * seconds)
        for lap in range(laps)
        for one in once
    ]
    return sorted(later, key=lambda one: one.begins)


def _read(told: dict[str, Any], seconds: float) -> TrueEvent:
    crossing = told["kind"] == CROSSING
    begins, ends = (told["at_s"],) * 2 if crossing else (told["from_s"], told["until_s"])
    return TrueEvent(
        kind=told["kind"],
        place=told["line" if crossing else "zone"],
        way=told.get("direction", ""),
        subject=told["class"],
        track=told["track"],
        begins=begins,
        ends=ends,
        at_rim=crossing and not RIM_S <= begins <= seconds - RIM_S,
    )


def _cost(true: TrueEvent, told: ToldEvent) -> tuple[bool, float] | None:
    """How unlike two are; None when one cannot stand for the other."""
    off = max(true.begins - told.at, told.at - true.ends, 0.0)
    same = (true.kind, true.place, true.way) == (told.kind, told.place, told.way)
    return (true.subject != told.subject, off) if same and off <= NEAR_S else None
