"""Waiting for an answer, but not for ever, and not a moment after whoever waits is told to stop.

`asyncio.wait_for` will not do: in Python 3.11 it forgets a cancellation that comes in one turn with the answer
(https://github.com/python/cpython/issues/86296), and whoever cancelled then waits for ever. A node that met a bug while
it was connecting did not end for that.
"""

import asyncio
import math
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


async def answered(answer: Awaitable[T], within_s: float) -> T:
    """The answer, within so many seconds (infinity: whenever it comes). Raises TimeoutError."""
    async with asyncio.timeout(None if within_s == math.inf else within_s):
        return await answer
