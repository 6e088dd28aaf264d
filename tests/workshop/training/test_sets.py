"""Many folders become one set, and nothing in it points at the wrong picture."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from models import pictures
from tests.conftest import ROOT
from workshop.training import sets
from workshop.training.dataset import samples
from workshop.training.feed import Diet, batches, canvases
from workshop.training.films import CLASSES, HELD, LEARN


def folder(place: Path, grey: int, boxes: list[tuple[str, list[float]]], *, crowd: bool = False) -> Path:
    """A set of one grey picture."""
    (place / "images").mkdir(parents=True)
    pictures.write(place / "images" / "0.png", np.full((72, 128, 3), grey, np.uint8))
    names = sorted({name for name, _ in boxes})
    told: dict[str, Any] = {
        "images": [{"id": 1, "file_name": "0.png", "width": 128, "height": 72}],
        "categories": [{"id": 7 + number, "name": name} for number, name in enumerate(names)],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 7 + names.index(name), "bbox": box, "iscrowd": int(crowd)}
            for name, box in boxes
        ],
    }
    (place / "instances.json").write_text(json.dumps(told))
    return place


def test_a_joined_set_keeps_every_box_on_its_own_picture_under_its_own_class(tmp_path: Path) -> None:
    places = [
        folder(tmp_path / "a", 10, [("car", [10, 10, 20, 20]), ("dog", [0, 0, 5, 5])]),
        folder(tmp_path / "b", 20, []),
        folder(tmp_path / "c", 30, [("bus", [40, 20, 60, 30])]),
    ]
    read = samples(sets.joined(places), CLASSES)
    assert [int(one.pixels[0, 0, 0]) for one in read] == [10, 20, 30]
    assert [one.label.tolist() for one in read] == [[CLASSES.index("car")], [], [CLASSES.index("bus")]]
    assert read[2].boxes.tolist() == [[40, 20, 100, 50]]


def test_a_sample_of_a_set_is_the_same_each_time_and_keeps_its_boxes(tmp_path: Path) -> None:
    places = [folder(tmp_path / str(number), number, [("car", [number, 1, 20, 20])]) for number in range(9)]
    whole = sets.joined(places)
    some = sets.sampled(whole, 4)
    assert some.coco == sets.sampled(whole, 4).coco
    assert [one.boxes[0][0] for one in samples(some, CLASSES)] == [
        float(one.pixels[0, 0, 0]) for one in samples(some, CLASSES)
    ]
    assert sets.sampled(whole, 9) is whole


def test_the_feed_mixes_rendered_and_real_by_their_share_and_never_takes_what_is_held_back(tmp_path: Path) -> None:
    folder(tmp_path / "street" / LEARN / "one", 0, [("car", [10, 10, 60, 40])])
    folder(tmp_path / "real" / LEARN / "two", 255, [("person", [10, 10, 60, 40])], crowd=True)
    folder(tmp_path / "real" / HELD / "three", 128, [("bus", [10, 10, 60, 40])])
    made = canvases(Diet(tmp_path, real=0.5))
    labels = [set(next(made).label.tolist()) for _ in range(60)]
    assert all(one <= {-1, CLASSES.index("car")} for one in labels)
    assert 10 < sum(CLASSES.index("car") in one for one in labels) < 50


def test_a_batch_has_a_canvas_for_each_list_of_boxes(tmp_path: Path) -> None:
    folder(tmp_path / "street" / LEARN / "one", 90, [("car", [10, 10, 60, 40])])
    batch = next(batches(Diet(tmp_path, batch=5)))
    assert batch.pixels.shape == (5, 224, 384, 3)
    assert len(batch.boxes) == len(batch.label) == 5


KILLED = """
import os, signal, sys
from pathlib import Path
from workshop.training.feed import Diet, Feed

with Feed(Diet(Path(sys.argv[1]), batch=8)) as feed:
    print(len(feed.next().pixels), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_process_that_makes_the_pictures_ends_when_its_trainer_is_killed(tmp_path: Path) -> None:
    folder(tmp_path / "street" / LEARN / "a", 10, [("car", [10, 10, 40, 40])])
    words = (sys.executable, "-c", KILLED, str(tmp_path))
    # Both hold the pipe that is read here, so the call returns when both have ended, and not before.
    told = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT, timeout=45)
    assert told.returncode == -signal.SIGKILL
    assert told.stdout.endswith("8\n")
