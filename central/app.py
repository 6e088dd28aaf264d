"""The centre, put together: one process, one task group, every task named.

One thread writes what nodes send (`writer`); the event loop reads the broker, sends receipts and serves HTTP, whose
routes run in a thread pool of their own. The interpreter hands itself on every millisecond instead of every five:
each read of the socket gives it away, and the loop waits so long to have it back while the writer computes. A bug in
any task ends the process with its traceback, and the service manager starts it again; weather ends nothing.
"""

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Final

import structlog
import uvicorn
from prometheus_client import CollectorRegistry

from central.api.app import build
from central.api.console import packaged
from central.api.context import Context
from central.api.intaking import sweep
from central.config import Settings
from central.dispatch import Post
from central.ear import Ear
from central.housekeeping import Housekeeping, Removed
from central.inbox import Inbox, Receipts
from central.ingest import Ingest
from central.judging import Judge
from central.listening import Subscriptions, read, send
from central.metrics import Metrics
from central.settling import Settle, commit_then_tell
from central.store import migrate
from central.store.database import Database
from central.store.files import Folder
from central.wards import Wards
from central.writer import WEATHER, Writer
from streams.clocks import Clock, SystemClock
from streams.line import Line

SENDERS: Final = 32
UNHEARD: Final = 20_000
SWITCH_S: Final = 0.001
SWEEP_EVERY_S: Final = 5.0  # a picture that overtook its event waits in quarantine until then

_log = structlog.get_logger(__name__)


class Server(uvicorn.Server):
    """uvicorn without signal handlers of its own: the program ends as one."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the composition root."""
        yield


def run(settings: Settings, settle: Settle = commit_then_tell) -> None:
    """Run the centre until SIGTERM or SIGINT. Raises WrongRevisionError for a database outside our range.

    `settle` is the order of commit and receipts; only a test that proves the order matters hands in another.
    """
    sys.setswitchinterval(SWITCH_S)
    database = Database(settings.central.database)
    try:
        migrate.check(database)
        asyncio.run(_serve(settings, database, settle))
    finally:
        database.close()


async def _serve(settings: Settings, database: Database, settle: Settle) -> None:
    clock = SystemClock()
    metrics = Metrics(CollectorRegistry())
    line = Line(settings.central.broker, inbox=UNHEARD)
    inbox, receipts, subscriptions = Inbox(), Receipts(), Subscriptions(line)
    wards = Wards(database, settings.central.wards, subscriptions.hold)
    ear, post = _ear(line, metrics, clock), Post()
    ingest = Ingest(Judge(settings.rules), timedelta(seconds=settings.central.node_grace_s), ear, post)
    writer = Writer(inbox, ingest, wards, receipts.tell, metrics=metrics, clock=clock, settle=settle)
    context = _context(settings, database, metrics, clock)
    server, stop = _server(settings, context), _stop_signal()
    try:
        async with asyncio.TaskGroup() as tasks:
            endless = [
                tasks.create_task(line.keep_connected(), name="broker"),
                tasks.create_task(subscriptions.follow(), name="wards"),
                tasks.create_task(read(line, inbox, clock), name="ingest: read"),
                tasks.create_task(post.carry(line, clock), name="orders"),
                *(tasks.create_task(send(receipts, line), name=f"receipts {number}") for number in range(SENDERS)),
                tasks.create_task(_keep_swept(context, clock), name="evidence: sweep"),
                tasks.create_task(_keep_house(settings, context, clock), name="housekeeping"),
            ]
            tasks.create_task(asyncio.to_thread(writer.run), name="ingest: write")
            tasks.create_task(server.serve(), name="http")
            tasks.create_task(_end(stop, context, server, writer, endless), name="stop")
    finally:
        context.stopping.set()
        writer.stop()
        wards.let_go()
        context.studio.close()


def _ear(line: Line, metrics: Metrics, clock: Clock) -> Ear:
    """What follows the line: whether we hear, for the judging of silence and for `/metrics`."""
    ear = Ear(clock.now())
    line.watch(lambda: ear.turn(clock.now(), up=line.connected))
    metrics.line_up.set_function(lambda: float(line.connected))
    return ear


async def _keep_swept(context: Context, clock: Clock) -> None:
    await _every(SWEEP_EVERY_S, partial(sweep, context), "sweep", clock)


async def _every(seconds: float, act: Callable[[], object], what: str, clock: Clock) -> None:
    """At once, and again so long after each time it ended. A database that is away is told and waited for."""
    while True:
        try:
            await asyncio.to_thread(act)
        except WEATHER as error:
            _log.warning("put off", what=what, detail=str(error.orig)[:200])
        await clock.pause(seconds)


async def _end(
    stop: asyncio.Event, context: Context, server: Server, writer: Writer, endless: Sequence[asyncio.Task[None]]
) -> None:
    await stop.wait()
    context.stopping.set()
    server.should_exit = True
    writer.stop()
    for task in endless:
        task.cancel()


def _context(settings: Settings, database: Database, metrics: Metrics, clock: Clock) -> Context:
    central = settings.central
    return Context(
        database=database,
        evidence=Folder(central.evidence),
        photos=Folder(central.photos),
        rules=settings.rules,
        now=clock.now,
        calendar=settings.calendar,
        registry=metrics.registry,
        secure_cookies=central.http.secure_cookies,
        console=central.console or packaged(),
        ground=settings.ground,
    )


async def _keep_house(settings: Settings, context: Context, clock: Clock) -> None:
    central = settings.central
    house = Housekeeping(
        context.database,
        context.evidence,
        central.retention,
        timedelta(hours=central.evidence_patience_h),
        removed=Removed(context.registry),
        clock=clock,
        stop=context.stopping,
    )
    await _every(central.retention.every_s, house.run, "housekeeping", clock)


def _server(settings: Settings, context: Context) -> Server:
    http = settings.central.http
    return Server(
        uvicorn.Config(
            build(context),
            host=http.host,
            port=http.port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=5,
        )
    )


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
