"""From the event loop to the writing thread: a bounded queue of messages, and receipts on the way back.

When the inbox is full the reader waits, and with it the line to the broker; nothing is dropped here. Receipts are kept
by (node, epoch) and the newest replaces an older one that has not left yet, because it says everything the older says.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from central.arrivals import Message
from central.settling import Answer
from streams.wire.codec import encode
from streams.wire.topics import Stream, Topic

ROOM: Final = 2_000
GROUP: Final = 200


class Inbox:
    """Messages for the writer. `put` belongs to the event loop, `take` to the writing thread."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._messages: deque[Message] = deque()
        self._change = threading.Condition()
        self._waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
        self._closed = False

    async def put(self, message: Message) -> None:
        """Add a message; waits while the inbox is full."""
        while not self.offer(message):
            room = asyncio.Event()
            with self._change:
                self._waiting.append((asyncio.get_running_loop(), room))
            if len(self) < self._room:
                continue
            await room.wait()

    def offer(self, message: Message) -> bool:
        """Add a message unless the inbox is full or closed."""
        with self._change:
            if self._closed or len(self._messages) >= self._room:
                return self._closed
            self._messages.append(message)
            self._change.notify()
            return True

    def take(self, wait_s: float, most: int = GROUP) -> list[Message] | None:
        """Everything there is, at most a group; waits so long for a first one. None once closed and empty."""
        until = time.monotonic() + wait_s
        with self._change:
            while not self._messages:
                if self._closed:
                    return None
                left = until - time.monotonic()
                if left <= 0:
                    return []
                self._change.wait(left)
            group = [self._messages.popleft() for _ in range(min(most, len(self._messages)))]
            self._wake()
        return group

    def close(self) -> None:
        """No more messages: the writer ends once it has taken what is here."""
        with self._change:
            self._closed = True
            self._change.notify_all()
            self._wake()

    def __len__(self) -> int:
        return len(self._messages)

    def _wake(self) -> None:
        for loop, room in self._waiting:
            loop.call_soon_threadsafe(room.set)
        self._waiting.clear()


class Receipts:
    """Receipts waiting for the line. `tell` may be called from any thread, `next` by many senders of one loop."""

    def __init__(self) -> None:
        self.replaced = 0
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[tuple[str, UUID], Answer] = {}
        self._some = asyncio.Event()

    def tell(self, answers: Sequence[Answer]) -> None:
        """These are to be sent."""
        self._loop.call_soon_threadsafe(self._keep, list(answers))

    async def next(self) -> tuple[str, bytes]:
        """The receipt that has waited longest: its topic and its bytes."""
        while not self._waiting:
            self._some.clear()
            await self._some.wait()
        (node, _), answer = next(iter(self._waiting.items()))
        del self._waiting[node, answer.receipt.epoch]
        return str(Topic(answer.ward, node, Stream.RECEIPT)), encode(answer.receipt)

    def _keep(self, answers: list[Answer]) -> None:
        for answer in answers:
            key = (answer.receipt.node, answer.receipt.epoch)
            self.replaced += key in self._waiting
            self._waiting[key] = answer
        if self._waiting:
            self._some.set()
