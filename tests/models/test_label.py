import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models import label_journal, pictures, truth
from models.catalogue import Entry, Head, Labels, load
from models.detections import Detections
from models.detector import Detector
from models.evaluate import evaluate
from models.label import LabelFailed, Labelled, Order, label, wanted
from models.shape import Picture

CATALOGUE = Path(__file__).parents[2] / "configs" / "models.yaml"
Says = Mapping[str, NDArray[Any]]
Written = Callable[..., tuple[Entry, Path]]
LABELS = Labels(name="street", names=("person", "car", "bus"), groups={"vehicle": ("car", "bus")})


def street(folder: Path, width: int = 96, height: int = 64) -> Path:
    folder.mkdir()
    cv2.imwrite(str(folder / "a.png"), np.zeros((height, width, 3), np.uint8))
    return folder


def labelled(written: Written, says: Says, tmp_path: Path, order: Order) -> tuple[Labelled, dict[str, Any]]:
    teacher = Detector(*written(Head.DETR, says))
    done = label(teacher, pictures.taken(street(tmp_path / "street")), tmp_path / "set", order)
    return done, json.loads((tmp_path / "set" / "instances.json").read_text())


def test_a_labelled_folder_is_a_set_its_own_teacher_scores_full_marks_on(
    written: Written, says: Callable[..., Says], tmp_path: Path
) -> None:
    answer = says((8, 8, 48, 28, 0.9, 1), (60, 30, 90, 60, 0.7, 0))
    done, told = labelled(written, answer, tmp_path, Order({"car": "car", "person": "walker"}, side=0))
    assert done == Labelled(1, {"car": 1, "walker": 1}, 0)
    assert told["annotations"][0]["bbox"] == pytest.approx([8, 8, 40, 20], abs=0.01)
    assert told["annotations"][0]["score"] == pytest.approx(0.9)
    assert told["info"]["teacher"] == "tiny"
    assert len(told["info"]["sha256"]) == 64
    assert (tmp_path / "set" / "images" / "a.png").is_file()
    teacher = Detector(*written(Head.DETR, answer))
    assert evaluate(teacher, truth.read(tmp_path / "set")).ap == pytest.approx(1)


def test_below_the_floor_is_a_region_in_doubt_and_below_that_nothing(
    written: Written, says: Callable[..., Says], tmp_path: Path
) -> None:
    answer = says((8, 8, 48, 28, 0.5, 1), (60, 30, 90, 60, 0.3, 1), (1, 50, 9, 60, 0.1, 1))
    done, told = labelled(written, answer, tmp_path, Order({"car": "car"}, floor=0.4, doubt=0.2, side=0))
    assert done == Labelled(1, {"car": 1}, 1)
    assert [box["iscrowd"] for box in told["annotations"]] == [0, 1]


def test_a_tile_adds_what_only_it_shows_and_repeats_nothing(
    written: Written, says: Callable[..., Says], tmp_path: Path
) -> None:
    # The network says the same of every picture, so each tile claims the box at its own place.
    teacher = Detector(*written(Head.DETR, says((20, 20, 40, 40, 0.9, 1)), height=64, width=64))
    wide = street(tmp_path / "street", 128, 64)
    label(teacher, pictures.taken(wide), tmp_path / "set", Order({"car": "car"}))
    boxes = json.loads((tmp_path / "set" / "instances.json").read_text())["annotations"]
    assert [box["bbox"][0] for box in boxes] == pytest.approx([40, 20, 52, 84], abs=0.1)


