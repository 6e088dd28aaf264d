"""An Ultralytics network brought to ONNX, with its card; the only importer of ultralytics, and only when it is called.

Idea: Ultralytics' YOLO is AGPL-3.0 and brings two gigabytes with it, so no node carries it: it lives in the `[train]`
extra on the engineer's machine, and what leaves is a file ONNX Runtime runs. The form of the answer is read off the
exported file and not off the name of the network: YOLOv8 and YOLO11 give columns of classes, YOLO26 boxes that are
suppressed already. Where a graph reads sides from distributions it is made lighter (`models.distances`). The card says
AGPL-3.0, which fits running, and neither shipping nor training from it.
Limits: detection only; one canvas, fixed at export. Weights that are not on this disk Ultralytics fetches itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from re import sub
from shutil import copyfile
from typing import Any, Final

import onnx

from models import cards, catalogue
from models.catalogue import Entry, Head, Labels
from models.distances import lightened
from streams import shipped

NOTICE: Final = (
    "Ultralytics YOLO is AGPL-3.0, and so, its makers say, are weights trained with it: who lets others use it over a "
    "network owes them the whole source under the AGPL, or buys a licence (ultralytics.com/license). The card of this "
    "file says so; `wardsense models list` shows models with which this question does not arise."
)
OPSET: Final = 17
BOX: Final = 4
END2END_COLUMNS: Final = 6
LONGEST_NAME: Final = 40
TRADE: Final = "coco"


class ExportFailed(Exception):  # noqa: N818  named for what happened, like the refusals of this house
    """A network that was not exported; the message says why or what to install."""


@dataclass(frozen=True, slots=True)
class Exported:
    """The ONNX file an exporter wrote, and the names of its classes in order."""

    file: Path
    names: Sequence[str]


Exporter = Callable[[str, int, int], Exported]


def by_ultralytics(weights: str, height: int, width: int) -> Exported:
    """Export `weights` (a .pt file, or a name Ultralytics fetches) for one canvas. Raises ExportFailed."""
    try:
        from ultralytics import YOLO  # noqa: PLC0415  AGPL and 2 GB: see the header
    except ImportError as absent:
        raise ExportFailed(f"{absent.name} is not installed; run `pip install 'wardsense[train]'`") from absent
    try:
        network = YOLO(weights, task="detect")
        file = network.export(
            format="onnx", imgsz=(height, width), opset=OPSET, dynamic=False, half=False, verbose=False
        )
    except (OSError, RuntimeError, ValueError, TypeError, AttributeError, NotImplementedError) as wrong:
        raise ExportFailed(f"Ultralytics cannot export {weights}: {str(wrong).strip().splitlines()[0]}") from wrong
    return Exported(Path(file), [network.names[index] for index in sorted(network.names)])


def export(weights: str, into: Path, height: int, width: int, exporter: Exporter = by_ultralytics) -> Entry:
    """Write `weights` to the ONNX file `into` for a canvas of `height` x `width`, and its card; gives the entry.

    Raises ExportFailed, OSError.
    """
    exported = exporter(weights, height, width)
    entry = described(exported, into, height, width)
    into.parent.mkdir(parents=True, exist_ok=True)
    model = onnx.load(exported.file)
    if lightened(model):
        onnx.save(model, into)
    elif exported.file.resolve() != into.resolve():
        copyfile(exported.file, into)
    sealed = cards.sealed(entry, into)
    cards.write(sealed, into)
    return sealed


def described(exported: Exported, into: Path, height: int, width: int) -> Entry:
    """The entry of an exported file. Raises ExportFailed where its answer is of no form we read."""
    name = sub(r"[^a-z0-9]+", "-", into.stem.lower()).strip("-")[:LONGEST_NAME]
    fields: dict[str, Any] = {
        "name": name,
        "title": f"Ultralytics {into.stem}, {width}x{height}",
        "task": "objects",
        "file": into.name,
        "sha256": "0" * 64,  # sealed when the file is in its place
        "bytes": 1,
        "input": {"height": height, "width": width, "colour": "rgb", "scale": 1 / 255, "fit": "centre"},
        "head": _head(onnx.load(exported.file), len(exported.names)),
        "overlap": 0.7,
        "labels": Labels(name=name, names=tuple(exported.names), groups=_groups(exported.names)),
        "licence": {"spdx": "AGPL-3.0-only", "holder": "Ultralytics", "fits": ["run"]},
    }
    try:
        return Entry.model_validate(fields)
    except ValueError as wrong:
        raise ExportFailed(f"{into.name} cannot be described: {wrong}") from wrong


def _groups(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The trade's words for those of its classes that this network has, so that rules need no class names."""
    folder = shipped.configs() / catalogue.LABELS_FOLDER
    trade = catalogue.read_labels(TRADE, {file.name: file.read_text("utf-8") for file in folder.glob(f"{TRADE}.*")})
    groups = {word: tuple(name for name in members if name in names) for word, members in trade.groups.items()}
    return {word: members for word, members in groups.items() if members}


def _head(model: Any, classes: int) -> Head:  # noqa: ANN401  an onnx.ModelProto
    shape = [length.dim_value for length in model.graph.output[0].type.tensor_type.shape.dim]
    match shape:
        case [1, _, columns] if columns == END2END_COLUMNS:
            return Head.END2END
        case [1, rows, _] if rows == BOX + classes:
            return Head.YOLOV8
    raise ExportFailed(f"the exported network gives {shape}, which is no detector's answer for {classes} classes")
