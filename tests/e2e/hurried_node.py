"""The true node in a world of which a part runs faster, so that a test need not wait for what takes minutes.

`--calendar N`: so many seconds pass on its wall clock in each of ours, and five-minute tallies come sooner.
`--beat N`: it pauses so much shorter, and counts, measures and reports its health more often.
`--stopwatch N`: its durations pass so much faster, and with them the minute without a receipt that is a fault.
"""

import argparse
import asyncio
import signal
import threading
from datetime import datetime, timedelta
from pathlib import Path

from edge.config import load
from edge.node import Node
from streams.clocks import SystemClock


class Hurried:
    """The machine's clocks, each at a pace of its own from the moment this is made."""

    def __init__(self, calendar: float, beat: float, stopwatch: float) -> None:
        self._calendar, self._beat, self._stopwatch = calendar, beat, stopwatch
        self._own = SystemClock()
        self._began, self._first = self._own.now(), self._own.monotonic()

    def now(self) -> datetime:
        return self._began + timedelta(seconds=self._passed() * self._calendar)

    def monotonic(self) -> float:
        return self._first + self._passed() * self._stopwatch

    def rest(self, seconds: float, stop: threading.Event) -> bool:
        return self._own.rest(seconds / self._stopwatch, stop)

    async def pause(self, seconds: float) -> None:
        await self._own.pause(seconds / self._beat)

    def _passed(self) -> float:
        """Seconds of the machine's since this was made."""
        return self._own.monotonic() - self._first


async def run(config: Path, clock: Hurried) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await Node(*load(config), clock=clock).run(stop)


if __name__ == "__main__":
    words = argparse.ArgumentParser()
    for pace in ("calendar", "beat", "stopwatch"):
        words.add_argument(f"--{pace}", type=float, default=1.0)
    words.add_argument("run")
    words.add_argument("--config", type=Path, required=True)
    asked = words.parse_args()
    asyncio.run(run(asked.config, Hurried(asked.calendar, asked.beat, asked.stopwatch)))
