"""From a look to a picture that may leave, or to the reason why none does: the node's own path, with real networks."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
import uuid_utils.compat as uuid
from numpy.typing import NDArray
from onnx import TensorProto, helper

from edge.analytics.places import Zone
from edge.analytics.scene import Scene
from edge.analytics.watches import Occupancy
from edge.eye import Eye, Task, Told
from edge.gate import GateSetting
from edge.masks import NO_MASKS, Mask, Masks
from edge.privacy import NotRedacted, Region
from edge.seeing import DetectorEyes, labels_of
from edge.telling import Witness
from models.catalogue import Entry, Head
from models.detections import Detections
from models.detector import USUAL_THRESHOLD, Detector
from models.session import ModelRefused, Reason
from streams.frames import Frame
from tests.parts.scripted_eyes import LABELS, ScriptedEyes

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
SIDE = 64
PLAZA = Zone(id="plaza", polygon=((0, 0), (1, 0), (1, 1), (0, 1)))
HEAD = (0.45, 0.28)
"""Within the head's share of `STANDING`."""
STANDING = (0.35, 0.2, 0.55, 0.9)
FREE = (0.9, 0.1)


def person(box: Region = STANDING, score: float = 0.9) -> Detections:
    return Detections(np.array([box], np.float32), np.array([score], np.float32), np.zeros(1, np.int32))


def chequered(side: int = 240) -> NDArray[np.uint8]:
    rows, columns = np.indices((side, side)) // 3
    return np.repeat((((rows + columns) % 2) * 255).astype(np.uint8)[..., None], 3, axis=2)


def frame(number: int) -> Frame:
    elapsed = number / 5
    return Frame("gate", number, NOON + timedelta(seconds=elapsed), elapsed, chequered())


def readable(jpeg: bytes, point: tuple[float, float]) -> bool:
    """Whether the chequered pattern can still be told at that place."""
    seen = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert seen is not None
    row, column = round(point[1] * seen.shape[0]), round(point[0] * seen.shape[1])
    return bool(seen[row - 5 : row + 6, column - 5 : column + 6].astype(float).std() > 60)


LOOKS_ALWAYS = GateSetting(recheck_s=0)  # the picture stands still here, and what is seen in it does not


def eye(
    rule: Occupancy,
    *,
    evidence: bool = True,
    masks: Masks = NO_MASKS,
    main: Callable[[Frame], Frame | None] | None = None,
) -> Eye:
    scene = Scene([PLAZA], [], [rule])
    task = Task(frozenset(LABELS), gate=LOOKS_ALWAYS, evidence=evidence, masks=masks)
    return Eye(Witness("gate"), task, scene, uuid.uuid7, main=main)


CROWDED = Occupancy(zone="plaza", for_s=0.2, over=1, classes=frozenset({"person"}))
EMPTY = Occupancy(zone="plaza", for_s=0.2, under=0, classes=frozenset({"person"}), grace_s=0.2)


def until_told(watching: Eye, eyes: ScriptedEyes | DetectorEyes, looks: int = 12) -> Told:
    """The first look that told an event."""
    for number in range(looks):
        told = watching.look(frame(number), eyes)
        if told.events:
            return told
    pytest.fail(f"nothing was told in {looks} looks")


def test_an_event_that_opens_names_a_redacted_picture() -> None:
    told = until_told(eye(CROWDED), ScriptedEyes([person()] * 12))
    (event,), (picture,) = told.events, told.pictures
    assert [named.sha256 for named in event.evidence] == [picture.sha256]
    assert event.evidence[0].redacted
    assert event.notes == ()
    assert not readable(picture.jpeg, HEAD)
    assert readable(picture.jpeg, FREE)


def test_who_was_there_within_a_second_is_covered_though_no_detector_sees_them_now() -> None:
    told = until_told(eye(EMPTY), ScriptedEyes([person()] * 3 + [Detections.none()] * 9))
    assert (told.detections, told.faint) == (0, 0)
    (picture,) = told.pictures
    assert not readable(picture.jpeg, HEAD)


