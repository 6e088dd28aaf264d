"""A street in which every head and every plate carries a code of its own, and a real network that sees this street.

A code is a chequer of magenta and yellow in an order of its own: nothing else in the street has these colours, so any
fragment of one can be told, and each can be told from all others. The network knows people by the red of their coats,
motorcycles by green and cars by blue, and has no eye for the codes: a three-colour filter and a YOLOX head that
speaks of one class at each stride, a few kilobytes. Riders have grey coats: only their motorcycle betrays them.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import log
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import yaml
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Pixels = NDArray[np.uint8]

WIDTH: Final = 640
HEIGHT: Final = 384
ROUND: Final = 80
"""Pictures until everything is as it was."""
CELL: Final = 4
YELLOW: Final = (0, 255, 255)
MAGENTA: Final = (255, 0, 255)
ROAD, COAT = (96, 96, 96), (60, 60, 60)
RED, GREEN, BLUE = (20, 20, 235), (20, 235, 20), (235, 20, 20)
WINDOW: Final = ((0.75, 0.0), (1.0, 0.0), (1.0, 0.34), (0.75, 0.34))
"""The masked part of the street's picture: somebody at home."""
NAME: Final = "colours"
LABELS: Final = ("person", "motorcycle", "car")
CLASS: Final = {8: ("person", 40, 112), 16: ("motorcycle", 64, 80), 32: ("car", 160, 96)}
"""What each stride speaks of, and how large it takes it to be, in pixels."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Somebody or something: `x` and `y` of the middle of the box, its step from picture to picture, out and back."""

    kind: str
    x: int
    y: int
    step: int = 0
    head: str | None = None
    plate: str | None = None

    def at(self, number: int) -> "Figure":
        """Where it is in a picture."""
        turn = number % ROUND
        return replace(self, x=self.x + self.step * min(turn, ROUND - turn), step=0)


FIGURES: Final = (
    Figure("person", 56, 200, head="standing"),
    Figure("person", 248, 184, head="waiting"),
    Figure("person", 340, 200, step=4, head="walking"),
    Figure("person", 560, 60, head="at-home"),
    Figure("motorcycle", 300, 332, step=7, head="riding", plate="motorcycle"),
    Figure("car", 160, 288, plate="car"),
)
SIZES: Final[dict[str, tuple[int, int]]] = {
    **dict.fromkeys(("standing", "waiting", "walking", "at-home", "riding"), (6, 6)),
    "motorcycle": (6, 4),
    "car": (10, 4),
}
"""Cells of every code, across and down."""


def code(name: str) -> Pixels:
    """The code of that name, BGR."""
    across, down = SIZES[name]
    chance = np.random.default_rng(list(hashlib.sha256(name.encode()).digest()))
    cells = chance.permutation(np.arange(across * down) % 2).reshape(down, across)
    colours = np.array([YELLOW, MAGENTA], np.uint8)[cells]
    return np.asarray(np.kron(colours, np.ones((CELL, CELL, 1), np.uint8)), np.uint8)


def picture(number: int, width: int = WIDTH, height: int = HEIGHT) -> Pixels:
    """Picture `number`, (384, 640, 3) BGR."""
    pixels = np.full((height, width, 3), ROAD, np.uint8)
    pixels[:140] = (150, 150, 150)
    pixels[:, ::80] = (120, 120, 120)
    for figure in FIGURES:
        _draw(pixels, figure.at(number))
    return pixels


def write_eye(folder: Path) -> dict[str, Any]:
    """Write network and catalogue; returns the `models` part of a node's file."""
    (folder / "labels").mkdir(parents=True)
    (folder / "models").mkdir()
    (folder / "labels" / "street.txt").write_text("\n".join(LABELS), "utf-8")
    content = _network()
    (folder / "models" / f"{NAME}.onnx").write_bytes(content)
    entry = {
        "title": "Sees coats and paint",
        "task": "objects",
        "file": f"{NAME}.onnx",
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "input": {"height": HEIGHT, "width": WIDTH, "fit": "top-left", "colour": "bgr"},
        "head": "yolox",
        "overlap": 0.95,
        "labels": "street",
        "licence": {"spdx": "Apache-2.0", "holder": "The WardSense authors", "fits": ["run"]},
    }
    (folder / "models.yaml").write_text(yaml.safe_dump({"models": {NAME: entry}}), "utf-8")
    store = str(folder / "models")
    return {"catalogue": str(folder / "models.yaml"), "store": store, "detector": NAME, "sessions": 1}


