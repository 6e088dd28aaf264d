"""What the outbox costs: adds a second, the barrier, reading and settling a batch, giving way, opening.

Usage: python -m benchmarks.outbox [FOLDER], FOLDER on the disk to be measured (by default one made here and removed).
The reference is the same insert with `synchronous=FULL`, a sync for every record.
"""

import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from uuid_utils.compat import uuid7

from edge.outbox import LEAST_LIMIT, Outbox
from streams.wire.ranges import Ranges
from streams.wire.records import Box, Event, Phase, Reading

NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)
READING = Reading(sensor="river-1", quantity="water_level", unit="m", value=1.0)
BOXES = tuple(Box(xyxy=(0.1, 0.1, 0.2, 0.2), label="person", score=0.9) for _ in range(12))
EVENT = Event(id=uuid7(), kind="crowding", phase=Phase.OPENED, rev=1, camera="gate", began=NOON, boxes=BOXES)
ADDS = 5000
ROOM = 1_000_000_000


def main(folder: Path) -> None:
    """Measure and print."""
    box = Outbox.open(folder / "outbox.db", ROOM)
    tell("add a reading (200 B)", each(lambda: box.add(NOON, READING), ADDS))
    tell("add an event (1.2 kB)", each(lambda: box.add(NOON, EVENT), ADDS))
    tell("add an event, barriers every 100 ms beside it", beside_barriers(box))
    tell("barrier after 10 adds", each(lambda: few_and_sync(box), 100))
    spans = [Ranges.of((at, at + 499)) for at in range(ADDS + 1, 2 * ADDS, 500)]
    tell("read 500 events (bounded to 1 MB)", each_of(lambda seqs: box.read(box.session, seqs, 10**6), spans))
    tell("settle 500 events", each_of(lambda seqs: box.settle(box.session, seqs), spans))
    box.close()
    began = time.perf_counter()
    Outbox.open(folder / "outbox.db", ROOM).close()
    tell("open with 10,000 records", [time.perf_counter() - began])
    full = Outbox.open(folder / "full.db", LEAST_LIMIT)
    for _ in range(1000):
        full.add(NOON, READING)
    tell("add a reading when full, one gives way", each(lambda: full.add(NOON, READING), 1000))
    full.close()
    tell("for comparison: insert with synchronous=FULL", synchronous_full(folder))


def each(do: Callable[[], object], times: int) -> list[float]:
    """Seconds of each call."""
    return each_of(lambda _: do(), range(times))


def each_of(do: Callable[..., object], items: "range | list[Ranges]") -> list[float]:
    """Seconds of each call over these."""
    took = []
    for item in items:
        began = time.perf_counter()
        do(item)
        took.append(time.perf_counter() - began)
    return took


def few_and_sync(box: Outbox) -> None:
    """A barrier as the publisher makes it."""
    for _ in range(10):
        box.add(NOON, READING)
    box.sync()


def beside_barriers(box: Outbox) -> list[float]:
    """Adds while another thread syncs and folds the log."""
    stop = threading.Event()

    def sync() -> None:
        while not stop.wait(0.1):
            box.sync()

    beside = threading.Thread(target=sync)
    beside.start()
    took = each(lambda: box.add(NOON, EVENT), 2 * ADDS)
    stop.set()
    beside.join()
    return took


def synchronous_full(folder: Path) -> list[float]:
    """The plain way: every record waits for the disk."""
    db = sqlite3.connect(folder / "plain.db", isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE record(id INTEGER PRIMARY KEY, body BLOB)")
    body = b"x" * 1200
    took = each(lambda: db.execute("INSERT INTO record(body) VALUES(?)", (body,)), 500)
    db.close()
    return took


def tell(what: str, took: list[float]) -> None:
    """One line of the table."""
    took = sorted(took)
    mid, far = took[len(took) // 2], took[min(len(took) - 1, int(len(took) * 0.99))]
    rate = len(took) / sum(took)
    print(f"{what:48} p50 {mid * 1e6:9.0f} us   p99 {far * 1e6:9.0f} us   max {took[-1] * 1e3:7.1f} ms   {rate:8.0f}/s")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as made:
            main(Path(made))
