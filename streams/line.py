"""A line to the broker that is always being kept up: what a program holds for months.

One coroutine, `keep_connected`, opens the connection again whenever it breaks and subscribes afresh each time;
everybody else publishes and listens and never sees a reconnect. Nothing is kept here for a broker that is away:
that is the outbox's business, and `publish` says at once that there is no line.

* A doubling back-off up to two minutes is a second outage: the first rest is 1 s, the longest 10 s, jittered. A
  line that stays up shorter than that counts as one more loss, so that two boxes under one name do not throw
  each other out every second.
* A refusal is for a person to mend, and is still retried, at the slowest pace: the person may mend the broker
  and never come near this box.
"""

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final, Generic, TypeVar

import structlog

from streams.broker import Broker, Connection, Heard, Will, connect
from streams.trouble import LineLost, LineRefused, Trouble

T = TypeVar("T")

FIRST_REST_S: Final = 1.0
LONGEST_REST_S: Final = 10.0
INBOX: Final = 256
LOSSES_OF_A_REFUSAL: Final = 10

_log = structlog.get_logger(__name__)


def rest(losses: int) -> float:
    """Seconds to wait after so many losses in a row: 1, 2, 4, 8, 10, 10, ... each cut by up to half at random."""
    longest = min(LONGEST_REST_S, FIRST_REST_S * 2.0 ** min(losses - 1, 10))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret


class Line:
    """A line that is always being kept up. One task runs `keep_connected`; anybody may publish and listen."""

    def __init__(
        self,
        broker: Broker,
        filters: Sequence[str] = (),
        will: Callable[[], Will] | None = None,
        pause: Callable[[int], float] = rest,
        inbox: int = INBOX,
    ) -> None:
        """`will` is asked anew for each connection; `pause` gives the seconds to rest after so many losses."""
        self.trouble: Trouble | None = Trouble.UNREACHABLE
        self.connections = 0
        self.inbox = OldestGivesWay[Heard](inbox)
        self._broker = broker
        self._filters = tuple(filters)
        self._will = will
        self._pause = pause
        self._connection: Connection | None = None
        self._said: Trouble | None = None
        self._up = asyncio.Event()
        self._watchers: list[Callable[[], None]] = []

    @property
    def connected(self) -> bool:
        """Whether there is a line now."""
        return self._connection is not None

    def watch(self, changed: Callable[[], None]) -> None:
        """Have this called, in the event loop, whenever the line comes up or breaks."""
        self._watchers.append(changed)

    async def up(self) -> int:
        """Wait for the line; returns the number of this connection, 1 for the first."""
        await self._up.wait()
        return self.connections

    async def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        """Hand a message to the broker. Raises LineLost at once when there is no line: nothing is kept here."""
        if self._connection is None:
            raise LineLost(self.trouble or Trouble.DROPPED, "no line")
        await self._connection.publish(topic, payload, qos=qos, retain=retain)

    async def subscribe(self, filters: Sequence[str]) -> None:
        """Ask for more topics on this connection; a next one must be asked again. Raises LineLost or LineRefused."""
        if self._connection is None:
            raise LineLost(self.trouble or Trouble.DROPPED, "no line")
        await self._connection.subscribe(filters)

    async def messages(self) -> AsyncIterator[tuple[str, bytes]]:
        """What comes in, across every connection, without end. One listener; the oldest unheard gives way."""
        async for heard in self.heard():
            yield heard.topic, heard.payload

    async def heard(self) -> AsyncIterator[Heard]:
        """The same, and which of them the broker had kept."""
        while True:
            yield await self.inbox.take()

    async def keep_connected(self) -> None:
        """Keep the line up until cancelled, then say goodbye. Weather and refusals are retried, bugs crash."""
        losses = 0
        while True:
            began = asyncio.get_running_loop().time()
            try:
                async with connect(self._broker, self._filters, self._will) as connection:
                    self._is_up(connection)
                    try:
                        async for heard in connection.heard():
                            self.inbox.put(heard)
                    finally:
                        self._connection = None
            except (LineLost, LineRefused) as error:
                self._is_down(error)
                lasted = asyncio.get_running_loop().time() - began
                losses = 1 if lasted > LONGEST_REST_S and error.trouble is Trouble.DROPPED else losses + 1
                refused = isinstance(error, LineRefused)
            await asyncio.sleep(self._pause(LOSSES_OF_A_REFUSAL if refused else losses))

    def _is_up(self, connection: Connection) -> None:
        _log.info("line up", host=self._broker.host, client_id=self._broker.client_id)
        self._connection, self.trouble, self._said = connection, None, None
        self.connections += 1
        self._up.set()
        self._tell()

    def _is_down(self, error: LineLost | LineRefused) -> None:
        if error.trouble is not self._said:
            _log.warning("line down", host=self._broker.host, trouble=error.trouble, detail=str(error))
        self.trouble = self._said = error.trouble
        self._up.clear()
        self._tell()

    def _tell(self) -> None:
        for changed in self._watchers:
            changed()


class OldestGivesWay(Generic[T]):
    """A bounded queue of what was heard. When it is full the oldest goes, and is counted: senders repeat themselves."""

    def __init__(self, room: int) -> None:
        self.dropped = 0
        self._heard: deque[T] = deque(maxlen=room)
        self._some = asyncio.Event()

    def put(self, heard: T) -> None:
        """Never blocks."""
        self.dropped += len(self._heard) == self._heard.maxlen
        self._heard.append(heard)
        self._some.set()

    async def take(self) -> T:
        """The oldest left; waits for one."""
        while not self._heard:
            self._some.clear()
            await self._some.wait()
        return self._heard.popleft()
