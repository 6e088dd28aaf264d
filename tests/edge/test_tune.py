"""`wardsense edge tune`: this very box is measured with small parts, and `edge run` goes by what was measured."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from edge.commands import WRONG, app
from edge.config import NodeConfig, load
from edge.fitting import Price
from edge.tune import FILE, Overcommitted, Tuned, keep, known, refuse_overcommitted, this_box
from tests.parts import clips, steady_eye

T0 = datetime(2026, 1, 1, tzinfo=UTC)


def written(folder: Path, fps: float = 1, **said: Any) -> Path:  # noqa: ANN401 - any part of a node's file
    clip = clips.render(folder / "clip.mp4")
    cameras = [{"id": "cam-1", "source": {"file": str(clip)}, "fps": fps}]
    told = {"node": "node-1", "ward": "ward-1", "broker": {}, "data": str(folder / "data"), "cameras": cameras, **said}
    file = folder / "node.yaml"
    file.write_text(yaml.safe_dump(told), "utf-8")
    return file


def measured(config: NodeConfig, run_ms: float) -> Tuned:
    return Tuned(box=this_box(config), measured=T0, prices={"cam-1": Price(1.0, run_ms, 0.1)})


def test_a_box_is_measured_and_what_it_carries_is_told_and_remembered(tmp_path: Path) -> None:
    file = written(tmp_path, models=steady_eye.write(tmp_path / "eye"))
    done = CliRunner().invoke(app, ["tune", str(file), "--seconds", "0.2"])
    assert done.exit_code == 0, done.output
    assert "bottleneck: " in done.output
    tuned = known(load(file)[0])
    assert tuned is not None
    price = tuned.prices["cam-1"]
    assert price.decode_ms > 0
    assert price.run_ms > 0
    assert price.rest_ms > 0


def test_a_camera_that_is_not_reached_is_said_and_taken_for_the_dearest(tmp_path: Path) -> None:
    file = written(tmp_path, models=steady_eye.write(tmp_path / "eye"))
    content = yaml.safe_load(file.read_text("utf-8"))
    content["cameras"].append({"id": "cam-2", "source": {"file": str(tmp_path / "absent.mp4")}})
    file.write_text(yaml.safe_dump(content), "utf-8")
    done = CliRunner().invoke(app, ["tune", str(file), "--seconds", "0.2"])
    assert "absent.mp4: no such file" in done.output
    tuned = known(load(file)[0])
    assert tuned is not None
    assert set(tuned.prices) == {"cam-1"}


def test_what_does_not_fit_is_refused_unless_told_to_try(tmp_path: Path) -> None:
    config = load(written(tmp_path, models=steady_eye.write(tmp_path / "eye")))[0]
    assert "never measured" in str(refuse_overcommitted(config, overcommit=False))
    keep(measured(config, 10), config.data)
    assert refuse_overcommitted(config, overcommit=False) is None
    keep(measured(config, 1e6), config.data)
    with pytest.raises(Overcommitted, match="does not carry 1 cameras"):
        refuse_overcommitted(config, overcommit=False)
    assert "does not carry" in str(refuse_overcommitted(config, overcommit=True))


def test_a_node_on_a_box_that_is_too_weak_ends_with_what_to_do(tmp_path: Path) -> None:
    file = written(tmp_path, models=steady_eye.write(tmp_path / "eye"))
    config = load(file)[0]
    keep(measured(config, 1e6), config.data)
    done = CliRunner().invoke(app, ["run", "--config", str(file)])
    assert (done.exit_code, "--overcommit" in done.output) == (WRONG, True)


def test_a_measurement_of_another_box_or_model_is_none(tmp_path: Path) -> None:
    config = load(written(tmp_path, models=steady_eye.write(tmp_path / "eye")))[0]
    tuned = measured(config, 1e6)
    keep(tuned.model_copy(update={"box": tuned.box.model_copy(update={"model": "0" * 64})}), config.data)
    assert known(config) is None
    (config.data / FILE).write_text("{", "utf-8")
    assert known(config) is None
