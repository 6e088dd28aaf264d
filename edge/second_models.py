"""The models of all second looks of a node: opened once for every worker, lent for one crop.

A session's canvas serves one thread, and so many workers look at once as there are sessions; so there are as many sets
of models as sessions, and nobody waits who holds none yet. `edge.cascade` opens them.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from queue import SimpleQueue

from edge.privacy import Groups, grouped
from edge.seeing import labels_of
from models.catalogue import Task
from models.classifier import Classifier
from models.detector import Detector
from streams.wire.records import ModelRef

Model = Detector | Classifier


class SecondModels:
    """Sets of the same models by name, each lent to one at a time."""

    def __init__(self, sets: Sequence[Mapping[str, Model]]) -> None:
        self._free: SimpleQueue[Mapping[str, Model]] = SimpleQueue()
        for one in sets:
            self._free.put(one)
        entries = {name: model.entry for name, model in sets[0].items()}
        self.codes: Mapping[str, list[str]] = {name: labels_of(entry) for name, entry in entries.items()}
        """What the classes of each model are called in configurations and counts."""
        self.groups: Mapping[str, list[Groups]] = {
            name: grouped(entry.labels.names, entry.labels.groups) for name, entry in entries.items()
        }
        self._entries = entries

    @contextmanager
    def borrowed(self) -> Iterator[Mapping[str, Model]]:
        """A set of one's own; who holds one asks for no other."""
        held = self._free.get()
        try:
            yield held
        finally:
            self._free.put(held)

    def classifies(self, name: str) -> bool:
        """Whether it is a classifier; else a detector."""
        return self._entries[name].task is Task.CLASSES

    def ref(self, name: str, threshold: float) -> ModelRef:
        """What an event says of the model that said it, sure from that score on."""
        entry = self._entries[name]
        return ModelRef(id=entry.name, sha256=entry.sha256, threshold=threshold)
