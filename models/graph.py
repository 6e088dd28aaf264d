"""Finding one's way in an ONNX graph and putting nodes into it: what `models.bytewise` writes anew is told by it.

Names of tensors are edges; a node is found by what it makes or reads. What is put in goes right before or after a node
that is there, so that the order stays one in which everything is made before it is read.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

COLOURS: Final = 3
BY_PIXEL: Final = (0, 2, 3, 1)
"""Planes, rows and columns to rows, columns and planes."""
BY_PLANE: Final = (0, 3, 1, 2)

Node = Any
"""An onnx.NodeProto; the package is not on every machine."""
Values = NDArray[Any]


class Graph:
    """The graph of `model`, whose static shapes are known by name. `prefix` begins the names of all that is put in."""

    def __init__(self, model: Any, prefix: str) -> None:  # noqa: ANN401  an onnx.ModelProto
        from onnx import shape_inference  # noqa: PLC0415  a workshop tool, absent on a node

        self._graph, self._prefix = model.graph, prefix
        told = shape_inference.infer_shapes(model).graph
        self._shapes = {
            value.name: tuple(length.dim_value for length in value.type.tensor_type.shape.dim)
            for value in (*told.input, *told.value_info, *told.output)
        }
        self._put = 0

    @property
    def picture(self) -> Any:  # noqa: ANN401  an onnx.ValueInfoProto
        """The first input."""
        return self._graph.input[0]

    def shape(self, name: str) -> tuple[int, ...]:
        """Lengths of a tensor's axes, 0 for one that is not told; none of a tensor that nothing is known of."""
        return self._shapes.get(name, ())

    @property
    def branches(self) -> bool:
        """Whether graphs lie within it, whose readers are not seen here."""
        return any(one.HasField("g") or one.graphs for node in self._graph.node for one in node.attribute)

    def answers(self, name: str) -> bool:
        """Whether this tensor is an answer of the network."""
        return any(answer.name == name for answer in self._graph.output)

    def of_kind(self, kind: str) -> list[Node]:
        """All nodes of this kind."""
        return [node for node in self._graph.node if node.op_type == kind]

    def maker(self, name: str) -> Node | None:
        """Who makes this tensor; None for what is given."""
        return next((node for node in self._graph.node if name in node.output), None)

    def readers(self, name: str) -> list[Node]:
        """Who reads this tensor."""
        return [node for node in self._graph.node if name in node.input]

    def only_reader(self, name: str) -> Node | None:
        """Who reads this tensor when nobody else does, and when it is no answer of the network."""
        readers = self.readers(name)
        return readers[0] if len(readers) == 1 and not self.answers(name) else None

    def value(self, name: str) -> Values | None:
        """The numbers given under this name; None for what is made at each run."""
        from onnx import numpy_helper  # noqa: PLC0415  as above

        given = next((given for given in self._graph.initializer if given.name == name), None)
        return None if given is None else np.asarray(numpy_helper.to_array(given))

    def give(self, values: Values) -> str:
        """Put in these numbers; their name."""
        from onnx import numpy_helper  # noqa: PLC0415  as above

        name = self._name("given")
        self._graph.initializer.append(numpy_helper.from_array(values, name))
        return name

    def step(self, node: Node) -> tuple[float, int] | None:
        """The size of a quantisation's step and the byte that stands for nothing; None where it has several."""
        scale, zero = (self.value(name) for name in (*node.input[1:], "", "")[:2])
        if scale is None or zero is None or scale.ndim or zero.dtype != np.uint8:
            return None
        return float(scale), int(zero)

    def put(
        self,
        at: Node,
        kind: str,
        inputs: Sequence[str],
        output: str = "",
        *,
        after: int = 0,
        **how: Any,  # noqa: ANN401  as the kind takes
    ) -> str:
        """Put in a node right before the one `at`, or so many places `after` it; the name of what it makes.

        That is a new one unless `output` tells it; `how` are the node's attributes.
        """
        from onnx import helper  # noqa: PLC0415  as above

        made = output or self._name(kind)
        place = next(number for number, node in enumerate(self._graph.node) if node is at) + after
        self._graph.node.insert(place, helper.make_node(kind, inputs, [made], self._name(kind), **how))
        return made

    def rename(self, node: Node) -> str:
        """Give what this node makes a new name; the one it had, which somebody else may make now."""
        kept: str = node.output[0]
        node.output[0] = self._name("before")
        return kept

    @staticmethod
    def reread(nodes: Iterable[Node], before: str, now: str) -> None:
        """Let these nodes read `now` where they read `before`."""
        for node in nodes:
            node.input[:] = [now if name == before else name for name in node.input]

    def drop(self, node: Node) -> None:
        """Take this node out."""
        self._graph.node.remove(node)

    def tidy(self) -> None:
        """Leave out what nobody reads any more, and what was told of shapes, which is no longer all true."""
        graph, answers = self._graph, {answer.name for answer in self._graph.output}
        while True:
            read = answers.union(*(node.input for node in graph.node))
            idle = [node for node in graph.node if not read.intersection(node.output)]
            if not idle:
                break
            for node in idle:
                graph.node.remove(node)
        unread = {given.name for given in graph.initializer} - read
        for told in (graph.initializer, graph.input):  # older files name what is given among what is asked for, too
            for one in [one for one in told if one.name in unread]:
                told.remove(one)
        del graph.value_info[:]

    def _name(self, what: str) -> str:
        self._put += 1
        return f"{self._prefix}{what}-{self._put}"


def told(node: Node) -> dict[str, Any]:
    """A node's attributes; of a convolution also what holds where they say nothing."""
    from onnx import helper  # noqa: PLC0415  a workshop tool, absent on a node

    usual = {"group": 1, "auto_pad": b"NOTSET", "dilations": [1, 1], "strides": [1, 1], "pads": [0, 0, 0, 0]}
    given = {one.name: helper.get_attribute_value(one) for one in node.attribute}
    return usual | given if node.op_type == "Conv" else given
