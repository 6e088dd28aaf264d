"""`wardsense edge relearn`: what a node that is stopped holds for clean is let go, and nothing else."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from edge.analytics.slow_change import ACROSS, DOWN
from edge.commands import app
from edge.config import CameraSetting
from edge.durable import guard
from edge.known_view import Known, mark_of, read, written
from edge.view import COLUMNS, ROWS, Measured

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
SIZE = (640, 360)
CAMERA = {
    "id": "gate",
    "source": {"drawn": 1},
    "zones": [
        {"id": "wall", "polygon": [[0.2, 0.2], [0.5, 0.2], [0.5, 0.5], [0.2, 0.5]]},
        {"id": "kerb", "polygon": [[0.6, 0.2], [0.9, 0.2], [0.9, 0.5], [0.6, 0.5]]},
    ],
    "watch": [
        {"slow_change": {"zone": "wall"}},
        {"slow_change": {"zone": "kerb"}},
        {"loitering": {"zone": "kerb", "after_s": 20}},
    ],
}
WALL, KERB = "slow_change/wall/any", "slow_change/kerb/any"
MARK = mark_of(CameraSetting.model_validate(CAMERA), SIZE)


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """The folder of a node that is stopped and knows what is clean."""
    plain = {"id": "porch", "source": {"drawn": 2}}
    told = {"node": "node-1", "ward": "ward-1", "data": str(tmp_path), "broker": {}, "cameras": [CAMERA, plain]}
    (tmp_path / "node.yaml").write_text(yaml.safe_dump(told), "utf-8")
    (tmp_path / "references").mkdir()
    edges = np.zeros((ROWS, COLUMNS), np.complex64)
    usual = Measured(light=0.0, burnt=0.0, edge=1.0, fine=0.3, field=edges)
    blocks = np.full((DOWN, ACROSS), 96.0)
    file(tmp_path).write_bytes(written(Known(usual, {WALL: blocks, KERB: blocks}), MARK, NOON))
    return tmp_path


def file(folder: Path) -> Path:
    return folder / "references" / "gate.json"


def clean(folder: Path) -> set[str]:
    return set(read(file(folder).read_bytes(), MARK, NOON).clean)


def relearn(folder: Path, *asked: str) -> tuple[int, str]:
    told = CliRunner().invoke(app, ["relearn", "--config", str(folder / "node.yaml"), *asked])
    return told.exit_code, told.output


def test_one_rule_learns_anew_and_the_other_knows_what_it_knew(box: Path) -> None:
    status, told = relearn(box, "--camera", "gate", "--rule", WALL)
    assert (status, clean(box)) == (0, {KERB})
    assert WALL in told
    assert KERB not in told


def test_without_a_rule_all_of_the_camera_learn_anew_and_how_it_usually_looks_stays(box: Path) -> None:
    assert relearn(box, "--camera", "gate")[0] == 0
    assert clean(box) == set()
    assert read(file(box).read_bytes(), MARK, NOON).usual.edge == 1.0


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--camera", "yard"), "no camera yard: the node has gate, porch"),
        (("--camera", "porch"), "porch has none"),
        (("--camera", "gate", "--rule", "loitering/kerb/any"), f"gate has {WALL}, {KERB}"),
    ],
)
def test_a_camera_or_a_rule_that_is_not_there_is_refused_with_those_that_are(
    box: Path, asked: tuple[str, ...], said: str
) -> None:
    status, told = relearn(box, *asked)
    assert (status, clean(box)) == (2, {WALL, KERB})
    assert said in told


def test_a_node_that_runs_is_left_alone(box: Path) -> None:
    with guard(box / "outbox.db"):
        status, told = relearn(box, "--camera", "gate")
    assert (status, clean(box)) == (2, {WALL, KERB})
    assert "the node runs" in told
    assert relearn(box, "--camera", "gate")[0] == 0


def test_of_a_node_that_never_ran_nothing_is_known_and_nothing_is_left_behind(box: Path) -> None:
    file(box).unlink()
    status, told = relearn(box, "--camera", "gate", "--rule", WALL)
    assert status == 0
    assert "nothing was learnt yet" in told
    assert {path.name for path in box.iterdir()} == {"node.yaml", "references"}


def test_a_file_that_is_not_whole_is_left_as_it_is(box: Path) -> None:
    file(box).write_bytes(b"{")
    assert relearn(box, "--camera", "gate")[0] == 0
    assert file(box).read_bytes() == b"{"
