"""A network in eight bits rearranged for the processor it runs on: the same sums in another order, to the last bit.

Idea: sums are not what a first layer costs. A camera's picture is bytes that lie pixel by pixel; a network made for
floats wants it multiplied and taken apart by colour, makes bytes of it again and puts them together again, and then its
first layer gathers nine times three bytes for every place it tells. Three things of a QDQ graph are written anew, each
only where its form is known:
 - **bytes in**: where the first quantisation only undoes what `models.shape` did, the picture is taken as it lies,
   uint8 (1, height, width, 3), and both are left out;
 - **the first layer** tells two places at once over groups of four pixels, whose bytes lie together
   (`models.first_layer`);
 - **neighbours as copies**: a plane grown to twice its size by its nearest neighbours is put beside itself pixel by
   pixel and then row by row, where ONNX Runtime asks for each byte anew where it comes from.
`docs/models.md` has what it brings.
Limits: a file that takes bytes says so by the form of its input (`models.session` reads it off), and other programs
must heed that. A graph of another form is left as it is, and so is one with branches, one for several pictures at once
and a layer that ONNX Runtime would calculate in floats, where the order of sums is not all one. Proved on processors
with VNNI; on others byte products may overflow (`models.quantize`), here as before, but not surely alike.
"""

from typing import Any, Final, NamedTuple

import numpy as np

from models import first_layer
from models.catalogue import Input
from models.graph import BY_PIXEL, BY_PLANE, COLOURS, Graph, Node, Values, told

PREFIX: Final = "bytewise/"
EVERY: Final = np.arange(256)
DOUBLE: Final = (1, 1, 2, 2)
SAME_NEIGHBOUR: Final = frozenset({(b"asymmetric", b"floor"), (b"half_pixel", b"round_prefer_floor")})
"""Ways to ask for the nearest that agree where a side is doubled."""


def rearranged(model: Any, want: Input) -> tuple[str, ...]:  # noqa: ANN401  an onnx.ModelProto
    """Rearrange `model`, made for the pictures of `want`, where its form is known; what was done, in words."""
    graph, done = Graph(model, PREFIX), []
    if graph.branches:
        return ()  # what a branch reads is not found by name
    planes = _take_bytes(graph, want)
    if planes is not None:
        done.append("takes bytes")
        if first_layer.pair_up(graph, planes):
            done.append("the first layer two places at once")
    grown = [growing for resize in graph.of_kind("Resize") if (growing := _growing(graph, resize)) is not None]
    for growing in grown:
        _copy(graph, growing)
    done += ["neighbours as copies"] if grown else []
    if done:
        graph.tidy()
    return tuple(done)


def unshaped(want: Input, scale: float, zero: int) -> bool:
    """Whether every byte, shaped as `want` says and then quantised so, is the same byte again in every colour."""
    return all(np.array_equal(np.rint(plane / np.float32(scale)) + zero, EVERY) for plane in _shaped(want))


def _told_as_shaped(want: Input, scale: float, zero: int) -> bool:
    """Whether every byte, told by such steps, is the very number that `want` shapes it to."""
    told_so = (EVERY - zero).astype(np.float32) * np.float32(scale)
    return all(np.array_equal(plane, told_so) for plane in _shaped(want))


def _shaped(want: Input) -> list[Values]:
    """What every byte is shaped to, in each colour."""
    return [
        EVERY.astype(np.float32) * np.float32(want.scale / std) - np.float32(mean / std)
        for mean, std in zip(want.mean, want.std, strict=True)
    ]


def _take_bytes(graph: Graph, want: Input) -> str | None:
    """Let the picture be taken as bytes, where its quantisation only undoes its shaping; what the planes are called."""
    from onnx import TensorProto, helper  # noqa: PLC0415  a workshop tool, absent on a node

    picture, readers = graph.picture, graph.readers(graph.picture.name)
    quantised = [node for node in readers if node.op_type == "QuantizeLinear"]
    step = graph.step(quantised[0]) if len(quantised) == 1 else None
    if graph.answers(picture.name):
        return None
    if step is None or graph.shape(picture.name) != (1, COLOURS, want.height, want.width) or not unshaped(want, *step):
        return None
    (door,) = quantised
    others = [node for node in readers if node is not door]
    if others and not _told_as_shaped(want, *step):
        return None
    planes: str = door.output[0]
    graph.put(readers[0], "Transpose", [picture.name], planes, perm=BY_PLANE)
    if others:
        graph.reread(others, picture.name, graph.put(readers[0], "DequantizeLinear", [planes, *door.input[1:]]))
    graph.drop(door)
    picture.CopyFrom(helper.make_tensor_value_info(picture.name, TensorProto.UINT8, [1, want.height, want.width, 3]))
    return planes


class _Growing(NamedTuple):
    """A plane of bytes that grows: what it is called before, its planes, height and width, and who makes it bytes."""

    small: str
    planes: int
    high: int
    wide: int
    grown: Node


def _growing(graph: Graph, resize: Node) -> _Growing | None:
    """How this node grows bytes to twice their size by their nearest neighbours; None where it does not."""
    how, small, grown = told(resize), graph.maker(resize.input[0]), graph.only_reader(resize.output[0])
    times = graph.value(resize.input[2]) if len(resize.input) > 2 else None  # noqa: PLR2004  picture, region, times
    if small is None or grown is None or times is None or tuple(times) != DOUBLE:
        return None
    asked = how.get("coordinate_transformation_mode"), how.get("nearest_mode")
    if (small.op_type, grown.op_type) != ("DequantizeLinear", "QuantizeLinear") or asked not in SAME_NEIGHBOUR:
        return None
    before, after = graph.step(small), graph.step(grown)
    if how.get("mode") != b"nearest" or "axes" in how or before is None or before != after:
        return None
    shape = graph.shape(resize.input[0])
    if len(shape) != len(DOUBLE) or shape[0] != 1 or not all(shape):  # one picture, and of known size
        return None
    _, planes, high, wide = shape
    return _Growing(small.input[0], planes, high, wide, grown)


def _copy(graph: Graph, growing: _Growing) -> None:
    """Write what grows as copies of pixels and of rows."""
    small, planes, high, wide, grown = growing
    kept = graph.rename(grown)
    pixels = graph.put(grown, "Transpose", [small], perm=BY_PIXEL)
    beside = graph.put(grown, "Concat", [pixels, pixels], axis=3)
    rows = graph.put(grown, "Reshape", [beside, graph.give(np.array([high, 1, 2 * wide * planes]))])
    below = graph.put(grown, "Concat", [rows, rows], axis=1)
    made = graph.put(grown, "Reshape", [below, graph.give(np.array([1, 2 * high, 2 * wide, planes]))])
    graph.put(grown, "Transpose", [made], kept, perm=BY_PLANE)
