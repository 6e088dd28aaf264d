from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from models import cards
from models.catalogue import Fit, Head
from models.commands import app
from models.detector import Detector
from models.export import Exported, Exporter, ExportFailed, by_ultralytics, export
from models.provenance import Use

Network = Callable[..., bytes]
NAMES = ["person", "car", "tuk-tuk"]
CELLS = 8 * 12 + 4 * 6 + 2 * 3


def exporter(folder: Path, network_of: Network, shape: tuple[int, ...]) -> Exporter:
    """A scripted exporter: writes a network of this answer where Ultralytics would."""

    def write(weights: str, height: int, width: int) -> Exported:
        file = folder / f"{Path(weights).stem}.onnx"
        file.write_bytes(network_of({"output0": np.zeros(shape, np.float32)}, height, width))
        return Exported(file, NAMES)

    return write


@pytest.mark.parametrize(("shape", "head"), [((1, 4 + len(NAMES), CELLS), Head.YOLOV8), ((1, 300, 6), Head.END2END)])
def test_what_is_exported_runs_by_its_card_and_says_its_licence(
    shape: tuple[int, ...], head: Head, network_of: Network, tmp_path: Path
) -> None:
    into = tmp_path / "out" / "YOLO11n_street.onnx"
    entry = export("yolo11n.pt", into, 64, 96, exporter(tmp_path, network_of, shape))
    assert entry == cards.read(into)
    assert (entry.name, entry.head, entry.input.fit) == ("yolo11n-street", head, Fit.CENTRE)
    assert (entry.licence.spdx, entry.licence.fits) == ("AGPL-3.0-only", (Use.RUN,))
    assert entry.labels.indices("vehicle") == {1}
    assert len(Detector(entry, into).detect(np.zeros((90, 160, 3), np.uint8))) == 0


@pytest.mark.parametrize("shape", [(1, 99, CELLS), (1, 7), (2, 300, 6)])
def test_an_answer_of_no_form_we_read_is_refused(shape: tuple[int, ...], network_of: Network, tmp_path: Path) -> None:
    with pytest.raises(ExportFailed, match="no detector's answer for 3 classes"):
        export("seg.pt", tmp_path / "seg.onnx", 64, 96, exporter(tmp_path / "", network_of, shape))


def test_without_the_extra_one_line_says_how_to_get_it(tmp_path: Path) -> None:
    if find_spec("ultralytics"):
        pytest.skip("ultralytics is installed here")
    with pytest.raises(ExportFailed, match=r"ultralytics is not installed; run `pip install 'wardsense\[train\]'`"):
        by_ultralytics("yolo11n.pt", 384, 640)
    told = CliRunner().invoke(app, ["export", "yolo11n.pt", "--into", str(tmp_path / "yolo11n.onnx")])
    assert told.exit_code == 1
    assert "AGPL-3.0" in told.output.splitlines()[0]
    assert "wardsense[train]" in told.output.splitlines()[-1]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("words", [("--into", "x.pt"), ("--into", "x.onnx", "--height", "380")])
def test_a_canvas_or_a_name_that_cannot_be_is_refused_before_anything_is_fetched(words: tuple[str, ...]) -> None:
    told = CliRunner().invoke(app, ["export", "yolo11n.pt", *words])
    assert told.exit_code == 1
    assert "multiples of 32" in told.output
