"""Second models built in the test, of a kilobyte each: what they say depends on how bright the crop is. Real ONNX.

`helmet-cls` is a classifier: bright is `no_helmet`, dark is `helmet`. `smoke` is a detector: one box in the middle of
its crop, as sure as the crop is bright. `brittle` is the same, and its run fails on a bright crop.
"""

import hashlib
from pathlib import Path
from typing import Any, Final

import onnx
import yaml
from onnx import TensorProto, helper

from models import catalogue
from models.classifier import Classifier
from models.detector import Detector

SIDE: Final = 64
OPSET: Final = 17
STEEP: Final = 20.0
MIDDLE: Final = (16.0, 16.0, 48.0, 48.0, 0.0, 0.0)
ONLY_SCORE: Final = (0.0, 0.0, 0.0, 0.0, 1.0, 0.0)
HALF: Final = 0.5
LABELS: Final = {"helmets": ("helmet", "no_helmet"), "smoke": ("smoke",)}
MODELS: Final = {"helmet-cls": ("classes", "softmax", "helmets"), "smoke": ("objects", "end2end", "smoke")}


def write(folder: Path) -> dict[str, Any]:
    """Write models and catalogue; returns the `models` part of a node's file, without a detector."""
    (folder / "labels").mkdir(parents=True, exist_ok=True)
    for name, classes in LABELS.items():
        (folder / "labels" / f"{name}.txt").write_text("\n".join(classes), "utf-8")
    made = {"helmet-cls": classifier(), "smoke": detector(), "brittle": detector(brittle=True)}
    entries = {name: _entry(folder, name, content) for name, content in made.items()}
    (folder / "models.yaml").write_text(yaml.safe_dump({"models": entries}), "utf-8")
    return {"catalogue": str(folder / "models.yaml"), "store": str(folder), "sessions": 1}


def opened(folder: Path) -> dict[str, Detector | Classifier]:
    """All of them, as a node opens them."""
    write(folder)
    entries = catalogue.load(folder / "models.yaml").entries
    return {
        name: (Classifier if entry.task is catalogue.Task.CLASSES else Detector)(entry, entry.lies(folder))
        for name, entry in entries.items()
    }


def classifier() -> bytes:
    """Two logits, by how far the mean of the picture is from half."""
    nodes = [
        helper.make_node("GlobalAveragePool", ["images"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("Gemm", ["flat", "weight", "bias"], ["logits"]),
    ]
    weight = helper.make_tensor("weight", TensorProto.FLOAT, [3, 2], [-STEEP / 3, STEEP / 3] * 3)
    bias = helper.make_tensor("bias", TensorProto.FLOAT, [2], [STEEP * HALF, -STEEP * HALF])
    return _file(nodes, "logits", [1, 2], [weight, bias])


def detector(*, brittle: bool = False) -> bytes:
    """One box, its score the mean of the picture; `brittle`: nothing but an error where that is above half."""
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["mean"], axes=[1, 2, 3], keepdims=1),
        helper.make_node("Reshape", ["mean", "shape"], ["one"]),
        helper.make_node("Mul", ["one", "only"], ["score"]),
        helper.make_node("Add", ["box", "score"], ["found" if not brittle else "sound"]),
    ]
    known = [
        helper.make_tensor("shape", TensorProto.INT64, [3], [1, 1, 1]),
        helper.make_tensor("only", TensorProto.FLOAT, [1, 1, 6], ONLY_SCORE),
        helper.make_tensor("box", TensorProto.FLOAT, [1, 1, 6], MIDDLE),
    ]
    if brittle:
        known += [
            helper.make_tensor("twice", TensorProto.FLOAT, [1, 1, 1], [2.0]),
            helper.make_tensor("alone", TensorProto.INT64, [1], [1]),
        ]
        nodes += [
            helper.make_node("Mul", ["one", "twice"], ["doubled"]),
            helper.make_node("Cast", ["doubled"], ["whole"], to=TensorProto.INT64),
            helper.make_node("Reshape", ["whole", "alone"], ["index"]),
            helper.make_node("Gather", ["sound", "index"], ["found"], axis=0),  # there is no second row
        ]
    return _file(nodes, "found", [1, 1, 6], known)


def _entry(folder: Path, name: str, content: bytes) -> dict[str, Any]:
    (folder / f"{name}.onnx").write_bytes(content)
    task, head, labels = MODELS.get(name, MODELS["smoke"])
    return {
        "title": "Judges by brightness",
        "task": task,
        "file": f"{name}.onnx",
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "input": {"height": SIDE, "width": SIDE, "scale": 1 / 255},
        "head": head,
        "labels": labels,
        "licence": {"spdx": "Apache-2.0", "holder": "The WardSense authors", "fits": ["run"]},
    }


def _file(nodes: list[onnx.NodeProto], output: str, shape: list[int], known: list[onnx.TensorProto]) -> bytes:
    picture = helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, SIDE, SIDE])
    said = helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, "second", [picture], [said], known)
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", OPSET)])
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
