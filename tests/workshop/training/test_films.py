import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from models import truth
from tests.parts import bright_eye
from workshop.training import films


def shown(path: Path, frames: int = 60) -> None:
    """A film of a bright square that stands still."""
    code = "MJPG" if path.suffix == ".avi" else "mp4v"
    film = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*code), 10, (bright_eye.WIDTH, bright_eye.HEIGHT))
    pixels = np.zeros((bright_eye.HEIGHT, bright_eye.WIDTH, 3), np.uint8)
    pixels[16:32, 32:48] = 255
    for _ in range(frames):
        film.write(pixels)
    film.release()


def test_the_films_are_labelled_by_one_command_and_what_is_labelled_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    teacher, folder, into = bright_eye.write(tmp_path), tmp_path / "films", tmp_path / "real"
    folder.mkdir()
    words = ["--films", str(folder), "--into", str(into), "--teacher", str(teacher)]
    assert films.main(words) == 1
    assert "there is no" in capsys.readouterr().err
    for film in films.FILMS:
        shown(folder / film.file)
    assert films.main(words) == 0
    road = truth.read(into / films.HELD / "intel_car-detection")
    assert {box["category_id"] for box in road.coco["annotations"]} == {road.classes["car"]}
    bottles = into / films.LEARN / "intel_bottle-detection" / truth.INSTANCES
    assert json.loads(bottles.read_text("utf-8"))["annotations"] == []
    assert "learn/opencv_vtest.avi: 16 pictures" in capsys.readouterr().out
    assert films.main(words) == 0
    assert capsys.readouterr().out == ""


def test_a_teacher_that_is_not_there_is_said_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert films.main(["--films", str(tmp_path), "--teacher", "deimv2-femto", "--store", str(tmp_path)]) == 1
    assert "wardsense models pull deimv2-femto" in capsys.readouterr().err
