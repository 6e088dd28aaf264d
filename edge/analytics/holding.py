"""Since when something holds that may dip for a moment, and how what many do together is told.

One person hidden behind a bus does not end a crowd: a dip shorter than the grace does not begin the time again, and
what is told during it is what held last. The time held ends with the last look at which it really held.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final, Protocol

from edge.analytics.happening import Happening, Kind, Phase
from edge.analytics.nearly import Nearly, What, short
from edge.analytics.presence import Stay

ANY: Final = "any"
"""The subject of an empty zone when the rule names no class: the wire wants a code, and nobody is there to name it."""


class Rule(Protocol):
    """What any rule over a zone tells of itself."""

    @property
    def id(self) -> str:
        """What tells it from every other of the camera."""

    @property
    def kind(self) -> Kind:
        """What happens when it holds."""

    @property
    def zone(self) -> str:
        """Where it is watched."""

    @property
    def classes(self) -> frozenset[str]:
        """Whom it is about; empty: everybody."""


class Hold:
    """Whether something holds, and since when. Times in watched seconds."""

    def __init__(self, grace_s: float) -> None:
        self._grace = grace_s
        self._since: float | None = None
        self._held = 0.0
        self._last: list[Stay] = []

    def step(self, here: Sequence[Stay], watched: float, *, holds: bool) -> tuple[float, list[Stay]] | None:
        """For how long it has held, and who took part when it last did; None when it does not."""
        if holds:
            self._since = watched if self._since is None else self._since
            self._held, self._last = watched, list(here)
        elif watched - self._held > self._grace:
            self._since, self._last = None, []
        return None if self._since is None else (self._held - self._since, self._last)


def unheld(rule: Rule, count: tuple[int, int], held: float | None, for_s: float) -> list[Nearly]:
    """What a bound on many lacks: of `count`, how many there are and how many are wanted; or time, once it holds."""
    subject = "+".join(sorted(rule.classes)) or ANY
    if held is not None:
        return [short(rule.id, rule.zone, (0, subject), What.HELD, held, for_s)] if held < for_s else []
    there, wanted = count
    return [short(rule.id, rule.zone, (0, subject), What.COUNT, there, wanted)] if there < wanted else []


def concerned(rule: Rule, stays: Sequence[Stay], watched: float, grace_s: float) -> list[Stay]:
    """The stays of the rule's classes, without those whose track has been missing for longer than the grace."""
    wanted = [stay for stay in stays if stay.is_of(rule.classes)]
    return [stay for stay in wanted if watched - stay.seen <= grace_s]


def together(rule: Rule, here: Sequence[Stay], dwell: float, elapsed: float, direction: str | None = None) -> Happening:
    """What those who are `here` do together, named by the class most of them are of."""
    subjects = Counter(stay.named(rule.classes) for stay in here) or Counter(sorted(rule.classes)[:1])
    return Happening(
        kind=rule.kind,
        phase=Phase.OPENED,
        key=(rule.id, 0),
        zone=rule.zone,
        subject=subjects.most_common(1)[0][0] if subjects else ANY,
        elapsed=elapsed,
        direction=direction,
        count=len(here),
        score=min((stay.score for stay in here), default=0.0),
        dwell=dwell,
        boxes=tuple(stay.box for stay in here),
    )
