import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.catalogue import Entry, Head, load
from models.detector import Detector
from models.evaluate import EvaluationFailed, Terms, evaluate
from models.pictures import NoPicture
from models.truth import Truth, read

CATALOGUE = Path(__file__).parents[2] / "configs" / "models.yaml"
Says = Mapping[str, NDArray[Any]]
Written = Callable[..., tuple[Entry, Path]]


def street(folder: Path, box: list[float]) -> Truth:
    """A COCO set of one 96x64 picture with one car, whose category number is not its place in the list."""
    cv2.imwrite(str(folder / "1.png"), np.zeros((64, 96, 3), np.uint8))
    truth = {
        "images": [{"id": 7, "file_name": "1.png", "width": 96, "height": 64}],
        "annotations": [
            {"id": 1, "image_id": 7, "category_id": 30, "bbox": box, "area": box[2] * box[3], "iscrowd": 0}
        ],
        "categories": [{"id": 30, "name": "car"}, {"id": 31, "name": "boat"}],
    }
    (folder / "instances.json").write_text(json.dumps(truth))
    return read(folder)


@pytest.mark.parametrize(("box", "ap"), [([8, 8, 40, 20], 1.0), ([50, 40, 20, 20], 0.0)])
def test_a_perfect_answer_scores_one_and_a_wrong_one_nothing(
    box: list[float], ap: float, written: Written, says: Callable[..., Says], tmp_path: Path
) -> None:
    detector = Detector(*written(Head.DETR, says((8, 8, 48, 28, 0.9, 1), (0, 0, 5, 5, 0.95, 0))))
    score = evaluate(detector, street(tmp_path, box))
    assert [score.ap, score.ap50] == pytest.approx([ap, ap])
    assert score.pictures == 1


def test_a_model_that_sees_nothing_scores_nothing(written: Written, says: Callable[..., Says], tmp_path: Path) -> None:
    detector = Detector(*written(Head.DETR, says((0, 0, 0, 0, 0.0, 0))))
    assert evaluate(detector, street(tmp_path, [8, 8, 40, 20])).ap == 0


def test_each_class_is_told_with_its_boxes_and_the_recall_at_a_precision(
    written: Written, says: Callable[..., Says], tmp_path: Path
) -> None:
    surer_and_wrong = (0, 0, 5, 5, 0.95, 1)
    detector = Detector(*written(Head.DETR, says((8, 8, 48, 28, 0.9, 1), surer_and_wrong)))
    truth = street(tmp_path, [8, 8, 40, 20])
    (car,) = evaluate(detector, truth).classes
    assert (car.name, car.boxes, car.recall) == ("car", 1, 1.0)
    assert car.ap50 == pytest.approx(0.5)
    assert evaluate(detector, truth, Terms(precision=0.6)).classes[0].recall == 0


def test_a_class_the_set_calls_otherwise_is_judged_when_one_says_so(
    written: Written, says: Callable[..., Says], tmp_path: Path
) -> None:
    detector = Detector(*written(Head.DETR, says((8, 8, 48, 28, 0.9, 0))))
    truth = street(tmp_path, [8, 8, 40, 20])
    assert evaluate(detector, truth, Terms(classes={"person": "car", "car": "boat"})).ap == pytest.approx(1)
    with pytest.raises(EvaluationFailed, match="knows tank"):
        evaluate(detector, truth, Terms(classes={"person": "tank"}))


def test_small_objects_are_left_out_on_request_and_their_boxes_are_no_alarms(
    written: Written, says: Callable[..., Says], tmp_path: Path
) -> None:
    detector = Detector(*written(Head.DETR, says((8, 8, 48, 28, 0.9, 1), (60, 40, 66, 46, 0.95, 1))))
    assert evaluate(detector, street(tmp_path, [8, 8, 40, 20]), Terms(over=20)).ap == pytest.approx(1)
    with pytest.raises(EvaluationFailed, match="no box of car"):
        evaluate(detector, street(tmp_path, [8, 8, 10, 10]), Terms(over=20))


def test_a_set_that_cannot_be_judged_says_why(written: Written, says: Callable[..., Says], tmp_path: Path) -> None:
    detector = Detector(*written(Head.DETR, says((8, 8, 48, 28, 0.9, 1))))
    truth = street(tmp_path, [8, 8, 40, 20])
    with pytest.raises(NoPicture, match="missing or is no picture"):
        evaluate(detector, Truth(truth.coco, tmp_path / "elsewhere"))
    told = tmp_path / "instances.json"
    told.write_text(told.read_text().replace('"car"', '"tank"'))
    with pytest.raises(EvaluationFailed, match="no class of the set"):
        evaluate(detector, read(tmp_path))


@pytest.mark.shared("shaping and decoding reach the known AP of real models, within 0.005")
@pytest.mark.parametrize(
    ("name", "ap", "ap50"),
    [
        ("yolox-nano-416", 0.285, 0.450),
        ("deimv2-femto", 0.334, 0.487),
        ("deimv2-atto", 0.256, 0.381),
        ("nanodet-m-416", 0.251, 0.405),
    ],
)
def test_real_models_reach_their_known_average_precision(shared: Path, name: str, ap: float, ap50: float) -> None:
    entry = load(CATALOGUE)[name]
    data = shared / "detection" / "coco_val_mini"
    score = evaluate(Detector(entry, shared / "models" / entry.file), read(data))
    assert score.pictures == 158
    assert score.ap == pytest.approx(ap, abs=0.005)
    assert score.ap50 == pytest.approx(ap50, abs=0.005)


@pytest.mark.shared("YuNet finds the faces of a real plaza where they are")
def test_the_faces_of_two_people_on_a_plaza_are_found(shared: Path) -> None:
    entry = load(CATALOGUE)["yunet-faces"]
    film = cv2.VideoCapture(str(shared / "videos" / "opencv_vtest.avi"))
    for _ in range(201):
        _, pixels = film.read()
    film.release()
    detector = Detector(entry, shared / "models" / entry.file)
    found = detector.detect(np.asarray(pixels, np.uint8), 0.6)
    centres = sorted(((found.xyxy[:, :2] + found.xyxy[:, 2:]) / 2).tolist())
    assert centres == [pytest.approx([0.83, 0.477], abs=0.01), pytest.approx([0.948, 0.457], abs=0.01)]


@pytest.mark.shared("every file of the mirror is the one the catalogue names, and opens")
def test_every_model_of_the_catalogue_opens_and_looks(shared: Path) -> None:
    for entry in load(CATALOGUE).entries.values():
        detector = Detector(entry, entry.lies(shared / "models"))
        detector.detect(np.zeros((360, 640, 3), np.uint8))
