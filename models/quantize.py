"""A network in eight bits: static quantisation, calibrated on pictures of the street it will look at.

Idea: activations as unsigned and weights as signed bytes, each channel of a weight with a scale of its own, in QDQ
form, which ONNX Runtime turns into integer kernels (the signed-signed form is a trap on a processor: 0.65 times the
speed of float). The head stays in float: its last layers give pixels and scores of very different size in one tensor,
and what they lose no calibration brings back. It is found by walking from the outputs back to the first convolution
or product that bears on each; one whose weights nobody learnt (`models.distances`) is no such. A picture is bytes, so
where its colours are scaled alike its own bytes are calculated with, and nothing is lost at the door. What comes out is
rearranged for the processor (`models.bytewise`), and has to answer as before to the last bit.
Limits: depthwise networks gain little and lose much (YOLOX-nano); `models.trial` measures and refuses. Processors
without VNNI want `reduced` ranges, or byte products overflow.
Sources: ONNX Runtime's quantisation guide; measurements in docs/models.md.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from enum import StrEnum
from io import StringIO
from itertools import islice
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models import bytewise, cards, pictures
from models.catalogue import Entry
from models.distances import PREFIX
from models.session import REFUSALS, ModelRefused, Session

WEIGHTED: Final = frozenset({"Conv", "ConvTranspose", "MatMul", "Gemm"})
PER_CHANNEL_SINCE: Final = 13
WEIGHTS_APART_SINCE: Final = 4
IN_BYTES: Final = "QuantizeLinear"


class QuantizeFailed(Exception):  # noqa: N818  named for what happened, like the refusals of this house
    """A network that cannot be quantised; the message says why or what to install."""


class Method(StrEnum):
    """How the range of an activation is chosen from what calibration saw."""

    MINMAX = "minmax"
    PERCENTILE = "percentile"
    ENTROPY = "entropy"


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted: kinds of nodes to quantise (none: all that can be), nodes to leave in float by part of a name.

    `head` leaves the head in float; `pictures` are how many to calibrate on at most, spread over what there is;
    `reduced` uses seven bits for weights, for processors without VNNI; `plain` leaves the graph as it comes from ONNX
    Runtime, for other programs.
    """

    method: Method = Method.MINMAX
    pictures: int = 100
    head: bool = True
    only: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    reduced: bool = False
    plain: bool = False

    def told(self) -> str:
        """For the card."""
        kinds = f" of {', '.join(self.only)}" if self.only else ""
        left = [*(["the head"] if self.head else []), *self.keep]
        bits = "7-bit" if self.reduced else "8-bit"
        return (
            f"static INT8{kinds}, QDQ, U8 activations by {self.method}, S8 {bits} weights per channel; "
            f"in float: {', '.join(left) or 'nothing'}" + ("; not rearranged" if self.plain else "")
        )


def quantize(
    entry: Entry, file: Path, source: Path, into: Path, order: Order, progress: Callable[[int, int], None] | None = None
) -> int:
    """Write the model of `entry` in `file` to `into` in eight bits, calibrated on `source`: a folder or a film.

    Gives how many pictures it was calibrated on. Raises QuantizeFailed, ModelRefused, NoPicture, OSError.
    """
    try:
        import onnx  # noqa: PLC0415  a workshop tool, absent on a node
        from onnxruntime import quantization  # noqa: PLC0415  it needs onnx
    except ImportError as absent:
        raise QuantizeFailed(f"{absent.name} is not installed; run `pip install 'wardsense[workshop]'`") from absent
    reader = _Reader(Session(entry, file), _taken(source, order.pictures), progress)
    with TemporaryDirectory() as folder, _quiet():
        prepared, made = Path(folder) / "prepared.onnx", Path(folder) / "made.onnx"
        try:
            quantization.quant_pre_process(_modern(onnx, file, Path(folder)), prepared, skip_symbolic_shape=True)
            model = onnx.load(prepared)
            for number, node in enumerate(model.graph.node):
                node.name = node.name or f"unnamed-{number}"  # nodes are left in float by name
            _can_be(entry, model.graph, order)
            left = (head(model.graph) if order.head else set()) | named(model.graph, order.keep)
            settings = _settings(quantization, order, left, _door(entry, model.graph))
            quantization.quantize_static(model, made, reader, **settings)
        except (*REFUSALS, ValueError, RuntimeError, onnx.checker.ValidationError) as wrong:
            raise QuantizeFailed(f"{entry.name} cannot be quantised: {str(wrong).splitlines()[0]}") from wrong
        if not reader.seen:
            raise QuantizeFailed(f"{source} gave no picture to calibrate on")
        _finish(entry, made, into, order)
    return reader.seen


def _finish(entry: Entry, made: Path, into: Path, order: Order) -> None:
    """Write what was made to its place, rearranged unless the order says not to. Raises QuantizeFailed."""
    import onnx  # noqa: PLC0415  as above

    network = onnx.load(made)
    if not any(node.op_type == IN_BYTES for node in network.graph.node):
        raise QuantizeFailed(f"nothing of {entry.name} is in eight bits: the order leaves all of it in float")
    if order.plain or not bytewise.rearranged(network, entry.input):
        copyfile(made, into)
        return
    rearranged = made.with_name("rearranged.onnx")
    onnx.save(network, rearranged)
    try:
        _prove_alike(entry, made, rearranged)
    except (*REFUSALS, ModelRefused) as wrong:
        raise QuantizeFailed(f"{entry.name} does not run once it is rearranged; make it with --plain") from wrong
    copyfile(rearranged, into)


