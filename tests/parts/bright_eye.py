"""A real network of a few kilobytes that sees bright squares as cars, and streets of bright squares to prove it on.

A convolution, a rectifier, and a YOLOX head at strides 8, 16 and 32 of which only the middle speaks: a cell of 16x16
pixels brighter than the middle of the scale is a car of that size. `brittle` adds a channel ten thousand times as
loud that says nothing: harmless in float, and the end of everything in eight bits.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models import cards
from models.catalogue import Entry

HEIGHT, WIDTH, CELL = 64, 96, 16
CHANNELS, SAID = 8, 7
PARTS = [4, SAID - 4]
LENGTHS_ARE_INPUT_SINCE = 13
STRIDES = (8, 16, 32)
SHARPNESS, SILENT, LOUD = 0.1, -50.0, 1e4


def write(folder: Path, name: str = "eye", *, brittle: bool = False) -> Path:
    """Write the network and its card; gives the file."""
    content = network(brittle=brittle)
    file = folder / f"{name}.onnx"
    file.write_bytes(content)
    cards.write(entry_of(content, file), file)
    return file


def entry_of(content: bytes, file: Path) -> Entry:
    """The entry of that network in that file."""
    fields = {
        "name": file.stem,
        "title": "sees bright squares",
        "task": "objects",
        "file": file.name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "input": {"height": HEIGHT, "width": WIDTH, "fit": "top-left", "colour": "bgr"},
        "head": "yolox",
        "overlap": 0.5,
        "labels": {"name": "street", "names": ("person", "car")},
        "licence": {"spdx": "Apache-2.0", "holder": "nobody", "fits": ["run", "train"]},
    }
    return Entry.model_validate(fields)


def street(folder: Path, pictures: int = 6) -> Path:
    """A COCO set of dark pictures, each with two bright squares."""
    (folder / "images").mkdir(parents=True)
    random = np.random.default_rng(7)
    images: list[dict[str, Any]] = []
    boxes: list[dict[str, Any]] = []
    for number in range(1, pictures + 1):
        pixels = random.integers(0, 40, (HEIGHT, WIDTH, 3)).astype(np.uint8)
        for cell in random.choice(HEIGHT // CELL * (WIDTH // CELL), 2, replace=False):
            y, x = (int(part) * CELL for part in divmod(int(cell), WIDTH // CELL))
            pixels[y : y + CELL, x : x + CELL] = 240
            boxes.append({"image_id": number, "category_id": 1, "bbox": [x, y, CELL, CELL], "iscrowd": 0})
        cv2.imwrite(str(folder / "images" / f"{number}.png"), pixels)
        images.append({"id": number, "file_name": f"{number}.png", "width": WIDTH, "height": HEIGHT})
    told = {"images": images, "annotations": boxes, "categories": [{"id": 1, "name": "car"}]}
    (folder / "instances.json").write_text(json.dumps(told))
    return folder


def network(*, brittle: bool = False, version: int = 17) -> bytes:
    """The ONNX file, in a version of ONNX from 11 on."""
    body = np.zeros((CHANNELS, 3, 3, 3), np.float32)
    body[:, :, 1, 1] = 1 / 3
    body[-1] *= LOUD if brittle else 1.0
    known = [numpy_helper.from_array(body, "body"), numpy_helper.from_array(np.array([1, SAID, -1]), "rows")]
    nodes = [
        helper.make_node("Conv", ["images", "body"], ["felt"], name="/body/conv", pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["felt"], ["seen"], name="/body/relu"),
    ]
    for stride in STRIDES:
        weight, bias = _cell(stride)
        known += [numpy_helper.from_array(weight, f"w{stride}"), numpy_helper.from_array(bias, f"b{stride}")]
        given = ["seen", f"w{stride}", f"b{stride}"]
        nodes += [
            helper.make_node("Conv", given, [f"map{stride}"], name=f"/head/{stride}", strides=[stride, stride]),
            helper.make_node("Reshape", [f"map{stride}", "rows"], [f"flat{stride}"]),
        ]
    nodes += [
        helper.make_node("Concat", [f"flat{stride}" for stride in STRIDES], ["cells"], axis=2),
        _split(version),
        helper.make_node("Sigmoid", ["sure"], ["score"]),
        helper.make_node("Concat", ["place", "score"], ["columns"], axis=1),
        helper.make_node("Transpose", ["columns"], ["output"], perm=[0, 2, 1]),
    ]
    known += [numpy_helper.from_array(np.array(PARTS), "parts")] if version >= LENGTHS_ARE_INPUT_SINCE else []
    cells = sum((HEIGHT // stride) * (WIDTH // stride) for stride in STRIDES)
    graph = helper.make_graph(
        nodes,
        "bright",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, HEIGHT, WIDTH])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, cells, SAID])],
        known,
    )
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", version)])
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def _split(version: int) -> onnx.NodeProto:
    if version >= LENGTHS_ARE_INPUT_SINCE:
        return helper.make_node("Split", ["cells", "parts"], ["place", "sure"], axis=1)
    return helper.make_node("Split", ["cells"], ["place", "sure"], axis=1, split=PARTS)


def _cell(stride: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What a cell says: its middle, its own size, sure by its brightness, never a person, always a car."""
    weight = np.zeros((SAID, CHANNELS, stride, stride), np.float32)
    weight[4, :-1] = SHARPNESS / (stride * stride * (CHANNELS - 1))
    sure = -SHARPNESS * 128 if stride == CELL else SILENT
    return weight, np.array([0.5, 0.5, 0, 0, sure, SILENT, -SILENT], np.float32)
