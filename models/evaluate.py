"""How well a model sees: average precision, whole and class by class, by the field's own judge.

Idea: the figures printed beside a model are worth something only when anybody can make them again, so the judge is
`faster-coco-eval` (the COCO rules, 100 detections a picture) and the set is a folder. Classes are matched by name,
or as the caller says, and only those that both the model and the set have are judged: a model of six classes is not
blamed for the other seventy-four. Beside AP stands what a ward asks: of the objects there, how many are found when
so many of the alarms must be right (`recall`).
Limits: decoding keeps each cell's best class only, which costs about .002 AP against the every-class decoding some
published figures use. Recall is read off the judge's curve, to one part in a hundred.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models import pictures
from models.catalogue import Labels
from models.detections import Detections
from models.detector import Detector
from models.truth import Truth

EVALUATION_THRESHOLD: Final = 0.001
LARGEST_AREA: Final = 1e10
AT_FIFTY: Final = 0

Rows = NDArray[np.float64]
Progress = Callable[[int, int], None]


class EvaluationFailed(Exception):  # noqa: N818  named for what happened, like the refusals of this house
    """A set that cannot be judged; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is judged: the `precision` at which recall is told, objects from `over` x `over` pixels on alone.

    `classes` names the set's class for a class of the model where the two do not agree; `threshold` is the score
    below which nothing counts as seen.
    """

    precision: float = 0.5
    over: float = 0.0
    classes: Mapping[str, str] = field(default_factory=dict)
    threshold: float = EVALUATION_THRESHOLD


@dataclass(frozen=True, slots=True)
class ClassScore:
    """One class of the set: how many boxes of it were judged, its AP, its AP at IoU .50, its recall at precision."""

    name: str
    boxes: int
    ap: float
    ap50: float
    recall: float


@dataclass(frozen=True, slots=True)
class Score:
    """Average precision over IoU .50 to .95 and at .50, on so many pictures, at a median of `ms` a picture."""

    ap: float
    ap50: float
    pictures: int
    ms: float
    classes: tuple[ClassScore, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What a model saw in a set: `rows` float64 (N, 7) of picture, x, y, width, height, score, category; `ms` each."""

    rows: Rows
    ms: tuple[float, ...]


def evaluate(detector: Detector, truth: Truth, terms: Terms | None = None, progress: Progress | None = None) -> Score:
    """Judge `detector` on `truth`. Raises EvaluationFailed without a judge or a common class, NoPicture."""
    terms = terms or Terms()
    return judge(truth, look(detector, truth, terms, progress), detector.entry.labels, terms)


def look(detector: Detector, truth: Truth, terms: Terms, progress: Progress | None = None) -> Seen:
    """What `detector` sees in every picture of `truth`, in the set's own categories and pixels. Raises NoPicture."""
    shared = common(truth, detector.entry.labels, terms)
    rows, took = [np.zeros((0, 7))], []
    for number, picture in enumerate(truth.coco["images"], 1):
        pixels = pictures.read(truth.path(picture))
        found = detector.detect(pixels, terms.threshold)
        took.append(detector.timing.total_ms)
        rows.append(_rows(found, picture["id"], (pixels.shape[1], pixels.shape[0]), shared))
        if progress:
            progress(number, len(truth.coco["images"]))
    return Seen(np.concatenate(rows), tuple(took))


def judge(truth: Truth, seen: Seen, labels: Labels, terms: Terms) -> Score:
    """The score of what was seen. Raises EvaluationFailed."""
    shared = sorted(set(common(truth, labels, terms).values()))
    curves = _curves(truth, seen.rows, shared, terms) if len(seen.rows) else np.zeros((10, 101, len(shared)))
    named = {number: name for name, number in truth.classes.items()}
    classes = tuple(
        _class_score(named[number], _boxes(truth, number, terms), curves[:, :, at], terms)
        for at, number in enumerate(shared)
    )
    judged = [score for score in classes if score.boxes]
    if not judged:
        raise EvaluationFailed(f"the set has no box of {', '.join(named[number] for number in shared)} to judge by")
    ap, ap50 = (float(np.mean([getattr(score, what) for score in judged])) for what in ("ap", "ap50"))
    return Score(ap, ap50, len(truth.coco["images"]), median(seen.ms), classes)


def common(truth: Truth, labels: Labels, terms: Terms) -> dict[int, int]:
    """Category id of the set by class index of the model. Raises EvaluationFailed when they share none."""
    strangers = sorted(set(terms.classes) - set(labels.names)) + sorted(
        set(terms.classes.values()) - set(truth.classes)
    )
    if strangers:
        raise EvaluationFailed(f"neither the model {labels.name} nor the set knows {', '.join(strangers)}")
    called = {name: terms.classes.get(name, name) for name in labels.names}
    shared = {
        index: truth.classes[called[name]] for index, name in enumerate(labels.names) if called[name] in truth.classes
    }
    if not shared:
        raise EvaluationFailed(
            f"no class of the set ({_some(truth.classes)}) is one of the model's ({_some(labels.names)}); "
            "say which is which with --class MODEL=SET"
        )
    return shared


def _some(names: Iterable[str], most: int = 8) -> str:
    told = list(names)
    return ", ".join(told[:most]) + (f" and {len(told) - most} more" if len(told) > most else "")


def _rows(found: Detections, picture: int, size: tuple[int, int], shared: Mapping[int, int]) -> Rows:
    known = np.isin(found.label, list(shared))
    corners = found.xyxy[known].astype(float) * (size * 2)
    category = np.array([shared[int(label)] for label in found.label[known]], float)
    columns = (np.full(len(corners), picture, float), corners[:, :2], corners[:, 2:] - corners[:, :2])
    return np.column_stack([*columns, found.score[known], category])


def _curves(truth: Truth, rows: Rows, shared: list[int], terms: Terms) -> Rows:
    """Precision by IoU (10), recall (101) and class; -1 where the set has no box of the class."""
    try:
        from faster_coco_eval import COCO, COCOeval_faster  # noqa: PLC0415  a workshop tool, absent on a node
    except ImportError as absent:
        raise EvaluationFailed("the judge is not installed; run `pip install 'wardsense[workshop]'`") from absent
    truth_there = COCO(dict(truth.coco))
    verdict = COCOeval_faster(truth_there, truth_there.loadRes(rows), "bbox", print_function=lambda *_: None)
    verdict.params.catIds = shared
    verdict.params.areaRng, verdict.params.areaRngLbl = [[terms.over**2, LARGEST_AREA]], ["all"]
    verdict.evaluate()
    verdict.accumulate()
    curves: Rows = verdict.eval["precision"][:, :, :, 0, -1]
    return curves


def _class_score(name: str, boxes: int, curves: Rows, terms: Terms) -> ClassScore:
    if not boxes:
        return ClassScore(name, 0, 0.0, 0.0, 0.0)
    reached = np.flatnonzero(curves[AT_FIFTY] >= terms.precision)
    recall = float(reached[-1]) / (curves.shape[1] - 1) if len(reached) else 0.0
    return ClassScore(name, boxes, float(curves.mean()), float(curves[AT_FIFTY].mean()), recall)


def _boxes(truth: Truth, category: int, terms: Terms) -> int:
    return sum(_counts(box, category, terms) for box in truth.coco["annotations"])


def _counts(box: Mapping[str, Any], category: int, terms: Terms) -> bool:
    return box["category_id"] == category and not box.get("iscrowd") and box["area"] >= terms.over**2
