"""The one thread that writes what nodes send: it takes what is there, stores it, then lets the receipts go.

There is no timer that delays a commit: a group is what came while the last one was being stored, at most 200 live
messages and a little of a backlog, so that a quiet centre answers at once and a busy one commits rarely. The database
being away is weather: the same group is tried again with growing rests, and nothing is lost because nobody was told.
A fault of ours that one message brings out must not stop everybody's: a group that fails otherwise is taken message by
message, and the one that fails alone becomes a dead letter, with its traceback in the log.
Once a second, between groups, timers run in the same thread, so that an alert is never decided twice at a time.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError

from central.arrivals import Arrival, Arrived, Message, Said, read, whole
from central.content import CONTENT
from central.inbox import Inbox
from central.ingest import Ingest
from central.metrics import Metrics
from central.settling import Outcome, Settle, Take, Tell, Writing, commit_then_tell
from central.store import partitions
from central.store.letters import Letter, Why
from streams.clocks import Clock

TICK_S: Final = 1.0
PARTITIONED_EVERY_S: Final = 3600.0
FIRST_REST_S: Final = 0.1
LONGEST_REST_S: Final = 10.0
WEATHER: Final = (OperationalError, InterfaceError)

_log = structlog.get_logger(__name__)


class Holding(Protocol):
    """Which wards this process may write for, and the connection that says so."""

    @property
    def writing(self) -> Writing:
        """Gives the connection, in a transaction."""

    def holds(self, ward: str) -> bool:
        """Whether a message of this ward is ours to take."""

    def wards(self) -> list[str]:
        """The wards held now."""

    def renew(self) -> None:
        """Take up what has become free. May raise what the database raises when it is away."""


class Writer:
    """Stores groups until its inbox is closed. `run` is one thread's whole life."""

    def __init__(  # noqa: PLR0913 - the composition root hands each part in, once
        self,
        inbox: Inbox,
        ingest: Ingest,
        holding: Holding,
        tell: Tell,
        *,
        metrics: Metrics,
        clock: Clock,
        settle: Settle = commit_then_tell,
    ) -> None:
        self._inbox = inbox
        self._ingest = ingest
        self._holding = holding
        self._tell = tell
        self._metrics = metrics
        self._clock = clock
        self._settle = settle
        self._stop = threading.Event()
        self._ticked = self._partitioned = float("-inf")

    def run(self) -> None:
        """Write until the inbox is closed. Weather is retried, a message that fails laid aside; all else ends it."""
        self._tick()
        while (messages := self._inbox.take(self._until_tick())) is not None:
            if messages:
                self._write(messages)
            if self._until_tick() <= 0:
                self._tick()
            self._metrics.waiting.set(len(self._inbox))

    def stop(self) -> None:
        """End soon, without waiting for a database that is away: what was not stored was not receipted."""
        self._stop.set()
        self._inbox.close()

    def _write(self, messages: list[Message]) -> None:
        arrivals = [read(message) for message in messages]
        with self._metrics.timed(len(messages)):
            try:
                self._take(arrivals)
            except CONTENT:
                _log.warning("group failed", messages=len(arrivals), exc_info=True)
                for arrival in arrivals:
                    self._take_alone(arrival)

    def _take_alone(self, arrival: Arrival) -> None:
        try:
            self._take([arrival])
        except CONTENT as error:
            if isinstance(arrival, Letter):
                raise
            _log.exception("message failed", topic=arrival.message.topic)
            self._take([_failed(arrival, error)])

    def _take(self, arrivals: Sequence[Arrival]) -> None:
        def take(connection: Connection) -> Outcome:
            mine = [arrival for arrival in arrivals if self._is_ours(arrival)]
            return self._ingest.take(connection, mine, self._clock.now())

        self._try(take)

    def _tick(self) -> None:
        self._ticked = self._clock.monotonic()
        self._patiently(self._holding.renew)
        wards = self._holding.wards()
        self._metrics.held.set(len(wards))
        if self._try(lambda connection: self._ingest.tick(connection, self._clock.now(), wards)).more:
            self._ticked -= TICK_S  # again after the next group, so that a thousand timers hold nobody up
        self._metrics.gave_way.set(self._inbox.gave_way)
        if self._ticked >= self._partitioned + PARTITIONED_EVERY_S:
            self._partitioned = self._ticked
            self._patiently(self._partition)

    def _partition(self) -> None:
        with self._holding.writing() as connection:
            partitions.make(connection, self._clock.now())

    def _try(self, take: Take) -> Outcome:
        outcome = Outcome()

        def once() -> None:
            nonlocal outcome
            outcome = self._settle(self._holding.writing, take, self._tell)
            self._metrics.count(outcome, self._clock.now().timestamp())

        self._patiently(once)
        return outcome

    def _patiently(self, act: Callable[[], None]) -> None:
        """Do it until it succeeds, or this writer is told to stop."""
        losses = 0
        while not self._stop.is_set():
            try:
                act()
            except DBAPIError as error:
                if not isinstance(error, WEATHER) and not error.connection_invalidated:
                    raise
                _log.warning("store away", losses=losses, detail=str(error.orig)[:200])
                self._metrics.weather.inc()
                rest = min(LONGEST_REST_S, FIRST_REST_S * 2.0 ** min(losses, 10))
                self._clock.rest(rest, self._stop)
                losses += 1
            else:
                return

    def _is_ours(self, arrival: Arrival) -> bool:
        ward = arrival.ward if isinstance(arrival, Letter) else arrival.topic.ward
        return ward is None or self._holding.holds(ward)

    def _until_tick(self) -> float:
        return max(0.0, self._ticked + TICK_S - self._clock.monotonic())


def _failed(arrival: Arrived | Said, error: Exception) -> Letter:
    reason = Why.UNSTORABLE if isinstance(error, DataError) else Why.FAILED
    return whole(arrival.topic, arrival.message, reason, f"{type(error).__name__}: {error.__cause__ or error}")
