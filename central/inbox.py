"""From the event loop to the writing thread: two lanes of messages, and receipts on the way back.

Live goes first here as it does on the node: after an outage a thousand nodes send what they kept, and an event of now
must not stand in line behind it. A group takes every live message there is and a little of the backlog, so that both
move: one batch, and more while they are small, because what a live message waits for is the group before it.
Where the live lane is full its reader waits, and with it the line to the broker. Where the backlog lane is, the newest
comer gives way and is counted: its node sends it again. So does, in either lane, a copy of a batch that still waits:
reading the repeats of what is late makes it later, which is how a flood feeds itself. Which lane a message is for and
what it is a copy of are read off its bytes, hints that decide nothing but order and patience.

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
BACKLOG_GROUP_BYTES: Final = 48 * 1024
_HEAD: Final = 4_096

_MARK: Final = b'"backlog":true'
_RECORDS: Final = b'"records":['
_FIRST: Final = 80  # bytes of a first record that tell it from any other: its number, its kind, its time

_Copy = tuple[str, bytes]


class Inbox:
    """Messages for the writer. `put` belongs to the event loop, `take` to the writing thread."""

    def __init__(self, room: int = ROOM, backlog_bytes: int = BACKLOG_BYTES) -> None:
        self.gave_way = 0
        self._room = room
        self._backlog_room = backlog_bytes
        self._live: deque[Message] = deque()
        self._backlog: deque[Message] = deque()
        self._copies: set[_Copy] = set()
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
            copy = _copy(message)
            backlog = _MARK in message.payload[:_HEAD]
            if copy in self._copies or (backlog and len(message.payload) > self._backlog_room):
                self.gave_way += 1
                return True
            if not backlog and len(self._live) >= self._room:
                return False
            self._append(message, copy, backlog=backlog)
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
            group += self._take_backlog()
            self._copies.difference_update(map(_copy, group))
            self._wake()
        return group

    def close(self) -> None:
        """No more messages: the writer ends once it has taken what is here."""
        with self._change:
            self._closed = True
            self._change.notify_all()
            self._wake()

    def __len__(self) -> int:
        return len(self._live) + len(self._backlog)

    def _take_backlog(self) -> list[Message]:
        """One batch, and more while all of them together are small."""
        taken: list[Message] = []
        room = BACKLOG_GROUP_BYTES
        while self._backlog and (not taken or len(self._backlog[0].payload) <= room):
            taken.append(self._backlog.popleft())
            room -= len(taken[-1].payload)
            self._backlog_room += len(taken[-1].payload)
        return taken

    def _append(self, message: Message, copy: _Copy | None, *, backlog: bool) -> None:
        if copy is not None:
            self._copies.add(copy)
        if backlog:
            self._backlog_room -= len(message.payload)
        (self._backlog if backlog else self._live).append(message)

    def _wake(self) -> None:
        for loop, room in self._waiting:
            loop.call_soon_threadsafe(room.set)
        self._waiting.clear()


def _copy(message: Message) -> _Copy | None:
    """What two sendings of one batch have in common; None where there is no record."""
    at = message.payload.find(_RECORDS) + len(_RECORDS)
    first = message.payload[at : at + _FIRST] if at >= len(_RECORDS) else b"]"
    return None if first.startswith(b"]") else (message.topic, first)


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
