"""Rules over zones: opened once, updated rarely, closed; blind time is in no dwell."""

import numpy as np
import pytest

from edge.analytics.happening import Happening, Kind
from edge.analytics.places import Zone
from edge.analytics.roster import MOST
from edge.analytics.scene import Scene
from edge.analytics.watches import Crowding, Loitering, Occupancy, StoppedVehicle, Watch
from models.detections import Detections

YARD = Zone(id="yard", polygon=((0.2, 0.2), (0.8, 0.2), (0.8, 0.9), (0.2, 0.9)))
LABELS = ["person", "car"]
Spot = tuple[int, int, float, float]
"""Track, class index, feet x and y."""


def seen(*spots: Spot) -> Detections:
    boxes = [(x - 0.05, y - 0.1, x + 0.05, y) for _, _, x, y in spots]
    return Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.full(len(spots), 0.8, np.float32),
        np.array([label for _, label, _, _ in spots], np.int32),
        np.array([track for track, _, _, _ in spots], np.int64),
    )


def yard(*watches: Watch) -> Scene:
    return Scene(zones=[YARD], watches=watches)


def lasting(told: list[Happening]) -> list[Happening]:
    return [happening for happening in told if happening.kind not in {Kind.ZONE_ENTERED, Kind.ZONE_LEFT}]


def phases(told: list[Happening]) -> list[tuple[str, float]]:
    return [(happening.phase.value, round(happening.elapsed, 1)) for happening in lasting(told)]


def test_loitering_opens_at_its_threshold_is_updated_rarely_and_closes_when_the_person_leaves() -> None:
    scene = yard(Loitering(zone="yard", after_s=60, classes=frozenset({"person"})))
    told = [h for at in range(100) for h in scene.observe(seen((1, 0, 0.5, 0.5)), LABELS, float(at))]
    told += scene.observe(seen((1, 0, 0.1, 0.5)), LABELS, 100.0)
    assert phases(told) == [("opened", 60.0), ("updated", 90.0), ("closed", 100.0)]
    assert {happening.key for happening in lasting(told)} == {("loitering/yard/person", 1)}
    assert lasting(told)[0].dwell == pytest.approx(60)


def test_loitering_asks_for_its_classes() -> None:
    scene = yard(Loitering(zone="yard", after_s=10, classes=frozenset({"person"})))
    told = [h for at in range(30) for h in scene.observe(seen((1, 1, 0.5, 0.5)), LABELS, float(at))]
    assert lasting(told) == []


def test_blind_time_is_in_no_dwell() -> None:
    scene = yard(Loitering(zone="yard", after_s=60))
    told = []
    for at in range(40):
        told += scene.observe(seen((1, 0, 0.5, 0.5)), LABELS, float(at))
    scene.blind(39.0)
    for at in range(60, 100):
        told += scene.observe(seen((1, 0, 0.5, 0.5)), LABELS, float(at))
    assert phases(told) == [("opened", 81.0)]


def test_a_missing_person_opens_nothing_and_keeps_the_dwell_on_return() -> None:
    scene = yard(Loitering(zone="yard", after_s=5))
    told = [h for at in (0.0, 2.0, 4.0) for h in scene.observe(seen((1, 0, 0.5, 0.5)), LABELS, at)]
    told += [h for at in (5.0, 5.5) for h in scene.observe(Detections.none(), LABELS, at)]
    assert lasting(told) == []
    assert phases(scene.observe(seen((1, 0, 0.5, 0.5)), LABELS, 6.0)) == [("opened", 6.0)]


def test_a_stopped_vehicle_is_told_from_one_that_passes() -> None:
    scene = yard(StoppedVehicle(zone="yard", after_s=20))
    told = []
    for at in range(60):
        passing = (100 + at // 10, 1, 0.22 + 0.058 * (at % 10), 0.8)
        told += scene.observe(seen((1, 1, min(0.25 + 0.02 * at, 0.5), 0.5), passing), LABELS, float(at))
    assert [(happening.phase, happening.track) for happening in lasting(told)] == [("opened", 1)]
    assert 28 <= lasting(told)[0].elapsed <= 36


def test_a_box_shaken_for_a_moment_is_still_stopped_and_one_that_drives_on_is_not() -> None:
    scene = yard(StoppedVehicle(zone="yard", after_s=20))
    told = []
    for at in np.arange(0, 30, 0.5).tolist():
        x = 0.5 if at != 12 else 0.6
        told += scene.observe(seen((1, 1, x, 0.5)), LABELS, at)
    assert phases(told) == [("opened", 20.0)]
    for at in np.arange(30, 34, 0.5).tolist():
        told += scene.observe(seen((1, 1, 0.5 + 0.06 * (at - 29), 0.5)), LABELS, at)
    assert phases(told)[1][0] == "closed"


def test_a_crowd_opens_after_its_time_forgives_a_dip_and_closes() -> None:
    scene = yard(Crowding(zone="yard", at_least=3, for_s=10))
    told = []
    for at in range(40):
        count = 3 if at < 30 and at != 5 else 2
        count += 2 if at == 20 else 0
        told += scene.observe(seen(*[(1 + i, 0, 0.3 + 0.1 * i, 0.5) for i in range(count)]), LABELS, float(at))
    assert phases(told) == [("opened", 10.0), ("updated", 20.0), ("closed", 34.0)]
    assert [happening.count for happening in lasting(told)[:2]] == [3, 5]
    assert len(lasting(told)[0].boxes) == 3


def test_an_empty_zone_of_any_class_has_a_subject_the_wire_takes() -> None:
    scene = yard(Occupancy(zone="yard", under=0, for_s=2))
    told = [h for at in range(5) for h in scene.observe(seen(), LABELS, float(at))]
    assert [happening.subject for happening in lasting(told)] == ["any"]


def test_occupancy_is_judged_over_and_under() -> None:
    scene = yard(
        Occupancy(zone="yard", over=2, for_s=5, classes=frozenset({"person"})),
        Occupancy(zone="yard", under=0, for_s=5, classes=frozenset({"car"})),
    )
    told = [h for at in range(10) for h in scene.observe(seen((1, 0, 0.3, 0.5), (2, 0, 0.6, 0.5)), LABELS, float(at))]
    assert [(happening.direction, happening.count, happening.subject) for happening in lasting(told)] == [
        ("over", 2, "person"),
        ("under", 0, "car"),
    ]


def test_time_that_falls_is_refused() -> None:
    scene = yard()
    scene.observe(Detections.none(), LABELS, 5.0)
    with pytest.raises(ValueError, match="time fell"):
        scene.observe(Detections.none(), LABELS, 4.0)


@pytest.mark.parametrize("told", [True, False])
def test_memory_is_bounded_over_a_hundred_thousand_identities(told: bool) -> None:  # noqa: FBT001 - pytest passes it
    scene = yard(Loitering(zone="yard", after_s=60), StoppedVehicle(zone="yard", after_s=60))
    largest, each = 0, 500
    dice = np.random.default_rng(4)
    for look in range(200):
        first = 1 + look * each
        spots = [(first + i, i % 2, x, y) for i, (x, y) in enumerate(dice.uniform(0.15, 0.9, (each, 2)).tolist())]
        scene.observe(seen(*spots), LABELS, float(look), range(first - each, first) if told else ())
        largest = max(largest, len(scene))
    assert largest <= (2 * each if told else MOST)
    scene.observe(Detections.none(), LABELS, 300.0)
    assert len(scene) == 0
    assert scene._presences["yard"].stays == []
