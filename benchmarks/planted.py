"""Networks of a known size whose answers are known too: YOLO11n with random weights, and ten road users planted in it.

Speed only, never shipped and never judged: random weights see nothing, so what a pipeline does with its finds would
cost nothing. So ten objects, as four boxes each of which suppression has to leave one, are laid over the last of the
network's columns, in the graph itself: whoever runs the file gets the same. They move as a grey patch tells them that
is painted into a corner of the film, bright and dark again in eight seconds. Weights come from `yolo11n.yaml` of
ultralytics in the peers' environment, once as its own exporter writes them and once through `models.export`, which
makes the graph lighter and its answers no other; in eight bits both through `models.quantize` here.
"""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models import cards, quantize
from models.catalogue import Entry

ROOT: Final = Path(__file__).parents[1]
BOXES_EACH: Final = 4
SCORE: Final = 0.8
WANDER: Final = 0.3
"""How far an object goes while the patch goes from black to white, of the canvas."""
CLASSES: Final = (0, 1, 2, 3, 5, 7)
"""People and wheels among COCO's."""
COLUMNS: Final = 84
PATCH: Final = 48
"""Edge of the patch in a film of 640x360, at its upper left corner."""
CALIBRATED_ON: Final = 24
BORN: Final = """
import sys, torch
from pathlib import Path
from ultralytics import YOLO
from shutil import copyfile
from models.export import by_ultralytics, export
into, theirs, height, width = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
torch.manual_seed(11)
network = YOLO("yolo11n.yaml", task="detect")
network.model.names = dict(enumerate(Path("configs/labels/coco.txt").read_text("utf-8").splitlines()))
weights = into.with_suffix(".pt")
network.save(str(weights))
made = by_ultralytics(str(weights), height, width)
copyfile(made.file, theirs)
export(str(weights), into, height, width, lambda *_: made)
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """The same network in fp32 and in eight bits, objects planted, with their cards."""

    fp32: Path
    int8: Path


def pair(folder: Path, python: Path, film: Path, size: tuple[int, int], objects: int, whose: str = "ours") -> Pair:
    """Make them for a canvas of `size` (width, height) where they are not there yet, by the Python of the peers.

    `whose` is `ours`, as `models.export` makes the graph, or `theirs`, as ultralytics does.
    """
    width, height = size
    name = f"{whose}-{objects}-{width}x{height}"
    made = Pair(folder / f"{name}.onnx", folder / f"{name}-int8.onnx")
    if _whole(made.fp32) and _whole(made.int8):
        return made
    for source, into in zip(_bare(folder, python, film, size, whose), (made.fp32, made.int8), strict=True):
        network = onnx.load(source)
        plant(network, size, objects)
        onnx.save(network, into)
        entry = Entry.model_validate({**dict(cards.read(source)), "name": into.stem})
        cards.write(cards.sealed(entry, into), into)
    return made


def _bare(folder: Path, python: Path, film: Path, size: tuple[int, int], whose: str) -> tuple[Path, Path]:
    """The network without objects, in fp32 and in eight bits, each with its card and what ultralytics wrote into it."""
    width, height = size
    both = {name: folder / f"{name}-bare-{width}x{height}.onnx" for name in ("ours", "theirs")}
    bare = both[whose]
    eight = bare.with_name(f"{bare.stem}-int8.onnx")
    if _whole(eight):
        return bare, eight
    words = [str(python), "-W", "ignore", "-c", BORN, *(str(file.resolve()) for file in both.values())]
    subprocess.run(
        [*words, str(height), str(width)], cwd=ROOT, env=surroundings(folder), check=True, stdout=subprocess.DEVNULL
    )
    described = cards.read(both["ours"])
    cards.write(cards.sealed(described, bare), bare)
    order = quantize.Order(pictures=CALIBRATED_ON, plain=whose == "theirs")  # which ultralytics feeds floats
    quantize.quantize(cards.read(bare), bare, film, eight, order)
    network = onnx.load(eight)
    network.metadata_props.extend(onnx.load(bare).metadata_props)
    onnx.save(network, eight)
    cards.write(cards.sealed(described, eight), eight)
    return bare, eight


def _whole(file: Path) -> bool:
    """Whether it was made to the end: the card comes last."""
    return file.exists() and cards.card(file).exists()


def surroundings(folder: Path) -> dict[str, str]:
    """What ultralytics has to be told by the environment: one thread, no network, its settings beside the files."""
    return os.environ | {
        "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), "YOLO_OFFLINE": "true",
        "YOLO_AUTOINSTALL": "false", "YOLO_VERBOSE": "false", "YOLO_CONFIG_DIR": str(folder.resolve()),
    }  # fmt: skip


def plant(network: Any, size: tuple[int, int], objects: int) -> None:  # noqa: ANN401 - an onnx.ModelProto
    """Lay the objects over the last columns of the answer (1, 84, N) of a network for a canvas of `size`."""
    graph, count = network.graph, objects * BOXES_EACH
    in_bytes = graph.input[0].type.tensor_type.elem_type == TensorProto.UINT8
    picture, answer = graph.input[0].name, graph.output[0].name
    cells = graph.output[0].type.tensor_type.shape.dim[2].dim_value
    still, motion = _boxes(size, objects)
    for made in graph.node:
        made.output[:] = ["bare" if name == answer else name for name in made.output]
        made.input[:] = ["bare" if name == answer else name for name in made.input]
    left, top, right, bottom = _patch(size)
    given = {
        "still": still, "motion": motion, "columns": np.array([2]), "first": np.array([0]),
        "last": np.array([cells - count]), "corner": np.array([top, left]), "opposite": np.array([bottom, right]),
        "sides": np.array([1, 2] if in_bytes else [2, 3]), "white": np.array(255 if in_bytes else 1),
    }  # fmt: skip
    graph.initializer.extend(
        numpy_helper.from_array(
            value.astype(np.float32 if name in {"still", "motion", "white"} else np.int64), f"planted_{name}"
        )
        for name, value in given.items()
    )

    def node(kind: str, inputs: Sequence[str], output: str, **how: Any) -> Any:  # noqa: ANN401 - an onnx.NodeProto
        names = [f"planted_{name}" if name in given else name for name in inputs]
        return helper.make_node(kind, names, [output], f"planted/{output}", **how)

    graph.node.extend(
        [
            node("Slice", [picture, "corner", "opposite", "sides"], "planted_patch"),
            node("Cast", ["planted_patch"], "planted_numbers", to=TensorProto.FLOAT),
            node("ReduceMean", ["planted_numbers"], "planted_mean", keepdims=0),
            node("Div", ["planted_mean", "white"], "planted_grey"),
            node("Mul", ["motion", "planted_grey"], "planted_went"),
            node("Add", ["still", "planted_went"], "planted_boxes"),
            node("Slice", ["bare", "first", "last", "columns"], "planted_rest"),
            node("Concat", ["planted_rest", "planted_boxes"], answer, axis=2),
        ]
    )
    assert graph.output[0].type.tensor_type.elem_type == TensorProto.FLOAT  # noqa: S101 - of every network we export


def film(video: Path, size: tuple[int, int], folder: Path) -> Path:
    """`video` as a camera of that size sends it, 25 fps H.264 without B frames, with the patch in its corner."""
    wide, high = size
    made = folder / f"{video.stem}-patched-{wide}x{high}.mp4"
    if made.exists():
        return made
    edge, part = PATCH * wide // 640, made.with_suffix(".part.mp4")
    grey = f"color=c=black:s=16x16:r=25,geq=lum='16+2*abs(mod(N,200)-100)':cb=128:cr=128,scale={edge}:{edge}"
    drawn = f"[0:v]scale={wide}:{high},fps=25[street];[1:v]null[patch];[street][patch]overlay=0:0:shortest=1"
    words = ["ffmpeg", "-loglevel", "error", "-y", "-stream_loop", "-1", "-i", str(video), "-f", "lavfi", "-i", grey]
    words += ["-filter_complex", drawn, "-t", "40", "-an", "-pix_fmt", "yuv420p", "-c:v", "libx264"]
    words += ["-preset", "veryfast", "-g", "50", "-bf", "0", *(["-b:v", "4M"] if wide > 640 else []), str(part)]  # noqa: PLR2004 - a main stream's
    subprocess.run(words, check=True)
    part.rename(made)
    return made


def _boxes(size: tuple[int, int], objects: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where they stand while the patch is black, and how far each goes until it is white: (1, 84, boxes) each."""
    width, height = size
    dice = np.random.default_rng(10)
    still, motion = (np.zeros((1, COLUMNS, objects * BOXES_EACH)) for _ in range(2))
    for number in range(objects):
        # A grid, so that they pass each other at times and seldom hide each other.
        middle = np.array([0.14 + 0.18 * (number % 5), 0.2 + 0.6 * (number // 5) / max(1, (objects - 1) // 5)])
        extent, goes = dice.uniform((0.04, 0.1), (0.08, 0.2)), dice.uniform(-WANDER, WANDER, 2) * (1, 0.5)
        for box in range(BOXES_EACH):
            column, off = number * BOXES_EACH + box, dice.normal(0, 0.02, 2) * extent
            still[0, :4, column] = np.concatenate([middle + off, extent]) * (width, height, width, height)
            still[0, 4 + CLASSES[number % len(CLASSES)], column] = SCORE - 0.05 * box
            motion[0, :2, column] = goes * (width, height)
    return still, motion


def _patch(size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The middle of the patch on the canvas: left, top, right, bottom; films are 16:9 and lie in its middle."""
    width, height = size
    edge, top = PATCH * width // 640, (height - width * 9 // 16) // 2
    return edge // 3, top + edge // 3, 2 * edge // 3, top + 2 * edge // 3
