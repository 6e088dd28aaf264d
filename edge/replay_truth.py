"""Whether what a replay told is what was true: a clip's `X.truth.yaml` against its crossings, stops and stays.

Method: each true event is paired with the nearest told one of its line and direction, or of its zone and kind, each
told one used once: a crossing within `WITHIN_S`, something that lasts where the two spans touch, the grace of
`WITHIN_S` on either side. What is left on one side was missed, on the other invented. A truth also holds the lines and
zones, so it is its own rules file. Pure.
Limits: a true stay that is shorter than a rule asks for is in no truth; classes are not compared.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from edge.analytics.happening import Happening, Kind, Phase
from streams.documents import Document

WITHIN_S: Final = 1.5
LINE: Final = ("id", "a", "b", "rightward", "leftward")
WAYS: Final = {"rightward": "rightward", "leftward": "leftward"}
ASKS: Final = {"stop": Kind.STOPPED_VEHICLE, "dwell": Kind.LOITERING}


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that is true, or was told: what, where, which way, from when until when (stream seconds)."""

    kind: str
    place: str
    direction: str
    since: float
    until: float

    def fits(self, other: "Said") -> bool:
        """Whether both may be the same event."""
        same = (self.kind, self.place, self.direction) == (other.kind, other.place, other.direction)
        return same and self.since - WITHIN_S <= other.until and other.since - WITHIN_S <= self.until


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a replay stands to the truth."""

    right: int
    missed: tuple[Said, ...]
    invented: tuple[Said, ...]


def rules_of(truth: Document) -> Document:
    """What a truth asks to be watched, as a rules file, of which mistakes are told on the truth's lines."""
    content = truth.content if isinstance(truth.content, dict) else {}
    zones, lines = content.get("zones") or [], content.get("lines") or []
    rules = {
        "zones": [{key: zone.get(key) for key in ("id", "polygon")} for zone in zones],
        "lines": [WAYS | {key: line[key] for key in LINE if key in line} for line in lines],
        "watch": [
            {
                str(ASKS[zone["asks"]]): {
                    "zone": zone.get("id"), "after_s": zone.get("seconds"), "classes": zone.get("kinds", [])
                }
            }
            for zone in zones if zone.get("asks") in ASKS
        ],
    }  # fmt: skip
    return Document(truth.name, rules, truth.lines)


def true_of(truth: Document, lines: Sequence[Any]) -> list[Said]:
    """What is true; `lines` are the camera's, whose own words for right and left are told. Raises ValueError."""
    names = {line.id: {"rightward": line.rightward, "leftward": line.leftward} for line in lines}
    said = []
    for event in (truth.content or {}).get("events") or []:
        match event:
            case {"kind": "crossing", "line": str(line), "direction": str(way), "at_s": at}:
                said.append(Said(Kind.LINE_CROSSED, line, names.get(line, {}).get(way, way), at, at))
            case {"kind": "stop" | "dwell" as asks, "zone": str(zone), "from_s": since, "until_s": until}:
                said.append(Said(ASKS[asks], zone, "", since, until))
            case {"kind": "crossing" | "stop" | "dwell"}:
                raise ValueError(f"{truth.name}: an event without its place or time: {event}")
            case _:
                continue
    return said


class Witnessed:
    """What a replay tells, as far as a truth could know it."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, int], Said] = {}
        self._over: list[Said] = []

    def add(self, happenings: Iterable[Happening]) -> None:
        """What one look told."""
        for one in happenings:
            if one.kind is Kind.LINE_CROSSED:
                self._over.append(Said(one.kind, one.zone, one.direction or "", one.elapsed, one.elapsed))
            elif one.kind in ASKS.values():
                since = self._open[one.key].since if one.key in self._open else one.elapsed - one.dwell
                self._open[one.key] = Said(one.kind, one.zone, "", since, one.elapsed)
                if one.phase is Phase.CLOSED:
                    self._over.append(self._open.pop(one.key))

    def against(self, true: Sequence[Said], until: float) -> Verdict:
        """The verdict at the end of the play; what is still open lasts until then."""
        last = [Said(one.kind, one.place, one.direction, one.since, until) for one in self._open.values()]
        left, missed = [*self._over, *last], []
        for one in sorted(true, key=lambda event: event.since):
            near = min(
                (told for told in left if told.fits(one)), key=lambda told: abs(told.since - one.since), default=None
            )
            if near is None:
                missed.append(one)
            else:
                left.remove(near)
        return Verdict(len(true) - len(missed), tuple(missed), tuple(left))
