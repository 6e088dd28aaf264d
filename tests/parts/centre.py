"""A centre of a hundred lines: real ledger, real broker, a dictionary for a store, and faults on request."""

import contextlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from streams.broker import Broker
from streams.line import Line
from streams.trouble import LineLost
from streams.wire.codec import UndecodableError, decode, decode_batch, encode
from streams.wire.ledger import Intake, Verdict
from streams.wire.messages import Batch, Status
from streams.wire.ranges import Ranges
from streams.wire.roster import Known, Roster
from streams.wire.topics import Stream, Topic, of_ward

Key = tuple[UUID, int]
Raw = dict[str, Any]


class TinyCentre:
    """Run `run` in a task beside `line.keep_connected()`. `stored` counts how often each record was stored as new."""

    def __init__(
        self,
        broker: Broker,
        ward: str,
        *,
        silent: Callable[[Batch], bool] = lambda _: False,
        poison: Callable[[Raw], bool] = lambda _: False,
    ) -> None:
        """`silent` batches are stored without a receipt; one with a `poison` record cannot be read at all."""
        topics = [of_ward(ward, stream) for stream in (Stream.BATCH, Stream.STATUS)]
        self.line = Line(broker, topics, pause=lambda _losses: 0.05)
        self.stored: Counter[Key] = Counter()
        self.bodies: dict[Key, Raw] = {}
        self.intakes: dict[UUID, Intake] = {}
        self.batches: list[Batch] = []
        self.statuses: list[Status] = []
        self.deaf = False
        self._silent, self._poison = silent, poison
        self._over_at: dict[UUID, datetime] = {}
        self._session: UUID | None = None
        self._since: datetime | None = None

    async def run(self) -> None:
        """Take in whatever comes, for ever."""
        async for name, payload in self.line.messages():
            topic = Topic.parse(name)
            if self.deaf:
                continue
            if topic.stream is Stream.STATUS:
                self.statuses.append(decode(Status, payload))
                continue
            batch = self._read(payload)
            if batch is None:
                continue
            self._take(batch)
            if not self._silent(batch):
                receipt = encode(self.intakes[batch.epoch].receipt(batch.node))
                with contextlib.suppress(LineLost):  # a receipt may be lost
                    await self.line.publish(str(replace(topic, stream=Stream.RECEIPT)), receipt)

    @property
    def lost(self) -> int:
        """How many records were declared lost."""
        return sum(len(intake.lost) for intake in self.intakes.values())

    def _read(self, payload: bytes) -> Batch | None:
        try:
            batch = decode_batch(payload)
        except UndecodableError:
            return None
        return None if any(self._poison(raw) for raw in batch.records) else batch

    def _take(self, batch: Batch) -> None:
        self.batches.append(batch)
        known = [Known(e, self._over_at.get(e), bool(i.outstanding)) for e, i in self.intakes.items()]
        hearing = Roster.of(self._session, self._since, known).hear(batch, datetime.now(UTC))
        self._session, self._since = hearing.session, hearing.since
        for epoch in hearing.opens:
            self.intakes[epoch] = Intake(epoch, batch.session, over=epoch != hearing.session)
        for epoch in hearing.ends:
            self.intakes[epoch].over = True
        ended = [*hearing.ends, *(epoch for epoch in hearing.opens if epoch != hearing.session)]
        self._over_at |= dict.fromkeys(ended, hearing.since)
        intake = self.intakes[batch.epoch]
        intake.told = Ranges()
        intake.hear(batch)
        for raw in batch.records:
            if intake.take(raw["seq"]) is not Verdict.DUPLICATE:
                self.stored[batch.epoch, raw["seq"]] += 1
                self.bodies[batch.epoch, raw["seq"]] = raw
        for epoch in hearing.forgets:
            self.intakes[epoch].forget()
