"""How fast everyone is on the ground, all of them in one sum.

Method: the feet of a box, put on the ground (`edge.analytics.ground`), fitted by a straight line over `OVER_S` seconds:
its slope is the velocity. Its variance is the sum of what the box trembles by (`TREMBLE` of its own size, or more
where the places lie farther off the line than that explains) and of what the measured ground is unsure by. A box errs
alike in neighbouring frames, so more than `APART` sightings a second do not make it surer.
A sighting is put on the ground once, when it comes, and the lines of all who are seen are fitted by the same few array
operations: ten vehicles cost little more than one. The ground is the plane of complex numbers: a place is x + iy, and a
covariance its mean (xx + yy) / 2 and its turn (xx - yy) / 2 + i xy, so that the variance along z is
mean |z|^2 + Re(conj(turn) z^2).
"""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edge.analytics.anchors import Anchor, sizes, standing
from edge.analytics.ground import Plane
from edge.analytics.happening import Speed

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]
Bools = NDArray[np.bool_]

OVER_S: Final = 2.0
LEAST_S: Final = 0.8
LEAST: Final = 4
TREMBLE: Final = 0.03
APART: Final = 5.0
KMH: Final = 3.6
PARAMETERS: Final = 4
"""Of a straight line: where it begins and how fast it goes, on two axes."""

SPREAD: Final = slice(0, 2)
FIRM: Final = slice(2, 4)
PLACES: Final = 4
"""What is kept of a sighting: its covariance, mean and turn, the inverse of that, and the place in metres under every
homography the ground may have, the best one first."""


class Speedometer:
    """The last seconds of everyone on one plane. Not thread-safe.

    A row is somebody, a slot of it a sighting; slots are taken in turn, and there are always enough for the window.
    What is older than that stays in its slot until the next sighting takes it, and counts for nothing.
    """

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._row: dict[int, int] = {}
        self._turn = np.zeros(0, np.intp)
        self._latest = np.zeros(0)
        self._times = np.zeros((0, LEAST))
        """Minus infinity in a slot never taken."""
        self._nowhere = np.zeros((0, LEAST), bool)
        """Whether it is beyond the horizon."""
        self._seen = np.zeros((0, LEAST, PLACES + plane.ways), np.complex128)

    def __len__(self) -> int:
        """How many are followed."""
        return len(self._row)

    def keep(self, these: Iterable[int]) -> None:
        """Forget everyone else."""
        for who in self._row.keys() - set(these):
            row, last = self._row.pop(who), len(self._row)
            # The last one moves into the gap.
            for other, place in self._row.items():
                if place == last:
                    self._row[other] = row
            for figures in (self._turn, self._latest, self._times, self._nowhere, self._seen):
                figures[row] = figures[last]
            self._times[last] = -np.inf

    def step(self, who: Sequence[int], times: Floats, boxes: Floats) -> dict[int, Speed]:
        """The speed of each who is seen now; none of those seen too little, or beyond the horizon.

        Args:
            who: a number for each of N, everyone at most once.
            times: seconds (N,), for everyone later than the time before.
            boxes: normalised xyxy (N, 4), feet in the picture.
        """
        if not len(who):
            return {}
        rows = [self._seat(one) for one in who]
        self._write(np.array(rows), times, boxes)
        fit, kmh, sd = self._measured()
        at = {row: place for place, row in enumerate(fit)}
        return {one: Speed(kmh[at[row]], sd[at[row]]) for one, row in zip(who, rows, strict=True) if row in at}

    def _seat(self, who: int) -> int:
        row = self._row.setdefault(who, len(self._row))
        if row == len(self._turn):
            more = max(row, LEAST)
            self._turn, self._latest = np.pad(self._turn, (0, more)), np.pad(self._latest, (0, more))
            self._grow(more, 0)
        return row

    def _grow(self, rows: int, slots: int) -> None:
        more = ((0, rows), (0, slots))
        self._times = np.pad(self._times, more, constant_values=-np.inf)
        self._nowhere = np.pad(self._nowhere, more)
        self._seen = np.pad(self._seen, (*more, (0, 0)))

    def _write(self, rows: NDArray[np.intp], times: Floats, boxes: Floats) -> None:
        if (times - self._times[rows, self._turn[rows]] <= OVER_S).any():
            self._widen()
        turn = self._turn[rows]
        sightings = _sightings(self._plane, boxes)
        nowhere = ~np.isfinite(sightings).all(axis=1)
        # What is not a number would be none even where it counts for nothing.
        sightings[nowhere] = 0.0
        self._times[rows, turn], self._nowhere[rows, turn], self._seen[rows, turn] = times, nowhere, sightings
        self._turn[rows] = (turn + 1) % self._times.shape[1]
        self._latest[rows] = times

    def _widen(self) -> None:
        """Somebody's oldest sighting still counts: twice as many slots, the new ones next in turn."""
        slots = self._times.shape[1]
        order = (np.arange(slots) + self._turn[:, None]) % slots
        self._times = np.take_along_axis(self._times, order, axis=1)
        self._nowhere = np.take_along_axis(self._nowhere, order, axis=1)
        self._seen = np.take_along_axis(self._seen, order[..., None], axis=1)
        self._grow(0, slots)
        self._turn[:] = slots

    def _measured(self) -> tuple[list[int], list[float], list[float]]:
        """The rows that have a speed, how fast, and how surely (km/h)."""
        count = len(self._row)
        seen, since = self._seen[:count], self._times[:count] - self._latest[:count, None]
        counts = since >= -OVER_S
        since = np.where(counts, since, 0.0)
        fit = (counts.sum(axis=1) >= LEAST) & (since.min(axis=1) <= -LEAST_S)
        fit &= ~(counts & self._nowhere[:count]).any(axis=1)
        if not fit.all():
            seen, since, counts = seen[fit], since[fit], counts[fit]
        kmh, sd = _fitted(seen, since, counts)
        return np.flatnonzero(fit).tolist(), kmh.tolist(), sd.tolist()


