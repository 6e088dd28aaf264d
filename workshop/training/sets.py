"""Many labelled folders as one set: what a network learns from, and what it is judged by.

Idea: every film and every rendered view lies in a folder of its own, so that one more is one more folder. The trainer,
the examination and the benchmark want one set; so the COCO files are joined, classes matched by name and pictures
numbered anew. A folder without a box counts too: what has nothing in it teaches and tests silence.
Limits: file names in the joined set are whole paths, so it is for use at once and not for keeping.
"""

import json
from pathlib import Path
from typing import Any, Final

import numpy as np

from models import truth
from models.truth import NoTruth, Truth
from workshop.training.films import CLASSES

STREET: Final = "street"
REAL: Final = "real"


def folders(root: Path, source: str, part: str) -> list[Path]:
    """The labelled folders of `source` (`STREET`, `REAL`) for the `part` of films.py below `root`, in order."""
    return sorted(file.parent for file in (root / source / part).glob(f"*/{truth.INSTANCES}"))


def joined(places: list[Path]) -> Truth:
    """All pictures and boxes of the folders `places` as one set of our six classes. Raises NoTruth."""
    whole: dict[str, Any] = {
        "images": [],
        "annotations": [],
        "categories": [{"id": index, "name": name} for index, name in enumerate(CLASSES, 1)],
    }
    for place in places:
        _add(whole, place)
    return Truth(whole, places[0] if places else Path())


def sampled(told: Truth, most: int, seed: int = 0) -> Truth:
    """At most so many pictures of a set, drawn once and always the same, with their boxes."""
    images = told.coco["images"]
    if len(images) <= most:
        return told
    drawn = sorted(np.random.default_rng(seed).choice(len(images), most, replace=False))
    kept = [images[number] for number in drawn]
    ids = {image["id"] for image in kept}
    boxes = [box for box in told.coco["annotations"] if box["image_id"] in ids]
    return Truth({**told.coco, "images": kept, "annotations": boxes}, told.folder)


def _add(whole: dict[str, Any], place: Path) -> None:
    try:
        told = json.loads((place / truth.INSTANCES).read_text("utf-8"))
    except (OSError, ValueError) as wrong:
        raise NoTruth(f"{place / truth.INSTANCES} cannot be read as JSON: {wrong}") from wrong
    number = {category["id"]: _number(category["name"]) for category in told["categories"]}
    picture = {}
    for image in told["images"]:
        picture[image["id"]] = len(whole["images"]) + 1
        lies = (place / "images" / image["file_name"]).resolve()
        whole["images"].append({**image, "id": picture[image["id"]], "file_name": str(lies)})
    for box in told["annotations"]:
        if known := number[box["category_id"]]:
            area = box.get("area", box["bbox"][2] * box["bbox"][3])
            changed = {"id": len(whole["annotations"]) + 1, "image_id": picture[box["image_id"]], "category_id": known}
            whole["annotations"].append({**box, **changed, "area": area})


def _number(name: str) -> int:
    return CLASSES.index(name) + 1 if name in CLASSES else 0
