from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.catalogue import Head, Input
from models.decode import CLASSIFY, CROWD, DECODE, Asked, Boxes, expected, one_thing, suppress

WANT = Input(height=64, width=96)
ASKED = Asked(WANT, 0.25, 0.5)
CELLS = (8 * 12, 4 * 6, 2 * 3)
FIRST_OF_STRIDE_16 = CELLS[0]


def blank(head: Head, classes: int = 2, boxes: int = 3) -> list[NDArray[Any]]:
    """Outputs of the shapes the head reads, with nothing in them."""
    fill = -20.0 if head is Head.FASTESTDET else 0.0
    return [
        np.full([boxes if length is None else length for length in shape], fill, np.float32)
        for shape in expected(head, WANT, classes)
    ]


@pytest.mark.parametrize("head", DECODE)
def test_every_head_sees_nothing_in_nothing(head: Head) -> None:
    assert len(DECODE[head](blank(head), ASKED)) == 0


@pytest.mark.parametrize("head", DECODE)
def test_scores_that_are_no_numbers_and_boxes_without_end_are_nothing(head: Head) -> None:
    for poison in (np.nan, np.inf):
        outputs = [np.full_like(output, poison) for output in blank(head)]
        if head is Head.DETR:
            outputs[0] = np.zeros(outputs[0].shape, np.int64)
        with np.errstate(all="ignore"):
            found = DECODE[head](outputs, ASKED)
        assert np.isfinite(found.xyxy).all()


def test_yolox_adds_the_cell_and_multiplies_by_the_stride() -> None:
    (output,) = blank(Head.YOLOX)
    cell = FIRST_OF_STRIDE_16 + 6 * 2 + 3  # row 2, column 3 of the middle grid
    output[0, cell] = [0.5, 0.25, np.log(2), np.log(1), 0.9, 0.1, 0.8]
    found = DECODE[Head.YOLOX]([output], ASKED)
    assert found.xyxy[0].tolist() == pytest.approx([56 - 16, 36 - 8, 56 + 16, 36 + 8])
    assert found.score.tolist() == pytest.approx([0.72])
    assert found.label.tolist() == [1]


def test_yolox_says_nothing_of_a_sure_cell_without_a_class() -> None:
    (output,) = blank(Head.YOLOX)
    output[0, 0] = [0, 0, 0, 0, 0.99, 0.2, 0.2]
    assert len(DECODE[Head.YOLOX]([output], ASKED)) == 0


def test_yolov8_reads_columns_of_centre_size_and_classes() -> None:
    (output,) = blank(Head.YOLOV8)
    output[0, :, 7] = [40, 30, 20, 10, 0.3, 0.6]
    output[0, :, 8] = [41, 30, 20, 10, 0.1, 0.5]
    output[0, :, 9] = [41, 30, 20, 10, 0.5, 0.1]
    found = DECODE[Head.YOLOV8]([output], ASKED)
    assert found.xyxy.tolist() == [[30, 25, 50, 35], [31, 25, 51, 35]]
    assert found.label.tolist() == [1, 0]
    assert found.score.tolist() == pytest.approx([0.6, 0.5])


def test_an_end_to_end_network_is_taken_at_its_word() -> None:
    (output,) = blank(Head.END2END)
    output[0] = [[1, 2, 3, 4, 0.9, 1], [1, 2, 3, 4, 0.8, 1], [5, 6, 7, 8, 0.2, 0]]
    found = DECODE[Head.END2END]([output], ASKED)
    assert found.xyxy.tolist() == [[1, 2, 3, 4]] * 2
    assert found.label.tolist() == [1, 1]


def test_a_detr_gives_labels_boxes_and_scores() -> None:
    label = np.array([[1, 0, 1]], np.int64)
    xyxy = np.array([[[1, 2, 3, 4], [5, 6, 7, 8], [0, 0, np.inf, 1]]], np.float32)
    found = DECODE[Head.DETR]([label, xyxy, np.array([[0.5, 0.1, 0.9]], np.float32)], ASKED)
    assert found.xyxy.tolist() == [[1, 2, 3, 4]]
    assert found.label.dtype == np.int32


def test_yunet_scores_by_the_mean_of_face_and_objectness() -> None:
    outputs = blank(Head.YUNET, classes=1)
    cell = 3 * 1 + 2  # row 1, column 2 of the coarsest grid
    outputs[2][0, cell], outputs[5][0, cell] = 0.81, 0.49
    outputs[8][0, cell] = [0.5, -0.5, 0, np.log(0.5)]
    found = DECODE[Head.YUNET](outputs, ASKED)
    assert found.score.tolist() == pytest.approx([0.63])
    assert found.xyxy[0].tolist() == pytest.approx([80 - 16, 16 - 8, 80 + 16, 16 + 8])


