import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.truth import NoTruth, read


def picture(path: Path, width: int = 200, height: int = 100) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.zeros((height, width, 3), np.uint8))


def yolo(folder: Path, lines: str) -> Path:
    picture(folder / "images" / "a.png")
    picture(folder / "images" / "empty.png")
    (folder / "labels").mkdir()
    (folder / "labels" / "a.txt").write_text(lines)
    return folder


def test_a_yolo_box_becomes_a_coco_box_in_pixels(tmp_path: Path) -> None:
    truth = read(yolo(tmp_path, "1 0.5 0.5 0.1 0.4\n0 0.25 0.5 0.5 1\n"), ["person", "car"])
    assert [image["file_name"] for image in truth.coco["images"]] == ["a.png", "empty.png"]
    first, second = truth.coco["annotations"]
    assert first["bbox"] == pytest.approx([90, 30, 20, 40])
    assert (first["category_id"], first["area"]) == (1, pytest.approx(800))
    assert second["bbox"] == pytest.approx([0, 0, 100, 100])
    assert first["id"] != second["id"]
    assert truth.path(truth.coco["images"][0]) == tmp_path / "images" / "a.png"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("classes.txt", "person\ncar\n"),
        ("data.yaml", "names: [person, car]"),
        ("data.yaml", "names: {0: person, 1: car}"),
        ("data.yaml", "names: {1: car, '0': person}"),
    ],
)
def test_the_names_of_a_yolo_set_are_found_beside_it(file: str, text: str, tmp_path: Path) -> None:
    folder = yolo(tmp_path, "1 0.5 0.5 0.1 0.4\n")
    (folder / file).write_text(text)
    assert read(folder).classes == {"person": 0, "car": 1}


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("1 0.5 0.5 0.1", "a.txt:1: a box is"),
        ("0 0.5 0.5 0.1 0.1\n\n0 0.5", "a.txt:3: a box is"),
        ("0 0.1 0.1 0.2 0.1 0.2 0.2", "a.txt:1: .* not an outline of 7 fields"),
        ("0 0.5 0.5 64 48", "a.txt:1: .* are shares of the picture"),
        ("0 0.5 nan 0.1 0.1", "a.txt:1: .* are shares of the picture"),
        ("car 0.5 0.5 0.1 0.1", "a.txt:1: a box is"),
        ("2 0.5 0.5 0.1 0.1", "a.txt:1: class 2 has no name"),
        ("", "has no box for any picture"),
    ],
)
def test_a_mistake_in_a_yolo_set_is_shown_where_it_stands(lines: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(NoTruth, match=says):
        read(yolo(tmp_path, lines), ["person", "car"])


def test_empty_lines_and_scores_in_a_yolo_set_are_passed_over(tmp_path: Path) -> None:
    truth = read(yolo(tmp_path, "\n0 0.5 0.5 0.1 0.4 0.87\n\n"), ["person", "car"])
    (box,) = truth.coco["annotations"]
    assert box["bbox"] == pytest.approx([90, 30, 20, 40])


def test_labels_that_are_no_text_are_refused_by_name(tmp_path: Path) -> None:
    folder = yolo(tmp_path, "")
    (folder / "labels" / "a.txt").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(NoTruth, match=r"a\.txt is no text"):
        read(folder, ["person", "car"])
    (folder / "classes.txt").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(NoTruth, match=r"classes\.txt is no text"):
        read(folder)
    (folder / "classes.txt").unlink()
    (folder / "data.yaml").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(NoTruth, match=r"data\.yaml cannot be read as YAML"):
        read(folder)


def test_a_yolo_set_without_names_says_where_to_put_them(tmp_path: Path) -> None:
    folder = yolo(tmp_path, "0 0.5 0.5 0.1 0.4\n")
    with pytest.raises(NoTruth, match="--names"):
        read(folder)
    (folder / "data.yaml").write_text("names: {0: person, 2: car}")
    with pytest.raises(NoTruth, match="numbered from 0 without a gap, not 0, 2"):
        read(folder)
    (folder / "data.yaml").write_text("names: [")
    with pytest.raises(NoTruth, match="cannot be read as YAML"):
        read(folder)


def test_a_coco_set_is_found_by_its_folder_or_its_file_and_gets_what_it_left_out(tmp_path: Path) -> None:
    told = {
        "images": [{"id": 1, "file_name": "a.png", "width": 200, "height": 100}],
        "annotations": [{"image_id": 1, "category_id": 3, "bbox": [1, 2, 3, 4]}],
        "categories": [{"id": 3, "name": "car"}],
    }
    (tmp_path / "annotations").mkdir()
    (tmp_path / "annotations" / "val.json").write_text(json.dumps(told))
    truth = read(tmp_path)
    assert truth.folder == tmp_path
    assert truth.coco["annotations"][0]["area"] == 12
    (tmp_path / "images").mkdir()
    (tmp_path / "instances.json").write_text(json.dumps(told))
    assert read(tmp_path / "instances.json").folder == tmp_path / "images"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"images": [1], "annotations": [1], "categories": [1]}'])
