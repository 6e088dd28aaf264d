"""Who is in a zone, since when: stays, with hysteresis in space and time.

Method: a track is inside once its anchor is a margin deep and outside once it is a margin out; in between it stays what
it was. The stay itself is timed from the moment the path went over the boundary, found on the segment between two
looks. A segment that passes through the whole zone between two looks is a stay too, with the share of time it took.
A track that was never outside has *appeared*, one that ends inside has *vanished*: neither is an entry nor an exit, so
an identity that breaks does not turn into counts. A missing track keeps its stay until the tracker gives it up, and a
newcomer of the same class on the same spot inherits a stay whose track is missing.
`watched` is seconds during which the camera saw; blind time is not in it.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edge.analytics.anchors import hidden, sizes, standing
from edge.analytics.depth import Area
from edge.analytics.happening import Box
from edge.analytics.places import Zone

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Bools = NDArray[np.bool_]

NEAR: Final = 1.0
"""An heir is at most so many of its own box sizes from where the missing track was."""


@dataclass(slots=True, eq=False)
class Look:
    """One look at all named tracks: N rows, boxes xyxy float64 (N, 4), names of classes, scores, two clocks (s).

    `also` is what a second look found of each (`edge.second_look`).
    """

    tracks: list[int]
    rows: Rows
    boxes: Floats
    subjects: list[str]
    scores: list[float]
    watched: float
    elapsed: float
    also: list[frozenset[str]]


@dataclass(slots=True, eq=False)
class Stay:
    """One object in one zone; `first` names it for ever, `track` is who it is now. Times are watched seconds.

    `also` is what a second look found of it: further classes that it is of, beside its `subject`.
    """

    first: int
    track: int
    subject: str
    since: float
    seen: float
    came: str
    score: float = 0.0
    box: Box = (0.0, 0.0, 0.0, 0.0)
    spot: tuple[float, float] = (0.0, 0.0)
    orphan: bool = False
    also: frozenset[str] = frozenset()

    def is_of(self, classes: frozenset[str]) -> bool:
        """Whether a rule over these classes is about it; over none: about everybody."""
        return not classes or self.subject in classes or not self.also.isdisjoint(classes)

    def named(self, classes: frozenset[str]) -> str:
        """What such a rule calls it: what it is, or what else was found of it where only that is asked for."""
        found = sorted(self.also & classes)
        return found[0] if found and self.subject not in classes else self.subject

    @property
    def dwell(self) -> float:
        """Watched seconds from the boundary to the last sighting; a gap counts once the track is seen again."""
        return max(self.seen - self.since, 0.0)


@dataclass(slots=True)
class Changes:
    """What a look changed: stays begun, and stays ended with the way they ended."""

    begun: list[Stay] = field(default_factory=list)
    ended: list[tuple[Stay, str]] = field(default_factory=list)


class Presence:
    """The stays in one zone."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self._area = Area(zone.polygon)
        self._stays: dict[int, Stay] = {}
        self._outside = np.zeros(0, bool)
        self._depth = np.zeros(0)
        self._last = np.zeros((0, 2))
        self._seen = np.zeros(0)
        self._over = np.zeros(0)

    @property
    def stays(self) -> list[Stay]:
        """Everyone in the zone, the missing included."""
        return list(self._stays.values())

    def forget(self, tracks: list[int], rows: Rows, watched: float) -> Changes:
        """Tracks gone for ever: their rows are free, their stays wait for an heir, then end as vanished."""
        for track in tracks:
            if track in self._stays:
                self._stays[track].orphan = True
        rows = rows[rows < len(self._depth)]
        self._outside[rows], self._depth[rows] = False, np.nan
        over = [key for key, stay in self._stays.items() if stay.orphan and watched - stay.seen > self.zone.heir_s]
        return Changes(ended=[(self._stays.pop(key), "vanished") for key in over])

    def step(self, look: Look, capacity: int) -> Changes:
        """The changes this look makes."""
        changes = Changes()
        if not len(look.rows):
            return changes
        self._grow(capacity)
        size, spots = sizes(look.boxes), standing(look.boxes, self.zone.anchor)
        depth, margin = self._area.depths(spots, size), self._area.margins(self.zone.margin, size)
        trusted = self._trusted(look.boxes, spots, size, depth)
        over = self._boundary(look, spots, depth)
        inside = np.array([track in self._stays for track in look.tracks])
        without = trusted & ~inside
        for i in (without & (depth >= margin)).nonzero()[0].tolist():
            self._enter(i, look, spots, size, over, changes)
        for i in (trusted & inside & (depth <= -margin)).nonzero()[0].tolist():
            stay = self._stays.pop(look.tracks[i])
            stay.seen = max(float(over[i]), stay.since)
            changes.ended.append((stay, "left"))
        outside = without & (depth < 0)
        if outside.any():
            for i in (outside & self._jumped(look.rows, spots, size, margin)).nonzero()[0].tolist():
                self._pass(i, look, spots, size, margin, changes)
        self._note(look, trusted, depth, margin, spots, over)
        return changes

    def _grow(self, capacity: int) -> None:
        missing = capacity - len(self._depth)
        if missing > 0:
            self._outside = np.pad(self._outside, (0, missing))
            self._depth = np.pad(self._depth, (0, missing), constant_values=np.nan)
            self._last = np.pad(self._last, ((0, missing), (0, 0)))
            self._seen = np.pad(self._seen, (0, missing))
            self._over = np.pad(self._over, (0, missing))

    def _trusted(self, boxes: Floats, spots: Floats, size: Floats, depth: Floats) -> Bools:
        """Whether the box stands on the same side of the boundary wherever its hidden part may end."""
        trusted = np.ones(len(boxes), bool)
        beyond = hidden(boxes, self.zone.anchor)
        if not beyond.any():
            return trusted
        cut = np.flatnonzero(beyond.any(axis=1))
        # The hidden part is taken to be no longer than the part that is seen.
        away = np.sign(beyond[cut][:, 2:] - beyond[cut][:, :2]) * size[cut]
        trusted[cut] = (self._area.depths(spots[cut] + away, size[cut]) >= 0) == (depth[cut] >= 0)
        return trusted

    def _boundary(self, look: Look, spots: Floats, depth: Floats) -> Floats:
        """When each path last went over the boundary, watched seconds."""
        before = self._depth[look.rows]
        first = np.isnan(before)
        over = np.where(first, look.watched, self._over[look.rows])
        for i in (((before >= 0) != (depth >= 0)) & ~first).nonzero()[0].tolist():
            then = float(self._seen[look.rows[i]])
            over[i] = then + self._area.over(self._last[look.rows[i]], spots[i]) * (look.watched - then)
        return over

    def _jumped(self, rows: Rows, spots: Floats, size: Floats, margin: Floats) -> Bools:
        """Whether a path from outside to outside is long enough to have been inside in between."""
        step = np.abs((spots - self._last[rows]) / size).max(axis=1)
        jumped: Bools = (self._depth[rows] < 0) & (step > 2 * margin)
        return jumped

    def _enter(self, i: int, look: Look, spots: Floats, size: Floats, over: Floats, changes: Changes) -> None:
        track, outside = look.tracks[i], bool(self._outside[look.rows[i]])
        heir_of = None if outside else self._missing(i, look, spots, size)
        if heir_of is not None:
            stay = self._stays.pop(heir_of)
            stay.track, stay.orphan = track, False
        else:
            since = min(float(over[i]), look.watched)
            stay = Stay(track, track, look.subjects[i], since, look.watched, "entered" if outside else "appeared")
            changes.begun.append(stay)
        self._stays[track] = stay
        # Told with the look that made it, so that it carries its picture at once.
        self._show(stay, i, look, spots)

    def _missing(self, i: int, look: Look, spots: Floats, size: Floats) -> int | None:
        """The track whose stay a newcomer inherits: same class, same spot, not seen at this look."""
        here = set(look.tracks)
        for key, stay in self._stays.items():
            near = np.abs((spots[i] - stay.spot) / size[i]).max() <= NEAR
            fresh = look.watched - stay.seen <= self.zone.heir_s
            if key not in here and near and fresh and stay.subject == look.subjects[i]:
                return key
        return None

    def _pass(self, i: int, look: Look, spots: Floats, size: Floats, margin: Floats, changes: Changes) -> None:
        row = look.rows[i]
        share, middle = self._area.through(self._last[row], spots[i])
        if share == 0 or self._area.depths(middle[None], size[i : i + 1])[0] < margin[i]:
            return
        spent = share * (look.watched - float(self._seen[row]))
        stay = Stay(look.tracks[i], look.tracks[i], look.subjects[i], look.watched - spent, look.watched, "entered")
        self._show(stay, i, look, spots)
        changes.begun.append(stay)
        changes.ended.append((stay, "left"))

    def _show(self, stay: Stay, i: int, look: Look, spots: Floats) -> None:
        left, top, right, bottom = look.boxes[i].tolist()
        stay.subject, stay.score, stay.box = look.subjects[i], look.scores[i], (left, top, right, bottom)
        stay.spot, stay.seen, stay.also = (float(spots[i, 0]), float(spots[i, 1])), look.watched, look.also[i]

    def _note(self, look: Look, trusted: Bools, depth: Floats, margin: Floats, spots: Floats, over: Floats) -> None:
        for i, track in enumerate(look.tracks):
            if track in self._stays:
                self._show(self._stays[track], i, look, spots)
        rows, beyond = look.rows, depth <= -margin
        if not trusted.all():
            rows, beyond = rows[trusted], beyond[trusted]
            depth, spots, over = depth[trusted], spots[trusted], over[trusted]
        self._outside[rows] |= beyond
        self._depth[rows], self._last[rows] = depth, spots
        self._seen[rows], self._over[rows] = look.watched, over
