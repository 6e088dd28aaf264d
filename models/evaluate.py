"""How well a model sees: average precision on a COCO-format set, by the field's own judge.

Idea: the figures printed beside a model are worth something only when anybody can make them again, so the
judge is `faster-coco-eval` (the COCO rules, 100 detections a picture) and the pictures are a folder and a JSON.
Classes are matched by name where names agree, so a set with a few of the model's classes can be used too.
Limits: decoding keeps each cell's best class only, which costs about .002 AP against the every-class decoding
some published figures use.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np

from models.catalogue import Labels
from models.detections import Detections
from models.detector import Detector

EVALUATION_THRESHOLD = 0.001


class EvaluationFailed(Exception):  # noqa: N818  named for what happened, like the refusals of this house
    """A set that cannot be judged; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Score:
    """Average precision over IoU .50 to .95 and at .50, on so many pictures, at a median of `ms` a picture."""

    ap: float
    ap50: float
    pictures: int
    ms: float


def evaluate(
    detector: Detector,
    annotations: Path,
    pictures: Path,
    threshold: float = EVALUATION_THRESHOLD,
    progress: Callable[[int, int], None] | None = None,
) -> Score:
    """Judge `detector` on the COCO file `annotations`, whose pictures lie in the folder `pictures`.

    Raises EvaluationFailed when the judge is not installed, the file is no COCO file, or a picture is missing.
    """
    truth = _truth(annotations)
    classes = _classes(truth, detector.entry.labels)
    rows, took = [], []
    for number, picture in enumerate(truth["images"], 1):
        pixels = cv2.imread(str(pictures / picture["file_name"]))
        if pixels is None:
            raise EvaluationFailed(f"{pictures / picture['file_name']} is missing or is no picture")
        found = detector.detect(np.asarray(pixels, np.uint8), threshold)
        took.append(detector.timing.total_ms)
        rows += _rows(found, picture["id"], (pixels.shape[1], pixels.shape[0]), classes)
        if progress:
            progress(number, len(truth["images"]))
    ap, ap50 = _judge(truth, rows) if rows else (0.0, 0.0)
    return Score(ap, ap50, len(took), median(took))


def _truth(annotations: Path) -> dict[str, Any]:
    try:
        truth = json.loads(annotations.read_text("utf-8"))
    except (OSError, ValueError) as wrong:
        raise EvaluationFailed(f"{annotations} cannot be read as JSON: {wrong}") from wrong
    if not isinstance(truth, dict) or not all(truth.get(key) for key in ("images", "annotations", "categories")):
        raise EvaluationFailed(f"{annotations} is no COCO file: it needs images, annotations and categories")
    return truth


def _classes(truth: Mapping[str, Any], labels: Labels) -> dict[int, int]:
    """Category id of the set by class index of the model."""
    ids = {category["name"]: int(category["id"]) for category in truth["categories"]}
    classes = {index: ids[name] for index, name in enumerate(labels.names) if name in ids}
    if not classes:
        raise EvaluationFailed(f"no class of the set ({', '.join(ids)}) is one of the model's ({labels.name})")
    return classes


def _rows(found: Detections, picture: int, size: tuple[int, int], classes: Mapping[int, int]) -> list[dict[str, Any]]:
    pixels = found.xyxy.astype(float) * (size * 2)
    corners = zip(pixels.tolist(), found.score.tolist(), found.label.tolist(), strict=True)
    return [
        {"image_id": picture, "category_id": classes[label], "score": score, "bbox": [x, y, right - x, bottom - y]}
        for (x, y, right, bottom), score, label in corners
        if label in classes
    ]


def _judge(truth: dict[str, Any], rows: list[dict[str, Any]]) -> tuple[float, float]:
    try:
        from faster_coco_eval import COCO, COCOeval_faster  # noqa: PLC0415  a development dependency, absent on a node
    except ImportError as absent:
        raise EvaluationFailed("the judge is not installed; run `pip install 'wardsense[dev]'`") from absent
    judged = COCO(truth)
    verdict = COCOeval_faster(judged, judged.loadRes(rows), "bbox", print_function=lambda *_: None)
    verdict.run()
    return float(verdict.stats[0]), float(verdict.stats[1])
