"""Speed on the ground: right, as unsure as it says, the same at any rate, and nobody told who was not too fast."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.walks import PICTURES, STROLL_FPS, Walks, feet, labelled, strolls, thinned
from edge.analytics.ground import Ground, Plane
from edge.analytics.happening import Box, Happening, Kind, Phase, Speed
from edge.analytics.places import Zone
from edge.analytics.scene import Scene
from edge.analytics.speeding import SURE
from edge.analytics.speedometer import OVER_S, TREMBLE, Speedometer
from edge.analytics.watches import Speeding
from models.detections import Detections
from tests.parts.plane_camera import CORNERS_M, Floats, boxed, pictured

ROAD = Zone(id="road", polygon=((0, 0), (1, 0), (1, 1), (0, 1)))
GROUND = Ground(
    picture=tuple((x, y) for x, y in pictured(CORNERS_M).tolist()),
    metres=tuple((x, y) for x, y in CORNERS_M.tolist()),
)
PLANE = Plane(GROUND)


def drive(kmh: float, rate: float, seconds: float = 3.0, first_m: float = 38.0) -> Floats:
    """The boxes (N, 4) of a car that comes nearer at this speed."""
    at = np.arange(int(seconds * rate) + 1) / rate
    ahead = first_m - kmh / 3.6 * at
    return boxed(np.stack([np.full(len(at), 1.0), ahead], axis=1)[ahead > 11])


def trembling(boxes: Floats, dice: np.random.Generator) -> Floats:
    size = boxes[:, 2:] - boxes[:, :2]
    return boxes + np.tile(dice.normal(0, TREMBLE, size.shape) * size, 2)


def told(boxes: Floats, rate: float, over_kmh: float = 50.0) -> list[Happening]:
    scene = Scene([ROAD], watches=[Speeding(zone="road", over_kmh=over_kmh, ground=GROUND)])
    happenings = []
    for look, box in enumerate(boxes):
        seen = Detections(
            box[None].astype(np.float32), np.full(1, 0.9, np.float32), np.zeros(1, np.int32), np.ones(1, np.int64)
        )
        happenings += scene.observe(seen, ["car"], look / rate)
    happenings += scene.observe(Detections.none(), ["car"], len(boxes) / rate, [1])
    happenings += scene.observe(Detections.none(), ["car"], len(boxes) / rate + 60, [])
    return [happening for happening in happenings if happening.kind is Kind.SPEEDING]


def sightings(boxes: Floats, rate: float) -> list[tuple[float, Box]]:
    return [(look / rate, (a, b, c, d)) for look, (a, b, c, d) in enumerate(boxes.tolist())]


def speeds(plane: Plane, seen: Sequence[tuple[float, Box]]) -> list[Speed | None]:
    """The speed after each of these sightings."""
    speedometer = Speedometer(plane)
    return [speedometer.step([1], np.array([at]), np.array([box])).get(1) for at, box in seen]


@given(kmh=st.floats(1, 90), rate=st.sampled_from([5.0, 8.0, 12.5, 25.0]))
def test_a_speed_is_right_at_any_rate(kmh: float, rate: float) -> None:
    speed = speeds(PLANE, sightings(drive(kmh, rate, 1.0), rate))[-1]
    assert speed is not None
    assert speed.kmh == pytest.approx(kmh, rel=1e-3)
    assert 0 < speed.sd < 20


@pytest.mark.parametrize("rate", [5.0, 25.0])
def test_a_speed_is_as_unsure_as_it_says(rate: float) -> None:
    dice, off = np.random.default_rng(9), []
    for _ in range(300):
        corners = CORNERS_M + dice.normal(0, GROUND.accuracy_m, CORNERS_M.shape)
        seen = pictured(CORNERS_M) + dice.normal(0, GROUND.accuracy, CORNERS_M.shape)
        plane = Plane(
            Ground(picture=tuple((x, y) for x, y in seen.tolist()), metres=tuple((x, y) for x, y in corners.tolist()))
        )
        speed = speeds(plane, sightings(trembling(drive(40, rate, 1.6), dice), rate))[-1]
        assert speed is not None
        off.append((speed.kmh - 40) / speed.sd)
    within = np.mean(np.abs(off) <= SURE)
    assert within >= 0.93
    # Sightings that tremble each for themselves are surer than is believed of them: at most that much is given away.
    assert np.std(off) > 0.3


def test_a_vehicle_is_told_only_when_it_is_too_fast_for_certain() -> None:
    dice = np.random.default_rng(10)
    fast = told(trembling(drive(75, 10, 2.0, 50.0), dice), 10)
    assert [happening.phase for happening in fast] == [Phase.OPENED, Phase.CLOSED]
    speed = fast[-1].speed
    assert speed is not None
    assert abs(speed.kmh - 75) <= 3 * speed.sd
    assert speed.kmh - SURE * speed.sd >= 50
    assert not any(told(trembling(drive(50, 10, 2.5), dice), 10) for _ in range(10))
    assert told(drive(40, 10, 2.5), 10) == []


def test_an_identity_that_leaps_to_another_vehicle_is_not_speeding() -> None:
    near = boxed(np.stack([np.full(20, 1.0), np.linspace(20, 19, 20)], axis=1))
    far = boxed(np.stack([np.full(20, -2.0), np.linspace(38, 37, 20)], axis=1))
    assert told(np.concatenate([near, far]), 10) == []
    assert told(np.stack([near, far], axis=1).reshape(-1, 4), 10) == []


def test_a_car_that_is_cut_off_by_the_edge_is_not_measured() -> None:
    cut = drive(80, 10, 2.0)
    cut[:, 3] = 1.0
    assert told(cut, 10) == []


def test_too_few_sightings_have_no_speed() -> None:
    assert not any(speeds(PLANE, sightings(drive(40, 25, 0.5), 25)))
    assert not any(speeds(PLANE, sightings(drive(40, 2, 1.0), 2)))


def shares(walks: Walks, rate: float) -> float:
    """Of how many speeds the way really gone over the window is within three deviations.

    Not all: who turns round within the window has gone no way, and no straight line fits.
    """
    plane, right, every = PLANE, 0, 0
    for walk in walks.values():
        seen = [(frame / rate, (a, b, c, d)) for frame, (a, b, c, d) in ((f, box.tolist()) for f, box in walk)]
        for end, speed in list(enumerate(speeds(plane, seen)))[::3]:
            if speed is None:
                continue
            begin = next(i for i, (at, _) in enumerate(seen) if seen[end][0] - at <= OVER_S)
            ends = plane.places(feet([walk[begin], walk[end]]))[0]
            truth = 3.6 * float(np.hypot(*(ends[1] - ends[0]))) / (seen[end][0] - seen[begin][0])
            right += abs(truth - speed.kmh) <= 3 * speed.sd
            every += 1
    assert every > 50
    return right / every


@pytest.mark.parametrize("fps", [None, 5.0])
def test_made_walks_go_as_fast_as_they_go(fps: float | None) -> None:
    assert shares(thinned(strolls(12), STROLL_FPS, fps), STROLL_FPS) >= 0.95


@pytest.mark.shared("the speed of hand-labelled people is right within what it says of itself, also at 5 fps")
@pytest.mark.parametrize("fps", [None, 5.0])
@pytest.mark.parametrize("name", ["MOT17-02", "MOT17-09"])
def test_labelled_people_go_as_fast_as_they_go(shared: Path, name: str, fps: float | None) -> None:
    rate = PICTURES[name][2]
    assert shares(thinned(labelled(shared / "tracking", name), rate, fps), rate) >= 0.99
