"""A city of 10,000 cameras against one centre: a normal day, a rain burst, and the flood after an outage.

1,000 scripted nodes with the real delivery ledger share a few broker connections; Mosquitto and `wardsense central run`
are real processes, the store is real with its safety on (`synchronous=FULL`, `fsync`). Live records keep flowing in
every phase, and the figure that matters is how long they take from capture to receipt while the backlog drains. All of
it runs on one machine, this program included: the figures are a floor.

    python benchmarks/fleet.py --seconds 120
    python benchmarks/fleet.py --seconds 120 --database postgres
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.fleet_city import Centre, Processes, city, start  # noqa: E402 - run as a script, from anywhere
from benchmarks.fleet_nodes import Day, Node  # noqa: E402 - the same
from streams.broker import Broker  # noqa: E402 - the same
from streams.line import Line  # noqa: E402 - the same
from streams.trouble import LineLost  # noqa: E402 - the same
from streams.wire.codec import decode  # noqa: E402 - the same
from streams.wire.messages import Receipt  # noqa: E402 - the same
from streams.wire.topics import Stream, Topic, of_ward  # noqa: E402 - the same
from tests.parts.mosquitto import Mosquitto  # noqa: E402 - the same
from tests.parts.postgres import Postgres  # noqa: E402 - the same

SENDERS: Final = 4
STEP_S: Final = 0.02
RECONNECT_S: Final = 10.0
DRAIN_S: Final = 300.0
LOOK_S: Final = 0.25


@dataclass
class Phase:
    """What one stretch of time measured."""

    name: str
    seconds: float = 0.0
    made: int = 0
    settled: int = 0
    lag: float = 0.0
    bytes: int = 0
    batches: int = 0
    cpu: dict[str, float] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)


class Multiplexed:
    """Some of the nodes over one connection."""

    def __init__(self, number: int, nodes: list[Node], port: int, day: Day) -> None:
        self.nodes = nodes
        self.by_name = {node.name: node for node in nodes}
        self.day = day
        self.waits: list[float] = []
        self.settled = 0
        self.lag = 0.0  # how late this program itself was
        wards = sorted({node.ward for node in nodes})
        broker = Broker(client_id=f"fleet-{number}", port=port, persistent=False)
        self.line = Line(broker, [of_ward(ward, Stream.RECEIPT) for ward in wards], inbox=20_000)
        self._out: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(20_000)
        self._checked = 0.0

    def work(self) -> list[Coroutine[Any, Any, None]]:
        """Everything that keeps this line going, each for a task of its own."""
        return [self.line.keep_connected(), self.speak(), self.listen(), *(self.send() for _ in range(SENDERS))]

    async def speak(self) -> None:
        """Say what is due, send what the ledger offers."""
        await self.line.up()
        now = time.monotonic()
        while True:
            before, now = now, time.monotonic()
            self.lag = max(self.lag, now - before - STEP_S)
            spoke = self.day.until(now, datetime.now(UTC))
            if now - self._checked >= 1.0:
                self._checked, spoke = now, self.nodes
            for node in spoke:
                await self.drain(node, now)
            await asyncio.sleep(STEP_S)

    async def drain(self, node: Node, now: float) -> None:
        """Send what this node's ledger offers now."""
        for message in node.drain(now):
            await self._out.put(message)

    async def send(self) -> None:
        """What is in line, onto the wire; what the line loses the ledger repeats."""
        while True:
            topic, payload = await self._out.get()
            try:
                await self.line.publish(topic, payload)
            except LineLost:
                await self.line.up()

    async def listen(self) -> None:
        """Receipts in."""
        async for topic, payload in self.line.messages():
            node = self.by_name.get(Topic.parse(topic).node)
            if node is not None:
                now = time.monotonic()
                before = len(node.disk)
                self.waits += node.settle(decode(Receipt, payload), now)
                self.settled += before - len(node.disk)
                await self.drain(node, now)


class Fleet:
    """Every connection, and the clock of the phases."""

    def __init__(self, lines: list[Multiplexed], processes: Processes) -> None:
        self.lines = lines
        self.nodes = [node for line in lines for node in line.nodes]
        self._processes = processes

    @property
    def made(self) -> int:
        """Records committed on every node so far."""
        return sum(node.next - 1 for node in self.nodes)

    async def phase(self, name: str, seconds: float) -> Phase:
        """Let it run so long, and measure."""
        measured, began = self._open(name)
        await asyncio.sleep(seconds)
        return self._close(measured, began)

    async def drained(self, name: str) -> Phase:
        """Let it run until no record of the past is left, and measure; at most five minutes."""
        measured, began = self._open(name)
        while time.monotonic() - began < DRAIN_S:
            await asyncio.sleep(LOOK_S)
            if time.monotonic() - began > RECONNECT_S and not any(node.backlog_left() for node in self.nodes):
                break
        return self._close(measured, began)

    async def settle(self) -> None:
        """Stop saying new things and wait until every disk is empty."""
        for line in self.lines:
            line.day.stop()
        until = time.monotonic() + DRAIN_S
        while any(node.disk for node in self.nodes) and time.monotonic() < until:  # noqa: ASYNC110 - it samples 1,000 dicts
            await asyncio.sleep(LOOK_S)

    async def reconnect(self, line: Multiplexed, seconds: float, began: float) -> None:
        """Each node of a line comes back within ten seconds, with an outage behind it."""
        order = random.Random(1).sample(line.nodes, len(line.nodes))  # noqa: S311 - the same order every time
        for number, node in enumerate(order):
            await asyncio.sleep(max(0.0, began + RECONNECT_S * number / len(order) - time.monotonic()))
            line.day.past(node, datetime.now(UTC), seconds)
            node.delivery.connected(time.monotonic())
            await line.drain(node, time.monotonic())

    def _open(self, name: str) -> tuple[Phase, float]:
        for line in self.lines:
            line.waits, line.settled, line.lag = [], 0, 0.0
        measured = Phase(name, made=-self.made, cpu={name: -used for name, used in self._processes.cpu().items()})
        measured.bytes, measured.batches = (
            -sum(n.sent_bytes for n in self.nodes),
            -sum(n.sent_batches for n in self.nodes),
        )
        return measured, time.monotonic()

    def _close(self, measured: Phase, began: float) -> Phase:
        measured.seconds = time.monotonic() - began
        measured.made += self.made
        measured.bytes += sum(node.sent_bytes for node in self.nodes)
        measured.batches += sum(node.sent_batches for node in self.nodes)
        for name, used in self._processes.cpu().items():
            measured.cpu[name] = measured.cpu.get(name, 0.0) + used
        measured.waits = sorted(wait for line in self.lines for wait in line.waits)
        measured.lag = max(line.lag for line in self.lines)
        measured.settled = sum(line.settled for line in self.lines)
        return measured


