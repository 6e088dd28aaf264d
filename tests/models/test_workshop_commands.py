import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from models import cards
from models.catalogue import Entry, Head
from models.commands import app
from tests.parts import bright_eye

Says = Mapping[str, NDArray[Any]]
Written = Callable[..., tuple[Entry, Path]]


@pytest.fixture
def model(written: Written, says: Callable[..., Says]) -> Path:
    """A network that always sees one car, and its card."""
    entry, path = written(Head.DETR, says((8, 8, 48, 28, 0.9, 1)))
    cards.write(entry, path)
    return path


@pytest.fixture
def street(tmp_path: Path) -> Path:
    folder = tmp_path / "street"
    folder.mkdir()
    for number in range(3):
        cv2.imwrite(str(folder / f"{number}.png"), np.full((64, 96, 3), 40 * number, np.uint8))
    return folder


def said(*words: str | Path, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result.output


def test_a_teacher_with_a_card_labels_a_street_and_is_judged_on_it(model: Path, street: Path, tmp_path: Path) -> None:
    assert "3 pictures; boxes: car 3" in said("label", model, street, "--into", tmp_path / "set", "--side", "0")
    figures, sheet = tmp_path / "figures.json", tmp_path / "misses.png"
    assert "AP 1.000, AP50 1.000, 3 pictures" in said(
        "evaluate", model, tmp_path / "set", "--json", figures, "--misses", sheet
    )
    told = json.loads(figures.read_text())
    assert told["classes"][1] == {"name": "car", "boxes": 3, "ap": 1.0, "ap50": 1.0, "recall": 1.0}
    assert cv2.imread(str(sheet)) is not None


def test_a_model_is_made_small_and_raced_from_the_command_line(tmp_path: Path) -> None:
    eye, street = bright_eye.write(tmp_path), bright_eye.street(tmp_path / "street")
    small = tmp_path / "small.onnx"
    told = said("quantize", eye, "--calibrate", street, "--evaluate", street, "--into", small)
    assert "INT8 kept: it loses" in told
    assert "6 pictures are few" in told
    assert small.is_file()
    raced = said("bench", eye, "--int8", small, "--cores", "1", "--seconds", "0.1", "--rounds", "1")
    assert "eye-int8" in raced
    assert "1 single-threaded INT8 sessions against one 1-threaded session" in raced


def test_a_model_that_loses_too_much_ends_in_one_line_and_status_1(tmp_path: Path) -> None:
    eye, street = bright_eye.write(tmp_path, brittle=True), bright_eye.street(tmp_path / "street")
    told = said("quantize", eye, "--calibrate", street, "--evaluate", street, "--into", tmp_path / "s.onnx", code=1)
    assert "INT8 refused: it loses 1.000 AP, more than 0.010" in told
    assert not (tmp_path / "s.onnx").exists()


def test_what_the_workshop_cannot_do_is_one_clear_line(model: Path, street: Path, tmp_path: Path) -> None:
    def line(*words: str | Path) -> str:
        told = said(*words, code=1)
        assert told.count("\n") == 1, told
        return told

    into = ("--into", tmp_path / "set")
    assert "has no class or group tank" in line("label", model, street, *into, "--class", "tank")
    assert "doubt <= floor" in line("label", model, street, *into, "--floor", "0.2", "--doubt", "0.5")
    assert "missing or is no picture" in line("label", model, tmp_path / "gone.png", *into)
    assert "is no set" in line("evaluate", model, street)
    assert "--class takes MODEL=SET" in line("evaluate", model, street, "--class", "car")
    small = ("--calibrate", street, "--evaluate", street)
    assert "must end in .onnx" in line("quantize", model, *small, "--into", tmp_path / "s.bin")
    assert "is no set" in line("quantize", model, *small, "--into", tmp_path / "s.onnx")
    assert "is not installed here" in line("bench", model, "--provider", "cuda", "--rounds", "1")
    assert "there is no" in line("evaluate", tmp_path / "gone.onnx", street)
    judged = ("evaluate", model, street)
    assert "must end in one of" in line(*judged, "--misses", tmp_path / "misses.gif")
    assert "cannot be written" in line(*judged, "--misses", street / "0.png" / "misses.png")
    assert "cannot be written" in line(*judged, "--json", street)
    assert "cannot be written" in line("quantize", model, *small, "--into", street / "0.png" / "s.onnx")
    cards.card(model).write_text("models: {}")
    assert "models" in line("evaluate", model, street)
    cards.card(model).unlink()
    assert "has no card" in line("evaluate", model, street)


def test_a_set_somebody_drew_is_never_written_over_by_a_teacher(model: Path, street: Path, tmp_path: Path) -> None:
    into = tmp_path / "set"
    for _ in range(2):  # what a teacher made, a teacher may make anew
        said("label", model, street, "--into", into, "--side", "0")
    for drawn in ('{"images": [], "info": {"description": "mine"}}', '{"info": null}', "[]", "no JSON"):
        (into / "instances.json").write_text(drawn)
        assert "no teacher made it" in said("label", model, street, "--into", into, "--side", "0", code=1)
        assert (into / "instances.json").read_text() == drawn


def test_a_teacher_whose_licence_does_not_fit_training_is_told_of(tmp_path: Path) -> None:
    eye, street = bright_eye.write(tmp_path), bright_eye.street(tmp_path / "street")
    assert "fit `train`" not in said("label", eye, street / "images", "--into", tmp_path / "one", "--side", "0")
    cards.card(eye).write_text(cards.card(eye).read_text().replace("- train\n", "- ship\n"))
    assert "fit `train`" in said("label", eye, street / "images", "--into", tmp_path / "two", "--side", "0")


def test_an_order_that_would_make_nothing_or_spoil_the_model_is_refused(tmp_path: Path) -> None:
    eye, street = bright_eye.write(tmp_path), bright_eye.street(tmp_path / "street")
    small, before = tmp_path / "deep" / "small.onnx", eye.read_bytes()
    work = ("--calibrate", street, "--evaluate", street, "--into")
    assert "has no node of the kind Gemm; it has" in said("quantize", eye, *work, small, "--only", "Gemm", code=1)
    assert "leaves all of it in float" in said("quantize", eye, *work, small, "--float", "/", code=1)
    assert "is the model itself" in said("quantize", eye, *work, eye, code=1)
    assert eye.read_bytes() == before
    assert list(small.parent.iterdir()) == []
    said("quantize", eye, *work, small)
    assert "in eight bits already" in said("quantize", small, *work, tmp_path / "twice.onnx", code=1)


def test_class_names_may_be_told_with_spaces_between(model: Path, street: Path, tmp_path: Path) -> None:
    (tmp_path / "set" / "labels").mkdir(parents=True)
    street.rename(tmp_path / "set" / "images")
    (tmp_path / "set" / "labels" / "0.txt").write_text("1 0.2917 0.2813 0.4167 0.3125\n")
    assert "car" in said("evaluate", model, tmp_path / "set", "--names", "boat, car")
