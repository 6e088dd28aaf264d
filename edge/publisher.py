"""From the outbox to the centre and back: the ledger's node end (`streams.wire.delivery`), driven.

It decides nothing about delivery: it syncs what was added, asks `Delivery` what to send, reads that from the
outbox, cuts it to what a batch holds, sends it, and tells both what the centre's receipts settle. Producers never
meet it: they add to the outbox, which taps it on the shoulder. Everything that may wait for a disk does so in a
thread; what touches both outbox and ledger takes turns.

A record waits at most `SYNC_EVERY_S` for its barrier and leaves in the same breath: a tenth of a second, so that
barrier and broker fit into the fifth the design allows.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import structlog

from edge.outbox import GaveUp, Outbox
from streams.broker import Broker, Will
from streams.clocks import Clock, SystemClock
from streams.line import Line
from streams.trouble import LineLost, Trouble
from streams.wire.codec import UndecodableError, decode, encode, encode_batch
from streams.wire.delivery import FAULT_S, Delivery, Offer, Terms
from streams.wire.messages import BatchHead, Receipt, Status
from streams.wire.messages import Clock as ClockWord
from streams.wire.ranges import Ranges
from streams.wire.topics import QOS, RETAINED, NotATopicError, Stream, Topic, of_node

SYNC_EVERY_S: Final = 0.1
LOOK_AGAIN_S: Final = 5.0
BREATH_S: Final = 0.1
DISK_REST_S: Final = 1.0

log = structlog.get_logger(__name__)


class Addressed(Protocol):
    """Who sends, and over which broker: a node's configuration is one."""

    @property
    def node(self) -> str:
        """The node's id."""

    @property
    def ward(self) -> str:
        """The ward it is routed through."""

    @property
    def broker(self) -> Broker:
        """Where the broker is, and who we are to it."""


@dataclass(frozen=True, slots=True)
class PublisherStats:
    """How the line is, how long the centre has owed an answer (seconds), and what has gone over it."""

    connected: bool
    trouble: Trouble | None
    connections: int
    unanswered_s: float
    fault: bool
    owed: int
    batches: int
    bytes: int
    receipts: int
    unreadable: int
    unheard: int


Down = Callable[[Stream, bytes], None]


