"""One camera's tracks in, happenings and tallies out: the places and the rules over them, put together.

Two clocks. `elapsed` is the stream's own: seconds since it began, never falling. *Watched* time is the same without
what the camera did not see: after `blind` it goes on from the next look, so no dwell grows in the dark.
State per track lives until the tracker tells that it ended, or until it was not seen for `TTL_S`.
"""

import math
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edge.analytics.crossing import Crossed, Crossings
from edge.analytics.happening import Episodes, Happening, Kind, Phase
from edge.analytics.judges import judge_of
from edge.analytics.nearly import Nearly
from edge.analytics.places import Line, Zone
from edge.analytics.presence import Changes, Look, Presence, Stay
from edge.analytics.roster import Roster, Sighting
from edge.analytics.slow_change import Blocks, SlowChanges
from edge.analytics.watches import SlowChange, Watch
from models.detections import Detections

Tallies = dict[tuple[str, str, str], int]
"""(zone or line, class, direction) to a count; direction `peak` holds the largest occupancy, never a sum."""

TTL_S: Final = 30.0
PEAK: Final = "peak"
NOTHING_MORE: Final[Mapping[int, frozenset[str]]] = MappingProxyType({})


class Scene:
    """What one camera watches. Raises ValueError when two places or rules are one, or a rule's zone is unknown."""

    def __init__(self, zones: Sequence[Zone] = (), lines: Sequence[Line] = (), watches: Sequence[Watch] = ()) -> None:
        _check_once("place", [zone.id for zone in zones] + [line.id for line in lines])
        _check_once("rule", [watch.id for watch in watches])
        unknown = {watch.zone for watch in watches} - {zone.id for zone in zones}
        if unknown:
            raise ValueError(f"rules over unknown zones: {sorted(unknown)}")
        self._presences = {zone.id: Presence(zone) for zone in zones}
        self._crossings = Crossings(lines)
        self._watches = [(watch, judge_of(watch), Episodes()) for watch in watches if not isinstance(watch, SlowChange)]
        by_id = {zone.id: zone for zone in zones}
        self._slow = [
            (watch.id, SlowChanges(watch, by_id[watch.zone]), Episodes())
            for watch in watches
            if isinstance(watch, SlowChange)
        ]
        self._roster = Roster()
        self._elapsed: float | None = None
        self._watched = 0.0
        self._sees = False
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._peaks: Tallies = {}

    def __len__(self) -> int:
        """Tracks remembered."""
        return len(self._roster)

    def observe(
        self,
        tracks: Detections,
        labels: Sequence[str],
        elapsed: float,
        ended: Iterable[int] = (),
        picture: Callable[[], NDArray[np.uint8]] | None = None,
        also: Mapping[int, frozenset[str]] = NOTHING_MORE,
    ) -> list[Happening]:
        """What this look shows.

        Args:
            tracks: confirmed tracks visible now; boxes without identity (`track` below 1) are not looked at.
            labels: the name of every class index.
            elapsed: stream seconds; raises ValueError when it falls.
            ended: identities the tracker has given up since the last look.
            picture: makes this look's picture small and grey (180, 320); asked for only when a rule wants it.
            also: further classes of tracks, for rules and counts; each is counted beside what it is one of.
        """
        self._advance(elapsed)
        with_name = tracks.track > 0
        named = tracks if with_name.all() else tracks[with_name]
        happenings = self._forget(ended, len(named), elapsed)
        look = self._look(named, labels, elapsed, also)
        happenings += self._crossed(self._crossings.step(look.rows, look.boxes, self._roster.rows), elapsed)
        for presence in self._presences.values():
            happenings += self._changes(presence, presence.step(look, self._roster.rows), elapsed)
            self._note_peak(presence)
        for watch, judge, episodes in self._watches:
            stays = self._presences[watch.zone].stays
            happenings += episodes.told(judge.truths(stays, self._watched, elapsed), elapsed)
        for _, slow, episodes in self._slow:
            if picture is not None and slow.due(self._watched):
                slow.see(picture(), look.boxes, self._watched)
            happenings += episodes.told(slow.truths(self._watched, elapsed), elapsed)
        return happenings

    def blind(self, elapsed: float) -> None:
        """From here on the camera does not see; watched time stands still until the next look."""
        self._advance(elapsed)
        self._sees = False

    def over(self, elapsed: float) -> list[Happening]:
        """The crossings of those who will not be seen again, because the stream is over; no look may follow."""
        rows = self._roster.forget(self._roster.stale(math.inf, 0))
        return self._crossed(self._crossings.forget(rows), elapsed)

    def clean(self) -> dict[str, Blocks]:
        """What the slow-change rules hold for clean, by their ids; those that still learn are left out."""
        return {rule: slow.clean for rule, slow, _ in self._slow if slow.clean is not None}

    def recall(self, clean: Mapping[str, Blocks], after_s: float) -> None:
        """Go on from what was clean in the node's last life, `after_s` seconds from now; before the first look."""
        for rule, slow, _ in self._slow:
            if rule in clean:
                slow.recall(clean[rule], after_s)

    def relearn(self, rules: Container[str]) -> None:
        """Let these slow-change rules learn anew what is clean."""
        for rule, slow, _ in self._slow:
            if rule in rules:
                slow.relearn()

    def nearly(self) -> list[Nearly]:
        """How far everybody has come, by the last look, towards what has not happened."""
        told = []
        for approach in self._crossings.nearly():
            seen, line = self._roster.last(approach.row), approach.line.id
            figures = (approach.what, approach.reached, approach.wanted, approach.near)
            told.append(Nearly(line, line, seen.track, seen.subject, *figures))
        for watch, judge, _ in self._watches:
            told += judge.nearly(self._presences[watch.zone].stays)
        return told + [nearly for _, slow, _ in self._slow for nearly in slow.nearly()]

    def drain_tallies(self) -> Tallies:
        """The counts since the last call, zeros left out."""
        drained = {**self._counts, **self._peaks}
        self._counts.clear()
        self._peaks.clear()
        return drained

    def _advance(self, elapsed: float) -> None:
        if self._elapsed is not None and elapsed < self._elapsed:
            raise ValueError(f"time fell from {self._elapsed} to {elapsed} s")
        if self._sees and self._elapsed is not None:
            self._watched += elapsed - self._elapsed
        self._elapsed, self._sees = elapsed, True

    def _forget(self, ended: Iterable[int], coming: int, elapsed: float) -> list[Happening]:
        tracks = [*ended, *self._roster.stale(elapsed - TTL_S, coming)]
        rows = self._roster.forget(tracks)
        told = self._crossed(self._crossings.forget(rows), elapsed) if len(rows) else []
        gone = [(presence, presence.forget(tracks, rows, self._watched)) for presence in self._presences.values()]
        for presence, changes in gone:
            told += self._changes(presence, changes, elapsed)
        return told

    def _look(
        self, named: Detections, labels: Sequence[str], elapsed: float, also: Mapping[int, frozenset[str]]
    ) -> Look:
        tracks, scores, boxes = named.track.tolist(), named.score.tolist(), named.xyxy.tolist()
        subjects = [labels[label] for label in named.label.tolist()]
        more = [also.get(track, frozenset()) for track in tracks]
        seen = zip(tracks, subjects, scores, map(tuple, boxes), [elapsed] * len(tracks), more, strict=True)
        return Look(
            tracks=tracks,
            rows=self._roster.seat(Sighting(*sighting) for sighting in seen),
            boxes=named.xyxy.astype(np.float64),
            subjects=subjects,
            scores=scores,
            watched=self._watched,
            elapsed=elapsed,
            also=more,
        )

    def _crossed(self, crossings: Iterable[Crossed], elapsed: float) -> list[Happening]:
        told = []
        for crossed in crossings:
            line, seen = crossed.line, self._roster.last(crossed.row)
            direction = line.rightward if crossed.rightward else line.leftward
            self._counts.update((line.id, name, direction) for name in (seen.subject, *seen.also))
            told.append(
                Happening(
                    kind=Kind.LINE_CROSSED,
                    phase=Phase.CLOSED,
                    key=(f"{Kind.LINE_CROSSED}/{line.id}", seen.track),
                    zone=line.id,
                    subject=seen.subject,
                    elapsed=elapsed,
                    direction=direction,
                    score=seen.score,
                    boxes=(seen.box,),
                    track=seen.track,
                )
            )
        return told

    def _changes(self, presence: Presence, changes: Changes, elapsed: float) -> list[Happening]:
        zone = presence.zone.id
        moments = [(Kind.ZONE_ENTERED, stay, stay.came) for stay in changes.begun]
        moments += [(Kind.ZONE_LEFT, stay, went) for stay, went in changes.ended]
        for _, stay, direction in moments:
            self._counts.update((zone, name, direction) for name in (stay.subject, *stay.also))
        return [_moment(kind, zone, stay, direction, elapsed) for kind, stay, direction in moments]

    def _note_peak(self, presence: Presence) -> None:
        here: dict[str, int] = {}
        for stay in presence.stays:
            if not stay.orphan:
                for name in (stay.subject, *stay.also):
                    here[name] = here.get(name, 0) + 1
        for subject, count in here.items():
            key = (presence.zone.id, subject, PEAK)
            self._peaks[key] = max(self._peaks.get(key, 0), count)


def _moment(kind: Kind, zone: str, stay: Stay, direction: str, elapsed: float) -> Happening:
    return Happening(
        kind=kind,
        phase=Phase.CLOSED,
        key=(f"{kind}/{zone}", stay.first),
        zone=zone,
        subject=stay.subject,
        elapsed=elapsed,
        direction=direction,
        score=stay.score,
        dwell=stay.dwell if kind is Kind.ZONE_LEFT else 0.0,
        boxes=(stay.box,),
        track=stay.track,
    )


def _check_once(what: str, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{what} ids used twice: {twice}")
