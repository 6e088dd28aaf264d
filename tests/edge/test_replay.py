"""`wardsense edge replay`: what a video would have told, and why the rest did not happen, by the node's own parts."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray
from typer.testing import CliRunner

from edge.commands import WRONG, app
from models import cards
from tests.parts import bright_eye, second_eyes, small_street
from tests.parts.clips import Shape, render


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A clip of a small street, and a model that sees its squares as cars."""
    folder = tmp_path_factory.mktemp("street")
    return small_street.write(folder), bright_eye.write(folder)


def replayed(street: tuple[Path, Path], *said: object) -> tuple[int, str]:
    clip, model = street
    done = CliRunner().invoke(app, ["replay", str(clip), "--model", str(model), *map(str, said)])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.output


def rules(folder: Path, **said: Any) -> Path:  # noqa: ANN401 - whatever a camera's part of a file may hold
    file = folder / "rules.yaml"
    file.write_text(yaml.safe_dump({"fps": small_street.FPS, "gate": {"recheck_s": 0}, **said}), "utf-8")
    return file


WHOLE = {"id": "whole", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}


def told(output: str, what: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return [line[what] for line in lines if what in line]


def test_what_is_true_of_a_clip_is_told_and_judged_right(street: tuple[Path, Path]) -> None:
    code, said = replayed(street, "--truth", street[0].with_suffix(".truth.yaml"), "--fps", small_street.FPS)
    assert "stopped_vehicle  no-stopping  car" in said
    assert "line_crossed  main  car  rightward" in said
    assert "2 right, 0 missed, 0 invented" in said
    assert code == 0


def test_a_truth_that_did_not_come_true_ends_with_one(street: tuple[Path, Path], tmp_path: Path) -> None:
    events = [{"kind": "crossing", "line": "main", "track": 9, "class": "car", "direction": "leftward", "at_s": 1.0}]
    truth = tmp_path / "other.truth.yaml"
    truth.write_text(yaml.safe_dump(small_street.TRUTH | {"events": events}), "utf-8")
    code, said = replayed(street, "--truth", truth, "--fps", small_street.FPS)
    assert (code, "0 right, 1 missed, 2 invented" in said) == (1, True)


def test_whoever_did_not_stay_long_enough_is_told_with_the_figures(street: tuple[Path, Path], tmp_path: Path) -> None:
    crowding = {"zone": "whole", "at_least": 3, "for_s": 1, "classes": ["car"]}
    asked = [{"loitering": {"zone": "whole", "after_s": 90}}, {"crowding": crowding}]
    code, said = replayed(street, "--rules", rules(tmp_path, zones=[WHOLE], watch=asked), "--json")
    assert code == 0
    by_why = {(miss["place"], miss["why"]): miss for miss in told(said, "nearly")}
    dwell = max(miss["reached"] for miss in told(said, "nearly") if miss["why"] == "dwell")
    assert 5 < dwell < 6
    crowd = by_why["crowding/whole/car", "count"]
    assert (crowd["reached"], crowd["wanted"]) == (2, 3)
    assert "count 2 < 3" in crowd["sentence"]


def test_whoever_is_under_a_mask_or_of_no_class_asked_for_is_told_so(street: tuple[Path, Path], tmp_path: Path) -> None:
    hidden = [{"polygon": [[0, 0.5], [1, 0.5], [1, 1], [0, 1]]}]
    zone = {"id": "top", "polygon": [[0, 0], [1, 0], [1, 0.5], [0, 0.5]]}
    _, said = replayed(street, "--rules", rules(tmp_path, masks=hidden, zones=[zone]), "--json")
    assert {miss["why"] for miss in told(said, "nearly")} >= {"masked"}
    _, said = replayed(street, "--rules", rules(tmp_path, classes=["person"], zones=[WHOLE]), "--json")
    (miss,) = told(said, "nearly")
    assert (miss["why"], miss["subject"], miss["place"]) == ("class_of_camera", "car", "whole")


def test_a_box_too_unsure_to_be_followed_is_told_with_its_score(street: tuple[Path, Path], tmp_path: Path) -> None:
    surer = {"sure": 0.9999999, "newborn": 0.9999999}
    _, said = replayed(street, "--rules", rules(tmp_path, tracker=surer, zones=[WHOLE]))
    assert "score 1.000 < 1.000" in said
    assert "too small" not in said


def test_whoever_is_going_over_a_line_when_the_video_ends_is_told(street: tuple[Path, Path], tmp_path: Path) -> None:
    cell, last = bright_eye.CELL, 4

    def passing(number: int, width: int, height: int) -> NDArray[np.uint8]:
        pixels = np.full((height, width, 3), 20, np.uint8)
        side = width * cell // bright_eye.WIDTH
        pixels[side : 2 * side, number * side : (number + 1) * side] = 240
        return pixels

    shape = Shape(
        last + 1, small_street.FPS, bright_eye.WIDTH * small_street.SCALE, bright_eye.HEIGHT * small_street.SCALE
    )
    clip = render(tmp_path / "cut.mp4", shape, passing)
    over = (last + 0.5) * cell / bright_eye.WIDTH - 0.004  # a fortieth of a box, half the margin
    line = {"id": "gate", "a": [over, 1.0], "b": [over, 0.0]}
    code, said = replayed((clip, street[1]), "--rules", rules(tmp_path, lines=[line]), "--json")
    assert code == 0
    assert [event["zone"] for event in told(said, "event")] == ["gate"]


def test_whoever_comes_near_a_line_without_crossing_is_told(street: tuple[Path, Path], tmp_path: Path) -> None:
    line = {"id": "edge", "a": [0.4, 0.0], "b": [0.4, 1.0]}
    _, said = replayed(street, "--rules", rules(tmp_path, lines=[line]), "--json")
    standing = [miss for miss in told(said, "nearly") if miss["place"] == "edge" and miss["why"] == "off_line"]
    assert standing
    crossed = {event["first"] for event in told(said, "event") if event["kind"] == "line_crossed"}
    assert crossed
    assert not crossed & {miss["first"] for miss in standing}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"zones": [{"id": "z", "polygon": [[0, 0], [1, 1]]}]}, "rules.yaml:"),
        ({"source": {"drawn": 1}}, "is the video's to say"),
        ({"watch": [{"loitering": {"zone": "absent", "after_s": 9}}]}, "the camera has no zone absent"),
    ],
)
def test_rules_that_do_not_stand_are_refused_with_their_line(
    street: tuple[Path, Path], tmp_path: Path, said: dict[str, Any], why: str
) -> None:
    code, output = replayed(street, "--rules", rules(tmp_path, **said))
    assert (code, why in output) == (WRONG, True), output


