"""How long each camera really watched, minute by minute, and what it counted: the tally of five minutes.

"Nothing happened" and "nobody was looking" are different facts, and only this tells them apart. Time is walked
once, from `covered` to now: what lies between two looks close enough together was watched, the rest was blind for
the cause given. Pure: the caller says when a look was and what time it is.
Close enough is not often enough: a box with work for ten looks at every camera now and then, and each gap is short.
So every look vouches for as many seconds as lie between two looks at `ENOUGH` of the configured rate; what a look need
not vouch for is kept for later gaps, up to one gap that is still patience. Seconds that no look vouches for were not
watched, whatever lies around them: they are blind, as a longer gap there would have been. At half of the rate or
more every second is watched, at a tenth of it one in five.
Minutes are the wall clock's, and it may step. A step forward of more than an hour is no time that passed: nothing is
claimed for it and the walk goes on behind it. After a step back of more than a minute the walk begins again at the new
time; a second that was told already is never told again, so no minute holds more than 60, over all its tallies.
Limits: only the latest `WALKS_KEPT` walks between steps are remembered for that.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from streams.wire.records import TALLY_SECONDS, Minute, Tallied, Tally

SLOT: Final = timedelta(seconds=TALLY_SECONDS)
MINUTE: Final = timedelta(minutes=1)
LONGEST_GAP: Final = timedelta(hours=1)
STEP_BACK: Final = timedelta(minutes=1)
WALKS_KEPT: Final = 64
PATIENCE_S: Final = 2.0
LOOKS_MISSED: Final = 3
ENOUGH: Final = 0.5
PEAK: Final = "peak"
COUNTS_EACH: Final = 500

Counted = tuple[str, str, str]
"""(zone or line, class, direction or `peak`), as `Scene.drain_tallies` gives it."""


class Coverage:
    """One camera's minutes. `fps` is how often it is to be looked at; two looks may lie three such periods apart."""

    def __init__(self, camera: str, fps: float, began: datetime) -> None:
        self.camera = camera
        self._patience = timedelta(seconds=max(PATIENCE_S, LOOKS_MISSED / fps))
        self._each = timedelta(seconds=1 / (fps * ENOUGH))
        self._vouched = self._patience
        self._covered = self._set_out = began
        self._walks: deque[tuple[datetime, datetime]] = deque(maxlen=WALKS_KEPT)
        self._over: datetime | None = None
        self._watched: defaultdict[datetime, float] = defaultdict(float)
        self._blind: defaultdict[datetime, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
        self._counts: defaultdict[datetime, Counter[Counted]] = defaultdict(Counter)

    def looked(self, captured: datetime, cause: str) -> None:
        """A picture of that instant was looked at; `cause` names what a gap before it was, or too few looks."""
        self._vouched = min(self._vouched + self._each, self._patience)
        gap = captured - self._covered
        if gap > self._patience:
            self._walk(captured, cause)
        elif gap > timedelta(0):
            watched = min(gap, self._vouched)
            self._vouched -= watched
            self._walk(captured - watched, cause)
            self._walk(captured, None)

    def passed(self, now: datetime, cause: str) -> None:
        """Time went on without a look; once patience is over it was blind, for that cause.

        Only here is a step back believed: a look may be late, the clock's own word is not.
        """
        if self._covered - now > STEP_BACK:
            self._over = max(self._over or self._covered, self._covered)
            self._set_out_at(now)
        if now - self._covered > self._patience:
            self._walk(now, cause)

    def counted(self, at: datetime, counts: Mapping[Counted, int]) -> None:
        """What was counted in the minute of `at`; peaks are the greatest, the rest are sums."""
        minute = self._counts[_floor(at, MINUTE)]
        for what, n in counts.items():
            minute[what] = max(minute[what], n) if what[2] == PEAK else minute[what] + n

    def complete(self, now: datetime) -> list[tuple[datetime, Tally]]:
        """The tallies of five minutes that are over, each with its beginning; each is given once."""
        ready = _floor(min(now, self._covered + self._patience), SLOT)
        if self._over is not None:
            # Minutes of a clock that ran ahead: no time to come would finish them.
            ready, self._over = max(ready, self._over + SLOT), None
        return self._cut(ready)

    def flush(self) -> list[tuple[datetime, Tally]]:
        """Every tally begun, for a node that stops."""
        return self._cut(max(self._covered, self._over or self._covered) + SLOT + SLOT)

    def _cut(self, before: datetime) -> list[tuple[datetime, Tally]]:
        minutes = {*self._watched, *self._blind, *self._counts}
        slots = sorted({_floor(minute, SLOT) for minute in minutes if _floor(minute, SLOT) + SLOT <= before})
        return [(slot, tally) for slot in slots for tally in self._tallies(slot)]

    def _tallies(self, slot: datetime) -> list[Tally]:
        """The tally of a slot; where one record could not hold all it counted, the rest in more of them."""
        minutes = [slot + index * MINUTE for index in range(TALLY_SECONDS // 60)]
        counts = [
            _tallied(index, what, n) for index, minute in enumerate(minutes) for what, n in self._counts[minute].items()
        ]
        unseen = tuple(Minute(watched=0) for _ in minutes)
        seen = tuple(self._minute(minute) for minute in minutes)
        parts = [counts[first : first + COUNTS_EACH] for first in range(0, max(len(counts), 1), COUNTS_EACH)]
        tallies = [
            Tally(camera=self.camera, start=slot, minutes=unseen if index else seen, counts=tuple(part))
            for index, part in enumerate(parts)
        ]
        for minute in minutes:
            self._watched.pop(minute, None)
            self._blind.pop(minute, None)
            self._counts.pop(minute, None)
        return tallies

    def _minute(self, minute: datetime) -> Minute:
        blind = {cause: round(seconds, 3) for cause, seconds in self._blind[minute].items()}
        return Minute(watched=round(self._watched[minute], 3), blind=blind)

    def _walk(self, until: datetime, cause: str | None) -> None:
        if until - self._covered > LONGEST_GAP:
            self._set_out_at(until)
        while self._covered < until:
            minute = _floor(self._covered, MINUTE)
            step = min(until, minute + MINUTE)
            seconds = self._untold(self._covered, step)
            if cause is None:
                self._watched[minute] += seconds
            else:
                self._blind[minute][cause] += seconds
            self._covered = step

    def _set_out_at(self, at: datetime) -> None:
        self._walks.append((self._set_out, self._covered))
        self._covered = self._set_out = at

    def _untold(self, began: datetime, ended: datetime) -> float:
        """Seconds of this part of a minute that no walk before this one went through."""
        parts = [(began, ended)]
        for first, last in self._walks:
            parts = [
                part
                for left, right in parts
                for part in ((left, min(right, first)), (max(left, last), right))
                if part[0] < part[1]
            ]
        return sum((right - left).total_seconds() for left, right in parts)


def _tallied(index: int, what: Counted, n: int) -> Tallied:
    place, subject, direction = what
    if direction == PEAK:
        return Tallied(what=PEAK, place=place, subject=subject, minute=index, n=n)
    return Tallied(what="passed", place=place, subject=subject, minute=index, n=n, direction=direction)


def _floor(at: datetime, span: timedelta) -> datetime:
    start = datetime(1970, 1, 1, tzinfo=at.tzinfo)
    return at - (at - start) % span
