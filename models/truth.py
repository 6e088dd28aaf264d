"""What stands in the pictures of a set, as a person or a teacher wrote it down: COCO or YOLO, read into COCO form.

Idea: one form inside, so that the judge, the contact sheet and the trainer read the same thing. A folder tells by
itself which of the two it is: COCO has `instances.json` (or one file under `annotations/`), YOLO has `labels/` with
a text file for each picture and the names of its classes in `classes.txt`, `data.yaml`, or given by the caller.
Sources: the COCO data format (cocodataset.org), the Ultralytics YOLO detection format: `class x y width height`,
centre and size as shares of the picture; a sixth field is a score and is left out, outlines are refused.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, Final

import yaml

from models import pictures

INSTANCES: Final = "instances.json"
NEEDED: Final = {
    "images": {"id", "file_name", "width", "height"},
    "annotations": {"image_id", "category_id", "bbox"},
    "categories": {"id", "name"},
}
FOUR_NUMBERS: Final = 4
MOST_FIELDS: Final = 6
LARGEST_SHARE: Final = 2.0
LONGEST_QUOTE: Final = 60


class NoTruth(Exception):  # noqa: N818  named for what happened, like the refusals of this house
    """A set that cannot be read; the message says what is wrong and where."""


@dataclass(frozen=True, slots=True)
class Truth:
    """A set: its COCO dictionary, and the folder the `file_name` of each picture is looked up in."""

    coco: Mapping[str, Any]
    folder: Path

    @property
    def classes(self) -> dict[str, int]:
        """Category ids by name."""
        return {category["name"]: int(category["id"]) for category in self.coco["categories"]}

    def path(self, picture: Mapping[str, Any]) -> Path:
        """Where this picture lies."""
        return self.folder / str(picture["file_name"])


def read(place: Path, names: Sequence[str] | None = None) -> Truth:
    """The set in the folder `place`, or the COCO file `place`; `names` are the classes of a YOLO set without any.

    Raises NoTruth.
    """
    if place.is_file():
        return Truth(_coco(place), _beside(place.parent))
    for instances in (place / INSTANCES, *sorted(place.glob("annotations/*.json"))):
        if instances.is_file():
            return Truth(_coco(instances), _beside(place))
    if (place / "labels").is_dir():
        return Truth(_yolo(place, names or _names(place)), place / "images")
    raise NoTruth(
        f"{place} is no set: it needs {INSTANCES} (COCO) or labels/ with a text file for each picture (YOLO), "
        "and the pictures in images/"
    )


def _beside(folder: Path) -> Path:
    return folder / "images" if (folder / "images").is_dir() else folder


def _coco(instances: Path) -> Mapping[str, Any]:
    told = _listed(instances)
    ids = {part: _ids(instances, part, told[part]) for part in ("images", "categories")}
    if len({category["name"] for category in told["categories"]}) < len(ids["categories"]):
        raise NoTruth(f"{instances}: two of categories have one name")
    for at, box in enumerate(told["annotations"]):
        corners = box["bbox"]
        if not isinstance(corners, list) or len(corners) != FOUR_NUMBERS or not all(map(_number, corners)):
            raise NoTruth(f"{instances}: annotations[{at}].bbox is [x, y, width, height], not {corners}")
        for key, part in (("image_id", "images"), ("category_id", "categories")):
            if box[key] not in ids[part]:
                raise NoTruth(f"{instances}: annotations[{at}].{key} is {box[key]!r}, and no id of {part}")
        box["id"] = at + 1  # a file cut from a larger one may repeat them, and the judge counts by them
        if not _number(box.get("area")):
            box["area"] = corners[2] * corners[3]
    return told


def _ids(instances: Path, part: str, rows: list[dict[str, Any]]) -> set[int]:
    """The ids of the pictures or the categories, each a whole number and there once."""
    ids = set()
    for at, row in enumerate(rows):
        if type(row["id"]) is not int or row["id"] in ids:
            raise NoTruth(f"{instances}: {part}[{at}].id is a whole number of its own, not {row['id']!r}")
        ids.add(row["id"])
    return ids


def _number(told: object) -> bool:
    return isinstance(told, int | float) and isfinite(told)


def _listed(instances: Path) -> dict[str, Any]:
    """The file with its three lists, each row a mapping that has what it needs."""
    try:
        told = json.loads(instances.read_text("utf-8"))
    except (OSError, ValueError) as wrong:
        raise NoTruth(f"{instances} cannot be read as JSON: {wrong}") from wrong
    if not isinstance(told, dict) or not all(told.get(key) for key in NEEDED):
        raise NoTruth(f"{instances} is no COCO file with boxes: it needs {', '.join(NEEDED)}, none of them empty")
    for part, keys in NEEDED.items():
        for at, row in enumerate(told[part]):
            lacks = sorted(keys - (row.keys() if isinstance(row, dict) else set()))
            if lacks:
                raise NoTruth(f"{instances}: {part}[{at}] needs {', '.join(lacks)}")
    return told


def _yolo(place: Path, names: Sequence[str]) -> Mapping[str, Any]:
    images, annotations = [], []
    for number, path in enumerate(pictures.stills(place / "images"), 1):
        high, wide = pictures.read(path).shape[:2]
        name = path.relative_to(place / "images")
        images.append({"id": number, "file_name": name.as_posix(), "width": wide, "height": high})
        for at, box in enumerate(_boxes((place / "labels" / name).with_suffix(".txt"), len(names))):
            annotations.append(_annotation(box, number, f"{number}{at:04d}", (wide, high)))
    if not annotations:
        raise NoTruth(f"{place / 'labels'} has no box for any picture of {place / 'images'}")
    categories = [{"id": index, "name": name} for index, name in enumerate(names)]
    return {"images": images, "annotations": annotations, "categories": categories}


def _boxes(file: Path, classes: int) -> list[tuple[int, float, float, float, float]]:
    if not file.is_file():
        return []  # a picture with nothing in it has no file
    boxes = []
    for number, line in enumerate(_lines(file), 1):
        words = line.split()
        if not words:
            continue
        try:
            x, y, wide, high = sides = [float(word) for word in words[1 : MOST_FIELDS - 1]]
            index = int(words[0])
        except ValueError as wrong:
            raise NoTruth(f"{file}:{number}: a box is `class x y width height`, not {_short(line)!r}") from wrong
        if len(words) > MOST_FIELDS:
            raise NoTruth(f"{file}:{number}: a box is `class x y width height`, not an outline of {len(words)} fields")
        if not all(isfinite(side) and abs(side) <= LARGEST_SHARE for side in sides):
            raise NoTruth(f"{file}:{number}: x, y, width and height are shares of the picture, not {_short(line)!r}")
        if index not in range(classes):
            raise NoTruth(f"{file}:{number}: class {index} has no name; there are {classes} names, counted from 0")
        boxes.append((index, x, y, wide, high))
    return boxes


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text("utf-8").splitlines()
    except ValueError as wrong:
        raise NoTruth(f"{file} is no text: {wrong}") from wrong


def _short(line: str) -> str:
    return line if len(line) <= LONGEST_QUOTE else f"{line[:LONGEST_QUOTE]}..."


def _annotation(
    box: tuple[int, float, float, float, float], picture: int, number: str, size: tuple[int, int]
) -> dict[str, Any]:
    index, x, y, wide, high = box
    wide, high = wide * size[0], high * size[1]
    corner = [x * size[0] - wide / 2, y * size[1] - high / 2]
    return {
        "id": int(number),
        "image_id": picture,
        "category_id": index,
        "bbox": [*corner, wide, high],
        "area": wide * high,
        "iscrowd": 0,
    }


def _names(place: Path) -> Sequence[str]:
    listed = place / "classes.txt"
    if listed.is_file():
        return [line.strip() for line in _lines(listed) if line.strip()]
    described = place / "data.yaml"
    if described.is_file():
        try:
            told = yaml.safe_load(described.read_text("utf-8"))
        except (yaml.YAMLError, ValueError) as wrong:
            raise NoTruth(f"{described} cannot be read as YAML: {wrong}") from wrong
        names = told.get("names") if isinstance(told, dict) else None
        if isinstance(names, dict):
            numbered = {str(key): str(name) for key, name in names.items()}
            if set(numbered) != {str(number) for number in range(len(numbered))}:
                raise NoTruth(f"{described}: names are numbered from 0 without a gap, not {', '.join(numbered)}")
            return [numbered[str(number)] for number in range(len(numbered))]
        if isinstance(names, list):
            return [str(name) for name in names]
    raise NoTruth(f"{place} does not name its classes: put classes.txt or data.yaml there, or give --names a,b,c")
