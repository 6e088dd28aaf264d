"""A network's first layer told two places at once: its sums over groups of pixels whose bytes lie together.

Idea: a first layer looks at three colours only, so for every place it tells, 27 bytes are gathered in nine pieces of
three, and that takes longer than its sums. With steps of two along a row, two neighbouring places look at five pixels,
which lie in two neighbouring groups of four. So the picture is read as groups (the same bytes under another shape, at
no cost), and a layer with twice the outputs tells both places from two groups in each row: 24 bytes in one piece.
What a place does not look at weighs nothing; five of eight sums are such, and still it takes half the time.
Limits: a convolution of the picture's bytes alone, with a bias, quantised as a whole, and with steps of two.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.graph import BY_PIXEL, BY_PLANE, COLOURS, Graph, Node, Values, told

AT_ONCE: Final = 2
"""Places told at once; four are slower again, for they weigh more nothings."""
STEP: Final = 2
GROUP: Final = STEP * AT_ONCE
"""Pixels read together."""
INPUTS: Final = 3
"""Of a convolution with a bias."""
SILENT: Final = frozenset({"Relu", "Clip"})
"""What may stand between a convolution and its quantisation where it says no more than that does."""
BYTE: Final = 255


@dataclass(frozen=True, slots=True, eq=False)
class _First:
    """The convolution, what tells it the picture, its weights and its bias, and what makes bytes of its answer."""

    layer: Node
    picture: Node
    weights: Node
    bias: Node
    quantised: Node


@dataclass(frozen=True, slots=True, eq=False)
class Grouped:
    """Weights over groups of pixels, (outputs * 2, colours of a group, high, groups).

    So many groups of nothing come `before` a row and `after` it.
    """

    weights: NDArray[np.int8]
    before: int
    after: int


def pair_up(graph: Graph, planes: str) -> bool:
    """Let the first layer, which looks at the bytes `planes`, tell two places at once; False where it is no such."""
    found = next((first for picture in graph.readers(planes) if (first := _first(graph, picture)) is not None), None)
    if found is None:
        return False
    (outputs, rows, columns), layer = graph.shape(found.layer.output[0])[1:], found.layer
    _tell_groups(graph, found, graph.shape(planes)[2:])
    quantised, kept = found.quantised, graph.rename(found.quantised)
    lengths = graph.give(np.array([1, rows, columns, outputs]))
    by_pixel = graph.put(quantised, "Transpose", [quantised.output[0]], after=1, perm=BY_PIXEL)
    apart = graph.put(quantised, "Reshape", [by_pixel, lengths], after=2)
    graph.put(quantised, "Transpose", [apart], kept, after=3, perm=BY_PLANE)
    graph.drop(layer)
    return True


def in_groups(weights: Values, pad: int) -> Grouped:
    """Weights over groups that do for two places what `weights` (outputs, colours, high, wide) do for one at a time.

    `pad` is how many pixels of nothing come before a row.
    """
    outputs, colours, high, wide = weights.shape
    looked = [[STEP * place + tap - pad for tap in range(wide)] for place in range(AT_ONCE)]
    first, last = min(map(min, looked)) // GROUP, max(map(max, looked)) // GROUP
    grouped = np.zeros((AT_ONCE, outputs, GROUP, colours, high, last - first + 1), np.int8)
    for place, pixels in enumerate(looked):
        for tap, pixel in enumerate(pixels):
            grouped[place, :, pixel % GROUP, :, :, pixel // GROUP - first] = weights[:, :, :, tap]
    return Grouped(grouped.reshape(AT_ONCE * outputs, GROUP * colours, high, -1), -first, last)


def _tell_groups(graph: Graph, first: _First, size: tuple[int, ...]) -> None:
    """Put the layer over groups before the one it stands for, under its name, for a picture of `size` (high, wide)."""
    layer, how, (high, wide) = first.layer, told(first.layer), size
    top, left, bottom, _ = how["pads"]
    grouped = in_groups(_numbers(graph, first.weights)[0], left)
    lengths = graph.give(np.array([1, high, wide // GROUP, COLOURS * GROUP]))
    groups = graph.put(layer, "Reshape", [graph.picture.name, lengths])
    groups = graph.put(layer, "Transpose", [groups], perm=BY_PLANE)
    inputs = [graph.put(layer, "DequantizeLinear", [groups, *first.picture.input[1:]])]
    bias, *bias_steps = _numbers(graph, first.bias)
    given = (grouped.weights, *_numbers(graph, first.weights)[1:]), (np.tile(bias, AT_ONCE), *bias_steps)
    for values, *steps in given:
        each = [np.tile(step, AT_ONCE) if step.ndim else step for step in steps]
        names = [graph.give(values), *map(graph.give, each)]
        inputs.append(graph.put(layer, "DequantizeLinear", names, axis=0))
    answer = graph.rename(layer)
    how |= {"strides": [STEP, 1], "kernel_shape": grouped.weights.shape[2:]}
    graph.put(layer, "Conv", inputs, answer, **how | {"pads": [top, grouped.before, bottom, grouped.after]})


def _first(graph: Graph, picture: Node) -> _First | None:
    """The first layer that alone is told the picture by this node, where it can be told over groups."""
    layer = graph.only_reader(picture.output[0])
    if picture.op_type != "DequantizeLinear" or layer is None:
        return None
    if layer.op_type != "Conv" or len(layer.input) != INPUTS or not _plain(graph, layer):
        return None
    weights, bias = (graph.maker(name) for name in layer.input[1:])
    quantised = _quantised(graph, layer)
    if weights is None or bias is None or quantised is None:
        return None
    known = _symmetric(graph, weights, np.int8) and _symmetric(graph, bias, np.int32)
    return _First(layer, picture, weights, bias, quantised) if known else None


def _symmetric(graph: Graph, node: Node, kind: type[np.signedinteger[Any]]) -> bool:
    """Whether these are given numbers of that kind of which nothing is 0, with one step for all or one an output."""
    numbers = _numbers(graph, node)
    if node.op_type != "DequantizeLinear" or len(numbers) != len(node.input):
        return False
    values, *steps = numbers
    if values.dtype != kind or (steps[0].ndim and values.ndim > 1 and told(node).get("axis", 1) != 0):
        return False
    return all(step.shape in {(), values.shape[:1]} for step in steps) and not any(zero.any() for zero in steps[1:])


def _plain(graph: Graph, layer: Node) -> bool:
    """Whether a convolution goes over all pixels alike, in steps of two, and tells half of each row."""
    how, wide = told(layer), graph.shape(layer.input[0])[-1]
    alike = how["group"] == 1 and set(how["dilations"]) == {1} and how["auto_pad"] == b"NOTSET"
    halved = how["strides"] == [STEP, STEP] and graph.shape(layer.output[0])[-1] * STEP == wide
    return alike and halved and wide % GROUP == 0


def _quantised(graph: Graph, layer: Node) -> Node | None:
    """What makes bytes of this layer's answer, when nobody else reads it and one step serves all of it."""
    between, node = [], graph.only_reader(layer.output[0])
    while node is not None and node.op_type in SILENT:
        between.append(node)
        node = graph.only_reader(node.output[0])
    step = graph.step(node) if node is not None and node.op_type == "QuantizeLinear" else None
    return node if step is not None and all(_idle(graph, one, *step) for one in between) else None


def _idle(graph: Graph, node: Node, scale: float, zero: int) -> bool:
    """Whether it cuts nothing off that bytes can tell; else the layer is calculated in floats, whose order counts."""
    low, high = -zero * scale, (BYTE - zero) * scale
    if node.op_type == "Relu":
        return low >= 0
    names = (*node.input[1:], "", "")[:2]
    least, most = (graph.value(name) if name else None for name in names)
    if any(name and value is None for name, value in zip(names, (least, most), strict=True)):
        return False
    return (least is None or bool(least <= low)) and (most is None or bool(high <= most))


def _numbers(graph: Graph, node: Node) -> list[Values]:
    """All that is given to a node."""
    return [value for name in node.input if (value := graph.value(name)) is not None]
