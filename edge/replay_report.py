"""What a replay says: every event as it comes, then what nearly happened, for a person or as a line of JSON each.

Limits: of each place and reason a person is shown the nearest few; JSON holds all of them. Who came into a zone or left
it is counted and not listed for a person, because a street would fill the screen with it.
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any, Final

from edge.analytics.happening import Happening, Kind, Phase
from edge.eye import Glimpse
from edge.replay import Played
from edge.replay_truth import Verdict
from edge.why_not import Miss

SHOWN: Final = 3
UNLISTED: Final = frozenset({Kind.ZONE_ENTERED, Kind.ZONE_LEFT})
SIGNS: Final = 3


class Report:
    """`write` takes a line; `tell` are the kinds that this camera makes events of, the others are counted only."""

    def __init__(self, write: Callable[[str], None], tell: frozenset[str], *, as_json: bool) -> None:
        self._write, self._tell, self._json = write, tell, as_json
        self._counts: Counter[str] = Counter()
        self._open: dict[tuple[str, int], Happening] = {}

    def looked(self, glimpse: Glimpse) -> None:
        """One look."""
        for one in glimpse.happenings:
            self._note(one)
            if self._json:
                self._line("event", _plain(one) | {"told": one.kind in self._tell})
            elif one.kind not in UNLISTED:
                self._write(_event(one, told=one.kind in self._tell))

    def ended(self, played: Played, misses: Sequence[Miss], verdict: Verdict | None) -> None:
        """The end of the play."""
        if self._json:
            for miss in misses:
                self._line("nearly", asdict(miss) | {"sentence": miss.sentence})
            if verdict is not None:
                self._line("truth", asdict(verdict))
            self._line("summary", asdict(played) | {"counts": dict(sorted(self._counts.items()))})
            return
        for one in self._open.values():
            self._write(f"{played.seconds:8.1f} s  still open  {one.kind}  {one.zone}  {one.subject}")
        self._nearly(misses)
        if verdict is not None:
            self._truth(verdict)
        self._sums(played)

    def _note(self, one: Happening) -> None:
        if one.kind in {Kind.LINE_CROSSED, *UNLISTED}:
            self._counts[f"{one.kind} {one.zone} {one.subject} {one.direction}"] += 1
        elif one.phase is Phase.CLOSED:
            self._open.pop(one.key, None)
        else:
            self._counts[f"{one.kind} {one.zone} {one.subject}"] += one.phase is Phase.OPENED
            self._open[one.key] = one

    def _nearly(self, misses: Sequence[Miss]) -> None:
        self._write("")
        self._write("What did not happen, and why" if misses else "Nothing nearly happened.")
        for place, here in groupby(misses, key=lambda miss: miss.place):
            self._write(f"  {place or 'outside every zone'}")
            for _, alike in groupby(here, key=lambda miss: miss.why):
                everyone = list(alike)
                for miss in everyone[:SHOWN]:
                    self._write(f"    {_who(miss):24} {miss.sentence}, {_when(miss)}")
                if len(everyone) > SHOWN:
                    self._write(f"    and {len(everyone) - SHOWN} more of the same that came less near")

    def _truth(self, verdict: Verdict) -> None:
        self._write("")
        missed, invented = len(verdict.missed), len(verdict.invented)
        self._write(f"Against the truth: {verdict.right} right, {missed} missed, {invented} invented")
        for word, some in (("missed", verdict.missed), ("invented", verdict.invented)):
            for one in some:
                way = f" {one.direction}" if one.direction else ""
                self._write(f"  {word:8}  {one.kind}  {one.place}{way}  {one.since:.1f} s to {one.until:.1f} s")

    def _sums(self, played: Played) -> None:
        self._write("")
        for what, count in sorted(self._counts.items()):
            self._write(f"{count:6}  {what}")
        speed = played.seconds / played.wall_s if played.wall_s > 0 else 0.0
        looks = f"{played.looks} looks, {played.spared} of them spared by the gate, {played.unfit} pictures unfit"
        self._write(f"{played.seconds:.1f} s of video in {played.wall_s:.1f} s ({speed:.1f} times as fast); {looks}")

    def _line(self, what: str, content: dict[str, Any]) -> None:
        self._write(json.dumps({what: content}, default=_rounded, ensure_ascii=False))


def _event(one: Happening, *, told: bool) -> str:
    parts = [f"{one.elapsed:8.1f} s", f"{one.phase:8}", one.kind, one.zone, one.subject]
    parts += [one.direction] if one.direction else []
    parts += [f"track {one.track}"] if one.track else [f"count {one.count}"]
    parts += [f"dwell {one.dwell:.1f} s"] if one.dwell else []
    parts += [f"{one.speed.kmh:.0f} ± {one.speed.sd:.0f} km/h"] if one.speed else []
    return "  ".join([*parts, f"score {one.score:.2f}", *([] if told else ["(counted only)"])])


def _plain(one: Happening) -> dict[str, Any]:
    content = asdict(one)
    content["rule"], content["first"] = content.pop("key")
    content["boxes"] = [[round(part, 4) for part in box] for box in one.boxes]
    return content | {name: round(content[name], SIGNS) for name in ("elapsed", "score", "dwell")}


def _who(miss: Miss) -> str:
    return f"{miss.subject} {miss.first}" if miss.first else miss.subject


def _when(miss: Miss) -> str:
    span = f"at {miss.at:.1f} s" if miss.until - miss.at < 1 else f"{miss.at:.1f} s to {miss.until:.1f} s"
    return f"{span}, {miss.looks} look{'' if miss.looks == 1 else 's'}"


def _rounded(other: object) -> object:
    return float(str(other))
