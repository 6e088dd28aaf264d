"""Orders carried out: what `edge.orders` decides, done, journalled and answered, one order at a time, in a thread.

Where a step may be the last, the order of steps is what counts. A command is journalled before it runs: a crash between
leaves it not run, or half run, and the next start says `failed`. A configuration is written before it is answered,
and journalled last: it is retained at the broker and comes again, so a crash between costs at most a second answer.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog
from pydantic import ValidationError
from uuid_utils.compat import uuid7

from edge.config_file import ConfigFile
from edge.orders import Adopt, Journal, Pass, Run, Running, left_begun, weigh_command, weigh_config
from edge.rewrite import rewrite
from edge.trial import PROVEN_S
from streams.clocks import Clock
from streams.line import OldestGivesWay
from streams.wire.codec import UndecodableError, decode
from streams.wire.messages import Command, Config
from streams.wire.records import Outcome, Reply
from streams.wire.topics import Stream
from streams.wire.words import Reason

WAITING: Final = 64
JOURNAL: Final = "orders.json"
Verb = Callable[[Mapping[str, Any]], tuple[Reason, ...]]
"""Does what a command says with its parameters; gives why it would not, or nothing. OSError: the disk refuses."""

log = structlog.get_logger(__name__)


class Orders:
    """What comes down to one node. `hear` is called by the publisher; `obey` and `stand` are the node's own jobs."""

    def __init__(
        self,
        running: Running,
        file: ConfigFile | None,
        reply: Callable[[Reply], None],
        verbs: Mapping[str, Verb],
        clock: Clock,
    ) -> None:
        """`file` is where a configuration goes; `reply` puts an answer into the outbox; `verbs` do what they say."""
        self.unreadable = 0
        self.waiting = OldestGivesWay[tuple[Stream, bytes]](WAITING)
        self._running, self._file = running, file
        self._reply, self._verbs, self._clock = reply, verbs, clock
        self._path = running.config.data / JOURNAL
        self._journal = Journal()

    def hear(self, stream: Stream, payload: bytes) -> None:
        """Take in an order, undecoded. Never blocks. Empty bytes clear a retained message and order nothing."""
        if payload:
            self.waiting.put((stream, payload))

    async def obey(self, restart: Callable[[], None]) -> None:
        """Carry out what comes, until a new configuration asks for a restart."""
        await asyncio.to_thread(self.resume)
        while True:
            stream, payload = await self.waiting.take()
            if await asyncio.to_thread(self.carry_out, stream, payload):
                restart()
                return

    async def stand(self) -> None:
        """Once the node has stood for a while, its configuration has proved itself."""
        await self._clock.pause(PROVEN_S)
        if self._file is not None:
            try:
                await asyncio.to_thread(self._file.proven)
            except OSError as refused:
                log.warning("trial not ended", why=str(refused))

    def resume(self) -> None:
        """Read the journal, and answer for commands that a crash cut short."""
        self._journal = self._read()
        for told in left_begun(self._journal):
            self._reply(told)
        self._keep(self._journal.model_copy(update={"begun": ()}))

    def carry_out(self, stream: str, payload: bytes) -> bool:
        """One order. True when the node has to start again."""
        try:
            if stream == Stream.CONFIG:
                return self._configure(decode(Config, payload))
            self._command(decode(Command, payload))
        except UndecodableError as error:
            self.unreadable += 1
            log.warning("order not understood", stream=stream, why=str(error), unreadable=self.unreadable)
        return False

    def _configure(self, order: Config) -> bool:
        told = weigh_config(order, self._running, self._journal)
        if isinstance(told, Pass):
            log.info("configuration passed over", revision=order.revision, why=told.why)
            return False
        adopted = isinstance(told, Adopt)
        reply = self._adopt(told) if isinstance(told, Adopt) else told
        log.info("configuration", revision=order.revision, by=order.by, outcome=reply.outcome)
        self._reply(reply)
        answered = self._journal.with_answered(order)
        if reply.outcome is Outcome.FAILED:
            self._journal = answered  # until the next start: whoever mends the disk need not send it again
            return False
        self._keep(answered)
        return adopted

    def _adopt(self, good: Adopt) -> Reply:
        try:
            if self._file is None:
                raise FileNotFoundError("this node runs without a file")
            self._file.adopt(good.revision, good.text)
        except OSError as refused:
            return Reply(outcome=Outcome.FAILED, config_rev=good.revision, reasons=(_disk_refused(refused),))
        return Reply(outcome=Outcome.APPLIED, config_rev=good.revision)

    def _command(self, order: Command) -> None:
        told = weigh_command(order, self._running.config.node, self._journal, self._clock.now())
        if isinstance(told, Pass):
            log.info("command passed over", id=str(order.id), verb=order.verb, why=told.why)
            return
        kept = self._keep(self._journal.with_begun(order.id))
        reply = self._run(told, kept) if isinstance(told, Run) else told
        log.info("command", id=str(order.id), verb=order.verb, by=order.by, why=order.why, outcome=reply.outcome)
        self._reply(reply)
        self._keep(self._journal.with_ended(order.id))

    def _run(self, told: Run, kept: OSError | None) -> Reply:
        """Only what stands in the journal may run."""
        if kept is not None:
            return Reply(outcome=Outcome.FAILED, command=told.command.id, reasons=(_disk_refused(kept),))
        try:
            why = self._verbs[told.command.verb](told.command.params)
        except OSError as refused:
            return Reply(outcome=Outcome.FAILED, command=told.command.id, reasons=(_disk_refused(refused),))
        return Reply(outcome=Outcome.REFUSED if why else Outcome.DONE, command=told.command.id, reasons=why)

    def _keep(self, journal: Journal) -> OSError | None:
        self._journal = journal
        try:
            rewrite(self._path, journal.model_dump_json().encode())
        except OSError as refused:
            log.warning("orders not journalled", why=str(refused))
            return refused
        return None

    def _read(self) -> Journal:
        try:
            return Journal.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return Journal()
        except (OSError, ValidationError) as broken:
            log.warning("journal of orders not understood: no command sent before now will run", why=str(broken))
            return Journal(floor=uuid7())


def plain(act: Callable[[], None]) -> Verb:
    """A verb without parameters, which is never refused."""

    def verb(_: Mapping[str, Any]) -> tuple[Reason, ...]:
        act()
        return ()

    return verb


def _disk_refused(refused: OSError) -> Reason:
    return Reason(code="disk_refused", params={"message": (refused.strerror or str(refused))[:200]})
