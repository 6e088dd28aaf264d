from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from models.catalogue import Entry, Head
from models.commands import app

Written = Callable[..., tuple[Entry, Path]]
SILENT = {
    "labels": np.zeros((1, 3), np.int64),
    "boxes": np.zeros((1, 3, 4), np.float32),
    "scores": np.zeros((1, 3), np.float32),
}


@pytest.fixture
def catalogue(written: Written, tmp_path: Path) -> Path:
    """A catalogue of one model whose file lies in `tmp_path`, which so is its mirror too."""
    entry, _ = written(Head.DETR, SILENT)
    fields = entry.model_dump(mode="json", exclude={"name", "labels"}) | {"labels": "street"}
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "street.txt").write_text("person\ncar\n")
    path = tmp_path / "models.yaml"
    path.write_text(yaml.safe_dump({"models": {"tiny": fields}}))
    return path


def said(*words: str | Path, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result.output


def test_a_model_is_listed_pulled_from_a_mirror_and_proved(catalogue: Path, tmp_path: Path) -> None:
    places = ("--catalogue", catalogue, "--store", tmp_path / "store")
    listed = said("list", *places)
    assert all(word in listed for word in ("tiny", "96x64", "Apache-2.0", "run", "absent"))
    said("pull", "tiny", "--mirror", tmp_path, *places)
    assert "good" in said("list", *places)
    assert "tiny: good" in said("verify", *places)
    (tmp_path / "store" / "tiny.onnx").write_bytes(b"spoilt")
    assert "pull it again" in said("verify", *places, code=1)


def test_an_absent_model_fails_proof_only_when_it_was_asked_for(catalogue: Path, tmp_path: Path) -> None:
    places = ("--catalogue", catalogue, "--store", tmp_path / "store")
    assert "tiny: absent" in said("verify", *places)
    assert "wardsense models pull tiny" in said("verify", "tiny", *places, code=1)


def test_what_came_with_wardsense_is_there_before_anybody_pulls_and_is_proved(catalogue: Path, tmp_path: Path) -> None:
    catalogue.write_text(catalogue.read_text().replace("bundled: null", f"bundled: {tmp_path}"))
    places = ("--catalogue", catalogue, "--store", tmp_path / "store")
    assert "bundled" in said("list", *places)
    said("pull", "tiny", *places)
    assert "tiny: good" in said("verify", *places)
    assert not (tmp_path / "store").exists()
    for broken, told in ((b"spoilt", "is not the file"), (None, "is not in")):
        (tmp_path / "tiny.onnx").unlink()
        if broken:
            (tmp_path / "tiny.onnx").write_bytes(broken)
        assert "install WardSense again" in said("pull", "tiny", *places, code=1)
        complaint = said("verify", *places, code=1)
        assert told in complaint
        assert "install WardSense again" in complaint


def test_all_that_is_known_of_a_model_is_told_before_anybody_pulls_it(catalogue: Path, tmp_path: Path) -> None:
    more = (
        "    learnt: ten thousand photographs\n    blind: [people under 16 pixels, a cart]\n"
        "exports:\n  other:\n    title: made here\n    weights: other.pt\n"
        "    licence: {spdx: AGPL-3.0-only, holder: somebody, fits: [run]}\n"
    )
    fields = yaml.safe_load(catalogue.read_text())["models"]["tiny"]
    measured = {"data": "a street", "ap": 0.3, "ap50": 0.5, "ms": 6.5, "threads": 1}
    known = fields | {"measured": measured, "sources": ["https://example.org/tiny.onnx"]}
    del known["learnt"], known["blind"]
    catalogue.write_text(yaml.safe_dump({"models": {"tiny": known}}) + more)
    places = ("--catalogue", catalogue, "--store", tmp_path / "store")
    told = said("show", "tiny", *places)
    for words in (
        "Apache-2.0, nobody; fits run", "person, car", "96x64", fields["sha256"], "https://example.org/tiny.onnx",
        "AP 0.300, AP50 0.500 on a street; 6.5 ms", "ten thousand photographs", "people under 16 pixels; a cart",
    ):  # fmt: skip
        assert words in told
    assert "wardsense models export other.pt --into other.onnx" in said("show", "other", *places)
    assert "there are tiny" in said("show", "huge", *places, code=1)


def test_what_cannot_be_done_is_one_clear_line(catalogue: Path, tmp_path: Path) -> None:
    places = ("--catalogue", catalogue, "--store", tmp_path / "store")
    assert "there are tiny" in said("pull", "huge", *places, code=1)
    assert "no address" in said("pull", "tiny", *places, code=1)
    assert "--catalogue FILE" in said("list", "--catalogue", tmp_path / "none.yaml", code=1)
    assert "wardsense models pull tiny" in said("evaluate", "tiny", tmp_path, *places, code=1)
    catalogue.write_text(catalogue.read_text().replace("head: detr", "head: oracle"))
    assert "models.yaml:" in said("list", *places, code=1)


@pytest.mark.parametrize(
    "command", ["list", "show", "pull", "verify", "evaluate", "bench", "export", "label", "quantize"]
)
def test_every_command_explains_itself(command: str) -> None:
    assert len(said(command, "--help")) > 300
