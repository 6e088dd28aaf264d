from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from numpy.typing import NDArray

from models import cards
from models.catalogue import WITHOUT_BOXES, Entry, Head
from models.decode import expected
from models.detector import Detector
from models.providers import KNOWN, Provider
from models.session import ModelRefused, Reason, Session
from tests.parts import bright_eye

Says = Mapping[str, NDArray[Any]]
Written = Callable[..., tuple[Entry, Path]]
FRAME = np.zeros((480, 640, 3), np.uint8)


def says_nothing(head: Head, entry_classes: int = 2) -> Says:
    """A network's outputs of the shapes the head reads, all zero."""
    names = ("labels", "boxes", "scores") if head is Head.DETR else None
    want = Entry.model_fields["input"].annotation.model_validate({"height": 64, "width": 96})  # type: ignore[union-attr]  # the field is a model
    shapes = expected(head, want, entry_classes)
    fill = -20.0 if head is Head.FASTESTDET else 0.0
    found = {
        (names[at] if names else f"out{at}"): np.full([3 if n is None else n for n in shape], fill, np.float32)
        for at, shape in enumerate(shapes)
    }
    if head is Head.DETR:
        found["labels"] = found["labels"].astype(np.int64)
    return found


@pytest.mark.parametrize("head", [head for head in Head if head not in WITHOUT_BOXES])
def test_a_network_of_every_head_opens_and_sees_an_empty_street(head: Head, written: Written) -> None:
    detector = Detector(*written(head, says_nothing(head)))
    assert len(detector.detect(FRAME)) == 0
    assert detector.timing.total_ms > 0


def test_boxes_are_shares_of_the_picture_whatever_the_canvas(written: Written, says: Callable[..., Says]) -> None:
    # 640x480 on a 96x64 canvas, top left: the picture takes 85x64 of it.
    detector = Detector(
        *written(Head.DETR, says((0, 0, 42.5, 32, 0.9, 1), (86, 1, 95, 5, 0.8, 0), (0, 0, 9, 9, 0.7, 5)))
    )
    found = detector.detect(FRAME)
    assert found.xyxy.tolist() == [pytest.approx([0, 0, 0.5, 0.5])]  # on the padding, or of no known class: gone
    assert found.label.tolist() == [1]


def refused(reason: Reason, entry: Entry, path: Path, **more: Any) -> str:  # noqa: ANN401  any argument of a session
    with pytest.raises(ModelRefused) as wrong:
        Session(entry, path, **more)
    assert wrong.value.reason is reason
    return str(wrong.value)


def test_a_missing_file_says_how_to_fetch_it(written: Written) -> None:
    entry, path = written(Head.YOLOX, says_nothing(Head.YOLOX))
    assert "wardsense models pull tiny" in refused(Reason.MISSING, entry, path.with_name("gone.onnx"))


def test_a_file_that_cannot_be_read_is_refused(written: Written) -> None:
    entry, path = written(Head.YOLOX, says_nothing(Head.YOLOX))
    refused(Reason.UNREADABLE, entry, path.parent)


def test_a_file_of_another_hash_is_never_opened(written: Written) -> None:
    entry, path = written(Head.YOLOX, says_nothing(Head.YOLOX))
    path.write_bytes(path.read_bytes()[:-100])
    assert "pull it again" in refused(Reason.HASH, entry, path)


@pytest.mark.parametrize("cut", [0, 3, 100])
def test_a_file_that_is_no_network_is_refused_even_when_the_catalogue_names_it(
    cut: int, written: Written, entry_for: Callable[..., Entry]
) -> None:
    _, path = written(Head.YOLOX, says_nothing(Head.YOLOX))
    truncated = path.read_bytes()[: -100 if cut == 100 else cut]
    path.write_bytes(truncated)
    refused(Reason.NOT_ONNX, entry_for(truncated, Head.YOLOX, bytes=1), path)


@pytest.mark.parametrize("changed", [{"height": 32}, {"head": Head.YOLOV8}, {"head": Head.DETR}, {"head": Head.YUNET}])
def test_a_network_of_another_shape_or_head_is_refused(
    changed: dict[str, Any], written: Written, entry_for: Callable[..., Entry]
) -> None:
    _, path = written(Head.YOLOX, says_nothing(Head.YOLOX))
    entry = entry_for(path.read_bytes(), **{"head": Head.YOLOX, **changed})
    assert "catalogue" in refused(Reason.SHAPE, entry, path)


def test_a_network_with_other_classes_is_refused(written: Written) -> None:
    entry, path = written(Head.YOLOX, says_nothing(Head.YOLOX, entry_classes=80))
    refused(Reason.SHAPE, entry, path)


def test_a_network_that_opens_and_cannot_run_is_refused_before_the_first_street(
    tmp_path: Path, entry_for: Callable[..., Entry]
) -> None:
    path = bright_eye.write(tmp_path)
    model = onnx.load(path)
    for length in model.graph.input[0].type.tensor_type.shape.dim:
        length.Clear()  # it says nothing of its form, and wants planes where bytes are laid by pixel
    model.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.UINT8
    model.graph.input[0].name = "raw"
    cast = onnx.helper.make_node("Cast", ["raw"], ["images"], to=onnx.TensorProto.FLOAT)
    model.graph.node.insert(0, cast)
    content = model.SerializeToString()
    path.write_bytes(content)
    with pytest.raises(ModelRefused, match="does not run") as wrong:
        Detector(entry_for(content, Head.YOLOX), path)
    assert wrong.value.reason is Reason.RUN


@pytest.mark.parametrize("provider", [Provider.CUDA, Provider.TENSORRT, Provider.COREML])
def test_a_provider_this_machine_has_not_is_refused_with_what_installs_it(provider: Provider, written: Written) -> None:
    if KNOWN[provider].names[0] in ort.get_available_providers():
        pytest.skip(f"{provider} is installed here")
    entry, path = written(Head.YOLOX, says_nothing(Head.YOLOX))
    said = refused(Reason.PROVIDER, entry, path, provider=provider)
    assert f"the provider {provider} is not installed here" in said
    assert KNOWN[provider].install in said


@pytest.mark.parametrize("provider", [Provider.OPENVINO, Provider.OPENVINO_BF16])
def test_openvino_sees_what_onnx_runtime_sees_or_says_what_installs_it(provider: Provider, tmp_path: Path) -> None:
    path = bright_eye.write(tmp_path)
    entry, pixels = cards.read(path), np.zeros((64, 96, 3), np.uint8)
    pixels[16:32, 32:48] = 255
    if find_spec("openvino") is None:
        assert "wardsense[openvino]" in refused(Reason.PROVIDER, entry, path, provider=provider)
        return
    if provider is Provider.OPENVINO_BF16 and "avx512_bf16" not in Path("/proc/cpuinfo").read_text("utf-8"):
        assert "no bfloat16" in refused(Reason.PROVIDER, entry, path, provider=provider)
        return
    found = Detector(entry, path, provider=provider).detect(pixels)
    assert found.xyxy.tolist() == [pytest.approx([32 / 96, 16 / 64, 48 / 96, 32 / 64], abs=0.01)]
    assert found.label.tolist() == [1]