def test_nanodet_takes_the_middle_of_each_distribution() -> None:
    outputs = blank(Head.NANODET)
    outputs[0][0, 12 + 1, 1] = 0.7  # row 1, column 1 of the finest grid, whose middle is 8 + 3.5
    spread = outputs[3][0, 12 + 1].reshape(4, 8)
    spread[:, 1] = 100.0
    found = DECODE[Head.NANODET](outputs, ASKED)
    assert found.xyxy[0].tolist() == pytest.approx([3.5, 3.5, 19.5, 19.5])
    assert found.label.tolist() == [1]


def test_fastestdet_bends_its_offsets_and_sizes() -> None:
    (output,) = blank(Head.FASTESTDET)
    output[0, :, 1, 2] = [0.9, 0.0, 0.0, 0.0, 0.0, 0.5, 0.1]
    found = DECODE[Head.FASTESTDET]([output], ASKED)
    assert found.xyxy[0].tolist() == pytest.approx([32 - 24, 16 - 16, 32 + 24, 16 + 16])
    assert found.score.tolist() == pytest.approx([0.45])


def test_the_stronger_of_two_of_a_class_stays_and_other_classes_are_left_alone() -> None:
    xyxy = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [1, 0, 11, 10], [50, 50, 60, 60]], np.float32)
    boxes = Boxes(xyxy, np.array([0.5, 0.9, 0.4, 0.3], np.float32), np.array([0, 0, 1, 0], np.int32))
    kept = suppress(boxes, 0.5)
    assert kept.score.tolist() == pytest.approx([0.9, 0.4, 0.3])


@given(st.integers(0, 60), st.integers(0, 2**32 - 1))
def test_suppression_agrees_with_the_plain_rule(count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    corner = random.uniform(0, 60, (count, 2))
    xyxy = np.concatenate([corner, corner + random.uniform(5, 40, (count, 2))], 1).astype(np.float32)
    score = random.permutation(np.linspace(0.3, 0.9, count)).astype(np.float32)
    boxes = Boxes(xyxy, score, random.integers(0, 3, count).astype(np.int32))
    kept: list[int] = []
    for row in np.argsort(-score):
        if all(boxes.label[row] != boxes.label[other] or overlap(xyxy[row], xyxy[other]) <= 0.5 for other in kept):
            kept.append(int(row))
    assert suppress(boxes, 0.5).score.tolist() == score[kept].tolist()


def test_one_thing_has_one_class_where_that_is_asked() -> None:
    xyxy = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [6, 0, 16, 10]], np.float32)
    boxes = Boxes(xyxy, np.array([0.5, 0.9, 0.4], np.float32), np.array([0, 1, 2], np.int32))
    assert one_thing(boxes, 0.7).score.tolist() == pytest.approx([0.9, 0.4])
    assert one_thing(boxes, 0.9).score.tolist() == pytest.approx([0.9, 0.5, 0.4])
    assert len(one_thing(boxes[np.zeros(0, np.intp)], 0.7)) == 0


def overlap(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Intersection over union, plainly."""
    one, other = one.astype(float), other.astype(float)
    shared = np.prod(np.clip(np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2]), 0, None))
    both = np.prod(one[2:] - one[:2]) + np.prod(other[2:] - other[:2]) - shared
    return float(shared / both)


def test_a_picture_of_noise_is_cut_to_its_strongest() -> None:
    random = np.random.default_rng(1)
    corner = random.uniform(0, 600, (3 * CROWD, 2)).astype(np.float32)
    score = random.uniform(0.01, 1, 3 * CROWD).astype(np.float32)
    boxes = Boxes(np.concatenate([corner, corner + 1], 1), score, np.zeros(3 * CROWD, np.int32))
    kept = suppress(boxes, 0.65)
    assert len(kept) <= CROWD
    assert kept.score[0] == score.max()


@pytest.mark.parametrize("head", CLASSIFY)
def test_a_classifier_scores_every_class_between_nothing_and_certainty(head: Head) -> None:
    for said in ([0.0, 0.0], [np.nan, np.inf], [-np.inf, 1e30]):
        scores = CLASSIFY[head]([np.array([said], np.float32)])
        assert scores.shape == (2,)
        assert scores.dtype == np.float32
        assert ((scores >= 0) & (scores <= 1)).all()


def test_of_classes_that_exclude_each_other_the_shares_are_one_together() -> None:
    shares = CLASSIFY[Head.SOFTMAX]([np.array([[2.0, 0.0]], np.float32)])
    assert shares.sum() == pytest.approx(1)
    assert shares[0] == pytest.approx(1 / (1 + np.exp(-2)))
    both = CLASSIFY[Head.SIGMOID]([np.array([[2.0, 2.0]], np.float32)])
    assert both == pytest.approx(1 / (1 + np.exp(-2)))
