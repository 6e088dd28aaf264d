"""The sides of a box read from a distribution, at a fifth of the usual price: a graph made lighter, not another one.

Idea: YOLOv8 and YOLO11 tell each side of a box as a distribution over sixteen distances, whose mean the graph takes by
`Softmax` and a convolution with the distances for fixed weights (Li et al., Generalized Focal Loss, 2020). The softmax
lies across the planes, where ONNX Runtime has no quick way for it: 3 ms of 27 for 5,040 cells. The same mean is a ratio
of two sums of exponentials, and both sums are one convolution with two rows of fixed weights. Logits are held within
+-`BOUND`, so that no exponential overflows and no sum is nothing; what a network says lies far within, and for that the
answer is the same to the last digits of float32.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

BOUND: Final = 60.0
PREFIX: Final = "distance/"
"""Begins the names of all nodes put in."""

Node = Any
"""An onnx.NodeProto; the package is not on every machine."""


def lightened(model: Any) -> int:  # noqa: ANN401  an onnx.ModelProto
    """Take the mean distance by sums of exponentials wherever `model` takes it by a softmax; in how many places."""
    places = list(_places(model.graph))
    for number, (softmax, mean) in enumerate(places):
        _replace(model.graph, softmax, mean, f"{PREFIX}{number}/")
    return len(places)


def _places(graph: Any) -> list[tuple[Node, Node]]:  # noqa: ANN401  an onnx.GraphProto
    """Every softmax across the planes with the convolution that alone reads it and weighs by 0, 1, 2 and so on."""
    known = {given.name: given for given in graph.initializer}
    answers = {answer.name for answer in graph.output}
    found = []
    for softmax in graph.node:
        if softmax.op_type == "Softmax" and _told(softmax, "axis") == 1 and softmax.output[0] not in answers:
            readers = [node for node in graph.node if softmax.output[0] in node.input]
            if len(readers) == 1 and _weighs_distances(readers[0], known):
                found.append((softmax, readers[0]))
    return found


def _weighs_distances(node: Node, known: dict[str, Any]) -> bool:
    from onnx import numpy_helper  # noqa: PLC0415  a workshop tool, absent on a node

    if node.op_type != "Conv" or len(node.input) != 2 or node.input[1] not in known:  # noqa: PLR2004  a picture and weights
        return False
    weights = numpy_helper.to_array(known[node.input[1]])
    one_row = weights.ndim == 4 and weights.shape[0] == 1 and weights.shape[2:] == (1, 1)  # noqa: PLR2004  axes of weights
    return one_row and np.array_equal(weights.ravel(), np.arange(weights.size))


def _told(node: Node, name: str) -> int | None:
    return next((attribute.i for attribute in node.attribute if attribute.name == name), None)


def _replace(graph: Any, softmax: Node, mean: Node, prefix: str) -> None:  # noqa: ANN401  an onnx.GraphProto
    from onnx import helper, numpy_helper  # noqa: PLC0415  as above

    weights = next(given for given in graph.initializer if given.name == mean.input[1])
    distances = numpy_helper.to_array(weights)
    fixed: dict[str, NDArray[Any]] = {
        "least": np.array(-BOUND, np.float32), "most": np.array(BOUND, np.float32),
        "rows": np.concatenate([distances, np.ones_like(distances)]), "one_each": np.array([1, 1], np.int64),
    }  # fmt: skip
    graph.initializer.extend(numpy_helper.from_array(value, prefix + name) for name, value in fixed.items())

    def node(kind: str, inputs: Sequence[str], outputs: Sequence[str], **how: Any) -> Node:  # noqa: ANN401  as it takes
        return helper.make_node(kind, inputs, outputs, f"{prefix}{kind}", **how)

    held, grown, sums, above, below = (prefix + name for name in ("held", "grown", "sums", "above", "below"))
    put_in = [
        node("Clip", [softmax.input[0], prefix + "least", prefix + "most"], [held]),
        node("Exp", [held], [grown]),
        node("Conv", [grown, prefix + "rows"], [sums]),
        node("Split", [sums, prefix + "one_each"], [above, below], axis=1),
        node("Div", [above, below], list(mean.output)),
    ]
    nodes = [one for one in graph.node if one is not softmax]
    at = next(number for number, one in enumerate(nodes) if one is mean)
    nodes[at : at + 1] = put_in
    del graph.node[:]
    graph.node.extend(nodes)
    if not any(mean.input[1] in one.input for one in graph.node):
        graph.initializer.remove(weights)
