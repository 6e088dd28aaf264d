"""The true node in a world that runs faster: `--pace N` seconds pass for it in each of ours.

Everything that is told by its clock comes sooner: five-minute tallies, health, and the minute without a receipt after
which it shows a fault. What it makes is marked as of a clock that runs ahead, and kept.
"""

import argparse
import asyncio
import signal
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from edge.config import load
from edge.node import Node


class Hurried:
    """The machine's clocks, `pace` times as fast from the moment this is made."""

    def __init__(self, pace: float) -> None:
        self._pace = pace
        self._began = datetime.now(UTC)
        self._first = time.monotonic()

    def now(self) -> datetime:
        return self._began + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return (time.monotonic() - self._first) * self._pace

    def rest(self, seconds: float, stop: threading.Event) -> bool:
        return stop.wait(max(0.0, seconds) / self._pace)

    async def pause(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds) / self._pace)


async def run(config: Path, pace: float) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await Node(*load(config), clock=Hurried(pace)).run(stop)


if __name__ == "__main__":
    words = argparse.ArgumentParser()
    words.add_argument("--pace", type=float, required=True)
    words.add_argument("run")
    words.add_argument("--config", type=Path, required=True)
    asked = words.parse_args()
    asyncio.run(run(asked.config, asked.pace))