def test_boxes_below_the_detectors_threshold_are_faint_and_no_detections() -> None:
    watching = eye(CROWDED)
    eyes = ScriptedEyes([person(score=USUAL_THRESHOLD), person(score=0.2)])
    told = [watching.look(frame(number), eyes) for number in range(2)]
    assert [(look.detections, look.faint) for look in told] == [(1, 0), (0, 1)]
    assert (watching.seen, watching.faint) == (1, 1)


def test_what_only_the_close_look_finds_is_covered() -> None:
    told = until_told(eye(CROWDED), ScriptedEyes([person()] * 12, closely=[(0.8, 0.0, 1.0, 0.2)]))
    (picture,) = told.pictures
    assert not readable(picture.jpeg, FREE)


def test_without_redaction_no_picture_leaves_and_the_event_says_why() -> None:
    refusing = ScriptedEyes([person()] * 12, closely=NotRedacted("redaction_failed", "the accelerator is gone"))
    told = until_told(eye(CROWDED), refusing)
    (event,) = told.events
    assert told.pictures == ()
    assert event.evidence == ()
    assert [note.code for note in event.notes] == ["redaction_failed"]


def test_the_picture_of_the_main_stream_is_the_evidence_and_is_redacted_itself() -> None:
    def main(small: Frame) -> Frame:
        return Frame(small.camera, small.number, small.captured, small.elapsed, chequered(1920))

    told = until_told(eye(CROWDED, main=main), ScriptedEyes([person()] * 12, closely=[(0.8, 0.0, 1.0, 0.2)]))
    (picture,) = told.pictures
    seen = cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert seen is not None
    assert seen.shape == (1920, 1920)
    assert not readable(picture.jpeg, HEAD)
    assert not readable(picture.jpeg, FREE)
    assert readable(picture.jpeg, (0.1, 0.9))


def test_without_a_picture_of_the_main_stream_the_one_that_was_looked_at_is_the_evidence() -> None:
    told = until_told(eye(CROWDED, main=lambda _: None), ScriptedEyes([person()] * 12))
    (picture,) = told.pictures
    seen = cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert seen is not None
    assert seen.shape == (240, 240)
    assert not readable(picture.jpeg, HEAD)


def test_what_lies_under_a_mask_is_in_no_count_and_black_in_the_picture() -> None:
    over_the_person = Masks([Mask(polygon=((0.3, 0), (0.6, 0), (0.6, 1), (0.3, 1)))])
    watching = eye(EMPTY, masks=over_the_person)
    told = until_told(watching, ScriptedEyes([person()] * 12))
    assert (watching.seen, watching.faint, told.detections) == (0, 0, 0)
    (picture,) = told.pictures
    seen = cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert seen is not None
    assert seen[:, 80:136].max() < 30
    assert readable(picture.jpeg, FREE)


def test_a_camera_that_proves_nothing_says_so() -> None:
    told = until_told(eye(CROWDED, evidence=False), ScriptedEyes([person()] * 12))
    assert told.pictures == ()
    assert [note.code for note in told.events[0].notes] == ["evidence_off"]


def test_a_bug_in_redaction_ends_the_look_before_anything_is_told() -> None:
    broken = ScriptedEyes([person()] * 12, closely=ZeroDivisionError("a bug"))
    with pytest.raises(ZeroDivisionError):
        until_told(eye(CROWDED), broken)


def test_with_a_face_model_the_faces_it_finds_are_covered_too(
    entry_says: Callable[..., Detector],
) -> None:
    objects = entry_says((22, 13, 35, 58, 0.9, 0))  # a person, as STANDING
    faces = entry_says((52, 2, 60, 10, 0.5, 0))  # a face far from them
    alone = until_told(eye(CROWDED), DetectorEyes(objects, None))
    both = until_told(eye(CROWDED), DetectorEyes(objects, faces))
    assert readable(alone.pictures[0].jpeg, FREE)
    assert not readable(both.pictures[0].jpeg, FREE)
    assert not readable(both.pictures[0].jpeg, HEAD)


