"""Between the line to the broker and the writing thread: subscriptions of the wards held, messages in, receipts out."""

import asyncio

import structlog

from central.arrivals import Message
from central.inbox import Inbox, Receipts
from streams.clocks import Clock
from streams.line import Line
from streams.trouble import LineLost, LineRefused
from streams.wire.topics import Stream, of_ward

_log = structlog.get_logger(__name__)


class Subscriptions:
    """Keeps the line listening to the wards this process holds, on every connection anew."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._wards: frozenset[str] = frozenset()
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()
        line.watch(self._changed.set)

    def hold(self, wards: frozenset[str]) -> None:
        """These wards are ours now. May be called from any thread."""
        self._loop.call_soon_threadsafe(self._hold, wards)

    async def follow(self) -> None:
        """Subscribe whenever the wards or the connection change."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self._line.subscribe(
                    [of_ward(ward, stream) for ward in sorted(self._wards) for stream in (Stream.STATUS, Stream.BATCH)]
                )
            except LineLost:
                continue  # the next connection says so, and we ask again
            except LineRefused as error:
                _log.error("subscription refused", trouble=error.trouble, detail=str(error))

    def _hold(self, wards: frozenset[str]) -> None:
        self._wards = wards
        self._changed.set()


async def read(line: Line, inbox: Inbox, clock: Clock) -> None:
    """What the line hears, into the inbox; waits with it while it is full."""
    async for topic, payload in line.messages():
        await inbox.put(Message(topic, payload, clock.now()))


async def send(receipts: Receipts, line: Line) -> None:
    """Receipts out; one that the line loses is made again, because the node asks again."""
    while True:
        topic, payload = await receipts.next()
        try:
            await line.publish(topic, payload)
        except LineLost:
            await line.up()
