"""The outbox against a dictionary: whatever is added and settled, and however often it starts again."""

import tempfile
from pathlib import Path
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from pydantic_core import from_json

from edge.outbox import Outbox
from streams.wire.ranges import Ranges
from tests.parts.facts import NOON, reading
from tests.parts.outboxes import ROOM


class AgainstAModel(RuleBasedStateMachine):
    """An outbox with room to spare is a dictionary by (epoch, number) that outlives its process."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.model: dict[UUID, dict[int, float]] = {}
        self.open()

    def open(self) -> None:
        self.box = Outbox.open(Path(self.folder.name) / "outbox.db", ROOM)
        owed = {epoch: held for epoch, held in self.model.items() if held}
        assert {epoch: list(one.held) for epoch, one in self.box.owed.items()} == {e: list(h) for e, h in owed.items()}
        self.model = {**owed, self.box.session: {}}
        self.next = 1

    @rule(value=st.integers(0, 1000))
    def add(self, value: int) -> None:
        assert self.box.add(NOON, reading(value)) == self.next
        self.model[self.box.session][self.next] = value
        self.next += 1

    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        epoch = data.draw(st.sampled_from(sorted(self.model)))
        first = data.draw(st.integers(1, 30))
        last = data.draw(st.integers(first, 40))
        self.box.settle(epoch, Ranges.of((first, last)))
        for seq in range(first, last + 1):
            self.model[epoch].pop(seq, None)

    @rule()
    def sync(self) -> None:
        self.box.sync()

    @rule()
    def start_again(self) -> None:
        self.box.close()
        self.open()

    @invariant()
    def holds_what_the_model_holds(self) -> None:
        for epoch, held in self.model.items():
            read = {seq: from_json(body)["body"]["value"] for seq, body in self.box.read(epoch, Ranges.these(held))}
            assert read == held

    def teardown(self) -> None:
        self.box.close()
        self.folder.cleanup()


TestAgainstAModel = AgainstAModel.TestCase
TestAgainstAModel.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
