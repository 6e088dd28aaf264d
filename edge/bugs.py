"""A bug in a callback of the event loop ends the node, as one in a task or a thread does.

Left to itself asyncio logs such an error and goes on, and a node would run for months with a camera it no longer
counts. Callbacks run `with` this; one task of the node waits in `surface`, and raises what the first of them met.
An end that something holds up (a thread, a goodbye) is not waited for: `end_soon` ends the process by force after
`END_WITHIN_S`, because a node that is half dead is worse than one that is started again.
"""

import asyncio
import os
import threading
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Final

END_WITHIN_S: Final = 10.0
ENDED_BY_FORCE: Final = 70


class Bugs:
    """Around a callback: `with bugs:`. Belongs to the event loop."""

    def __init__(self, met: Callable[[], None] | None = None) -> None:
        """`met` is called at the first bug, after its traceback was printed."""
        self._tell = met or (lambda: None)
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
        if self._first is None:
            self._first = error
            traceback.print_exception(error)
            self._tell()
        self._met.set()
        return True

    async def surface(self) -> None:
        """Raise the first error met, once there is one."""
        await self._met.wait()
        if self._first is not None:
            raise self._first


def end_soon() -> None:
    """Whatever still holds the process up then, it ends."""
    last = threading.Timer(END_WITHIN_S, os._exit, (ENDED_BY_FORCE,))
    last.daemon = True
    last.start()