def test_what_is_no_coco_file_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "instances.json").write_text(text)
    with pytest.raises(NoTruth, match="instances"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("part", "row", "says"),
    [
        ("images", {"id": 1}, r"images\[0\] needs file_name"),
        ("annotations", {"image_id": 1, "category_id": 3}, r"annotations\[0\] needs bbox"),
        ("annotations", {"image_id": 1, "category_id": 3, "bbox": [1, 2, 3]}, r"annotations\[0\].bbox is \[x, y"),
        ("annotations", {"image_id": 1, "category_id": 3, "bbox": [1, None, 3, 4]}, r"annotations\[0\].bbox is \[x, y"),
        ("annotations", {"image_id": 9, "category_id": 3, "bbox": [1, 2, 3, 4]}, r"image_id is 9, and no id of images"),
        ("annotations", {"image_id": 1, "category_id": 9, "bbox": [1, 2, 3, 4]}, r"category_id is 9, and no id of cat"),
        ("categories", {"name": "car"}, r"categories\[0\] needs id"),
        ("categories", {"id": "3", "name": "car"}, r"categories\[0\].id is a whole number of its own, not '3'"),
    ],
)
def test_a_mistake_in_a_coco_file_is_shown_where_it_stands(
    part: str, row: dict[str, object], says: str, tmp_path: Path
) -> None:
    told = {
        "images": [{"id": 1, "file_name": "a.png", "width": 200, "height": 100}],
        "annotations": [{"image_id": 1, "category_id": 3, "bbox": [1, 2, 3, 4]}],
        "categories": [{"id": 3, "name": "car"}],
    }
    (tmp_path / "instances.json").write_text(json.dumps(told | {part: [row]}))
    with pytest.raises(NoTruth, match=says):
        read(tmp_path)


def test_what_stands_twice_in_a_coco_file_is_refused_and_boxes_are_counted_anew(tmp_path: Path) -> None:
    picture_of_a_car = {"id": 1, "file_name": "a.png", "width": 200, "height": 100}
    box = {"id": 5, "image_id": 1, "category_id": 3, "bbox": [1, 2, 3, 4], "area": None}
    told = {
        "images": [picture_of_a_car],
        "annotations": [box, box],
        "categories": [{"id": 3, "name": "car"}],
    }

    def written(**parts: object) -> Path:
        (tmp_path / "instances.json").write_text(json.dumps(told | parts))
        return tmp_path

    assert [(each["id"], each["area"]) for each in read(written()).coco["annotations"]] == [(1, 12), (2, 12)]
    with pytest.raises(NoTruth, match=r"images\[1\]\.id is a whole number of its own"):
        read(written(images=[picture_of_a_car] * 2))
    with pytest.raises(NoTruth, match="two of categories have one name"):
        read(written(categories=[{"id": 3, "name": "car"}, {"id": 4, "name": "car"}]))


def test_a_folder_that_is_no_set_says_what_one_is(tmp_path: Path) -> None:
    with pytest.raises(NoTruth, match="is no set"):
        read(tmp_path)
