"""Orders on their way to the boxes: from rows that wait, through the line to the broker, back into the rows as sent.

The writing thread hands over what waits, each second, and asks which of it the broker has taken meanwhile; the event
loop publishes. What is under way is not taken a second time; what the line loses waits in its row and is handed over
again. A configuration is retained, so that a box that was away finds it; a command is not, and ends by its own time.
"""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import Connection, Row

from central.store import orders
from central.store.changes import News
from streams.clocks import Clock
from streams.line import Line
from streams.trouble import LineLost
from streams.wire.codec import encode
from streams.wire.messages import Command, Config
from streams.wire.topics import Stream, Topic

REMEMBERED: Final = 1000
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """An order as it travels."""

    id: UUID
    topic: str
    payload: bytes
    retain: bool


class Post:
    """Letters for the line. `offer` and `taken` belong to the writing thread, `carry` to the event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.Queue[Letter] = asyncio.Queue()
        self._under_way: set[UUID] = set()
        self._taken: OrderedDict[UUID, datetime] = OrderedDict()
        self._lock = threading.Lock()

    def offer(self, letters: Sequence[Letter]) -> None:
        """These are to be sent, but for those that are under way."""
        self._loop.call_soon_threadsafe(self._keep, list(letters))

    def taken(self) -> Mapping[UUID, datetime]:
        """What the broker took lately, and when."""
        with self._lock:
            return dict(self._taken)

    async def carry(self, line: Line, clock: Clock) -> None:
        """Send what comes, one at a time; what the line loses is offered again by whoever holds its row."""
        while True:
            letter = await self._waiting.get()
            try:
                await line.publish(letter.topic, letter.payload, retain=letter.retain)
            except LineLost as error:
                _log.info("order not sent yet", order=str(letter.id), topic=letter.topic, why=str(error))
                await line.up()
            else:
                self._note(letter.id, clock.now())
            self._under_way.discard(letter.id)

    def _note(self, id_: UUID, at: datetime) -> None:
        with self._lock:
            self._taken[id_] = at
            while len(self._taken) > REMEMBERED:
                self._taken.popitem(last=False)

    def _keep(self, letters: Sequence[Letter]) -> None:
        for letter in letters:
            if letter.id not in self._under_way and letter.id not in self._taken:
                self._under_way.add(letter.id)
                self._waiting.put_nowait(letter)


def pass_on(connection: Connection, post: Post | None, now: datetime, wards: Sequence[str] | None) -> list[News]:
    """Note what was sent, let go what is too late, and hand over what waits. Returns what changed.

    A row that cannot be put into words ends by itself and says so; the others go on.
    """
    news = orders.expired(connection, now, wards)
    if post is None:
        return news
    taken, left = post.taken(), []
    for order in orders.waiting(connection, wards):
        if order.id in taken:
            news.append(orders.sent(connection, order, taken[order.id]))
        else:
            try:
                left.append(letter(order))
            except ValueError as error:
                _log.error("order cannot be read", order=str(order.id), node=order.node_id, why=type(error).__name__)
                news.append(orders.unsendable(connection, order))
    if left:
        post.offer(left)
    return news


def letter(order: Row[Any]) -> Letter:
    """A row as it travels to its box, under the ward the box is routed through. Raises ValueError for no order."""
    if order.kind == orders.CONFIG:
        told = {"node": order.node_id, "revision": order.revision, "sha256": order.sha256, "body": order.body}
        config = Config.model_validate({**told, "issued": order.issued, "by": order.by})
        return Letter(order.id, str(Topic(order.routed, order.node_id, Stream.CONFIG)), encode(config), retain=True)
    command = Command(
        id=order.id,
        node=order.node_id,
        verb=order.verb,
        issued=order.issued,
        expires=order.expires,
        by=order.by,
        why=order.why,
        params=order.params or {},
    )
    return Letter(order.id, str(Topic(order.routed, order.node_id, Stream.COMMAND)), encode(command), retain=False)
