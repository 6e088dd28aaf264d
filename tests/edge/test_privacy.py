"""Redaction: of what must not be read one colour stays, and nothing else can make a picture that leaves."""

import ast
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge.masks import Mask, Masks
from edge.privacy import (
    STEP,
    Group,
    NotRedacted,
    Redacted,
    Region,
    grouped,
    of_faces,
    recognised,
    redact,
    regions,
)
from models.detections import Detections
from tests.conftest import ROOT

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
    sure = regions(found(("motorcycle", (0.4, 0.4, 0.6, 0.8)), score=0.3), GROUPS, 1.0)
    assert covers(sure, 0.5, 0.13)  # who sits upright, in a helmet
    assert not covers(sure, 0.5, 0.11)


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


def shown(picture: Redacted) -> NDArray[np.uint8]:
    seen = cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert seen is not None
    return np.asarray(seen, np.uint8)


def test_of_a_covered_part_one_rounded_colour_is_left_and_its_surroundings_stay() -> None:
    seen = shown(redact(checkered(), [(0.25, 0.25, 0.75, 0.75)], np.random.default_rng(1)))
    inside = seen[64:176, 64:176].astype(int)
    assert np.abs(inside - inside[0, 0]).max() <= 2  # what JPEG does to one colour
    assert np.abs(inside.mean((0, 1)) % STEP - STEP / 2).max() < 2
    assert seen[4:50, 4:230].astype(float).std() > 90


def test_of_many_boxes_on_one_head_those_inside_another_add_nothing() -> None:
    noise = np.random.default_rng(1)
    grey = np.full((240, 240, 3), 100, np.uint8)
    grey[100:140, 100:140] = 250
    inner: list[Region] = [(0.4 + step, 0.4, 0.5 + step, 0.5) for step in (0.0, 0.05, 0.08)]
    seen = shown(redact(grey, [*inner, (0.25, 0.25, 0.75, 0.75)], noise))[64:176, 64:176].astype(int)
    assert np.ptp(seen) <= 2  # what JPEG does to one colour; the head and the street are 150 apart


def test_a_region_of_a_pixel_is_not_filled_with_that_pixel() -> None:
    white = np.zeros((64, 64, 3), np.uint8)
    white[32, 32] = 255
    seen = shown(redact(white, [(0.501, 0.501, 0.51, 0.51)], np.random.default_rng(1)))
    assert seen.max() < 40


def test_masks_are_black_whatever_stands_there_and_nothing_of_them_colours_a_region() -> None:
    white = np.full((240, 240, 3), 255, np.uint8)
    left = Masks([Mask(polygon=((0, 0), (0.5, 0), (0.5, 1), (0, 1)))])
    seen = shown(redact(white, [(0.1, 0.1, 0.3, 0.3)], np.random.default_rng(1), left))
    assert seen[:, :116].max() < 30
    assert seen[:, 128:].min() > 240


def test_the_colour_that_is_left_is_moved_by_chance() -> None:
    noise = np.random.default_rng(1)
    assert len({redact(checkered(64), [(0, 0, 1, 1)], noise).sha256 for _ in range(20)}) > 1


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
    forged: Any = object()
    with pytest.raises(TypeError, match="only"):
        Redacted(b"\xff\xd8", forged)


def test_a_redacted_picture_with_other_content_is_none() -> None:
    true = redact(checkered(64), [], np.random.default_rng(1))
    with pytest.raises(ValueError, match="seal"):
        replace(true, jpeg=b"\xff\xd8")  # type: ignore[call-arg]  # what is being refused
    with pytest.raises(FrozenInstanceError):
        true.jpeg = b"\xff\xd8"  # type: ignore[misc]  # what is being refused


def test_what_was_kept_is_recognised_by_its_record_and_nothing_else_is() -> None:
    true = redact(checkered(64), [], np.random.default_rng(1))
    assert recognised(true.jpeg, true.sha256) == true
    for other in (b"", true.jpeg[:-1], true.jpeg + b"raw"):
        with pytest.raises(NotRedacted):
            recognised(other, true.sha256)


@pytest.mark.timeout(240)  # a whole run of mypy, on a machine that may be busy
def test_mypy_refuses_every_way_around_the_redaction(tmp_path: Path) -> None:
    snippet, rules = tmp_path / "around.py", tmp_path / "mypy.ini"
    snippet.write_text(AROUND, "utf-8")
    rules.write_text(RULES, "utf-8")
    order = (sys.executable, "-m", "mypy", f"--config-file={rules}", f"--cache-dir={tmp_path}", str(snippet))
    said = subprocess.run(order, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    refused = {int(line.split(":")[1]) for line in said.splitlines() if ": error:" in line}
    wanted = {number for number, line in enumerate(AROUND.splitlines(), 1) if line.endswith("# refused")}
    assert refused == wanted, said


RULES = """\
[mypy]
strict = True
explicit_package_bases = True
namespace_packages = True
follow_imports = silent

[mypy-numpy.*,cv2.*,httpx.*,structlog.*,pydantic.*,shapely.*,models.*,streams.*,edge.analytics.*,edge.durable]
follow_imports = skip
"""
AROUND = """\
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from edge.evidence_queue import EvidenceQueue
from edge.privacy import Redacted
from edge.uploader import Uploader


def rightly(queue: EvidenceQueue, picture: Redacted, event: UUID, now: datetime) -> None:
    queue.want(picture, event, now)


async def around(queue: EvidenceQueue, picture: Redacted, uploader: Uploader, event: UUID, now: datetime) -> None:
    queue.want(b"raw", event, now)  # refused
    queue.want(picture.jpeg, event, now)  # refused
    await uploader._put(b"raw")  # refused
    queue.want(Redacted(b"raw", object()), event, now)  # refused
    queue.want(Redacted(b"raw"), event, now)  # refused
    queue.want(replace(picture, jpeg=b"raw"), event, now)  # refused
    picture.jpeg = b"raw"  # refused


class Raw(Redacted):  # refused
    pass
"""


def test_only_the_queue_recognises_and_only_the_redactor_holds_the_seal() -> None:
    allowed = {"recognised": {"privacy.py", "evidence_queue.py"}, "_SEAL": {"privacy.py"}, "_Seal": {"privacy.py"}}
    found: dict[str, set[str]] = {name: set() for name in allowed}
    for path in (ROOT / "edge").rglob("*.py"):
        for name in found.keys() & words_of(ast.parse(path.read_text("utf-8"))):
            found[name].add(path.name)
    assert found == allowed


def words_of(tree: ast.AST) -> set[str]:
    """Every name, attribute and import of a module."""
    parts = ast.walk(tree)
    return {str(getattr(part, "id", getattr(part, "attr", getattr(part, "name", "")))) for part in parts}


def test_a_class_is_in_the_groups_its_label_file_declares_and_in_those_its_name_says() -> None:
    declared = {"person": ("nguoi",), "two-wheeler": ("xe may",), "vehicle": ("xe may", "car"), "animal": ("dog",)}
    groups = grouped(("nguoi", "xe may", "car", "dog", "person"), declared)
    people, moped = {Group.PEOPLE}, {Group.TWO_WHEELERS, Group.VEHICLES}
    assert groups == [people, moped, {Group.VEHICLES}, set(), people]


def test_people_by_another_name_are_covered_as_people() -> None:
    box = (0.4, 0.2, 0.6, 0.8)
    by_name = regions(found(("person", box)), GROUPS, 1.0)
    assert regions(found(("person", box)), grouped(("nguoi",), {"person": ("nguoi",)}), 1.0) == by_name
