"""What may be watched: every mistake a person can draw is refused with its reason."""

import pytest

from edge.analytics.places import Line, Point, Zone
from edge.analytics.scene import Scene
from edge.analytics.watches import (
    Congestion,
    Crowding,
    Loitering,
    ObjectLeft,
    ObjectRemoved,
    Occupancy,
    Queue,
    WrongWay,
)

TRIANGLE: tuple[Point, ...] = ((0.1, 0.1), (0.9, 0.1), (0.5, 0.9))


@pytest.mark.parametrize(
    ("polygon", "reason"),
    [
        (((0.1, 0.1), (0.9, 0.1)), "3 points"),
        (((0.1, 0.1), (1.2, 0.1), (0.5, 0.9)), "outside the picture"),
        (((0.1, 0.1), (float("nan"), 0.1), (0.5, 0.9)), "outside the picture"),
        (((0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.9)), "Self-intersection"),
        (((0.1, 0.1), (0.5, 0.5), (0.9, 0.9)), r"no area|Self-intersection"),
    ],
)
def test_a_zone_that_is_no_area_of_the_picture_is_refused(polygon: tuple[Point, ...], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Zone(id="yard", polygon=polygon)


def test_a_name_that_is_no_slug_is_refused() -> None:
    for name in ("", "Yard", "a b", "x" * 41):
        with pytest.raises(ValueError, match="an id is"):
            Zone(id=name, polygon=TRIANGLE)


def test_a_line_needs_length_two_names_and_the_picture() -> None:
    with pytest.raises(ValueError, match="both ends"):
        Line(id="gate", a=(0.1, 0.1), b=(0.1, 0.1))
    with pytest.raises(ValueError, match="both directions"):
        Line(id="gate", a=(0.1, 0.1), b=(0.2, 0.1), rightward="in", leftward="in")
    with pytest.raises(ValueError, match="outside the picture"):
        Line(id="gate", a=(-0.1, 0.1), b=(0.2, 0.1))


@pytest.mark.parametrize("name", ["", "Đi vào", "di vao", "x" * 41, "in\n"])
def test_a_direction_the_wire_cannot_carry_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="must be 1 to 40 of a-z, 0-9 and _"):
        Line(id="gate", a=(0.1, 0.1), b=(0.2, 0.1), rightward=name)
    with pytest.raises(ValueError, match="must be 1 to 40 of a-z, 0-9 and _"):
        Line(id="gate", a=(0.1, 0.1), b=(0.2, 0.1), leftward=name)


def test_rules_without_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="after_s"):
        Loitering(zone="yard", after_s=-1)
    with pytest.raises(ValueError, match="at_least"):
        Crowding(zone="yard", at_least=0, for_s=10)
    with pytest.raises(ValueError, match="one bound"):
        Occupancy(zone="yard", for_s=10)
    with pytest.raises(ValueError, match="one bound"):
        Occupancy(zone="yard", for_s=10, over=3, under=1)


def test_a_way_needs_length_and_the_picture() -> None:
    with pytest.raises(ValueError, match="begins and ends"):
        WrongWay(zone="yard", a=(0.1, 0.1), b=(0.1, 0.1))
    with pytest.raises(ValueError, match="outside the picture"):
        WrongWay(zone="yard", a=(0.1, 0.1), b=(0.1, 1.1))
    with pytest.raises(ValueError, match="travel"):
        WrongWay(zone="yard", a=(0.1, 0.1), b=(0.1, 0.9), travel=0)


def test_waiting_needs_somebody_and_a_pace() -> None:
    for rule in (Queue, Congestion):
        with pytest.raises(ValueError, match="at_least"):
            rule(zone="yard", at_least=0, for_s=10)
        with pytest.raises(ValueError, match="slow"):
            rule(zone="yard", at_least=3, for_s=10, slow=0)


def test_what_is_left_or_missed_has_a_class_of_its_own() -> None:
    with pytest.raises(ValueError, match="what may be left"):
        ObjectLeft(zone="yard", after_s=10, classes=frozenset({"person"}))
    with pytest.raises(ValueError, match="what may be missed"):
        ObjectRemoved(zone="yard", classes=frozenset())
    with pytest.raises(ValueError, match="after_s"):
        ObjectRemoved(zone="yard", classes=frozenset({"bicycle"}), after_s=0)


def test_a_scene_refuses_twins_and_rules_over_nowhere() -> None:
    zone = Zone(id="yard", polygon=TRIANGLE)
    with pytest.raises(ValueError, match="place ids used twice"):
        Scene(zones=[zone], lines=[Line(id="yard", a=(0, 0), b=(1, 1))])
    with pytest.raises(ValueError, match="rule ids used twice"):
        Scene(zones=[zone], watches=[Loitering(zone="yard", after_s=5), Loitering(zone="yard", after_s=9)])
    with pytest.raises(ValueError, match="unknown zones"):
        Scene(watches=[Loitering(zone="yard", after_s=5)])
