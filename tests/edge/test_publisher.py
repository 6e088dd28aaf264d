"""The publisher between a real outbox, a real Mosquitto and a tiny centre with a real ledger."""

import asyncio
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
from amqtt.broker import Broker as Amqtt

from edge.outbox import LEAST_LIMIT, Outbox
from edge.publisher import Publisher
from streams.broker import Broker, connect
from streams.clocks import SystemClock
from streams.wire.codec import encode
from streams.wire.delivery import FAULT_S
from streams.wire.messages import Batch, Command
from streams.wire.topics import Stream
from tests.parts.centre import Key, Raw, TinyCentre
from tests.parts.facts import NOON, event, reading
from tests.parts.mosquitto import Mosquitto, free_port

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


def test_what_is_added_arrives_once_and_leaves_the_outbox_empty(tmp_path: Path) -> None:
    with Mosquitto() as broker:
        street = asyncio.run(Street(broker.port, tmp_path).walk(adding(2000)))
    assert street.stored_once()
    assert all(len(batch.records) <= 500 for batch in street.centre.batches)


def test_a_live_record_leaves_within_a_fifth_of_a_second(tmp_path: Path) -> None:
    waits: list[float] = []

    async def turn(street: Street) -> None:
        await street.until(lambda: street.centre.statuses)
        for _ in range(20):
            began = time.monotonic()
            seq = street.outbox.add(NOON, event())
            await street.stored(seq)
            waits.append(time.monotonic() - began)
        await street.drained()

    with Mosquitto() as broker:
        asyncio.run(Street(broker.port, tmp_path).walk(turn))
    assert sorted(waits)[len(waits) // 2] < 0.2


def test_a_long_backlog_does_not_delay_a_live_event_by_more_than_a_few_batches(tmp_path: Path) -> None:
    async def outage(street: Street) -> None:
        for value in range(6000):
            street.outbox.add(NOON, reading(value))

    async def back(street: Street) -> None:
        await street.until(lambda: street.centre.batches)
        street.outbox.add(NOON, event())
        await street.drained()

    with Mosquitto() as broker:
        street = Street(broker.port, tmp_path)
        asyncio.run(street.walk(outage, back))
    kinds = [[raw["kind"] for raw in batch.records] for batch in street.centre.batches]
    event_at = next(at for at, batch in enumerate(kinds) if "event" in batch)
    assert event_at < len(kinds) - 1
    assert not street.centre.batches[event_at].backlog
    assert street.stored_once()


def test_a_broker_killed_again_and_again_while_records_flow_costs_nothing(tmp_path: Path) -> None:
    async def turn(street: Street) -> None:
        value = 0
        for _ in range(4):
            for _ in range(150):
                street.outbox.add(NOON, reading(value))
                value += 1
            await street.until(lambda: street.publisher.line.connected and street.centre.line.connected)
            await asyncio.to_thread(broker.kill)
            for _ in range(150):
                street.outbox.add(NOON, reading(value))
                value += 1
            await asyncio.to_thread(broker.start)
        await street.drained(skip=0.5)

    with Mosquitto() as broker:
        street = asyncio.run(Street(broker.port, tmp_path).walk(turn))
    assert len(street.made) == 1200
    assert street.stored_once()
    assert street.centre.lost == 0


def test_a_batch_without_a_receipt_is_sent_again_after_ten_seconds_and_stored_once(tmp_path: Path) -> None:
    silent: list[int] = []

    def no_receipt(batch: Batch) -> bool:
        silent.append(len(batch.records))
        return len(silent) <= 4

    async def turn(street: Street) -> None:
        await street.publisher.line.up()
        for value in range(20):
            street.outbox.add(NOON, reading(value))
        await street.until(lambda: len(street.centre.stored) == 20)
        sent = street.publisher.stats().batches
        street.clock.skip(7)
        street.publisher.nudge()
        street.outbox.add(NOON, event())
        await street.until(lambda: street.publisher.stats().batches > sent)
        await street.drained(skip=1)

    with Mosquitto() as broker:
        street = asyncio.run(Street(broker.port, tmp_path, silent=no_receipt).walk(turn))
    assert street.stored_once()
    assert sum(silent) > 21


def test_a_record_the_centre_cannot_read_is_set_aside_and_the_rest_arrives(tmp_path: Path) -> None:
    def poisonous(raw: Raw) -> bool:
        return bool(raw["kind"] == "reading" and raw["body"]["value"] == 13)

    async def turn(street: Street) -> None:
        await street.publisher.line.up()
        for value in range(40):
            street.outbox.add(NOON, reading(value))
        await street.until(lambda: street.outbox.stats(NOON).set_aside, skip=1)
        street.outbox.add(NOON, event())
        await street.drained(skip=1)

    with Mosquitto() as broker:
        street = asyncio.run(Street(broker.port, tmp_path, poison=poisonous).walk(turn))
    (aside,) = set(street.made) - set(street.centre.stored)
    assert aside[1] == 14
    assert set(street.centre.stored.values()) == {1}
    assert [ranges.spans for i in street.centre.intakes.values() if (ranges := i.aside)] == [((14, 14),)]


def test_a_minute_without_a_receipt_is_a_fault_that_is_shown_until_it_is_over(tmp_path: Path) -> None:
    async def turn(street: Street) -> None:
        await street.publisher.line.up()
        street.centre.deaf = True
        street.outbox.add(NOON, reading())
        await street.until(lambda: street.publisher.stats().batches > 1)
        assert not street.publisher.stats().fault
        street.clock.skip(FAULT_S)
        await street.until(lambda: street.publisher.stats().fault, skip=0.01)
        street.centre.deaf = False
        await street.drained(skip=1)
        await street.until(lambda: not street.publisher.stats().fault, skip=0.01)

    with Mosquitto() as broker:
        street = asyncio.run(Street(broker.port, tmp_path).walk(turn))
    assert street.stored_once()


def test_a_producer_never_waits_for_a_broker_that_is_away(tmp_path: Path) -> None:
    async def turn(street: Street) -> None:
        await asyncio.to_thread(broker.kill)
        slowest = 0.0
        for value in range(500):
            began = time.monotonic()
            street.outbox.add(NOON, reading(value))
            slowest = max(slowest, time.monotonic() - began)
        assert slowest < 0.5
        assert not street.publisher.stats().connected
        await asyncio.to_thread(broker.start)
        await street.drained()

    with Mosquitto() as broker:
        street = asyncio.run(Street(broker.port, tmp_path).walk(turn))
    assert street.stored_once()


def test_older_epochs_drain_and_are_forgotten(tmp_path: Path) -> None:
    async def outage(street: Street) -> None:
        for value in range(300):
            street.outbox.add(NOON, reading(value))

    with Mosquitto() as broker:
        street = Street(broker.port, tmp_path)
        asyncio.run(street.walk(outage, outage, outage, adding(10)))
    assert street.stored_once()
    assert len({epoch for epoch, _ in street.made}) == 4
    last = Outbox.open(tmp_path / "outbox.db", ROOM)
    assert last.owed == {}
    last.close()


def test_what_gave_way_in_a_long_outage_is_named_and_no_event_is_lost(tmp_path: Path) -> None:
    async def turn(street: Street) -> None:
        await asyncio.to_thread(broker.kill)
        for value in range(500):
            street.outbox.add(NOON, reading(value))
            if value % 10 == 0:
                street.outbox.add(NOON, event())
        street.evicted = sum(street.outbox.stats(NOON).evicted.values())
        await asyncio.to_thread(broker.start)
        await street.drained(skip=0.5)

    with Mosquitto() as broker:
        street = asyncio.run(Street(broker.port, tmp_path, limit=LEAST_LIMIT).walk(turn))
    (intake,) = street.centre.intakes.values()
    assert intake.made == len(street.made) == 550
    assert intake.stored + len(intake.lost) == 550
    assert len(intake.lost) == street.evicted > 0
    assert sum(raw["kind"] == "event" for raw in street.centre.bodies.values()) == 50


def test_the_node_says_it_is_there_and_says_goodbye(tmp_path: Path) -> None:
    with Mosquitto() as broker:
        street = Street(broker.port, tmp_path)

        async def after(_: Street) -> None:
            await street.until(lambda: [status.online for status in street.centre.statuses][1:2] == [False])

        asyncio.run(street.walk(adding(3), after))
    online, offline = street.centre.statuses[:2]
    assert (online.online, offline.online) == (True, False)
    assert online.session == offline.session
    assert (online.versions, online.config_rev, offline.next) == ({"wardsense": "0"}, "rev-1", 4)


LIVES_UNTIL_KILLED = """
import asyncio, sys
from dataclasses import dataclass
from pathlib import Path
from edge.outbox import Outbox
from edge.publisher import Publisher
from streams.broker import Broker
from streams.clocks import SystemClock
from tests.parts.facts import NOON, reading

@dataclass(frozen=True)
class Sender:
    broker: Broker
    node: str = "node-1"
    ward: str = "ward-1"

async def main(port, folder):
    count = open(folder / "made", "ab", buffering=0)
    box = Outbox.open(folder / "outbox.db", 50_000_000, lambda epoch, seq: count.write(f"{epoch} {seq}\\n".encode()))
    publisher = Publisher(Sender(Broker(port=port, client_id="node-1")), box, {})
    clock = SystemClock()
    async with asyncio.TaskGroup() as tasks:
        for name, job in publisher.jobs():
            tasks.create_task(job, name=name)
        while True:
            box.add(NOON, reading())
            await clock.pause(0.0005)

asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
"""


async def killed_while_it_tells(street: Street) -> None:
    """A node of its own process, killed in the middle of its work; its will is heard."""
    stored = len(street.centre.stored)
    command = [sys.executable, "-c", LIVES_UNTIL_KILLED, str(street.port), str(street.folder)]
    node = await asyncio.create_subprocess_exec(*command, cwd=Path(__file__).parents[2])
    await street.until(lambda: len(street.centre.stored) > stored + 50)
    node.kill()
    await node.wait()
    await street.until(lambda: not street.centre.statuses[-1].online)


def test_a_node_killed_while_records_flow_is_seen_to_die_and_loses_nothing(tmp_path: Path) -> None:
    async def turns(street: Street) -> None:
        for _ in range(3):
            await killed_while_it_tells(street)

    with Mosquitto() as broker:
        street = asyncio.run(Street(broker.port, tmp_path).walk(adding(1), before=turns))
    counted = [line.split() for line in (tmp_path / "made").read_text().splitlines()]
    made = {(UUID(epoch), int(seq)) for epoch, seq in counted} | set(street.made)
    missing = made - set(street.centre.stored)
    assert set(street.centre.stored.values()) == {1}
    assert len(missing) <= 3  # the record being made at each kill
    assert missing <= {max(key for key in made if key[0] == epoch) for epoch, _ in made}
    assert street.centre.lost == 0


def test_configurations_and_commands_are_handed_on_and_nonsense_is_counted(tmp_path: Path) -> None:
    async def turn(street: Street) -> None:
        await street.publisher.line.up()
        command = Command(
            id=street.outbox.session, node=NODE, verb="snapshot", issued=NOON, expires=NOON, by="a", why="b"
        )
        async with connect(street.to("desk")) as desk:
            await desk.publish(f"wardsense/v1/{WARD}/{NODE}/receipt", b"{nonsense")
            await desk.publish(f"wardsense/v1/{WARD}/{NODE}/command", encode(command))
        await street.until(lambda: street.heard)
        assert street.heard == [(Stream.COMMAND, encode(command))]
        assert street.publisher.stats().unreadable == 1

    with Mosquitto() as broker:
        asyncio.run(Street(broker.port, tmp_path).walk(turn))


@pytest.mark.parametrize("foreign", ["node", "session"])
def test_a_receipt_for_somebody_else_settles_nothing(tmp_path: Path, foreign: str) -> None:
    async def turn(street: Street) -> None:
        await street.publisher.line.up()
        street.centre.deaf = True
        street.outbox.add(NOON, reading())
        await street.until(lambda: street.publisher.stats().owed)
        session = street.outbox.session
        other = UUID(int=session.int ^ 1)
        told = {
            "node": "node-2" if foreign == "node" else NODE,
            "session": str(other if foreign == "session" else session),
            "epoch": str(session),
        }
        body = "{" + ",".join(f'"{key}":"{value}"' for key, value in told.items()) + ',"schema":1,"heard":9,"upto":1}'
        async with connect(street.to("desk")) as desk:
            await desk.publish(f"wardsense/v1/{WARD}/{NODE}/receipt", body.encode())
            await desk.publish(f"wardsense/v1/{WARD}/{NODE}/command", b"afterwards")
        await street.until(lambda: street.heard)
        assert street.outbox.stats(NOON).records == 1

    with Mosquitto() as broker:
        asyncio.run(Street(broker.port, tmp_path).walk(turn))


def test_amqtt_carries_records_as_well_as_mosquitto(tmp_path: Path) -> None:
    async def main() -> Street:
        port = free_port()
        anybody = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
        listeners = {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}}
        amqtt = Amqtt({"listeners": listeners, "plugins": anybody})
        await amqtt.start()
        try:
            return await Street(port, tmp_path).walk(adding(700), adding(700))
        finally:
            await amqtt.shutdown()

    assert asyncio.run(main()).stored_once()
