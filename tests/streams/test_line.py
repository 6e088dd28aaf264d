"""What the line says about itself: each trouble once, the very first included."""

import asyncio
from typing import Any

from structlog.testing import capture_logs

from streams.broker import Broker
from streams.line import Line
from streams.trouble import Trouble
from tests.parts.mosquitto import Mosquitto, free_port


async def tried(port: int, times: int) -> None:
    """Keep a line up until it has rested so often."""
    rested = asyncio.Event()

    def pause(losses: int) -> float:
        if losses >= times:
            rested.set()
        return 0.01

    kept = asyncio.ensure_future(Line(Broker(port=port, client_id="here"), pause=pause).keep_connected())
    async with asyncio.timeout(10):
        await rested.wait()
    kept.cancel()
    await asyncio.gather(kept, return_exceptions=True)


async def up_and_down(broker: Mosquitto) -> None:
    """A line that comes up, and breaks."""
    line = Line(Broker(port=broker.port, client_id="here"), pause=lambda _losses: 0.01)
    broken = asyncio.Event()

    def told() -> None:
        if line.connections and not line.connected:
            broken.set()

    line.watch(told)
    kept = asyncio.ensure_future(line.keep_connected())
    async with asyncio.timeout(10):
        await line.up()
        broker.kill()
        await broken.wait()
    kept.cancel()
    await asyncio.gather(kept, return_exceptions=True)


def downs(logged: list[Any]) -> list[Trouble]:
    return [entry["trouble"] for entry in logged if entry["event"] == "line down"]


def test_a_broker_that_never_answered_is_told_once_and_not_at_every_try() -> None:
    with capture_logs() as logged:
        asyncio.run(tried(free_port(), times=4))
    assert downs(logged) == [Trouble.UNREACHABLE]


def test_a_line_that_breaks_is_told_after_it_was_up() -> None:
    with Mosquitto() as broker, capture_logs() as logged:
        asyncio.run(up_and_down(broker))
    assert [entry["event"] for entry in logged][:2] == ["line up", "line down"]
    assert downs(logged)[0] is Trouble.DROPPED
