"""The publisher through everything that breaks: brokers and nodes killed, receipts that never come, poison."""

import asyncio
import sys
import time
from pathlib import Path
from uuid import UUID

from edge.outbox import LEAST_LIMIT
from streams.wire.delivery import FAULT_S
from streams.wire.messages import Batch
from tests.parts.centre import Raw
from tests.parts.facts import NOON, event, reading
from tests.parts.mosquitto import Mosquitto
from tests.parts.publishing import Street, adding


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
