"""`wardsense edge`: what a person has to mend is said in a line, with 2 for an answer, and never as a traceback."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from edge.commands import WRONG, app
from edge.outbox import Outbox
from models import cards
from tests.conftest import ROOT
from tests.parts import bright_eye, steady_eye

ZONE = {"id": "street", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}
DRAWN: dict[str, Any] = {"id": "cam-1", "source": {"drawn": 1}, "zones": [ZONE]}


def told(verb: str, folder: Path, **changed: object) -> tuple[int, str]:
    file = folder / "node.yaml"
    base = {"node": "node-1", "ward": "ward-1", "data": str(folder / "data"), "broker": {}, "cameras": [DRAWN]}
    file.write_text(yaml.safe_dump({**base, **changed}), "utf-8")
    done = CliRunner().invoke(app, [verb, "--config", str(file)])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.output


def test_a_drawn_street_is_good(tmp_path: Path) -> None:
    code, said = told("check", tmp_path)
    assert (code, "good" in said) == (0, True)


@pytest.mark.parametrize("part", [{"classes": ["persn"]}, {"watch": [{"loitering": {"zone": "street", "after_s": 9}}]}])
def test_a_class_the_detector_does_not_know_is_told_with_its_line(tmp_path: Path, part: dict[str, Any]) -> None:
    if "watch" in part:
        part["watch"][0]["loitering"]["classes"] = ["persn"]
    code, said = told("check", tmp_path, cameras=[{**DRAWN, **part}])
    assert code == WRONG
    assert "node.yaml:" in said
    assert "the detector knows no persn: it knows bicycle, bus, car" in said


@pytest.mark.parametrize(
    ("models", "why"),
    [({"detector": "yunet-faces"}, "models.detector looks for objects"), ({"detector": "absent"}, "no model 'absent'")],
)
def test_a_model_for_something_else_is_refused_before_it_is_opened(
    tmp_path: Path, models: dict[str, str], why: str
) -> None:
    code, said = told("check", tmp_path, models={"catalogue": str(ROOT / "configs" / "models.yaml"), **models})
    assert (code, why in said) == (WRONG, True)


@pytest.mark.parametrize(
    ("names", "groups", "evidence", "good"),
    [
        ("nguoi\ncar\n", "", True, False),
        ("nguoi\ncar\n", "person: [nguoi]\n", True, True),
        ("nguoi\ncar\n", "", False, True),
        ("person\ncar\n", "", True, True),
    ],
)
def test_a_model_that_has_no_word_for_people_is_refused_where_pictures_are_sent(
    tmp_path: Path,
    names: str,
    groups: str,
    evidence: bool,  # noqa: FBT001 - a column of the table
    good: bool,  # noqa: FBT001 - the same
) -> None:
    models = steady_eye.write(tmp_path / "eye")
    (tmp_path / "eye" / "labels" / "street.txt").write_text(names, "utf-8")
    (tmp_path / "eye" / "labels" / "street.yaml").write_text(groups, "utf-8")
    code, said = told("check", tmp_path, cameras=[{**DRAWN, "evidence": evidence}], models=models)
    assert (code, "in the group `person`" in said) == ((0, False) if good else (WRONG, True))
    if not good:
        line = 1 + (tmp_path / "node.yaml").read_text().splitlines().index("  detector: steady")
        assert f"node.yaml:{line}: models.detector: " in said


def test_a_provider_that_is_not_installed_is_told_with_what_installs_it(tmp_path: Path) -> None:
    models = steady_eye.write(tmp_path / "eye") | {"provider": "coreml"}
    code, said = told("check", tmp_path, models=models)
    assert (code, "the provider coreml is not installed here" in said) == (WRONG, True)
    code, said = told("check", tmp_path, models=models | {"provider": "abacus"})
    assert (code, "models.provider" in said) == (WRONG, True)


def test_a_model_of_ones_own_is_a_file_and_its_card(tmp_path: Path) -> None:
    eye = bright_eye.write(tmp_path)
    models = {"catalogue": str(cards.card(eye)), "store": str(tmp_path), "detector": "eye"}
    code, said = told("check", tmp_path, models=models)
    assert (code, said) == (0, told("check", tmp_path)[1])


def test_a_secret_of_the_centre_that_is_not_there_is_told(tmp_path: Path) -> None:
    centre = {"url": "http://127.0.0.1:1", "secret_file": str(tmp_path / "absent")}
    code, said = told("check", tmp_path, centre=centre)
    assert (code, "no password can be read there" in said) == (WRONG, True)


def test_a_secret_that_is_no_text_is_told_and_not_quoted(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"\xff\xfe\x00")
    centre = {"url": "http://127.0.0.1:1", "secret_file": str(tmp_path / "secret")}
    code, said = told("check", tmp_path, centre=centre)
    assert (code, "not UTF-8 text" in said, "0xff" in said) == (WRONG, True, False)


def test_a_second_node_on_the_same_folder_is_told_to_take_another(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    first = Outbox.open(tmp_path / "data" / "outbox.db", 1 << 20)
    try:
        code, said = told("run", tmp_path)
    finally:
        first.close()
    assert (code, "another node runs on this folder" in said) == (WRONG, True)
