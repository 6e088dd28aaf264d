"""Judges say how far they came: the very figures they decide by, and nothing more once they have told it."""

import numpy as np
import pytest

from edge.analytics.nearly import Nearly, What
from edge.analytics.places import Line, Zone
from edge.analytics.scene import Scene
from edge.analytics.watches import (
    Congestion,
    Crowding,
    Loitering,
    ObjectLeft,
    ObjectRemoved,
    Queue,
    SlowChange,
    StoppedVehicle,
    Watch,
    WrongWay,
)
from models.detections import Detections

LABELS = ["person", "car", "backpack"]
WHOLE = Zone(id="whole", polygon=((0, 0), (1, 0), (1, 1), (0, 1)))
TALL, WIDE = 0.2, 0.1


def seen(*objects: tuple[int, str, float, float]) -> Detections:
    """Tracks by number, class, and where their feet are."""
    boxes = [(x - WIDE / 2, y - TALL, x + WIDE / 2, y) for _, _, x, y in objects]
    return Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.full(len(objects), 0.9, np.float32),
        np.array([LABELS.index(name) for _, name, _, _ in objects], np.int32),
        np.array([track for track, _, _, _ in objects], np.int64),
    )


def after(scene: Scene, seconds: float, *objects: tuple[int, str, float, float]) -> list[Nearly]:
    for look in range(round(seconds * 2) + 1):
        scene.observe(seen(*objects), LABELS, look / 2)
    return scene.nearly()


@pytest.mark.parametrize(
    ("watch", "what", "reached", "wanted"),
    [
        (Loitering(zone="whole", after_s=20, classes=frozenset({"car"})), What.DWELL, 10, 20),
        (Loitering(zone="whole", after_s=20, classes=frozenset({"person"})), What.CLASS, 10, 20),
        (StoppedVehicle(zone="whole", after_s=40), What.STILL, 10, 40),
        (Crowding(zone="whole", at_least=3, for_s=5, classes=frozenset({"car"})), What.COUNT, 1, 3),
        (Crowding(zone="whole", at_least=1, for_s=40, classes=frozenset({"car"})), What.HELD, 10, 40),
        (Queue(zone="whole", at_least=2, for_s=5), What.COUNT, 1, 2),
        (Congestion(zone="whole", at_least=4, for_s=5), What.COUNT, 1, 4),
        (ObjectRemoved(zone="whole", classes=frozenset({"car"}), settled_s=50), What.SETTLED, 10, 50),
    ],
)
def test_what_a_standing_car_lacks_is_said_in_the_rules_own_figures(
    watch: Watch, what: What, reached: float, wanted: float
) -> None:
    (nearly,) = after(Scene([WHOLE], [], [watch]), 10, (1, "car", 0.5, 0.5))
    assert (nearly.rule, nearly.what, nearly.wanted) == (watch.id, what, wanted)
    assert nearly.reached == pytest.approx(reached)
    assert nearly.near == pytest.approx(reached / wanted)


def test_whoever_was_told_is_no_longer_nearly() -> None:
    scene = Scene([WHOLE], [], [Loitering(zone="whole", after_s=4), StoppedVehicle(zone="whole", after_s=4)])
    assert after(scene, 10, (1, "car", 0.5, 0.5)) == []


def test_a_bag_beside_somebody_is_not_alone() -> None:
    scene = Scene([WHOLE], [], [ObjectLeft(zone="whole", after_s=30)])
    (nearly,) = after(scene, 10, (1, "backpack", 0.5, 0.5), (2, "person", 0.6, 0.5))
    assert (nearly.what, nearly.first) == (What.ALONE, 1)
    assert nearly.reached < 10


def test_whoever_comes_back_a_little_is_said() -> None:
    scene = Scene([WHOLE], [], [WrongWay(zone="whole", a=(0.1, 0.5), b=(0.9, 0.5), travel=2)])
    for look, x in enumerate((0.5, 0.46, 0.42)):
        scene.observe(seen((1, "car", x, 0.5)), LABELS, look / 2)
    (nearly,) = scene.nearly()
    assert nearly.what is What.BACK
    assert nearly.reached == pytest.approx(0.8, abs=1e-4)


def test_whoever_stops_before_a_line_or_goes_round_its_end_is_said_and_who_crosses_is_not() -> None:
    line = Line(id="line", a=(0.5, 0.0), b=(0.5, 0.7))
    scene = Scene([], [line], [])
    said = []
    for look in range(9):
        x = 0.2 + look * 0.05
        boxes = seen(
            (1, "car", min(x, 0.46), 0.5), (2, "car", 0.22 + look * 0.08, 0.95), (3, "car", 0.12 + look * 0.09, 0.3)
        )
        scene.observe(boxes, LABELS, look / 2)
        said += scene.nearly()
    reasons = {first: {one.what for one in said if one.first == first} for first in (1, 2)}
    assert reasons == {1: {What.OFF_LINE}, 2: {What.BESIDE_LINE}}
    assert min(one.reached for one in said if one.first == 1) == pytest.approx(0.4, abs=1e-3)


def test_a_zone_that_has_begun_to_change_is_said_with_its_share() -> None:
    rule = SlowChange(zone="whole", share=0.5, every_s=1, looks=2)
    half = Zone(id="whole", polygon=((0, 0), (0.5, 0), (0.5, 1), (0, 1)))
    scene = Scene([half], [], [rule])
    clean = np.random.default_rng(1).integers(80, 120, (180, 320)).astype(np.uint8)
    rubbish = clean.copy()
    rubbish[:60, :160] = 250
    for look in range(8):
        picture = clean if look < 4 else rubbish
        scene.observe(Detections.none(), LABELS, float(look), (), picture.copy)
    (nearly,) = scene.nearly()
    assert (nearly.what, nearly.wanted) == (What.SHARE, 0.5)
    assert 0.25 < nearly.reached < 0.45
