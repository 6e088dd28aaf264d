"""A publisher between a real outbox, a real broker and a tiny centre with a real ledger."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from edge.outbox import Outbox
from edge.publisher import Publisher
from streams.broker import Broker
from streams.clocks import SystemClock
from streams.wire.messages import Batch
from streams.wire.topics import Stream
from tests.parts.centre import Key, Raw, TinyCentre
from tests.parts.facts import NOON, reading

ROOM = 50_000_000
NODE, WARD = "node-1", "ward-1"


class SkippingClock(SystemClock):
    """The machine's clock, with jumps ahead on request."""

    def __init__(self) -> None:
        self._skipped = 0.0

    def skip(self, seconds: float) -> None:
        self._skipped += seconds

    def monotonic(self) -> float:
        return super().monotonic() + self._skipped


@dataclass(frozen=True)
class Sender:
    """Who the publisher is."""

    broker: Broker
    node: str = NODE
    ward: str = WARD


Turn = Callable[["Street"], Awaitable[None]]


async def run(publisher: Publisher) -> None:
    """All its jobs, until cancelled, as a node runs them."""
    async with asyncio.TaskGroup() as tasks:
        for name, job in publisher.jobs():
            tasks.create_task(job, name=name)


@dataclass
class Street:
    """A node and a centre over one broker, and what the node counted before its outbox."""

    port: int
    folder: Path
    limit: int = ROOM
    silent: Callable[[Batch], bool] = lambda _: False
    poison: Callable[[Raw], bool] = lambda _: False
    made: list[Key] = field(default_factory=list)
    heard: list[tuple[Stream, bytes]] = field(default_factory=list)
    evicted: int = 0
    _pause: threading.Event = field(default_factory=threading.Event)
    clock: SkippingClock = field(default_factory=SkippingClock)
    centre: TinyCentre = field(init=False)
    outbox: Outbox = field(init=False)
    publisher: Publisher = field(init=False)

    async def walk(self, *turns: Turn, before: Turn | None = None) -> "Street":
        """Each turn is one life of the node; the centre lives through all of them, and through what is before."""
        self.centre = TinyCentre(self.to("centre"), WARD, silent=self.silent, poison=self.poison)
        async with asyncio.TaskGroup() as tasks:
            centre = [tasks.create_task(self.centre.line.keep_connected()), tasks.create_task(self.centre.run())]
            if before is not None:
                await before(self)
            for turn in turns:
                await self._live(turn)
            for task in centre:
                task.cancel()
        return self

    async def _live(self, turn: Turn) -> None:
        self.outbox = Outbox.open(
            self.folder / "outbox.db", self.limit, lambda epoch, seq: self.made.append((epoch, seq))
        )
        self.publisher = Publisher(Sender(self.to(NODE)), self.outbox, {"wardsense": "0"}, "rev-1", clock=self.clock)
        self.publisher.line._pause = lambda _losses: 0.05
        self.publisher._down = lambda stream, payload: self.heard.append((stream, payload))
        running = asyncio.ensure_future(run(self.publisher))
        try:
            async with asyncio.timeout(40):
                await turn(self)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            self.outbox.close()

    def to(self, name: str) -> Broker:
        return Broker(port=self.port, client_id=name)

    async def until(self, condition: Callable[[], object], skip: float = 0.0) -> None:
        """Wait for a condition, the node's clock jumping ahead between looks."""
        while not condition():
            if skip:
                self.clock.skip(skip)
                self.publisher.nudge()
            await asyncio.to_thread(self._pause.wait, 0.005)

    async def stored(self, seq: int) -> None:
        """Until the centre has this record of the session."""
        await self.until(lambda: (self.outbox.session, seq) in self.centre.stored)

    async def drained(self, skip: float = 0.0) -> None:
        """Until the node owes nothing."""
        await self.until(lambda: self.settled, skip)

    @property
    def settled(self) -> bool:
        stats = self.outbox.stats(NOON)
        return stats.records == 0 and all(owed.empty for owed in self.publisher.delivery.epochs.values())

    def stored_once(self) -> bool:
        """Everything made is stored, exactly once."""
        return dict(self.centre.stored) == dict.fromkeys(self.made, 1)


def adding(number: int, first: float = 0) -> Turn:
    async def turn(street: Street) -> None:
        await street.publisher.line.up()
        for value in range(number):
            street.outbox.add(NOON, reading(first + value))
        await street.drained()

    return turn
