"""Who goes faster than allowed, for certain: speed on the ground with its uncertainty.

Method: the feet of a box, put on the ground (`edge.analytics.ground`), fitted by a straight line over `OVER_S` seconds:
its slope is the velocity. Its variance is the sum of what the box trembles by (`TREMBLE` of its own size, or more
where the places lie farther off the line than that explains) and of what the measured ground is unsure by. A box errs
alike in neighbouring frames, so more than `APART` sightings a second do not make it surer. Somebody is over the limit
when the speed less `SURE` standard deviations is, until the speed itself no longer is; told is the surest speed so far.
A box that ends on the picture's edge does not show its feet and is not used; a leap of an identity makes a bad line and
so no certainty. Limits: for watching traffic, never for fining anybody: the clock of a stream is not a gauged one.
"""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edge.analytics.alone import told_of
from edge.analytics.anchors import Anchor, hidden, sizes, standing
from edge.analytics.ground import Plane
from edge.analytics.happening import Box, Happening, Speed
from edge.analytics.presence import Stay
from edge.analytics.watches import Speeding

Floats = NDArray[np.float64]

OVER_S: Final = 2.0
LEAST_S: Final = 0.8
LEAST: Final = 4
TREMBLE: Final = 0.03
APART: Final = 5.0
SURE: Final = 2.0
KMH: Final = 3.6
PARAMETERS: Final = 4
"""Of a straight line: where it begins and how fast it goes, on two axes."""


@dataclass(slots=True)
class _Run:
    """One vehicle's last sightings, its surest speed, and whether it is over the limit."""

    seen: deque[tuple[float, Box]] = field(default_factory=deque)
    surest: Speed | None = None
    over: bool = False


class Speeders:
    """Judges stays by one rule; remembers the last seconds of every vehicle in the zone."""

    def __init__(self, rule: Speeding) -> None:
        self._rule = rule
        self._plane = Plane(rule.ground)
        self._runs: dict[int, _Run] = {}

    def truths(self, stays: Sequence[Stay], watched: float, elapsed: float) -> list[Happening]:  # noqa: ARG002 - one call serves every rule
        """One happening for everyone who is over the limit for certain."""
        rule = self._rule
        wanted = [stay for stay in stays if not rule.classes or stay.subject in rule.classes]
        self._runs = {stay.first: self._runs.get(stay.first) or _Run() for stay in wanted}
        for stay in wanted:
            self._follow(self._runs[stay.first], stay)
        return [
            told_of(rule, stay, dwell=stay.dwell, elapsed=elapsed, speed=run.surest)
            for stay in wanted
            if (run := self._runs[stay.first]).over
        ]

    def _follow(self, run: _Run, stay: Stay) -> None:
        if run.seen and stay.seen <= run.seen[-1][0]:
            return
        box = np.array([stay.box])
        if hidden(box, Anchor.FEET).any():
            return
        run.seen.append((stay.seen, stay.box))
        while stay.seen - run.seen[0][0] > OVER_S:
            run.seen.popleft()
        speed = measured(self._plane, run.seen)
        if speed is None:
            return
        if speed.kmh - SURE * speed.sd >= self._rule.over_kmh:
            run.over = True
            if run.surest is None or speed.kmh - SURE * speed.sd > run.surest.kmh - SURE * run.surest.sd:
                run.surest = speed
        elif speed.kmh < self._rule.over_kmh:
            run.over = False


def measured(plane: Plane, seen: Sequence[tuple[float, Box]]) -> Speed | None:
    """The speed over these sightings (seconds, normalised xyxy); None where they are too few or beyond the horizon."""
    times, boxes = np.array([at for at, _ in seen]), np.array([box for _, box in seen])
    if len(times) < LEAST or times[-1] - times[0] < LEAST_S:
        return None
    feet = standing(boxes, Anchor.FEET)
    places, spreads = plane.places(feet), plane.spreads(feet, TREMBLE * sizes(boxes))
    if not np.isfinite(places).all():
        return None
    since = times - times.mean()
    weights = since / (since**2).sum()
    velocities = np.einsum("t,kta->ka", weights, places)
    velocity = velocities[0]
    off = places[0] - places[0].mean(axis=0) - since[:, None] * velocity
    variance = _trembled(spreads, weights, off, times) + (velocities - velocity).T @ (velocities - velocity)
    speed = math.hypot(*velocity)
    along = velocity / speed if speed else np.array([1.0, 0.0])
    return Speed(KMH * speed, KMH * math.sqrt(along @ variance @ along))


def _trembled(spreads: Floats, weights: Floats, off: Floats, times: Floats) -> Floats:
    """The covariance (2, 2) of a velocity whose places are `spreads` (T, 2, 2) unsure and `off` (T, 2) the line."""
    misfit = np.einsum("ta,tab,tb->", off, np.linalg.inv(spreads), off) / (2 * len(times) - PARAMETERS)
    rate = (len(times) - 1) / (times[-1] - times[0])
    alike = max(1.0, rate / APART)
    covariance: Floats = max(1.0, float(misfit)) * alike * np.einsum("t,tab->ab", weights**2, spreads)
    return covariance
