"""A detector built in the test: whatever it is shown, it sees one person in the middle. Real ONNX, real session.

Its catalogue, labels and file are written to a folder, so that a node's configuration can name it as any other.
"""

import hashlib
from pathlib import Path
from typing import Any, Final

import onnx
import yaml
from onnx import TensorProto, helper

SIDE: Final = 64
NAME: Final = "steady"
PERSON: Final = (26.0, 16.0, 38.0, 48.0, 0.9, 0.0)  # corners on the canvas, score, class
NOBODY: Final = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
OPSET: Final = 17


def write(folder: Path, *, bundled: bool = False) -> dict[str, Any]:
    """Write model and catalogue; returns the `models` part of a node's file. A `bundled` one is in no store."""
    store = folder / "models"
    (folder / "labels").mkdir(parents=True)
    store.mkdir()
    (folder / "labels" / "street.txt").write_text("person\ncar\n", "utf-8")
    content = _model().SerializeToString()
    (store / f"{NAME}.onnx").write_bytes(content)
    entry = {
        "title": "Sees one person, always",
        "task": "objects",
        "file": f"{NAME}.onnx",
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "input": {"height": SIDE, "width": SIDE},
        "head": "end2end",
        "labels": "street",
        "licence": {"spdx": "Apache-2.0", "holder": "The WardSense authors", "fits": ["run"]},
    }
    if bundled:
        entry["bundled"], store = str(store), folder / "nothing-pulled"
    (folder / "models.yaml").write_text(yaml.safe_dump({"models": {NAME: entry}}), "utf-8")
    return {"catalogue": str(folder / "models.yaml"), "store": str(store), "detector": NAME, "sessions": 1}


def _model() -> onnx.ModelProto:
    boxes = helper.make_tensor("boxes", TensorProto.FLOAT, [1, 2, 6], [*PERSON, *NOBODY])
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["mean"], axes=[1, 2, 3], keepdims=1),
        helper.make_node("Reshape", ["mean", "flat"], ["one"]),
        helper.make_node("Mul", ["one", "zero"], ["nothing"]),
        helper.make_node("Add", ["boxes", "nothing"], ["found"]),
    ]
    flat = helper.make_tensor("flat", TensorProto.INT64, [3], [1, 1, 1])
    zero = helper.make_tensor("zero", TensorProto.FLOAT, [1], [0.0])
    picture = helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, SIDE, SIDE])
    found = helper.make_tensor_value_info("found", TensorProto.FLOAT, [1, 2, 6])
    graph = helper.make_graph(nodes, "steady", [picture], [found], [boxes, flat, zero])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = 9
    onnx.checker.check_model(model)
    return model
