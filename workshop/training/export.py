"""The trained network as two files that ship, in float and in eight bits, each with its card.

`python -m workshop.training.export --state workshop/.training/street-nano.pt --into models/bundled`

Idea: batch normalisation is folded into the convolutions and the decoding written into the graph, so what ships is
plain convolutions that answer in pixels and scores. The file is held against the network that was trained before it is
believed. Eight bits come from `wardsense models quantize`'s own function, calibrated on pictures learnt from, the head
left in float; what they lose `benchmarks.bundled` tells.
"""

import argparse
import warnings
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import torch
import typer

from models import cards, catalogue, pictures, quantize
from models.catalogue import COARSEST_STRIDE, Colour, Entry, Fit, Head, Input, Labels, Task
from models.provenance import Licence, Origin, Use
from models.session import Session
from models.shape import Letterbox
from models.truth import Truth
from streams import shipped
from workshop.training import progress, sets
from workshop.training.feed import SIZE
from workshop.training.films import LEARN
from workshop.training.network import Answering, Network, folded

NAME: Final = "street-nano"
LABELS: Final = "street"
OPSET: Final = 17
LICENCE: Final = Licence(spdx="Apache-2.0", holder="The WardSense authors", fits=(Use.RUN, Use.SHIP, Use.TRAIN))
OVERLAP: Final = 0.55
CALIBRATED_ON: Final = 160
REAL_SHARE: Final = 0.4
CLOSE: Final = 0.02
"""Canvas pixels, and scores, by which the file may differ from the network: the order of sums, nothing else."""


class ExportWrong(Exception):  # noqa: N818  named for what happened, like the refusals of this house
    """A file that does not answer as the network it was made from."""


def main(words: Sequence[str] | None = None) -> int:
    """Write the networks of a state."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--root", type=Path, default=Path("workshop/.training"), help="street/ and real/ lie there")
    told.add_argument("--state", type=Path, default=Path("workshop/.training/street-nano.pt"))
    told.add_argument("--into", type=Path, default=Path("models/bundled"))
    told.add_argument("--size", type=sized, default=SIZE, help="canvas, WIDTHxHEIGHT, multiples of 32")
    asked = told.parse_args(words)
    if not asked.state.is_file():
        told.error(f"there is no {asked.state}: workshop.training.train makes one")
    torch.set_num_threads(1)
    made(progress.kept(asked.state).mean, asked.root, asked.into, asked.size)
    return 0


def made(network: Network, root: Path, into: Path, size: tuple[int, int] = SIZE) -> tuple[Path, Path]:
    """Write `network`, which this folds, into the folder `into`: in float and in eight bits, with cards.

    Raises ExportWrong, QuantizeFailed, NoTruth.
    """
    into.mkdir(parents=True, exist_ok=True)
    whole, small = into / f"{NAME}.onnx", into / f"{NAME}-int8.onnx"
    entry = written(network, whole, size)
    prove(network, entry, whole, root)
    cards.write(entry, whole)
    order = quantize.Order(pictures=CALIBRATED_ON)
    with TemporaryDirectory() as folder:
        gathered(root, Path(folder), CALIBRATED_ON)
        count = quantize.quantize(entry, whole, Path(folder), small, order)
    cards.write(_smaller(entry, small, order, count), small)
    for file in (whole, small):
        typer.echo(f"{file}: {file.stat().st_size / 1e6:.2f} MB")
    return whole, small


def written(network: Network, into: Path, size: tuple[int, int] = SIZE) -> Entry:
    """Write `network`, which this folds, to the file `into` for a canvas of `size`; what a card says of it."""
    answering = Answering(folded(network), *size).eval()
    with warnings.catch_warnings():
        # The new exporter wants a package more to write the same twenty-seven convolutions.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            answering, (torch.zeros(1, 3, *size),), str(into), opset_version=OPSET, dynamo=False,
            input_names=["pictures"], output_names=["answers"],
        )  # fmt: skip
    wanted = Input(height=size[0], width=size[1], colour=Colour.BGR, scale=1 / 255, fit=Fit.CENTRE)
    blank = Entry(
        name=NAME, title=f"Street nano, {size[1]}x{size[0]}", task=Task.OBJECTS, file=into.name, sha256="0" * 64,
        bytes=1, input=wanted, head=Head.YOLOV8, overlap=OVERLAP, labels=labels(), licence=LICENCE,
    )  # fmt: skip
    return cards.sealed(blank, into)


def sized(word: str) -> tuple[int, int]:
    """Height and width of `WIDTHxHEIGHT`. Raises ValueError."""
    width, height = (int(part) for part in word.split("x"))
    if width % COARSEST_STRIDE or height % COARSEST_STRIDE:
        raise ValueError(f"{word} is not a canvas of multiples of {COARSEST_STRIDE}")
    return height, width


def labels() -> Labels:
    """The six classes and their groups, as the catalogue names them."""
    folder = shipped.config("models.yaml").parent / catalogue.LABELS_FOLDER
    return catalogue.read_labels(LABELS, {file.name: file.read_text("utf-8") for file in folder.glob(f"{LABELS}.*")})


def prove(network: Network, entry: Entry, file: Path, root: Path, most: int = 8) -> float:
    """How far the file's answers lie from the network's at most, on pictures learnt from. Raises ExportWrong."""
    answering = Answering(network, entry.input.height, entry.input.width).eval()
    session, letterbox = Session(entry, file), Letterbox(entry.input)
    worst = 0.0
    for path in _drawn(root, sets.REAL, most) or _drawn(root, sets.STREET, most):
        canvas, _ = letterbox.fill(pictures.read(path))
        with torch.no_grad():
            want = answering(torch.from_numpy(canvas)).numpy()
        worst = max(worst, float(np.abs(session.run(canvas)[0] - want).max()))
    if worst > CLOSE:
        raise ExportWrong(f"{file} answers {worst:.3f} away from the network it was made from")
    return worst


def gathered(root: Path, into: Path, most: int) -> int:
    """Link pictures learnt from into the folder `into`, rendered and real ones mixed; how many."""
    real = _drawn(root, sets.REAL, round(most * REAL_SHARE))
    street = _drawn(root, sets.STREET, most - len(real))
    for number, path in enumerate([*real, *street]):
        (into / f"{number:04d}{path.suffix}").symlink_to(path)
    return len(real) + len(street)


def _drawn(root: Path, source: str, most: int) -> list[Path]:
    told: Truth = sets.sampled(sets.joined(sets.folders(root, source, LEARN)), most)
    return [told.path(image) for image in told.coco["images"]]


def _smaller(entry: Entry, file: Path, order: quantize.Order, count: int) -> Entry:
    origin = Origin(
        source=entry.name, sha256=entry.sha256, method=order.told(), loss=0.0, judged="benchmarks.bundled",
        data=f"pictures learnt from: {count}",
    )  # fmt: skip
    named = {"name": f"{NAME}-int8", "title": f"{entry.title}, INT8", "origin": origin}
    return cards.sealed(Entry.model_validate({**dict(entry), **named}), file)


if __name__ == "__main__":
    raise SystemExit(main())
