"""Networks of a few kilobytes that always say the same, and the catalogue entries that name them."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.catalogue import Entry, Fit, Head

Says = Mapping[str, NDArray[Any]]
Written = Callable[..., tuple[Entry, Path]]
STREET = ("person", "car")


def network(says: Says, height: int, width: int, *, sizes: bool = False) -> bytes:
    """An ONNX file that answers every picture of that size with `says`; `sizes` adds DETR's second input."""
    inputs = [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, height, width])]
    if sizes:
        inputs.append(helper.make_tensor_value_info("orig_target_sizes", TensorProto.INT64, ["N", 2]))
    kinds = {name: helper.np_dtype_to_tensor_dtype(said.dtype) for name, said in says.items()}
    outputs = [helper.make_tensor_value_info(name, kinds[name], said.shape) for name, said in says.items()]
    known = [numpy_helper.from_array(said, f"said-{name}") for name, said in says.items()]
    nodes = [helper.make_node("Identity", [f"said-{name}"], [name]) for name in says]
    model = helper.make_model(
        helper.make_graph(nodes, "says", inputs, outputs, known),
        ir_version=8,
        opset_imports=[helper.make_opsetid("", 17)],
    )
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def entry_of(content: bytes, head: Head, height: int = 64, width: int = 96, **changed: Any) -> Entry:  # noqa: ANN401  any field of an entry
    """A catalogue entry that names `content`; further fields as given."""
    fields = {
        "name": "tiny",
        "title": "a tiny network",
        "task": "objects",
        "file": "tiny.onnx",
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "input": {"height": height, "width": width, "fit": Fit.TOP_LEFT, "colour": "bgr"},
        "head": head,
        "overlap": 0.5,
        "labels": {"name": "street", "names": STREET},
        "licence": {"spdx": "Apache-2.0", "holder": "nobody", "fits": ["run"]},
    }
    return Entry.model_validate({**fields, **changed})


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write a network that says `says` for `head` and give its entry and file."""

    def write(head: Head, says: Says, height: int = 64, width: int = 96, **changed: Any) -> tuple[Entry, Path]:  # noqa: ANN401  any field of an entry
        content = network(says, height, width, sizes=head is Head.DETR)
        path = tmp_path / "tiny.onnx"
        path.write_bytes(content)
        return entry_of(content, head, height, width, **changed), path

    return write


def detr_says(*boxes: tuple[float, float, float, float, float, int]) -> Says:
    """What a DETR says of these (x, y, right, bottom, score, label)."""
    rows = np.array(boxes, np.float32).reshape(1, -1, 6)
    return {"labels": rows[:, :, 5].astype(np.int64), "boxes": rows[:, :, :4].copy(), "scores": rows[:, :, 4].copy()}


@pytest.fixture
def network_of() -> Callable[..., bytes]:
    return network


@pytest.fixture
def entry_for() -> Callable[..., Entry]:
    return entry_of


@pytest.fixture
def says() -> Callable[..., Says]:
    return detr_says
