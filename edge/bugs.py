"""A bug in a callback of the event loop ends the node, as one in a task or a thread does.

Left to itself asyncio logs such an error and goes on, and a node would run for months with a camera it no longer
counts. Callbacks run `with` this; one task of the node waits in `surface`, and raises what the first of them met.
"""

import asyncio
from types import TracebackType


class Bugs:
    """Around a callback: `with bugs:`. Belongs to the event loop."""

    def __init__(self) -> None:
        self._first: Exception | None = None
        self._met = asyncio.Event()

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Keep the first error for `surface`; it is not lost here, and never forgiven."""
        if not isinstance(error, Exception):
            return False
        self._first = self._first or error
        self._met.set()
        return True

    async def surface(self) -> None:
        """Raise the first error met, once there is one."""
        await self._met.wait()
        if self._first is not None:
            raise self._first