def head(graph: Any) -> set[str]:  # noqa: ANN401  an onnx.GraphProto, whose package is not on every machine
    """Names of the nodes from the outputs of a graph back to the first weighted one on every way, those included."""
    maker = {output: node for node in graph.node for output in node.output}
    names: set[str] = set()
    open_ends = [output.name for output in graph.output]
    while open_ends:
        node = maker.get(open_ends.pop())
        if node is not None and node.name not in names:
            names.add(node.name)
            if node.op_type not in WEIGHTED or node.name.startswith(PREFIX):
                open_ends += node.input
    return names


def named(graph: Any, parts: Sequence[str]) -> set[str]:  # noqa: ANN401  the same
    """Names of the nodes that hold one of `parts`. Raises QuantizeFailed for a part that no name holds."""
    names = {node.name for node in graph.node}
    lost = [part for part in parts if not any(part in name for name in names)]
    if lost:
        raise QuantizeFailed(f"no node's name holds {lost[0]!r}; some are {', '.join(sorted(names)[:8])}")
    return {name for name in names if any(part in name for part in parts)}


def _can_be(entry: Entry, graph: Any, order: Order) -> None:  # noqa: ANN401  the same
    """Raises QuantizeFailed for a network in eight bits already, and for a kind of node it has none of."""
    kinds = {node.op_type for node in graph.node}
    if IN_BYTES in kinds:
        raise QuantizeFailed(f"{entry.name} is in eight bits already: quantise the model it was made from")
    if strange := sorted(set(order.only) - kinds):
        raise QuantizeFailed(f"{entry.name} has no node of the kind {strange[0]}; it has {', '.join(sorted(kinds))}")


def _modern(onnx: Any, file: Path, folder: Path) -> Path:  # noqa: ANN401  a module imported where it is used
    """The file, or one in `folder` of the same network in a version of ONNX that knows a scale for each channel.

    There weights are weights alone: old files name them among the inputs too, where they ask to be fed.
    """
    model = onnx.load(file)
    weights = {known.name for known in model.graph.initializer}
    fed = [given for given in model.graph.input if given.name not in weights]
    versions = [opset.version for opset in model.opset_import if opset.domain in ("", "ai.onnx")]
    old = max(versions, default=PER_CHANNEL_SINCE) < PER_CHANNEL_SINCE
    if not old and len(fed) == len(model.graph.input):
        return file
    del model.graph.input[:]
    model.graph.input.extend(fed)
    model.ir_version = max(model.ir_version, WEIGHTS_APART_SINCE)
    if old:
        from onnx import version_converter  # noqa: PLC0415  a part of onnx that onnx itself does not import

        model = version_converter.convert_version(model, PER_CHANNEL_SINCE)
    onnx.save(model, folder / "modern.onnx")
    return folder / "modern.onnx"


class _Reader:
    """What ONNX Runtime's calibration asks for: the inputs of one run after another."""

    def __init__(
        self,
        session: Session,
        taken: tuple[Iterator[pictures.Picture], int],
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self.seen = 0
        self._session = session
        self._letterbox = session.letterbox()
        self._taken, self._whole = taken
        self._progress = progress

    def get_next(self) -> dict[str, NDArray[Any]] | None:
        """The next inputs by name, None at the end."""
        picture = next(self._taken, None)
        if picture is None:
            return None
        self.seen += 1
        if self._progress:
            self._progress(self.seen, self._whole)
        canvas, _ = self._letterbox.fill(picture.pixels)
        return {name: np.array(given) for name, given in self._session.feed(canvas).items()}


def _taken(source: Path, most: int) -> tuple[Iterator[pictures.Picture], int]:
    every = max(1, pictures.count(source) // most)
    return islice(pictures.taken(source, every), most), min(most, pictures.count(source, every))


def _door(entry: Entry, graph: Any) -> dict[str, Any]:  # noqa: ANN401  an onnx.GraphProto
    """How the picture itself is quantised, when its bytes scaled are all it is: by that scale, so exactly."""
    want, scale = entry.input, entry.input.scale / entry.input.std[0]
    if not bytewise.unshaped(want, scale, 0):
        return {}
    return {graph.input[0].name: [{"scale": np.array(scale, np.float32), "zero_point": np.array(0, np.uint8)}]}


def _prove_alike(entry: Entry, plain: Path, rearranged: Path) -> None:
    """Raises QuantizeFailed when two files of one network answer differently about a picture of noise."""
    dice = np.random.default_rng(1)
    picture = dice.integers(0, 256, (entry.input.height, entry.input.width, 3), np.uint8)
    sessions = [Session(cards.sealed(entry, file), file) for file in (plain, rearranged)]
    answers = [session.run(session.letterbox().fill(picture)[0]) for session in sessions]
    if not all(np.array_equal(one, other, equal_nan=True) for one, other in zip(*answers, strict=True)):
        raise QuantizeFailed(f"{entry.name} answers differently once it is rearranged; make it with --plain")


def _settings(quantization: Any, order: Order, left: set[str], door: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401  a module without types
    methods = {
        Method.MINMAX: quantization.CalibrationMethod.MinMax,
        Method.PERCENTILE: quantization.CalibrationMethod.Percentile,
        Method.ENTROPY: quantization.CalibrationMethod.Entropy,
    }
    return {
        "quant_format": quantization.QuantFormat.QDQ,
        "op_types_to_quantize": list(order.only) or None,
        "per_channel": True,
        "reduce_range": order.reduced,
        "activation_type": quantization.QuantType.QUInt8,
        "weight_type": quantization.QuantType.QInt8,
        "nodes_to_exclude": sorted(left),
        "calibrate_method": methods[order.method],
        "extra_options": {"TensorQuantOverrides": door},
    }


@contextmanager
def _quiet() -> Iterator[None]:
    """The library's talk to itself, kept from the person's screen."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with redirect_stdout(StringIO()):
            yield
    finally:
        logging.disable(before)
