"""A teacher labels pictures, so that a small network can learn from a street nobody has drawn boxes on.

Idea: a larger model looks at the whole picture and at overlapping squares of it, what it saw is fused (`models.fuse`),
and comes out as a COCO set that `evaluate` judges by and a trainer reads. Two scores part its answer in three: from
`floor` on a box is an object, between `doubt` and `floor` it is a region that is neither reward nor blame (COCO's
`iscrowd`), below it is nothing.
Limits: a teacher's mistakes are learnt as well; the set says who the teacher was, and by which sha256, and each box
keeps its score. The boxes are of the teacher's licence class: use a teacher whose licence `fits` train.
"""

import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from models import pictures
from models.catalogue import Labels
from models.detections import Detections
from models.detector import Detector
from models.fuse import fused, placed
from models.label_journal import Journal, Row
from models.pictures import Picture, Pixels
from models.shape import tiles
from models.truth import INSTANCES

IMAGES: Final = "images"
SMALLEST_BOX_PX: Final = 2.0


class LabelFailed(Exception):  # noqa: N818  named for what happened, like the refusals of this house
    """An order for labels that cannot be filled; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted of a teacher.

    `classes` is the set's name for each of the teacher's classes that count. A box scoring `floor` or more is an
    object, one scoring `doubt` or more is neither object nor background. `side` is the edge of a tile in pixels, by
    default the picture's shorter edge; 0 looks at the whole picture only.
    """

    classes: Mapping[str, str] = field(default_factory=dict)
    floor: float = 0.4
    doubt: float = 0.4
    side: int | None = None

    def __post_init__(self) -> None:
        if not 0 < self.doubt <= self.floor < 1:
            raise ValueError(f"scores must be 0 < doubt <= floor < 1, not {self.doubt} and {self.floor}")


@dataclass(frozen=True, slots=True)
class Labelled:
    """What came of it: pictures, boxes by class, and regions in doubt."""

    pictures: int
    boxes: Mapping[str, int]
    doubtful: int


def wanted(words: Sequence[str], labels: Labels) -> dict[str, str]:
    """Classes by the words of a command line: `car`, a group (`vehicle`) or `motorcycle=motorbike`; none means all.

    Raises LabelFailed for a word the teacher does not know.
    """
    classes: dict[str, str] = {}
    for word in words or labels.names:
        theirs, _, ours = word.partition("=")
        try:
            known = [labels.names[index] for index in sorted(labels.indices(theirs))]
        except KeyError as stranger:
            raise LabelFailed(f"{stranger.args[0]}; it has {', '.join(labels.names)}") from stranger
        classes |= {name: ours or name for name in known}
    return classes


def look(teacher: Detector, pixels: Pixels, order: Order) -> Detections:
    """What the teacher sees in uint8 BGR (H, W, 3), whole and in tiles, from `order.doubt` on; strongest first."""
    height, width = pixels.shape[:2]
    found = [teacher.detect(pixels, order.doubt)]
    squares = [] if order.side == 0 else tiles(width, height, order.side).tolist()
    for x, y, right, bottom in squares if len(squares) > 1 else []:
        share = (x / width, y / height, right / width, bottom / height)
        found.append(placed(teacher.detect(np.ascontiguousarray(pixels[y:bottom, x:right]), order.doubt), share))
    return fused(found)


def label(
    teacher: Detector,
    taken: Iterable[Picture],
    into: Path,
    order: Order,
    progress: Callable[[int], None] | None = None,
) -> Labelled:
    """Label every picture `taken` and write the set to the folder `into`: `images/` and `instances.json`.

    A set a teacher labelled is written anew; one that was cut goes on. Raises NoPicture, OSError, and LabelFailed when
    there was nothing to label, or a set of another origin lies there.
    """
    _free(into)
    names = list(dict.fromkeys(order.classes.values()))
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    taken_names: set[str] = set()
    (into / IMAGES).mkdir(parents=True, exist_ok=True)
    journal = Journal(into, _info(teacher, order))
    for number, picture in enumerate(taken, 1):
        twin = number if picture.name in taken_names else None
        row = journal.known(number, picture.name) or journal.add(_row(teacher, picture, into, order, names, twin))
        taken_names.add(picture.name)
        images.append({"id": number, **row.image})
        for box in row.boxes:
            annotations.append({"id": len(annotations) + 1, "image_id": number, **box})
        if progress:
            progress(number)
    if not images:
        raise LabelFailed("there was no picture to label")
    categories = [{"id": number, "name": name} for number, name in enumerate(names, 1)]
    told = {"info": _info(teacher, order), "images": images, "annotations": annotations, "categories": categories}
    (into / INSTANCES).write_text(json.dumps(told), "utf-8")
    journal.done()
    return _labelled(len(images), annotations, names)


def _free(into: Path) -> None:
    """Raises LabelFailed where `into` holds boxes that no teacher drew: a person's work is not written over."""
    instances = into / INSTANCES
    try:
        told = json.loads(instances.read_text("utf-8")) if instances.exists() else {"info": {"teacher": ""}}
    except ValueError:
        told = None
    if not isinstance(told, dict) or "teacher" not in (told.get("info") or {}):
        raise LabelFailed(f"{instances} is there, and no teacher made it: name another folder, or move it away")


def _row(teacher: Detector, picture: Picture, into: Path, order: Order, names: list[str], twin: int | None) -> Row:
    name = _kept(picture, into / IMAGES, twin)
    height, width = picture.pixels.shape[:2]
    image = {"file_name": name, "width": width, "height": height}
    return Row(picture.name, image, _boxes(teacher, picture.pixels, order, names))


def _kept(picture: Picture, folder: Path, number: int | None) -> str:
    """The name under which the set keeps a picture; one of a name that another source had gets its `number` too."""
    name = picture.name if Path(picture.name).suffix else f"{picture.name}.jpg"
    name = name if number is None else f"{number}-{name}"
    if picture.file is None:
        pictures.write(folder / name, picture.pixels)
    elif picture.file.resolve() != (folder / name).resolve():
        shutil.copyfile(picture.file, folder / name)
    return name


def _boxes(teacher: Detector, pixels: Pixels, order: Order, names: list[str]) -> list[dict[str, Any]]:
    height, width = pixels.shape[:2]
    found = look(teacher, pixels, order)
    boxes = []
    corners = found.xyxy.astype(float) * ((width, height) * 2)
    for (x, y, right, bottom), score, index in zip(corners.tolist(), found.score.tolist(), found.label, strict=True):
        ours = order.classes.get(teacher.entry.labels.names[int(index)])
        if ours is None or min(right - x, bottom - y) < SMALLEST_BOX_PX:
            continue
        boxes.append(
            {
                "category_id": names.index(ours) + 1,
                "bbox": [round(side, 2) for side in (x, y, right - x, bottom - y)],
                "area": round((right - x) * (bottom - y), 2),
                "iscrowd": int(score < order.floor),
                "score": round(score, 4),
            }
        )
    return boxes


def _info(teacher: Detector, order: Order) -> dict[str, Any]:
    entry = teacher.entry
    return {
        "teacher": entry.name,
        "sha256": entry.sha256,
        "licence": entry.licence.spdx,
        "order": asdict(order) | {"classes": dict(order.classes)},
    }


def _labelled(pictures_labelled: int, annotations: list[dict[str, Any]], names: list[str]) -> Labelled:
    sure = [box for box in annotations if not box["iscrowd"]]
    boxes = {name: sum(box["category_id"] == number for box in sure) for number, name in enumerate(names, 1)}
    return Labelled(pictures_labelled, boxes, len(annotations) - len(sure))
