"""Redaction: what must not be read is averaged away, and nothing else can make a picture that leaves."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge.privacy import Group, Redacted, Region, grouped, of_faces, redact, regions
from models.detections import Detections

LABELS = ("person", "motorcycle", "car", "dog")
GROUPS = grouped(LABELS)


def found(*boxes: tuple[str, tuple[float, float, float, float]], score: float = 0.2) -> Detections:
    return Detections(
        np.array([box for _, box in boxes], np.float32).reshape(-1, 4),
        np.full(len(boxes), score, np.float32),
        np.array([LABELS.index(name) for name, _ in boxes], np.int32),
    )


def covers(covered: list[Region], x: float, y: float) -> bool:
    return any(left <= x <= right and top <= y <= bottom for left, top, right, bottom in covered)


def test_the_head_of_a_person_is_covered_and_the_legs_are_not() -> None:
    covered = regions(found(("person", (0.4, 0.2, 0.6, 0.8))), GROUPS, 1.0)
    assert covers(covered, 0.5, 0.3)
    assert not covers(covered, 0.5, 0.6)


def test_the_rider_above_a_two_wheeler_and_its_plate_are_covered() -> None:
    covered = regions(found(("motorcycle", (0.4, 0.4, 0.6, 0.8))), GROUPS, 1.0)
    assert covers(covered, 0.5, 0.25)  # half the box above its top: the rider
    assert covers(covered, 0.5, 0.55)
    assert covers(covered, 0.5, 0.75)  # the plate
    assert not covers(covered, 0.5, 0.15)


def test_the_lower_half_of_a_vehicle_is_covered() -> None:
    covered = regions(found(("car", (0.4, 0.4, 0.6, 0.8))), GROUPS, 1.0)
    assert covers(covered, 0.5, 0.7)
    assert not covers(covered, 0.5, 0.5)


def test_who_hides_the_legs_is_covered_by_more_of_the_box() -> None:
    head_and_shoulders = found(("person", (0.4, 0.8, 0.6, 1.0)))
    assert covers(regions(head_and_shoulders, GROUPS, 1.0), 0.5, 0.95)
    assert covers(regions(head_and_shoulders, GROUPS, 0.5), 0.5, 0.87)
    assert not covers(regions(head_and_shoulders, GROUPS, 0.5), 0.5, 0.95)


def test_a_sure_person_gets_room_for_hair_and_a_sure_vehicle_for_a_high_plate() -> None:
    unsure = regions(found(("person", (0.4, 0.2, 0.6, 0.8)), ("car", (0.7, 0.4, 0.9, 0.8))), GROUPS, 1.0)
    sure = regions(found(("person", (0.4, 0.2, 0.6, 0.8)), ("car", (0.7, 0.4, 0.9, 0.8)), score=0.3), GROUPS, 1.0)
    for point in ((0.5, 0.15), (0.61, 0.3), (0.8, 0.55)):
        assert not covers(unsure, *point)
        assert covers(sure, *point)


boxes = st.tuples(*[st.floats(0, 1, width=32)] * 4).map(
    lambda b: (min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]), max(b[1], b[3]))
)


@given(st.sampled_from(LABELS), boxes, st.floats(0.1, 1), st.floats(0.3, 3))
def test_never_less_is_covered_than_the_rule_demands(
    name: str, box: tuple[float, float, float, float], score: float, aspect: float
) -> None:
    left, top, right, bottom = (float(np.float32(edge)) for edge in box)
    height = bottom - top
    least = {
        "person": [(left, top, right, top + 0.35 * height)],
        "motorcycle": [(left, top - height / 2, right, top + height / 2), (left, top + height / 2, right, bottom)],
        "car": [(left, top + height / 2, right, bottom)],
        "dog": [],
    }[name]
    covered = regions(found((name, box), score=score), GROUPS, aspect)
    for west, north, east, south in least:
        assert any(
            a <= west + 1e-6 and b <= north + 1e-6 and c >= east - 1e-6 and d >= south - 1e-6 for a, b, c, d in covered
        )


def test_what_nobody_can_be_known_by_is_left_alone() -> None:
    assert regions(found(("dog", (0.1, 0.1, 0.2, 0.2))), GROUPS, 1.0) == []


def test_a_face_is_covered_with_a_margin() -> None:
    ((left, top, right, bottom),) = of_faces(found(("person", (0.4, 0.4, 0.6, 0.6))))
    assert (left, right) == pytest.approx((0.35, 0.65))
    assert (top, bottom) == pytest.approx((0.35, 0.65))


def checkered(side: int = 240) -> NDArray[np.uint8]:
    rows, columns = np.indices((side, side)) // 4
    return np.repeat((((rows + columns) % 2) * 255).astype(np.uint8)[..., None], 3, axis=2)


def test_a_pattern_does_not_survive_and_its_surroundings_do() -> None:
    pixels = checkered()
    out = redact(pixels, [(0.25, 0.25, 0.75, 0.75)], np.random.default_rng(1))
    seen = cv2.imdecode(np.frombuffer(out.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert seen is not None
    inside = seen[64:176, 64:176].astype(float)
    assert inside.std() < 30  # the pattern's own is 127
    assert seen[4:50, 4:230].astype(float).std() > 90


def test_two_redactions_of_one_picture_differ_so_that_averages_are_no_key() -> None:
    noise = np.random.default_rng(1)
    pixels = checkered()
    assert redact(pixels, [(0, 0, 1, 1)], noise).sha256 != redact(pixels, [(0, 0, 1, 1)], noise).sha256


@pytest.mark.parametrize(
    "region", [(-1, -1, 0.1, 0.1), (0.95, 0.95, 2, 2), (0.5, 0.5, 0.5, 0.5), (0.5, 0.5, 0.501, 0.501)]
)
def test_regions_at_and_beyond_the_edge_are_cut_to_the_picture(region: Region) -> None:
    assert redact(checkered(64), [region], np.random.default_rng(1)).jpeg.startswith(b"\xff\xd8")


def test_the_picture_given_is_not_changed() -> None:
    pixels = checkered(64)
    before = pixels.copy()
    redact(pixels, [(0, 0, 1, 1)], np.random.default_rng(1))
    assert (pixels == before).all()


def test_nobody_else_makes_a_redacted_picture() -> None:
    with pytest.raises(TypeError, match="only"):
        Redacted(b"\xff\xd8", "0" * 64, 0, object())


def test_a_class_is_in_the_groups_its_label_file_declares_and_in_those_its_name_says() -> None:
    declared = {"person": ("nguoi",), "two-wheeler": ("xe may",), "vehicle": ("xe may", "car"), "animal": ("dog",)}
    groups = grouped(("nguoi", "xe may", "car", "dog", "person"), declared)
    people, moped = {Group.PEOPLE}, {Group.TWO_WHEELERS, Group.VEHICLES}
    assert groups == [people, moped, {Group.VEHICLES}, set(), people]


def test_people_by_another_name_are_covered_as_people() -> None:
    box = (0.4, 0.2, 0.6, 0.8)
    by_name = regions(found(("person", box)), GROUPS, 1.0)
    assert regions(found(("person", box)), grouped(("nguoi",), {"person": ("nguoi",)}), 1.0) == by_name