def _sightings(plane: Plane, boxes: Floats) -> Complexes:
    """What is kept of each box (N, 4): complex (N, figures), not finite where it is beyond the horizon."""
    feet = standing(boxes, Anchor.FEET)
    places = plane.places(feet)
    spreads = plane.spreads(feet, TREMBLE * sizes(boxes))
    xx, xy, yy = spreads[:, 0, 0], spreads[:, 0, 1], spreads[:, 1, 1]
    sightings = np.empty((len(boxes), PLACES + len(places)), np.complex128)
    sightings[:, PLACES:] = (places[..., 0] + 1j * places[..., 1]).T
    sightings[:, 0], sightings[:, 1] = (xx + yy) / 2, (xx - yy) / 2 + 1j * xy
    sightings[:, FIRM] = sightings[:, SPREAD] * (1.0, -1.0) / (xx * yy - xy * xy)[:, None]
    return sightings


def _fitted(seen: Complexes, since: Floats, counts: Bools) -> tuple[Floats, Floats]:
    """How fast, and how surely (km/h), by straight lines through sightings (N, slots, figures) of which these count."""
    many, span = counts.sum(axis=1), -since.min(axis=1)
    since = np.where(counts, since - (since.sum(axis=1) / many)[:, None], 0.0)
    weights = since / (since**2).sum(axis=1)[:, None]
    velocities = (weights[:, None] @ seen[..., PLACES:])[:, 0]
    velocity = velocities[:, 0]
    speed = np.abs(velocity)
    along = np.ones_like(velocity)
    np.divide(velocity, speed, out=along, where=speed > 0)
    places = seen[..., PLACES]
    middle = (places * counts).sum(axis=1) / many
    off = (places - middle[:, None] - since * velocity[:, None]) * counts
    misfit = _variance(seen[..., FIRM], off).sum(axis=1) / (2 * many - PARAMETERS)
    alike = np.maximum(1.0, (many - 1) / span / APART)
    spread = ((weights**2)[:, None] @ seen[..., SPREAD])[:, 0]
    trembled = np.maximum(1.0, misfit) * alike * _variance(spread, along)
    unsure = ((velocities - velocity[:, None]) * along.conj()[:, None]).real
    return KMH * speed, KMH * np.sqrt(trembled + (unsure**2).sum(axis=1))


def _variance(spreads: Complexes, along: Complexes) -> Floats:
    """The variance along each number (...) of covariances (..., 2): times its length, squared."""
    variance: Floats = (spreads[..., 0] * along * along.conj() + spreads[..., 1].conj() * along * along).real
    return variance
