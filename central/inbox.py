"""From the event loop to the writing thread: two lanes of messages, and receipts on the way back.

Live goes first here as it does on the node: after an outage a thousand nodes send what they kept, and an event of now
must not stand in line behind it. A group takes every live message there is and a few of the backlog, so that both move.
Where the live lane is full its reader waits, and with it the line to the broker. Where the backlog lane is, the newest
comer gives way and is counted: its node has at most two such batches out, and sends them again. Which lane a message
is for is read off its first bytes, a hint that decides nothing but the order.

Receipts are kept by (node, epoch), and the newest replaces an older one that has not left yet, because it says
everything the older says.
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
BACKLOG_BYTES: Final = 64 * 1024 * 1024
GROUP: Final = 200
BACKLOG_GROUP: Final = 10
_HEAD: Final = 4_096
_MARK: Final = b'"backlog":true'


class Inbox:
    """Messages for the writer. `put` belongs to the event loop, `take` to the writing thread."""

    def __init__(self, room: int = ROOM, backlog_bytes: int = BACKLOG_BYTES) -> None:
        self.gave_way = 0
        self._room = room
        self._backlog_room = backlog_bytes
        self._live: deque[Message] = deque()
        self._backlog: deque[Message] = deque()
        self._change = threading.Condition()
        self._waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
        self._closed = False

    async def put(self, message: Message) -> None:
        """Add a message; waits while the live lane is full."""
        while not self.offer(message):
            room = asyncio.Event()
            with self._change:
                self._waiting.append((asyncio.get_running_loop(), room))
                full = len(self._live) >= self._room
            if full:
                await room.wait()

    def offer(self, message: Message) -> bool:
        """Add a message; False when it has to wait. One of a backlog never waits, it gives way."""
        with self._change:
            if self._closed:
                return True
            if _MARK in message.payload[:_HEAD]:
                self._offer_backlog(message)
            elif len(self._live) >= self._room:
                return False
            else:
                self._live.append(message)
            self._change.notify()
            return True

    def take(self, wait_s: float, most: int = GROUP) -> list[Message] | None:
        """The next group, live first; waits so long for a first message. None once closed and empty."""
        until = time.monotonic() + wait_s
        with self._change:
            while not self._live and not self._backlog:
                if self._closed:
                    return None
                left = until - time.monotonic()
                if left <= 0:
                    return []
                self._change.wait(left)
            group = [self._live.popleft() for _ in range(min(most, len(self._live)))]
            old = [self._backlog.popleft() for _ in range(min(BACKLOG_GROUP, len(self._backlog)))]
            self._backlog_room += sum(len(message.payload) for message in old)
            self._wake()
        return group + old

    def close(self) -> None:
        """No more messages: the writer ends once it has taken what is here."""
        with self._change:
            self._closed = True
            self._change.notify_all()
            self._wake()

    def __len__(self) -> int:
        return len(self._live) + len(self._backlog)

    def _offer_backlog(self, message: Message) -> None:
        if len(message.payload) > self._backlog_room:
            self.gave_way += 1
            return
        self._backlog_room -= len(message.payload)
        self._backlog.append(message)

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
