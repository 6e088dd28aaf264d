import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.detections import Detections
from models.fuse import fused, overlap, placed


def seen(*boxes: tuple[float, float, float, float, float, int]) -> Detections:
    rows = np.array(boxes, np.float32).reshape(-1, 6)
    return Detections(rows[:, :4], rows[:, 4], rows[:, 5].astype(np.int32))


def test_one_object_seen_twice_is_one_placed_by_the_scores() -> None:
    found = fused([seen((0.0, 0.0, 0.4, 0.4, 0.9, 1)), seen((0.1, 0.0, 0.4, 0.4, 0.3, 1))])
    assert len(found) == 1
    assert found.xyxy[0].tolist() == pytest.approx([0.025, 0, 0.4, 0.4])
    assert found.score.tolist() == pytest.approx([0.9])


def test_others_of_the_class_and_a_rider_on_the_bike_stay() -> None:
    found = fused([seen((0, 0, 0.2, 0.2, 0.9, 1), (0.5, 0.5, 0.7, 0.7, 0.8, 1), (0, 0.1, 0.2, 0.3, 0.7, 0))])
    assert found.label.tolist() == [1, 1, 0]


def test_one_thing_has_one_class_the_surer() -> None:
    found = fused([seen((0, 0, 0.4, 0.4, 0.6, 1)), seen((0, 0, 0.4, 0.41, 0.7, 0))])
    assert found.label.tolist() == [0]


def test_nothing_seen_is_nothing() -> None:
    assert len(fused([])) == 0
    assert len(fused([Detections.none(), Detections.none()])) == 0


def test_a_box_without_area_does_no_harm() -> None:
    assert len(fused([seen((0.5, 0.5, 0.5, 0.5, 0.9, 1))])) == 1


def test_what_the_inner_edge_of_a_tile_cuts_is_left_out_and_the_pictures_edge_cuts_nothing() -> None:
    left_tile = (0.0, 0.0, 0.5, 1.0)
    at_picture_edge, at_tile_edge = (0.0, 0.2, 0.4, 0.9, 0.9, 1), (0.6, 0.2, 1.0, 0.9, 0.9, 1)
    found = placed(seen(at_picture_edge, at_tile_edge), left_tile)
    assert found.xyxy.tolist() == [pytest.approx([0.0, 0.2, 0.2, 0.9])]


@given(st.integers(0, 40), st.integers(0, 2**32 - 1))
def test_fusing_invents_no_box_and_leaves_no_two_alike(count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    corner = random.uniform(0, 0.8, (count, 2))
    xyxy = np.concatenate([corner, corner + random.uniform(0.01, 0.2, (count, 2))], 1).astype(np.float32)
    found = fused(
        [Detections(xyxy, random.uniform(0.1, 1, count).astype(np.float32), random.integers(0, 2, count, np.int32))]
    )
    assert len(found) <= count
    assert (np.diff(found.score) <= 0).all()
    for row in range(1, len(found)):
        assert (overlap(found.xyxy[row], found.xyxy[:row]) < 0.85).all()
