"""The clocks a source lives by: wall time, monotonic time, and rest that a stop cuts short.

One object, handed in, so that a scripted source plays an hour in a moment and no test ever sleeps. `now` is the node's
disciplined clock (aware UTC) and goes on the wire; `monotonic` never steps and is what durations are made of.
"""

import asyncio
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What a source asks of time."""

    def now(self) -> datetime:
        """The instant, aware UTC."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never steps."""

    def rest(self, seconds: float, stop: threading.Event) -> bool:
        """Let `seconds` pass, or fewer when `stop` is set; True when it was."""

    async def pause(self, seconds: float) -> None:
        """Let `seconds` pass without holding up the other tasks."""


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        """The machine's wall clock, aware UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """The machine's monotonic clock, seconds."""
        return time.monotonic()

    def rest(self, seconds: float, stop: threading.Event) -> bool:
        """Wait for real; True when told to stop meanwhile."""
        return stop.wait(max(0.0, seconds))

    async def pause(self, seconds: float) -> None:
        """Wait for real, letting other tasks run."""
        await asyncio.sleep(max(0.0, seconds))


class ScriptedClock:
    """A clock that moves only when someone rests: an hour passes in a moment, and the same way every time."""

    def __init__(self, began: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._began = began
        self._passed = 0.0

    def now(self) -> datetime:
        """The beginning plus all the rests so far."""
        return self._began + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        """Seconds rested so far."""
        return self._passed

    def rest(self, seconds: float, stop: threading.Event) -> bool:
        """Move on at once, unless told to stop."""
        if stop.is_set():
            return True
        self._passed += max(0.0, seconds)
        return False

    async def pause(self, seconds: float) -> None:
        """Move on at once; other tasks get their turn."""
        self._passed += max(0.0, seconds)
        await asyncio.sleep(0)
