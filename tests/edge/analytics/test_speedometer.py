"""The speedometer: what it says of many at once is what the plain sum says of each alone, whatever came before."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.analytics.anchors import Anchor, sizes, standing
from edge.analytics.ground import Ground, Plane
from edge.analytics.happening import Speed
from edge.analytics.speedometer import APART, KMH, LEAST, LEAST_S, OVER_S, TREMBLE, Speedometer
from tests.parts.plane_camera import CORNERS_M, Floats, boxed, pictured

PLANE = Plane(
    Ground(
        picture=tuple((x, y) for x, y in pictured(CORNERS_M).tolist()),
        metres=tuple((x, y) for x, y in CORNERS_M.tolist()),
    )
)
Seen = tuple[float, Floats]


def plainly(seen: Sequence[Seen]) -> Speed | None:
    """The same method for one vehicle, as it is written down: seconds and boxes (4,) of the whole window."""
    times, boxes = np.array([at for at, _ in seen]), np.array([box for _, box in seen])
    if len(times) < LEAST or times[-1] - times[0] < LEAST_S:
        return None
    feet = standing(boxes, Anchor.FEET)
    places, spreads = PLANE.places(feet), PLANE.spreads(feet, TREMBLE * sizes(boxes))
    if not np.isfinite(places).all():
        return None
    since = times - times.mean()
    weights = since / (since**2).sum()
    velocities = np.einsum("t,kta->ka", weights, places)
    velocity = velocities[0]
    off = places[0] - places[0].mean(axis=0) - since[:, None] * velocity
    misfit = np.einsum("ta,tab,tb->", off, np.linalg.inv(spreads), off) / (2 * len(times) - 4)
    alike = max(1.0, (len(times) - 1) / (times[-1] - times[0]) / APART)
    variance = max(1.0, float(misfit)) * alike * np.einsum("t,tab->ab", weights**2, spreads)
    variance = variance + (velocities - velocity).T @ (velocities - velocity)
    speed = math.hypot(*velocity)
    along = velocity / speed if speed else np.array([1.0, 0.0])
    return Speed(KMH * speed, KMH * math.sqrt(along @ variance @ along))


def road(dice: np.random.Generator, looks: int, rate: float) -> Floats:
    """A vehicle's boxes (looks, 4): on the road at some speed, trembling; or anywhere, the sky included."""
    if dice.random() < 0.2:
        corners = dice.uniform(0.01, 0.99, (looks, 2, 2))
        return np.concatenate([corners.min(axis=1), corners.max(axis=1) + 0.005], axis=1)
    ahead = dice.uniform(20, 40) + dice.uniform(-25, 25) / rate * np.arange(looks) % 15
    boxes = boxed(np.stack([np.full(looks, dice.uniform(-3, 3)), ahead], axis=1))
    return boxes + np.tile(dice.normal(0, TREMBLE, (looks, 2)) * sizes(boxes), 2)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    rate=st.sampled_from([2.0, 5.0, 12.5, 25.0, 50.0]),
    begin=st.sampled_from([0.0, 1e5]),
    missed=st.floats(0, 0.5),
)
def test_many_at_once_go_as_fast_as_each_alone(seed: int, rate: float, begin: float, missed: float) -> None:
    dice = np.random.default_rng(seed)
    paths = [road(dice, 80, rate) for _ in range(6)]
    speedometer, seen = Speedometer(PLANE), {who: list[Seen]() for who in range(len(paths))}
    for look in range(80):
        now = begin + look / rate
        gone = {who for who in seen if dice.random() < 0.02}
        speedometer.keep(who for who in seen if who not in gone)
        for who in gone:
            seen[who] = []
        here = [who for who in dice.permutation(len(paths)).tolist() if dice.random() >= missed]
        told = speedometer.step(here, np.full(len(here), now), np.array([paths[who][look] for who in here]))
        for who in here:
            seen[who] = [one for one in [*seen[who], (now, paths[who][look])] if now - one[0] <= OVER_S]
        truth = {who: speed for who in here if (speed := plainly(seen[who])) is not None}
        assert told.keys() == truth.keys()
        for who, speed in truth.items():
            # Seconds since a day ago take some of a float's digits.
            assert told[who].kmh == pytest.approx(speed.kmh, rel=1e-4, abs=1e-4)
            assert told[who].sd == pytest.approx(speed.sd, rel=1e-4, abs=1e-4)


def test_it_holds_those_it_is_to_keep_and_no_more() -> None:
    speedometer = Speedometer(PLANE)
    for look in range(1000):
        who = [look, look + 1, look + 2]
        speedometer.keep(who)
        speedometer.step(who, np.full(3, look / 5), np.tile(boxed(np.array([[0.0, 20.0]])), (3, 1)))
    assert len(speedometer) == 3


def test_nobody_has_no_speed() -> None:
    assert Speedometer(PLANE).step([], np.zeros(0), np.zeros((0, 4))) == {}