def test_whatever_a_model_calls_its_classes_they_are_codes_the_wire_takes(entry_says: Callable[..., Detector]) -> None:
    names = ("Xe máy", "Đèn đỏ", "traffic-light", "person (sitting)", "人", "x" * 50)
    entry = entry_says((0, 0, 32, 64, 0.2, 1)).entry
    named = entry.model_copy(update={"labels": entry.labels.model_copy(update={"names": names})})
    codes = ["xe_may", "den_do", "traffic_light", "person__sitting_", "class_4", "x" * 40]
    assert labels_of(named) == codes


def test_of_two_people_of_whom_one_half_hides_the_other_both_heads_are_covered(
    entry_says: Callable[..., Detector],
) -> None:
    behind, before = (22, 10, 35, 58, 0.9, 0), (22, 24, 35, 58, 0.6, 0)  # they share two thirds
    eyes = DetectorEyes(entry_says(behind, before), None)
    height = before[3] - before[1]
    chin = (before[1] + 0.35 * height) / SIDE
    assert any(bottom >= chin for _, _, _, bottom in eyes.see_closely(frame(0)))


def test_what_a_tile_shows_is_covered_where_the_tile_lies(entry_says: Callable[..., Detector]) -> None:
    wide = Frame("gate", 0, NOON, 0.0, np.zeros((100, 200, 3), np.uint8))
    covered = DetectorEyes(entry_says((0, 0, 32, 64, 0.2, 1)), None).see_closely(wide)
    # The left half of the whole picture and of each of three square tiles that start at 0, 50 and 100 of 200.
    assert sorted(round(left, 2) for left, _, _, _ in covered) == [0, 0, 0.25, 0.5]
    assert sorted(round(right, 2) for _, _, right, _ in covered) == [0.25, 0.5, 0.5, 0.75]


def test_a_face_model_that_is_missing_costs_the_picture_and_not_the_event(
    entry_says: Callable[..., Detector],
) -> None:
    missing = ModelRefused(Reason.MISSING, "yunet-faces", "there is no such file")
    told = until_told(eye(CROWDED), DetectorEyes(entry_says((22, 13, 35, 58, 0.9, 0)), missing))
    assert told.pictures == ()
    assert [note.code for note in told.events[0].notes] == ["faces_missing"]


@pytest.fixture
def entry_says(tmp_path: Path) -> Callable[..., Detector]:
    """A detector of a few hundred bytes that sees these (x, y, right, bottom, score, label) on its canvas."""

    def make(*rows: tuple[float, ...]) -> Detector:
        content = network(rows)
        path = tmp_path / f"{hashlib.sha256(content).hexdigest()}.onnx"
        path.write_bytes(content)
        return Detector(entry_of(content, path.name), path)

    return make


def network(rows: Sequence[tuple[float, ...]]) -> bytes:
    found = helper.make_tensor("said", TensorProto.FLOAT, [1, len(rows), 6], [part for row in rows for part in row])
    graph = helper.make_graph(
        [helper.make_node("Identity", ["said"], ["found"])],
        "says",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("found", TensorProto.FLOAT, [1, len(rows), 6])],
        [found],
    )
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])
    return bytes(model.SerializeToString())


def entry_of(content: bytes, file: str) -> Entry:
    return Entry.model_validate(
        {
            "name": "tiny",
            "title": "a tiny network",
            "task": "objects",
            "file": file,
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
            "input": {"height": SIDE, "width": SIDE},
            "head": Head.END2END,
            "labels": {"name": "street", "names": LABELS},
            "licence": {"spdx": "Apache-2.0", "holder": "nobody", "fits": ["run"]},
        }
    )


def test_a_model_that_knows_no_people_costs_the_picture_and_not_the_event(
    entry_says: Callable[..., Detector],
) -> None:
    foreign = entry_says((22, 13, 35, 58, 0.9, 0))
    labels = foreign.entry.labels.model_copy(update={"names": ("nguoi", "car"), "groups": {}})
    foreign.entry = foreign.entry.model_copy(update={"labels": labels})
    with pytest.raises(NotRedacted) as refused:
        DetectorEyes(foreign, None).see_closely(frame(0))
    assert refused.value.code == "people_unknown"
    named = labels.model_copy(update={"groups": {"person": ("nguoi",)}})
    foreign.entry = foreign.entry.model_copy(update={"labels": named})
    assert DetectorEyes(foreign, None).see_closely(frame(0))
