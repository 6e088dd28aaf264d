from pathlib import Path

import cv2
import numpy as np
import pytest

from models import pictures
from models.pictures import NoPicture


def still(path: Path, value: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    coded = cv2.imencode(".png", np.full((32, 48, 3), value, np.uint8))[1]
    path.write_bytes(coded.tobytes())


def film(path: Path, frames: int) -> None:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    for number in range(frames):
        writer.write(np.full((48, 64, 3), 10 * number, np.uint8))
    writer.release()


def test_a_folder_is_walked_whole_and_in_order_and_evidence_without_a_suffix_counts(tmp_path: Path) -> None:
    still(tmp_path / "b.png", 2)
    still(tmp_path / "a" / "x.png", 1)
    still(tmp_path / "c0ffee", 3)
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "deadbeef").write_text("no picture either")
    found = list(pictures.taken(tmp_path))
    assert [(picture.name, int(picture.pixels[0, 0, 0])) for picture in found] == [
        ("a-x.png", 1),
        ("b.png", 2),
        ("c0ffee", 3),
    ]
    assert pictures.count(tmp_path) == 3
    assert [picture.name for picture in pictures.taken(tmp_path, every=2)] == ["a-x.png", "c0ffee"]
    assert pictures.count(tmp_path, every=2) == 2


def test_a_film_gives_one_frame_in_so_many_each_under_its_own_number(tmp_path: Path) -> None:
    film(tmp_path / "street.avi", 7)
    found = list(pictures.taken(tmp_path / "street.avi", every=3))
    assert [picture.name for picture in found] == ["street-000000.jpg", "street-000003.jpg", "street-000006.jpg"]
    assert [round(float(picture.pixels.mean()) / 10) for picture in found] == [0, 3, 6]
    assert pictures.count(tmp_path / "street.avi", every=3) == 3


def test_a_single_picture_is_a_source_too(tmp_path: Path) -> None:
    still(tmp_path / "a.png", 7)
    (found,) = pictures.taken(tmp_path / "a.png")
    assert found.file == tmp_path / "a.png"
    assert pictures.count(tmp_path / "a.png") == 1


def test_what_is_no_picture_says_so_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.mp4").write_bytes(b"nothing")
    for source, says in (
        (tmp_path / "empty", "holds no picture"),
        (tmp_path / "gone.png", "missing or is no picture"),
        (tmp_path / "gone.mp4", "there is no"),
        (tmp_path / "broken.mp4", "cannot be opened as a film"),
    ):
        with pytest.raises(NoPicture, match=says):
            list(pictures.taken(source))
    pixels = np.zeros((4, 4, 3), np.uint8)
    with pytest.raises(NoPicture, match="must end in"):
        pictures.write(tmp_path / "a.gif", pixels)
    with pytest.raises(NoPicture, match="could not be written"):
        pictures.write(tmp_path / "nowhere" / "a.png", pixels)
