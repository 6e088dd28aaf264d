"""The node's sensors, built from its configuration."""

import asyncio
import threading
from datetime import datetime
from typing import Any

import pytest
from pydantic import SecretStr

from edge.config import NodeConfig
from edge.sensing import sense, sources
from streams.broker import Broker, connect
from streams.clocks import ScriptedClock, SystemClock
from streams.sensors.scripted import ScriptedSensor
from streams.wire.records import Reading
from tests.conftest import ROOT
from tests.parts.mosquitto import Mosquitto

OWN = {"user gateway": ["topic write sensors/#", "topic write application/#"]}
GIVEN = {**OWN, "user node-1": ["topic read application/+/device/+/event/up"]}


def test_no_broker_keeps_old_readings_for_a_sensors_line() -> None:
    config = NodeConfig.model_validate(
        {
            "node": "node-1",
            "ward": "ward-1",
            "broker": {"host": "127.0.0.1", "client_id": "node-1", "persistent": True},
            "sensors": [
                {
                    "id": "river-1",
                    "quantity": "water_level",
                    "unit": "cm",
                    "mqtt": {"topic": "river/+/up", "value": "object.level"},
                }
            ],
        }
    )
    ((sensor, line),) = sources(config)
    assert sensor.sensor == "river-1"
    assert line is not None
    assert not line._broker.persistent
    assert line._broker.client_id == "node-1-river-1"


def test_a_disk_that_makes_a_reading_wait_makes_nobody_else_wait() -> None:
    async def turns() -> list[float]:
        gate, kept, added = threading.Event(), list[float](), asyncio.Event()
        loop = asyncio.get_running_loop()

        def add(_captured: datetime, reading: Reading) -> None:
            assert gate.wait(10)
            kept.append(reading.value or 0.0)
            loop.call_soon_threadsafe(added.set)

        river = ScriptedSensor("river-1", "level", "m", lambda _elapsed: 3.0, every_s=1.0)
        sensing = asyncio.ensure_future(sense(river, add, ScriptedClock()))
        await asyncio.wait([sensing], timeout=0.05)
        assert not kept
        gate.set()
        async with asyncio.timeout(10):
            await added.wait()
        sensing.cancel()
        await asyncio.gather(sensing, return_exceptions=True)
        return kept[:1]

    assert asyncio.run(turns()) == [3.0]


def access(installation: dict[str, list[str]]) -> str:
    """The access list a city ships, with lines of an installation."""
    shipped = (ROOT / "deploy" / "mosquitto.acl").read_text("utf-8")
    return "\n".join([shipped, *(line for user, lines in installation.items() for line in ("", user, *lines)), ""])


async def first_reading(port: int, topic: str, published: list[str]) -> float | None:
    """What node-1's sensor of that topic reads first when the gateway publishes 0, 1, ... under these."""
    settings: dict[str, Any] = {
        "node": "node-1",
        "ward": "ward-1",
        "broker": {"host": "127.0.0.1", "port": port, "username": "node-1", "password": "n"},
        "sensors": [{"id": "river-1", "quantity": "level", "unit": "m", "mqtt": {"topic": topic, "value": "level"}}],
    }
    ((sensor, line),) = sources(NodeConfig.model_validate(settings))
    assert line is not None
    gateway = Broker(port=port, client_id="gateway", username="gateway", password=SecretStr("g"), persistent=False)
    kept = asyncio.ensure_future(line.keep_connected())
    async with asyncio.timeout(20), connect(gateway) as mouth:
        await line.up()
        for number, under in enumerate(published):
            await mouth.publish(under, b'{"level": %d}' % number)
        reading = await anext(aiter(sensor.open(SystemClock())))
    kept.cancel()
    await asyncio.gather(kept, return_exceptions=True)
    return reading.value


@pytest.mark.parametrize(
    ("topic", "published", "installation", "read"),
    [
        ("sensors/+/river", ["sensors/node-2/river", "sensors/node-1/river"], OWN, 1),
        ("sensors/node-1/#", ["sensors/node-10/river", "sensors/node-1/river/level"], OWN, 1),
        ("#", ["application/7/device/ab/event/up", "sensors/node-1/river"], OWN, 1),
        ("#", ["application/7/device/ab/event/up", "sensors/node-1/river"], GIVEN, 0),
    ],
)
def test_a_node_reads_its_own_sensors_and_those_an_installation_gives_it(
    topic: str, published: list[str], installation: dict[str, list[str]], read: float
) -> None:
    with Mosquitto({"node-1": "n", "gateway": "g", "central": "c"}, acl=access(installation)) as broker:
        assert asyncio.run(first_reading(broker.port, topic, published)) == read
