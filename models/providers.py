"""What may run a network: ONNX Runtime on the processor or a card, or OpenVINO, by the word a configuration says.

Idea: a provider is a choice of the person who sets a box up, so it is checked when the box starts: one that is not
installed is refused with the line that installs it, never quietly replaced by the processor, which would run the same
network at a tenth of the speed. OpenVINO is asked for its precision by name, because it takes bfloat16 by itself where
the processor has it, and what that costs in accuracy is for somebody to measure and decide.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Provider(StrEnum):
    """Who runs the network."""

    CPU = "cpu"
    CUDA = "cuda"
    TENSORRT = "tensorrt"
    COREML = "coreml"
    OPENVINO = "openvino"
    OPENVINO_BF16 = "openvino-bf16"


@dataclass(frozen=True, slots=True)
class Known:
    """ONNX Runtime's names in order of preference, none where another runtime is used; how one comes by it."""

    names: tuple[str, ...]
    install: str


_GPU: Final = "pip uninstall onnxruntime && pip install 'wardsense[cuda]' (onnxruntime-gpu takes onnxruntime's place)"
_OPENVINO: Final = "pip install 'wardsense[openvino]'"

KNOWN: Final = MappingProxyType(
    {
        Provider.CPU: Known(("CPUExecutionProvider",), "pip install 'wardsense[edge]'"),
        Provider.CUDA: Known(("CUDAExecutionProvider", "CPUExecutionProvider"), _GPU),
        Provider.TENSORRT: Known(
            ("TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"),
            f"{_GPU}, and TensorRT itself",
        ),
        Provider.COREML: Known(
            ("CoreMLExecutionProvider", "CPUExecutionProvider"), "it comes with onnxruntime on macOS alone"
        ),
        Provider.OPENVINO: Known((), _OPENVINO),
        Provider.OPENVINO_BF16: Known((), f"{_OPENVINO} on a processor that has bfloat16"),
    }
)
