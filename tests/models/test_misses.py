import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.evaluate import Terms
from models.misses import CAPTION, CELL, COLUMNS, overlaps, sheet, worst
from models.truth import Truth, read


@pytest.fixture
def truth(tmp_path: Path) -> Truth:
    """One picture: a large car, a small car, and a crowd of people."""
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((300, 400, 3), np.uint8))
    boxes = [(3, [100, 100, 100, 80], 0), (3, [10, 10, 20, 15], 0), (1, [250, 50, 120, 120], 1)]
    told = {
        "images": [{"id": 7, "file_name": "a.png", "width": 400, "height": 300}],
        "annotations": [
            {"image_id": 7, "category_id": category, "bbox": box, "iscrowd": crowd} for category, box, crowd in boxes
        ],
        "categories": [{"id": 3, "name": "car"}, {"id": 1, "name": "person"}],
    }
    (tmp_path / "instances.json").write_text(json.dumps(told))
    return read(tmp_path)


def rows(*boxes: tuple[float, ...]) -> np.ndarray:
    return np.array([(7, *box) for box in boxes], float).reshape(-1, 7)


def test_the_largest_unseen_and_the_surest_alarm_about_nothing_come_first(truth: Truth) -> None:
    seen = rows((300, 200, 30, 30, 0.8, 3), (300, 250, 30, 30, 0.9, 3), (260, 60, 20, 40, 0.9, 1))
    found = worst(truth, seen, [3, 1], Terms())
    assert [(miss.name, miss.missed) for miss in found] == [("car", True)] * 2 + [("car", False)] * 2
    assert found[0].box.tolist() == [100, 100, 200, 180]
    assert [miss.weight for miss in found[2:]] == [0.9, 0.8]


def test_what_was_seen_is_no_miss_and_seeing_it_twice_is(truth: Truth) -> None:
    seen = rows((102, 100, 100, 80, 0.5, 3), (98, 102, 100, 80, 0.6, 3))
    assert [miss.missed for miss in worst(truth, seen, [3], Terms(over=20))] == [False]
    assert [miss.missed for miss in worst(truth, seen, [3], Terms())] == [True, False]


def test_a_box_below_the_working_score_counts_as_unseen(truth: Truth) -> None:
    assert len(worst(truth, rows((100, 100, 100, 80, 0.1, 3)), [3], Terms())) == 2


def test_the_sheet_shows_each_in_a_square_of_its_own(truth: Truth) -> None:
    seen = rows((300, 200, 30, 30, 0.8, 3))
    pixels = sheet(worst(truth, seen, [3], Terms()), truth, seen)
    assert pixels.shape == (CELL + CAPTION, COLUMNS * CELL, 3)
    green = (pixels == (60, 200, 60)).all(axis=2)
    red = (pixels == (60, 60, 230)).all(axis=2)
    assert green[:, :CELL].any()
    assert red[:, 2 * CELL : 3 * CELL].any()
    assert not (green | red)[:, 3 * CELL :].any()


def test_overlap_is_intersection_over_union() -> None:
    one, other = np.array([[0, 0, 10, 10]], float), np.array([[5, 0, 15, 10], [20, 20, 30, 30]], float)
    assert overlaps(one, other)[0].tolist() == pytest.approx([1 / 3, 0])
