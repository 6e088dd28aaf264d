"""Eight-bit networks of a few layers, rearranged: each answers as before to the last bit, or is left as it was."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models import cards, quantize
from models.bytewise import rearranged, unshaped
from models.catalogue import Input
from models.detector import Detector
from models.quantize import Order
from tests.parts import bright_eye

FROM_BYTES = 1 / 255
HIGH, WIDE, OUTPUTS = 32, 64, 5
BYTES, STEM, TWICE = "takes bytes", "the first layer two places at once", "neighbours as copies"
ALL = (BYTES, STEM, TWICE)


@dataclass(frozen=True)
class Made:
    """How a small eight-bit network is made: its first layer, what follows it, and how its last answer grows."""

    kernel: tuple[int, int] = (3, 3)
    pads: tuple[int, int, int, int] = (1, 1, 1, 1)
    steps: tuple[int, int] = (2, 2)
    scale: float = FROM_BYTES
    kind: str = "Relu"
    grows: dict[str, Any] = field(default_factory=dict)
    read_besides: bool = False
    step_after: float = 0.03
    nothing: int = 0
    zero: int = 0
    seed: int = 1


def network(made: Made) -> onnx.ModelProto:
    """QDQ as ONNX Runtime writes it: bytes, a convolution of them with bytes for weights, and the answer grown."""
    dice = np.random.default_rng(made.seed)
    known: dict[str, NDArray[Any]] = {
        "scale": np.array(made.scale, np.float32), "zero": np.array(0, np.uint8),
        "weights": dice.integers(-127, 128, (OUTPUTS, 3, *made.kernel)).astype(np.int8),
        "weight_scales": dice.uniform(0.001, 0.01, OUTPUTS).astype(np.float32),
        "weight_zeros": np.full(OUTPUTS, made.nothing, np.int8),
        "bias": dice.integers(-9999, 9999, OUTPUTS).astype(np.int32), "bias_zeros": np.zeros(OUTPUTS, np.int32),
        "felt_scale": np.array(0.03, np.float32), "felt_zero": np.array(made.zero, np.uint8),
        "grown_scale": np.array(made.step_after, np.float32), "times": np.array([1, 1, 2, 2], np.float32),
    }  # fmt: skip
    known["bias_scales"] = known["weight_scales"] * np.float32(made.scale)
    after, felt = ["felt_scale", "felt_zero"], ["felt"]
    nodes = [
        helper.make_node("QuantizeLinear", ["picture", "scale", "zero"], ["bytes"]),
        helper.make_node("DequantizeLinear", ["bytes", "scale", "zero"], ["seen"]),
        helper.make_node("DequantizeLinear", ["weights", "weight_scales", "weight_zeros"], ["weighs"], axis=0),
        helper.make_node("DequantizeLinear", ["bias", "bias_scales", "bias_zeros"], ["leans"], axis=0),
        helper.make_node("Conv", ["seen", "weighs", "leans"], felt, strides=made.steps, pads=made.pads),
        helper.make_node(made.kind, felt, ["held"]),
        helper.make_node("QuantizeLinear", ["held", *after], ["small"]),
        helper.make_node("DequantizeLinear", ["small", *after], ["known"]),
        helper.make_node("Resize", ["known", "", "times"], ["grown"], **{**NEAREST, **made.grows}),
        helper.make_node("QuantizeLinear", ["grown", "grown_scale", "felt_zero"], ["large"]),
        helper.make_node("DequantizeLinear", ["large", "grown_scale", "felt_zero"], ["answer"]),
    ]
    outputs = [helper.make_tensor_value_info("answer", TensorProto.FLOAT, [1, OUTPUTS, None, None])]
    if made.read_besides:
        nodes.append(helper.make_node("ReduceMean", ["picture"], ["besides"], keepdims=0))
        outputs.append(helper.make_tensor_value_info("besides", TensorProto.FLOAT, []))
    picture = helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, HIGH, WIDE])
    graph = helper.make_graph(
        nodes, "small", [picture], outputs, [numpy_helper.from_array(value, name) for name, value in known.items()]
    )
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])
    onnx.checker.check_model(model)
    return model


NEAREST = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}


def said(model: onnx.ModelProto, pixels: NDArray[np.uint8], scale: float = FROM_BYTES) -> list[NDArray[Any]]:
    """The answers about pixels, (high, wide, 3), in the form the model wants them."""
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    in_bytes = session.get_inputs()[0].type == "tensor(uint8)"
    planes = pixels.transpose(2, 0, 1).astype(np.float32) * np.float32(scale)
    found: list[NDArray[Any]] = session.run(None, {"picture": (pixels if in_bytes else planes)[None]})
    return found


def done(made: Made, want: Input | None = None) -> tuple[str, ...]:
    """What is rearranged of this network; proves that it answers as before."""
    before, after = network(made), network(made)
    words = rearranged(after, want or Input(height=HIGH, width=WIDE, scale=made.scale))
    pixels = np.random.default_rng(made.seed).integers(0, 256, (HIGH, WIDE, 3), np.uint8)
    first, now = said(before, pixels, made.scale), said(after, pixels, made.scale)
    assert np.ptp(first[0]) > 0  # it says something
    for one, other in zip(first, now, strict=True):
        np.testing.assert_array_equal(one, other)
    return words


@pytest.mark.parametrize("scale", [FROM_BYTES, 1.0])
def test_a_network_of_known_form_answers_as_before_to_the_last_bit(scale: float) -> None:
    assert done(Made(scale=scale)) == ALL
    assert done(Made(scale=scale, kind="Clip", seed=2)) == ALL


KERNELS = st.sampled_from(
    [
        ((3, 3), (1, 1, 1, 1)),
        ((3, 3), (0, 0, 1, 1)),
        ((6, 6), (2, 2, 2, 2)),
        ((2, 2), (0, 0, 0, 0)),
        ((5, 5), (2, 2, 1, 1)),
        ((7, 7), (3, 3, 2, 2)),
        ((1, 3), (0, 1, 0, 1)),
    ]
)


@settings(deadline=None, max_examples=25)
@given(shape=KERNELS, seed=st.integers(0, 2**32 - 1))
def test_first_layers_of_every_reach_answer_as_before(
    shape: tuple[tuple[int, int], tuple[int, int, int, int]], seed: int
) -> None:
    kernel, pads = shape
    assert done(Made(kernel, pads, seed=seed)) == ALL


@pytest.mark.parametrize(
    ("made", "what"),
    [
        (Made(steps=(1, 1)), STEM),
        (Made(steps=(2, 1)), STEM),
        (Made(pads=(1, 0, 1, 0)), STEM),  # tells one place less than half a row
        (Made(kind="Abs"), None),
        (Made(zero=3), STEM),  # a rectifier that cuts: calculated in floats
        (Made(grows={"nearest_mode": "ceil"}), TWICE),
        (Made(grows={"mode": "linear"}), TWICE),
        (Made(grows={"coordinate_transformation_mode": "align_corners"}), TWICE),
        (Made(step_after=0.04), TWICE),
        (Made(nothing=2), STEM),  # a weight of nothing is not the byte 0
    ],
)
def test_what_is_of_another_form_is_left_as_it_was(made: Made, what: str | None) -> None:
    assert done(made) == tuple(word for word in ALL if word != (what or STEM))


def test_the_nearest_by_half_pixels_is_the_same_neighbour() -> None:
    half = {"coordinate_transformation_mode": "half_pixel", "nearest_mode": "round_prefer_floor"}
    assert done(Made(grows=half)) == ALL


def test_what_is_given_and_no_more_read_is_asked_of_nobody() -> None:
    model = network(Made())
    model.graph.input.append(helper.make_tensor_value_info("times", TensorProto.FLOAT, [4]))  # as older files have it
    assert rearranged(model, Input(height=HIGH, width=WIDE, scale=FROM_BYTES)) == ALL
    assert [told.name for told in model.graph.input] == ["picture"]
    assert said(model, np.zeros((HIGH, WIDE, 3), np.uint8))


def test_who_reads_the_picture_besides_is_told_it_as_before() -> None:
    assert done(Made(read_besides=True)) == ALL


@pytest.mark.parametrize(
    "want",
    [
        Input(height=HIGH, width=WIDE, scale=1.0),
        Input(height=HIGH, width=WIDE, scale=FROM_BYTES, mean=(0.1, 0.1, 0.1)),
        Input(height=HIGH, width=WIDE, scale=FROM_BYTES, std=(1, 1, 1.1)),
        Input(height=HIGH, width=2 * WIDE, scale=FROM_BYTES),
    ],
)
def test_a_picture_that_its_bytes_do_not_tell_stays_in_floats(want: Input) -> None:
    assert done(Made(), want) == (TWICE,)


def test_bytes_are_themselves_again_by_their_own_scale_only() -> None:
    plain = Input(height=HIGH, width=WIDE, scale=FROM_BYTES)
    assert unshaped(plain, FROM_BYTES, 0)
    assert not unshaped(plain, FROM_BYTES, 1)
    assert not unshaped(plain, 0.97 / 255, 0)
    centred = Input(height=HIGH, width=WIDE, mean=(128.0, 128.0, 128.0))
    assert unshaped(centred, 1.0, 128)


def test_a_network_made_small_takes_bytes_and_sees_what_the_plain_one_sees(tmp_path: Path) -> None:
    file, street = bright_eye.write(tmp_path), bright_eye.street(tmp_path / "street")
    found = []
    for order in (Order(plain=True), Order()):
        small = tmp_path / f"small-{order.plain}.onnx"
        quantize.quantize(cards.read(file), file, street, small, order)
        kind = onnx.load(small).graph.input[0].type.tensor_type.elem_type
        assert kind == (TensorProto.FLOAT if order.plain else TensorProto.UINT8)
        detector = Detector(cards.sealed(cards.read(file), small), small)
        found.append([detector.detect(read(picture)) for picture in sorted((street / "images").iterdir())])
    for one, other in zip(*found, strict=True):
        assert len(one)
        np.testing.assert_array_equal(one.xyxy, other.xyxy)
        np.testing.assert_array_equal(one.score, other.score)


def read(picture: Path) -> NDArray[np.uint8]:
    return np.asarray(cv2.imread(str(picture)), np.uint8)