def _draw(pixels: Pixels, figure: Figure) -> None:
    """Body, mark and codes, cut at the picture's edges."""
    for x, y, content in _parts(figure):
        high, wide = content.shape[:2]
        left, top = x - wide // 2, y - high // 2
        x0, y0, x1, y1 = max(0, left), max(0, top), min(pixels.shape[1], left + wide), min(pixels.shape[0], top + high)
        if x1 > x0 and y1 > y0:
            pixels[y0:y1, x0:x1] = content[y0 - top : y1 - top, x0 - left : x1 - left]


def _parts(figure: Figure) -> Iterator[tuple[int, int, Pixels]]:
    """Each part: its middle, and its pixels."""
    x, y = figure.x, figure.y
    if figure.kind == "person":
        yield x, y + 20, _block(32, 72, COAT)
        yield x, y, _block(24, 16, RED)
        yield x, y - 40, code(figure.head or "")
    elif figure.kind == "motorcycle":
        yield x, y - 40, _block(28, 60, COAT)
        yield x, y, _block(60, 60, COAT)
        yield x, y - 4, _block(32, 32, GREEN)
        yield x, y - 72, code(figure.head or "")
        yield x, y + 28, code(figure.plate or "")
    else:
        yield x, y, _block(156, 92, COAT)
        yield x, y, _block(64, 64, BLUE)
        yield x, y + 36, code(figure.plate or "")


def _block(wide: int, high: int, colour: tuple[int, int, int]) -> Pixels:
    return np.full((high, wide, 3), colour, np.uint8)


def _network() -> bytes:
    """The ONNX file: red, green and blue less the other two, averaged over a stride's cell, said as YOLOX does."""
    filters = (
        np.where(np.eye(3)[::-1] > 0, 1.0, -1.0).astype(np.float32).reshape(3, 3, 1, 1)
    )  # of BGR: red, green, blue
    known = [numpy_helper.from_array(filters, "filters"), numpy_helper.from_array(np.array([1, 8, -1]), "rows")]
    nodes = [
        helper.make_node("Conv", ["images", "filters"], ["felt"]),
        helper.make_node("Relu", ["felt"], ["colour"]),
    ]
    for channel, stride in enumerate(CLASS):
        weight, bias = _speaks(channel, stride)
        known += [numpy_helper.from_array(weight, f"w{stride}"), numpy_helper.from_array(bias, f"b{stride}")]
        said = ["colour", f"w{stride}", f"b{stride}"]
        nodes += [
            helper.make_node("Conv", said, [f"map{stride}"], strides=[stride, stride]),
            helper.make_node("Reshape", [f"map{stride}", "rows"], [f"flat{stride}"]),
        ]
    nodes += [
        helper.make_node("Concat", [f"flat{stride}" for stride in CLASS], ["cells"], axis=2),
        helper.make_node("Split", ["cells", "parts"], ["place", "sure"], axis=1),
        helper.make_node("Sigmoid", ["sure"], ["score"]),
        helper.make_node("Concat", ["place", "score"], ["columns"], axis=1),
        helper.make_node("Transpose", ["columns"], ["output"], perm=[0, 2, 1]),
    ]
    known.append(numpy_helper.from_array(np.array([4, 4]), "parts"))
    cells = sum(HEIGHT // stride * (WIDTH // stride) for stride in CLASS)
    images = helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, HEIGHT, WIDTH])
    output = helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, cells, 8])
    graph = helper.make_graph(nodes, NAME, [images], [output], known)
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def _speaks(channel: int, stride: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Middle of the cell, a size of its own, sure from a third of the colour on, one class."""
    _, wide, high = CLASS[stride]
    weight = np.zeros((8, 3, stride, stride), np.float32)
    weight[4, channel] = 0.1 / stride**2
    bias = np.array([0.5, 0.5, log(wide / stride), log(high / stride), -6, -50, -50, -50], np.float32)
    bias[5 + channel] = 50
    return weight, bias
