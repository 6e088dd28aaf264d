"""The publisher between a real outbox, a real Mosquitto and a tiny centre: what is told arrives, and what is heard."""

import asyncio
import time
from pathlib import Path
from uuid import UUID

import pytest
from amqtt.broker import Broker as Amqtt

from edge.outbox import Outbox
from streams.broker import connect
from streams.wire.codec import encode
from streams.wire.messages import Command
from streams.wire.topics import Stream
from tests.parts.facts import NOON, event, reading
from tests.parts.mosquitto import Mosquitto, free_port
from tests.parts.publishing import NODE, ROOM, WARD, Street, adding


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