def test_a_video_or_rules_that_are_not_there_are_told_in_a_line(street: tuple[Path, Path], tmp_path: Path) -> None:
    assert replayed((tmp_path / "absent.mp4", street[1]), "--rules", rules(tmp_path, zones=[WHOLE]))[0] == WRONG
    assert replayed(street, "--rules", tmp_path / "absent.yaml")[0] == WRONG
    code, output = replayed(street)
    assert (code, "say what is watched" in output) == (WRONG, True)


BARE: dict[str, Any] = {
    "zones": [WHOLE],
    "second_looks": [
        {"id": "helmet", "model": "helmet-cls", "of": ["car"], "tells": {"no_helmet": 0.6}, "every_s": 0, "grow": 0}
    ],
    "watch": [{"occupancy": {"zone": "whole", "over": 0, "for_s": 1, "classes": ["no_helmet"]}}],
}
"""What a classifier of bright crops says of the bright squares of the street."""


def test_a_file_for_a_detector_hides_no_model_of_the_second_looks(street: tuple[Path, Path], tmp_path: Path) -> None:
    models = second_eyes.write(tmp_path / "second")
    camera = {"id": "cam-1", "source": {"drawn": 1}, **BARE}
    file = tmp_path / "node.yaml"
    file.write_text(
        yaml.safe_dump({"node": "n", "ward": "w", "broker": {}, "models": models, "cameras": [camera]}), "utf-8"
    )
    said = ["--rules", rules(tmp_path, **BARE), "--catalogue", models["catalogue"], "--store", models["store"]]
    for way in (["--config", file], said):
        code, output = replayed(street, *way, "--json")
        assert code == 0, output
        assert "no_helmet" in {event["subject"] for event in told(output, "event") if event["kind"] == "occupancy"}


def test_a_card_is_believed_by_the_name_it_gives_its_model(street: tuple[Path, Path], tmp_path: Path) -> None:
    clip, model = street
    other = tmp_path / "Mine 2.onnx"
    other.write_bytes(model.read_bytes())
    entry = cards.read(model)
    cards.write(entry.model_copy(update={"file": "Mine-2.onnx"}), other)
    other.with_name("Mine-2.onnx").write_bytes(model.read_bytes())
    assert replayed((clip, other), "--rules", rules(tmp_path, zones=[WHOLE]))[0] == 0
    code, output = replayed((clip, tmp_path / "bare.onnx"), "--rules", rules(tmp_path, zones=[WHOLE]))
    assert (code, "there is no" in output) == (WRONG, True)


def test_a_camera_of_a_nodes_file_is_replayed_with_its_own_rules(street: tuple[Path, Path], tmp_path: Path) -> None:
    cameras = [{"id": name, "source": {"drawn": 1}, "zones": [WHOLE]} for name in ("cam-1", "cam-2")]
    file = tmp_path / "node.yaml"
    file.write_text(yaml.safe_dump({"node": "n", "ward": "w", "broker": {}, "cameras": cameras}), "utf-8")
    code, output = replayed(street, "--config", file)
    assert (code, "which camera? name one with --camera: cam-1, cam-2" in output) == (WRONG, True)
    code, output = replayed(street, "--config", file, "--camera", "cam-2", "--json")
    assert code == 0
    assert {event["zone"] for event in told(output, "event")} == {"whole"}
