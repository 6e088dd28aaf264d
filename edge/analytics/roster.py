"""Which row of the state arrays belongs to which track; rows are used again, so memory is bounded by the view."""

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.analytics.happening import Box

Rows = NDArray[np.intp]

FIRST: Final = 64
MOST: Final = 4096
"""Tracks remembered at once; beyond it, those unseen for longest are forgotten."""


class Sighting(NamedTuple):
    """How a track was last seen: identity, class name, score, normalised xyxy, stream seconds, and what else it is."""

    track: int
    subject: str
    score: float
    box: Box
    elapsed: float
    also: frozenset[str] = frozenset()


class Roster:
    """A row for every remembered track of one camera, and its last sighting."""

    def __init__(self) -> None:
        self._row: dict[int, int] = {}
        self._free = list(range(FIRST - 1, -1, -1))
        self._sightings: dict[int, Sighting] = {}
        self.rows = FIRST
        """Rows every state array must have."""

    def __len__(self) -> int:
        """Tracks remembered."""
        return len(self._row)

    def seat(self, sightings: Iterable[Sighting]) -> Rows:
        """The row of each sighting's track, newcomers included."""
        rows = []
        for sighting in sightings:
            row = self._at(sighting.track)
            self._sightings[row] = sighting
            rows.append(row)
        return np.array(rows, np.intp)

    def last(self, row: int) -> Sighting:
        """The last sighting of the track that owns, or owned until it was forgotten, this row."""
        return self._sightings[row]

    def stale(self, before: float, coming: int) -> list[int]:
        """Tracks last seen before then, and the longest unseen where `coming` more would be too many."""
        if len(self._row) + coming <= MOST and all(self._seen(track) >= before for track in self._row):
            return []
        by_age = sorted(self._row, key=self._seen)
        excess = len(by_age) + coming - MOST
        return [track for i, track in enumerate(by_age) if i < excess or self._seen(track) < before]

    def forget(self, tracks: Iterable[int]) -> Rows:
        """The rows these tracks had, now free; tracks never seated have none."""
        rows = [row for track in tracks if (row := self._row.pop(track, None)) is not None]
        self._free += rows
        return np.array(rows, np.intp)

    def _seen(self, track: int) -> float:
        return self._sightings[self._row[track]].elapsed

    def _at(self, track: int) -> int:
        if track not in self._row:
            if not self._free:
                self._free = list(range(2 * self.rows - 1, self.rows - 1, -1))
                self.rows *= 2
            self._row[track] = self._free.pop()
        return self._row[track]