def test_a_film_leaves_its_frames_in_the_set(written: Written, says: Callable[..., Says], tmp_path: Path) -> None:
    film = cv2.VideoWriter(str(tmp_path / "f.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10, (96, 64))
    for _ in range(4):
        film.write(np.zeros((64, 96, 3), np.uint8))
    film.release()
    teacher = Detector(*written(Head.DETR, says((8, 8, 48, 28, 0.9, 1))))
    told: list[int] = []
    done = label(teacher, pictures.taken(tmp_path / "f.avi", 2), tmp_path / "set", Order({"car": "car"}), told.append)
    assert (done.pictures, told) == (2, [1, 2])
    assert sorted(path.name for path in (tmp_path / "set" / "images").iterdir()) == ["f-000000.jpg", "f-000002.jpg"]


def test_pictures_of_one_name_from_two_folders_are_both_kept(
    written: Written, says: Callable[..., Says], tmp_path: Path
) -> None:
    teacher = Detector(*written(Head.DETR, says((8, 8, 48, 28, 0.9, 1))))
    both = [*pictures.taken(street(tmp_path / "one")), *pictures.taken(street(tmp_path / "two"))]
    label(teacher, both, tmp_path / "set", Order({"car": "car"}, side=0))
    told = json.loads((tmp_path / "set" / "instances.json").read_text())
    assert [image["file_name"] for image in told["images"]] == ["a.png", "2-a.png"]
    assert sorted(path.name for path in (tmp_path / "set" / "images").iterdir()) == ["2-a.png", "a.png"]


class Counted(Detector):
    """Counts how often it is asked."""

    asked = 0

    def detect(self, picture: Picture, threshold: float = 0.5, *, one_thing: bool = True) -> Detections:
        self.asked += 1
        return super().detect(picture, threshold, one_thing=one_thing)


def test_a_run_that_was_cut_goes_on_and_makes_the_set_an_uncut_one_makes(
    written: Written, says: Callable[..., Says], tmp_path: Path
) -> None:
    folder = street(tmp_path / "street")
    for name in "bcd":
        cv2.imwrite(str(folder / f"{name}.png"), np.full((64, 96, 3), 90, np.uint8))
    entry, file = written(Head.DETR, says((8, 8, 48, 28, 0.9, 1)))
    order = Order({"car": "car"}, side=0)

    def cut_after(most: int) -> Iterator[pictures.Picture]:
        for number, picture in enumerate(pictures.taken(folder)):
            if number == most:
                raise KeyboardInterrupt
            yield picture

    with pytest.raises(KeyboardInterrupt):
        label(Detector(entry, file), cut_after(3), tmp_path / "set", order)
    journal = tmp_path / "set" / label_journal.FILE
    journal.write_text(journal.read_text()[:-9])  # the last line, half written when the power went
    again = Counted(entry, file)
    label(again, pictures.taken(folder), tmp_path / "set", order)
    assert again.asked == 2
    label(Detector(entry, file), pictures.taken(folder), tmp_path / "whole", order)
    cut, whole = (json.loads((tmp_path / name / "instances.json").read_text()) for name in ("set", "whole"))
    assert cut == whole
    assert not journal.exists()


def test_another_order_begins_anew(tmp_path: Path) -> None:
    into, row = tmp_path, label_journal.Row("a.png", {"file_name": "a.png"}, [])
    label_journal.Journal(into, {"teacher": "one"}).add(row)
    assert label_journal.Journal(into, {"teacher": "one"}).known(1, "a.png") == row
    assert label_journal.Journal(into, {"teacher": "one"}).known(1, "b.png") is None
    assert label_journal.Journal(into, {"teacher": "two"}).known(1, "a.png") is None


def test_a_broken_picture_of_a_folder_is_told_and_passed_over(tmp_path: Path) -> None:
    folder, broken = street(tmp_path / "street"), list[pictures.NoPicture]()
    (folder / "b.jpg").write_bytes(b"\xff\xd8\xff and no more")
    assert [one.name for one in pictures.taken(folder, broken=broken.append)] == ["a.png"]
    assert "b.jpg" in str(broken[0])
    with pytest.raises(pictures.NoPicture):
        list(pictures.taken(folder))


def test_words_of_a_command_line_choose_classes_groups_and_other_names() -> None:
    assert wanted([], LABELS) == {"person": "person", "car": "car", "bus": "bus"}
    assert wanted(["vehicle", "person=walker"], LABELS) == {"car": "car", "bus": "bus", "person": "walker"}
    assert wanted(["vehicle=car"], LABELS) == {"car": "car", "bus": "car"}
    with pytest.raises(LabelFailed, match=r"tank; it has person, car, bus"):
        wanted(["tank"], LABELS)


def test_an_order_or_a_folder_that_makes_no_sense_is_refused(
    written: Written, says: Callable[..., Says], tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="0 < doubt <= floor < 1"):
        Order(floor=0.3, doubt=0.4)
    teacher = Detector(*written(Head.DETR, says((8, 8, 48, 28, 0.9, 1))))
    with pytest.raises(LabelFailed, match="no picture"):
        label(teacher, iter(()), tmp_path / "set", Order({"car": "car"}))


@pytest.mark.shared("a real teacher finds the walkers of a real plaza, more of them with tiles")
def test_a_real_teacher_labels_a_real_plaza(shared: Path, tmp_path: Path) -> None:
    entry = load(CATALOGUE)["deimv2-femto"]
    teacher = Detector(entry, shared / "models" / entry.file)
    film = shared / "videos" / "opencv_vtest.avi"
    boxes = []
    for side in (0, 384):
        order = Order({"person": "person"}, side=side)
        done = label(teacher, pictures.taken(film, 200), tmp_path / str(side), order)
        boxes.append(done.boxes["person"])
    assert done.pictures == 4
    assert boxes[0] > 10
    assert boxes[1] > boxes[0]
