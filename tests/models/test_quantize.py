from pathlib import Path

import onnx
import pytest

from models import cards, quantize
from models.catalogue import load
from models.quantize import Method, Order, QuantizeFailed
from models.session import ModelRefused
from tests.parts import bright_eye

CATALOGUE = Path(__file__).parents[2] / "configs" / "models.yaml"


def made(tmp_path: Path, order: Order, file: Path | None = None) -> onnx.ModelProto:
    file = file or bright_eye.write(tmp_path)
    street = bright_eye.street(tmp_path / "street")
    told: list[tuple[int, int]] = []
    count = quantize.quantize(
        cards.read(file), file, street, tmp_path / "small.onnx", order, lambda *done: told.append(done)
    )
    assert told == [(number, count) for number in range(1, count + 1)]
    return onnx.load(tmp_path / "small.onnx")


def quantised(model: onnx.ModelProto) -> set[str]:
    """Names of the convolutions whose weights come in bytes."""
    from_bytes = {node.output[0] for node in model.graph.node if node.op_type == "DequantizeLinear"}
    return {node.name for node in model.graph.node if node.op_type == "Conv" and node.input[1] in from_bytes}


def test_the_body_is_in_bytes_a_scale_for_each_channel_and_the_head_in_float(tmp_path: Path) -> None:
    model = made(tmp_path, Order())
    assert quantised(model) == {"/body/conv"}
    scales = {
        known.name: known.dims for known in model.graph.initializer if "body" in known.name and "scale" in known.name
    }
    assert [list(dims) for dims in scales.values()] == [[bright_eye.CHANNELS]]


def test_the_head_can_be_quantised_too_and_any_node_left_in_float_by_name(tmp_path: Path) -> None:
    model = made(tmp_path, Order(head=False, keep=("/head/8", "body")))
    assert quantised(model) == {"/head/16", "/head/32"}


def test_only_so_many_pictures_are_looked_at_spread_over_what_there_is(tmp_path: Path) -> None:
    made(tmp_path, Order(pictures=3))  # `made` compares what was told with what was counted


@pytest.mark.parametrize("method", Method)
def test_every_method_of_calibration_gives_a_network_that_opens(method: Method, tmp_path: Path) -> None:
    made(tmp_path, Order(method=method, reduced=True))
    small = tmp_path / "small.onnx"
    assert cards.sealed(cards.read(tmp_path / "eye.onnx"), small).bytes > 0


def test_a_network_of_an_older_onnx_is_brought_up_to_date_first(tmp_path: Path) -> None:
    file = bright_eye.write(tmp_path)
    file.write_bytes(bright_eye.network(version=11))
    cards.write(cards.sealed(cards.read(file), file), file)
    assert quantised(made(tmp_path, Order(), file)) == {"/body/conv"}


def test_an_old_file_that_names_its_weights_among_its_inputs_asks_for_none_of_them(tmp_path: Path) -> None:
    file = bright_eye.write(tmp_path)
    model = onnx.load(file)
    model.ir_version = 3
    model.graph.input.extend(
        onnx.helper.make_tensor_value_info(known.name, known.data_type, list(known.dims))
        for known in model.graph.initializer
    )
    onnx.save(model, file)
    cards.write(cards.sealed(cards.read(file), file), file)
    small = made(tmp_path, Order(), file)
    assert quantised(small) == {"/body/conv"}
    assert [given.name for given in small.graph.input] == ["images"]


def test_what_cannot_be_quantised_says_why(tmp_path: Path) -> None:
    with pytest.raises(QuantizeFailed, match=r"no node's name holds 'neck'; some are /body/conv"):
        made(tmp_path, Order(keep=("neck",)))
    file = tmp_path / "eye.onnx"
    file.write_bytes(b"no network")
    with pytest.raises(ModelRefused, match="sha256"):
        quantize.quantize(cards.read(file), file, tmp_path / "street", tmp_path / "small.onnx", Order())


def test_the_order_tells_itself_for_the_card() -> None:
    assert Order().told() == (
        "static INT8, QDQ, U8 activations by minmax, S8 8-bit weights per channel; in float: the head"
    )
    assert "of Conv" in Order(only=("Conv",), keep=("neck",), reduced=True).told()
    assert Order(head=False).told().endswith("in float: nothing")


@pytest.mark.shared("the head of a real YOLOX is its nine last convolutions, of NanoDet its three")
@pytest.mark.parametrize(("name", "left"), [("yolox-nano-416", 9), ("nanodet-m-416", 3)])
def test_the_head_of_a_real_network_is_found(name: str, left: int, shared: Path) -> None:
    graph = onnx.load(shared / "models" / load(CATALOGUE)[name].file).graph
    for number, node in enumerate(graph.node):
        node.name = node.name or f"unnamed-{number}"
    head = quantize.head(graph)
    weighted = [node.name for node in graph.node if node.op_type in quantize.WEIGHTED and node.name in head]
    assert len(weighted) == left
