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
from models.evaluate import EvaluationFailed, evaluate

CATALOGUE = Path(__file__).parents[2] / "configs" / "models.yaml"
Says = Mapping[str, NDArray[Any]]
Written = Callable[..., tuple[Entry, Path]]


def street(folder: Path, box: list[float]) -> Path:
    """A COCO set of one 96x64 picture with one car, whose category number is not its place in the list."""
    cv2.imwrite(str(folder / "1.png"), np.zeros((64, 96, 3), np.uint8))
    truth = {
        "images": [{"id": 7, "file_name": "1.png", "width": 96, "height": 64}],
        "annotations": [
            {"id": 1, "image_id": 7, "category_id": 30, "bbox": box, "area": box[2] * box[3], "iscrowd": 0}
        ],
        "categories": [{"id": 30, "name": "car"}, {"id": 31, "name": "boat"}],
    }
    path = folder / "instances.json"
    path.write_text(json.dumps(truth))
    return path


@pytest.mark.parametrize(("box", "ap"), [([8, 8, 40, 20], 1.0), ([50, 40, 20, 20], 0.0)])
def test_a_perfect_answer_scores_one_and_a_wrong_one_nothing(
    box: list[float], ap: float, written: Written, says: Callable[..., Says], tmp_path: Path
) -> None:
    detector = Detector(*written(Head.DETR, says((8, 8, 48, 28, 0.9, 1), (0, 0, 5, 5, 0.95, 0))))
    score = evaluate(detector, street(tmp_path, box), tmp_path)
    assert [score.ap, score.ap50] == pytest.approx([ap, ap])
    assert score.pictures == 1


def test_a_model_that_sees_nothing_scores_nothing(written: Written, says: Callable[..., Says], tmp_path: Path) -> None:
    detector = Detector(*written(Head.DETR, says((0, 0, 0, 0, 0.0, 0))))
    assert evaluate(detector, street(tmp_path, [8, 8, 40, 20]), tmp_path).ap == 0


def test_a_set_that_cannot_be_judged_says_why(written: Written, says: Callable[..., Says], tmp_path: Path) -> None:
    detector = Detector(*written(Head.DETR, says((8, 8, 48, 28, 0.9, 1))))
    truth = street(tmp_path, [8, 8, 40, 20])
    with pytest.raises(EvaluationFailed, match="missing or is no picture"):
        evaluate(detector, truth, tmp_path / "elsewhere")
    truth.write_text(truth.read_text().replace('"car"', '"tank"'))
    with pytest.raises(EvaluationFailed, match="no class of the set"):
        evaluate(detector, truth, tmp_path)
    truth.write_text("[]")
    with pytest.raises(EvaluationFailed, match="no COCO file"):
        evaluate(detector, truth, tmp_path)
    with pytest.raises(EvaluationFailed, match="cannot be read"):
        evaluate(detector, tmp_path, tmp_path)


@pytest.mark.shared("shaping and decoding reach the known AP of real models, within 0.005")
@pytest.mark.parametrize(
    ("name", "ap", "ap50"),
    [("yolox-nano-416", 0.287, 0.454), ("deimv2-femto", 0.332, 0.484), ("deimv2-atto", 0.255, 0.379)],
)
def test_real_models_reach_their_known_average_precision(shared: Path, name: str, ap: float, ap50: float) -> None:
    entry = load(CATALOGUE)[name]
    data = shared / "detection" / "coco_val_mini"
    score = evaluate(Detector(entry, shared / "models" / entry.file), data / "instances.json", data / "images")
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
        detector = Detector(entry, shared / "models" / entry.file)
        detector.detect(np.zeros((360, 640, 3), np.uint8))
