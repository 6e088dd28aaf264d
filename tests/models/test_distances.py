from collections.abc import Sequence

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.distances import PREFIX, lightened
from models.quantize import head

BINS, CELLS = 16, 12
RISING = np.arange(BINS, dtype=np.float32)


def network(
    weights: NDArray[np.float32] = RISING, axis: int = 1, outputs: Sequence[str] = ("mean",)
) -> onnx.ModelProto:
    """A learnt convolution, its softmax, and the mean as YOLO11's graph takes it; the shares too, where wanted."""
    learnt = np.eye(BINS, dtype=np.float32).reshape(BINS, BINS, 1, 1)
    nodes = [
        helper.make_node("Conv", ["logits", "learnt"], ["said"], "cv2/Conv"),
        helper.make_node("Softmax", ["said"], ["shares"], "dfl/Softmax", axis=axis),
        helper.make_node("Conv", ["shares", "weights"], ["mean"], "dfl/Conv"),
    ]
    shapes = {"mean": (1, 1, 4, CELLS), "shares": (1, BINS, 4, CELLS)}
    fixed = {"learnt": learnt, "weights": weights.reshape(1, BINS, 1, 1)}
    graph = helper.make_graph(
        nodes,
        "sides",
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, (1, BINS, 4, CELLS))],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shapes[name]) for name in outputs],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in fixed.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)


def mean(model: onnx.ModelProto, logits: NDArray[np.float32]) -> NDArray[np.float32]:
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    found: NDArray[np.float32] = session.run(["mean"], {"logits": logits})[0]
    return found


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), spread=st.floats(0, 50, width=32))
def test_the_mean_is_that_of_the_softmax(seed: int, spread: float) -> None:
    logits = np.random.default_rng(seed).uniform(-spread, spread, (1, BINS, 4, CELLS)).astype(np.float32)
    lighter = network()
    assert lightened(lighter) == 1
    assert np.abs(mean(lighter, logits) - mean(network(), logits)).max() < 1e-4


@pytest.mark.parametrize("wild", [-1e30, -300.0, 300.0, 1e30])
def test_what_no_network_says_is_a_distance_all_the_same(wild: float) -> None:
    lighter = network()
    lightened(lighter)
    found = mean(lighter, np.full((1, BINS, 4, CELLS), wild, np.float32))
    assert np.allclose(found, RISING.mean())


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(network(weights=RISING[::-1].copy()), id="learnt weights"),
        pytest.param(network(axis=3), id="a softmax over cells"),
        pytest.param(network(outputs=("mean", "shares")), id="shares that are an answer"),
    ],
)
def test_what_is_no_such_mean_is_left_as_it_is(other: onnx.ModelProto) -> None:
    before = other.SerializeToString()
    assert lightened(other) == 0
    assert other.SerializeToString() == before


def test_a_lighter_network_holds_nothing_it_does_not_use() -> None:
    lighter = network()
    lightened(lighter)
    used = {name for node in lighter.graph.node for name in node.input}
    assert {given.name for given in lighter.graph.initializer} <= used
    assert lightened(lighter) == 0


def test_of_a_lighter_network_the_head_that_stays_in_float_reaches_back_to_what_was_learnt() -> None:
    lighter = network()
    lightened(lighter)
    left = head(lighter.graph)
    assert "cv2/Conv" in left
    assert {node.name for node in lighter.graph.node if node.name.startswith(PREFIX)} <= left
