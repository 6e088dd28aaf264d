"""A network run by OpenVINO, in the form ONNX Runtime gives one; the only importer of openvino.

Idea: OpenVINO reads the very bytes that were proved, so a model needs no second file, and its bfloat16 gives DEIMv2
1.6 to 2 times the speed of float32 on a processor that has it, with no calibration. Precision, threads and streams
are said outright: left to itself OpenVINO takes bfloat16 where it can, and every core.
Limits: the processor only; a free batch is set to one picture.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import openvino as ov
from numpy.typing import NDArray

TYPES = {
    "f32": "tensor(float)",
    "u8": "tensor(uint8)",
    "i64": "tensor(int64)",
    "i32": "tensor(int32)",
    "f16": "tensor(float16)",
}


class NotOpened(Exception):  # noqa: N818  named for what happened, like the refusals of this house
    """A network OpenVINO will not run, or not in this precision here."""


@dataclass(frozen=True, slots=True)
class Declared:
    """An input or output as the file declares it; None stands for a length it leaves open."""

    name: str
    shape: list[int | None]
    type: str


class OpenVinoNetwork:
    """The network in `content` on `threads` of the processor, in bfloat16 or float32. Raises NotOpened."""

    def __init__(self, content: bytes, threads: int, *, bfloat16: bool) -> None:
        core = ov.Core()
        if bfloat16 and "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
            raise NotOpened("this processor has no bfloat16; use provider openvino or cpu")
        try:
            model = core.read_model(model=content)
            self._inputs = [_declared(port) for port in model.inputs]
            self._outputs = [_declared(port) for port in model.outputs]
            model.reshape({port.name: [1, *(-1 if n is None else n for n in port.shape[1:])] for port in self._inputs})
            compiled = core.compile_model(model, "CPU", _settings(threads, bfloat16=bfloat16))
        except RuntimeError as wrong:
            raise NotOpened(f"OpenVINO cannot open it: {' '.join(str(wrong).split())}") from wrong
        self._request = compiled.create_infer_request()

    def get_inputs(self) -> list[Declared]:
        """What it wants, in its order."""
        return self._inputs

    def get_outputs(self) -> list[Declared]:
        """What it gives, in its order."""
        return self._outputs

    def run(self, names: Sequence[str], feed: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """The outputs of these names, each an array of its own."""
        self._request.infer(dict(feed))
        return [self._request.get_tensor(name).data.copy() for name in names]


def _settings(threads: int, *, bfloat16: bool) -> dict[str, Any]:
    return {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "INFERENCE_PRECISION_HINT": "bf16" if bfloat16 else "f32",
        "ENABLE_CPU_PINNING": False,  # two sessions pinned by themselves land on the same core
    }


def _declared(port: Any) -> Declared:  # noqa: ANN401  OpenVINO's ports come without usable types
    shape = [length.get_length() if length.is_static else None for length in port.get_partial_shape()]
    kind = port.get_element_type().get_type_name()
    return Declared(port.get_any_name(), shape, TYPES.get(kind, kind))