class Publisher:
    """Sends what one outbox holds. A program runs its `jobs`, each in a task of its own."""

    def __init__(
        self,
        sender: Addressed,
        outbox: Outbox,
        versions: Mapping[str, str],
        config_rev: str | None = None,
        clock: Clock | None = None,
        down: Down | None = None,
    ) -> None:
        """`down` gets what comes for `config` and `command`, undecoded, in the event loop."""
        self.line = Line(sender.broker, [of_node(sender.node, stream) for stream in _LISTENED], self._farewell)
        self.delivery = Delivery(outbox.session, outbox.owed, _jitter)
        self.config_rev = config_rev
        self.clock_word: Callable[[], ClockWord] = ClockWord
        self._sender, self._outbox, self._versions = sender, outbox, dict(versions)
        self._clock = clock or SystemClock()
        self._down = down or _nobody
        self._turn = asyncio.Lock()
        self._added, self._moved = asyncio.Event(), asyncio.Event()
        self._early: list[GaveUp] = []
        self._fault = False
        self._batches = self._bytes = self._receipts = self._unreadable = 0

    def jobs(self) -> Iterator[tuple[str, Coroutine[Any, Any, None]]]:
        """What has to run, by name."""
        yield "broker line", self.line.keep_connected()
        yield "commit", self.commit()
        yield "tell", self.tell()
        yield "hear", self.hear()

    async def commit(self) -> None:
        """Sync what is added, soon and not too often, and enter it in the ledger."""
        loop = asyncio.get_running_loop()

        def added() -> None:
            with contextlib.suppress(RuntimeError):  # a thread may still add while the loop closes; it is on disk
                loop.call_soon_threadsafe(self._added.set)

        self._outbox.watch(added)
        self.line.watch(self.nudge)
        while True:
            self._added.clear()
            if (safe := await asyncio.to_thread(self._outbox.sync)) is not None:
                self.delivery.committed(*safe)
            self._note_losses()
            self.nudge()
            await self._clock.pause(SYNC_EVERY_S)
            await self._added.wait()

    async def tell(self) -> None:
        """Send, connection after connection."""
        while True:
            connection = await self.line.up()
            self.delivery.connected(self._clock.monotonic())
            with contextlib.suppress(LineLost):
                await self.announce()
                while self.line.connected and self.line.connections == connection:
                    if not await self._step():
                        await self._rest()
            await self._clock.pause(BREATH_S)

    async def hear(self) -> None:
        """Take in receipts; hand on configurations and commands."""
        async for topic, payload in self.line.messages():
            try:
                stream = Topic.parse(topic).stream
                if stream is Stream.RECEIPT:
                    await self._settle(decode(Receipt, payload))
                else:
                    self._down(stream, payload)
            except (NotATopicError, UndecodableError) as error:
                self._unreadable += 1
                log.warning("message not understood", topic=topic, why=str(error))

    async def announce(self) -> None:
        """Say (retained) that the node is there, and under which configuration. Raises LineLost."""
        await self._publish(Stream.STATUS, encode(self._status(online=True)))

    def nudge(self) -> None:
        """Look again whether there is something to send."""
        self._moved.set()

    def stats(self) -> PublisherStats:
        """How it stands; asked in the event loop, to which the ledger belongs."""
        return PublisherStats(
            connected=self.line.connected,
            trouble=self.line.trouble,
            connections=self.line.connections,
            unanswered_s=self.delivery.unanswered(self._clock.monotonic()) if self.line.connected else 0.0,
            fault=self._fault,
            owed=sum(len(owed.held) for owed in self.delivery.epochs.values()),
            batches=self._batches,
            bytes=self._bytes,
            receipts=self._receipts,
            unreadable=self._unreadable,
            unheard=self.line.inbox.dropped,
        )

    async def _step(self) -> bool:
        """Send one batch; False when there is nothing to send."""
        await self._tidy()
        self._notice_silence()
        async with self._turn:
            offer = self.delivery.offer(self._clock.monotonic())
            if offer is None:
                return False
            records = await asyncio.to_thread(self._outbox.read, offer.epoch, offer.seqs) if offer.seqs else []
            lost = self._note_losses()
            if records or not offer.seqs:
                terms = self.delivery.sent(offer, Ranges.these(seq for seq, _ in records), self._clock.monotonic())
        if offer.seqs and not records:
            await self._clock.pause(0 if lost else DISK_REST_S)
            return True
        payload = encode_batch(self._head(offer, terms), [body for _, body in records])
        self._batches += 1
        self._bytes += len(payload)
        await self._publish(Stream.BATCH, payload)
        return True

    async def _tidy(self) -> None:
        """Set aside what the centre cannot read; forget the epochs of which nothing is owed."""
        async with self._turn:
            for epoch, seq in self.delivery.strays():
                log.error("record set aside", epoch=str(epoch), seq=seq)
                await asyncio.to_thread(self._outbox.set_aside, epoch, seq, "unreadable_at_centre")
                self._note_losses()
            for epoch in self.delivery.closed():
                await asyncio.to_thread(self._outbox.close_epoch, epoch)

    async def _settle(self, receipt: Receipt) -> None:
        if receipt.node != self._sender.node or receipt.session != self.delivery.session:
            return  # what an earlier session was told may cover losses that this disk can still send
        self._receipts += 1
        async with self._turn:
            owed = self.delivery.epochs.get(receipt.epoch)
            self.delivery.receipt(receipt, self._clock.monotonic())
            if owed is not None:
                upto = ((1, receipt.upto),) if receipt.upto else ()
                settled = Ranges.of(*upto, *receipt.have).within(1, owed.next - 1)
                await asyncio.to_thread(self._outbox.settle, receipt.epoch, settled)
        self.nudge()

    async def _rest(self) -> None:
        seconds = min(LOOK_AGAIN_S, self.delivery.wait(self._clock.monotonic()))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._moved.wait()
        self._moved.clear()

    def _note_losses(self) -> bool:
        """Enter in the ledger what the disk gave up; what the ledger has not heard of yet waits until it has."""
        losses = [*self._early, *self._outbox.losses()]
        self._early = []
        for lost in losses:
            owed = self.delivery.epochs.get(lost.epoch)
            if owed is None:
                continue
            self.delivery.gave_up(lost.epoch, lost.seqs.within(1, owed.next - 1), lost.why)
            if later := lost.seqs.within(owed.next, lost.seqs.top):
                self._early.append(GaveUp(lost.epoch, later, lost.why))
        return bool(losses)

    def _notice_silence(self) -> None:
        silent = self.delivery.unanswered(self._clock.monotonic())
        fault = silent >= FAULT_S
        if fault and not self._fault:
            log.error("connected, and no receipt", seconds=round(silent))
        self._fault = fault

    def _head(self, offer: Offer, terms: Terms) -> BatchHead:
        return BatchHead(
            node=self._sender.node,
            epoch=offer.epoch,
            session=self.delivery.session,
            number=terms.number,
            floor=terms.floor,
            next=terms.next,
            gone=terms.gone,
            holds=terms.holds,
            backlog=offer.backlog,
            sent=self._clock.now(),
            clock=self.clock_word(),
        )

    def _status(self, *, online: bool) -> Status:
        session = self.delivery.session
        return Status(
            node=self._sender.node,
            online=online,
            session=session,
            epoch=session,
            next=self.delivery.made[session] + 1,
            at=self._clock.now(),
            versions=self._versions,
            config_rev=self.config_rev,
        )

    def _farewell(self) -> Will:
        return Will(self._topic(Stream.STATUS), encode(self._status(online=False)))

    async def _publish(self, stream: Stream, payload: bytes) -> None:
        await self.line.publish(self._topic(stream), payload, qos=QOS[stream], retain=stream in RETAINED)

    def _topic(self, stream: Stream) -> str:
        return str(Topic(self._sender.ward, self._sender.node, stream))


_LISTENED: Final = (Stream.RECEIPT, Stream.CONFIG, Stream.COMMAND)


def _jitter() -> float:
    return random.uniform(0.8, 1.2)  # noqa: S311 - jitter, not a secret


def _nobody(_stream: Stream, _payload: bytes) -> None:
    """Nobody listens for configurations and commands."""