async def run(options: argparse.Namespace, nodes: list[Node], port: int, processes: Processes) -> list[Phase]:
    """Every phase, one after the other."""
    by_ward = sorted(nodes, key=lambda node: node.ward)
    share = -(-len(nodes) // options.lines)
    began = time.monotonic() + 1.0
    parts = [by_ward[at : at + share] for at in range(0, len(nodes), share)]
    lines = [Multiplexed(n, part, port, Day(part, began, n)) for n, part in enumerate(parts)]
    fleet = Fleet(lines, processes)
    async with asyncio.TaskGroup() as tasks:
        endless = [
            tasks.create_task(work, name=f"line {number}")
            for number, line in enumerate(lines)
            for work in (
                line.line.keep_connected(),
                line.speak(),
                line.listen(),
                *(line.send() for _ in range(SENDERS)),
            )
        ]
        phases = [await fleet.phase("first minute (warm-up)", options.warm)]
        phases.append(await fleet.phase("normal day", options.seconds))
        for line in lines:
            line.day.rain(line.nodes, time.monotonic(), options.rain)
        phases.append(await fleet.phase("rain burst", options.rain))
        back = time.monotonic()
        returning = [tasks.create_task(fleet.reconnect(line, options.outage, back), name="back") for line in lines]
        phases.append(await fleet.drained("after the outage"))
        await asyncio.gather(*returning)
        await fleet.settle()
        for task in endless:
            task.cancel()
    return phases


def table(phases: list[Phase], cameras: int) -> None:
    """What was measured, as a person reads it."""
    print(
        f"\n{'phase':<24}{'s':>6}{'made/s':>9}{'settled/s':>11}{'p50 ms':>9}{'p99 ms':>9}{'max ms':>9}"
        f"{'own lag':>9}  CPU ms/record, and cores"
    )
    for phase in phases:
        waits = phase.waits or [0.0]
        marks = [1000 * waits[min(int(len(waits) * at), len(waits) - 1)] for at in (0.5, 0.99, 1.0)]
        cpu = ", ".join(
            f"{name} {1000 * used / max(phase.settled, 1):.2f} ({used / phase.seconds:.2f})"
            for name, used in phase.cpu.items()
        )
        rate = f"{phase.made / phase.seconds:>9.0f}{phase.settled / phase.seconds:>11.0f}"
        print(
            f"{phase.name:<24}{phase.seconds:>6.0f}{rate}"
            + "".join(f"{mark:>9.0f}" for mark in (*marks, 1000 * phase.lag))
            + f"  {cpu}"
        )
    normal = phases[1]
    a_day = normal.bytes / cameras / normal.seconds * 86400
    print(f"load of the machine at the end (1, 5, 15 minutes): {', '.join(f'{load:.1f}' for load in os.getloadavg())}")
    print(f"\nbytes up per camera and day: {a_day / 1000:.0f} kB in {normal.batches / normal.seconds:.0f} batches/s")


def main() -> int:
    """Run it; 0 when everything made is stored once."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=120.0, help="of a normal day")
    parser.add_argument("--warm", type=float, default=15.0, help="seconds before anything counts")
    parser.add_argument("--rain", type=float, default=60.0, help="seconds in which every camera opens an event")
    parser.add_argument("--outage", type=float, default=600.0, help="seconds of backlog every node comes back with")
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--wards", type=int, default=94)
    parser.add_argument("--lines", type=int, default=8)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    options = parser.parse_args()
    nodes = [
        Node(
            f"node-{n:04}",
            f"ward-{n % options.wards:02}",
            tuple(f"cam-{n:04}-{c}" for c in range(10)),
            f"water-{n:04}",
        )
        for n in range(options.nodes)
    ]
    with _stage(options, nodes) as (broker, centre, processes):
        phases = asyncio.run(run(options, nodes, broker.port, processes))
        table(phases, 10 * len(nodes))
        return centre.reconcile({node.name: (node.session, node.next - 1) for node in nodes})


@contextmanager
def _stage(options: argparse.Namespace, nodes: list[Node]) -> Iterator[tuple[Mosquitto, Centre, Processes]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fleet-")))
        broker = stack.enter_context(Mosquitto())
        cluster = stack.enter_context(Postgres()) if options.database == "postgres" else None
        url = cluster.url(cluster.create()) if cluster else f"sqlite:///{folder / 'wardsense.db'}"
        centre = stack.enter_context(start(folder, url, broker.port, city(nodes)))
        yield broker, centre, Processes(centre.pid, broker.pid, cluster.pid if cluster else None)


if __name__ == "__main__":
    sys.exit(main())
