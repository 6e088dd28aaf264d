"""A node, put together: the one place that starts tasks and threads, and hands every part what it needs.

Threads see: one a camera decodes, one a detector session looks. The event loop tells: publisher, uploads, sensors,
coverage, health. A worker puts its events into the outbox itself, which takes them from any thread in microseconds;
everything that is shared otherwise belongs to the loop and is handed over by `call_soon_threadsafe`. Nothing on the
way out can hold up the way in: a broker, a centre or a link that is away is only a longer outbox.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final, TypeVar

import structlog
import uuid_utils.compat as uuid

from edge.bugs import Bugs, end_soon
from edge.build import cameras, client_of, eyes_of, made_journal, versions, witness
from edge.config import NodeConfig
from edge.config_file import ConfigFile
from edge.coverage import Coverage
from edge.discipline import Discipline
from edge.durable import DiskRefusedError
from edge.eye import Eye, Task, Told
from edge.health import Stages
from edge.obeying import Orders
from edge.orders import Running
from edge.outbox import Outbox
from edge.publisher import Publisher
from edge.report import Reporter
from edge.schedule import Slots
from edge.seeing import Eyes
from edge.sensing import sense, sources
from edge.sight import Sights
from edge.telling import LASTING, OpenEvents, after_restart, unproven
from edge.uploader import Uploader
from edge.watch import Change, Sight, watch
from streams.cameras.source import Camera
from streams.clocks import Clock, SystemClock
from streams.wire.records import Event, Phase, Reply
from streams.wire.words import Reason

log = structlog.get_logger(__name__)

TICK_S: Final = 1.0
COUNTERS_EVERY: Final = 2
HEALTH_EVERY: Final = 60
FIRST_HEALTH: Final = 5
PATIENCE_S: Final = 0.5
UPLOADS: Final = 2
SPARE_THREADS: Final = 8
HANDOVER_S: Final = 5.0
MIB: Final = 2**20

T = TypeVar("T")
Work = Coroutine[Any, Any, None]


class Node:
    """One box. `run` until told to stop; then what is begun is told, and handed over as far as it can be."""

    def __init__(
        self, config: NodeConfig, config_rev: str, file: ConfigFile | None = None, clock: Clock | None = None
    ) -> None:
        """Opens the models and the outbox; `file` is where a configuration from the centre is written.

        Raises ModelRefused, SourceRefused, DocumentRefused, OSError.
        """
        self.config, self.clock = config, clock or SystemClock()
        self._began = self.clock.monotonic()
        self._sources = {source.camera: source for source in cameras(config)}
        self._eyes = eyes_of(config, list(self._sources.values()))
        self._client = client_of(config)
        config.data.mkdir(parents=True, exist_ok=True)
        self._open_events = OpenEvents(config.data / "open-events.json")
        self.outbox = Outbox.open(
            config.data / "outbox.db",
            int(config.outbox.limit_mb * MIB),
            made_journal(config),
            evidence_bytes=int(config.outbox.evidence_mb * MIB),
        )
        self._slots, self._stages = Slots(), Stages()
        self._sights = Sights(list(self._sources), uuid.uuid7)
        self._eye = self._make_eyes(config_rev)
        now = self.clock.now()
        self._coverage = {camera.id: Coverage(camera.id, camera.fps, now) for camera in config.cameras}
        self._reporter = Reporter(self._sources, self._eye, self._slots, self._stages, self.outbox)
        self._orders = self._make_orders(file)
        self._publisher = Publisher(config, self.outbox, versions(), config_rev, self.clock, self._orders.hear)
        self._publisher.clock_word = Discipline(config.clock).word
        self._halt, self._bugs = threading.Event(), Bugs(end_soon)
        self._journalling = threading.Lock()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`. A bug in any part ends the node, with its traceback; the service manager starts it again."""
        loop = asyncio.get_running_loop()
        loop.set_default_executor(
            ThreadPoolExecutor(len(self._sources) + len(self._eyes) + SPARE_THREADS, thread_name_prefix="node")
        )
        self._tell_left_open()
        async with contextlib.AsyncExitStack() as stack, asyncio.TaskGroup() as group:
            if self._client is not None:
                await stack.enter_async_context(self._client)
            seeing = [group.create_task(work, name=name) for name, work in self._seeing(loop)]
            sensing = [group.create_task(work, name=name) for name, work in self._sensing()]
            telling = [group.create_task(work, name=name) for name, work in self._telling(stop)]
            log.info("node up", cameras=len(self._sources), sensors=len(self.config.sensors))
            try:
                await stop.wait()
                for task in sensing:
                    task.cancel()
                await self._hand_over(seeing)
            finally:
                self._halt.set()  # also when a part broke: a thread that goes on would keep the process alive
            for task in telling:
                task.cancel()

    def _seeing(self, loop: asyncio.AbstractEventLoop) -> Iterable[tuple[str, Work]]:
        """The threads: each ends by itself once `_halt` is set."""

        def sighted(change: Change) -> None:
            loop.call_soon_threadsafe(self._in_loop, self._sighted, change)

        for camera, source in self._sources.items():
            yield f"watch {camera}", asyncio.to_thread(self._watch, source, sighted)
        for number, eyes in enumerate(self._eyes):
            yield f"look {number}", asyncio.to_thread(self._look, eyes, loop)

    def _sensing(self) -> Iterable[tuple[str, Work]]:
        for sensor, line in sources(self.config):
            if line is not None:
                yield f"line {sensor.sensor}", line.keep_connected()
            yield f"sense {sensor.sensor}", sense(sensor, self.outbox.add, self.clock)

    def _telling(self, stop: asyncio.Event) -> Iterable[tuple[str, Work]]:
        yield from self._publisher.jobs()
        yield "orders", self._orders.obey(stop.set)
        yield "trial", self._orders.stand()
        yield "bugs", self._bugs.surface()
        yield "tick", self._tick()
        if self._client is not None:
            uploader = Uploader(self.outbox.evidence, self._client, self.config.node, self.clock)
            for number in range(UPLOADS):
                yield f"upload {number}", uploader.send()

    def _watch(self, source: Camera, sighted: Callable[[Change], None]) -> None:
        watch(source, self._slots.put, sighted, self.clock, self._halt)

    def _look(self, eyes: Eyes, loop: asyncio.AbstractEventLoop) -> None:
        while not self._halt.is_set():
            frame = self._slots.take(PATIENCE_S)
            if frame is None:
                continue
            try:
                told = self._eye[frame.camera].look(frame, eyes)
            finally:
                self._slots.done(frame.camera)
            self._stages.add(told.stages)
            self._tell(told.captured, self._kept(told))
            loop.call_soon_threadsafe(self._in_loop, self._looked, told)

    def _kept(self, told: Told) -> list[Event]:
        """The events, once the pictures they name are on disk; a disk that refuses costs the picture, not the event."""
        try:
            for picture in told.pictures:
                first = next(event for event in told.events if any(e.sha256 == picture.sha256 for e in event.evidence))
                self.outbox.evidence.want(picture.jpeg, first.id, "image/jpeg", told.captured)
        except (DiskRefusedError, OSError) as refused:
            log.warning("evidence not kept", camera=told.camera, why=str(refused))
            lost = frozenset(picture.sha256 for picture in told.pictures)
            self._eye[told.camera].without(lost)
            return [unproven(event, lost, Reason(code="disk_refused")) for event in told.events]
        return list(told.events)

    def _tell(self, captured: datetime, events: Iterable[Event]) -> None:
        """Journal first, then the outbox: a crash between the two says too much (unknown), never too little."""
        events = list(events)
        if not events:
            return
        self._journal([event for event in events if event.phase is Phase.CLOSED and event.kind in LASTING])
        for event in events:
            self.outbox.add(captured, event)

    def _journal(self, last_words: Iterable[Event] = ()) -> None:
        try:
            with self._journalling:
                standing = [event for eye in self._eye.values() for event in eye.open]
                self._open_events.keep(standing, last_words, self.clock.monotonic())
        except OSError as refused:
            log.warning("open events not journalled", why=str(refused))

    def _in_loop(self, take_in: Callable[[T], None], said: T) -> None:
        with self._bugs:
            take_in(said)

    def _looked(self, told: Told) -> None:
        coverage = self._coverage[told.camera]
        coverage.looked(told.captured, self._sights.cause(told.camera))
        coverage.counted(told.captured, told.counts)

    def _sighted(self, change: Change) -> None:
        now = self.clock.now()
        event = self._sights.changed(change, now)
        if change.sight is Sight.BLIND and change.cause is not None:
            self._slots.drop(change.camera)
            self._tell(now, self._eye[change.camera].blind(change.cause))
        if event is not None:
            log.info("camera", camera=change.camera, sight=change.sight, cause=change.cause)
            self.outbox.add(now, event)

    def _tell_left_open(self) -> None:
        """Journalled before it is told, as any other word: a second crash must not say the same rev twice."""
        told = [after_restart(event) for event in self._open_events.left_open()]
        self._journal(told)
        now = self.clock.now()
        for event in told:
            self.outbox.add(now, event)

    async def _tick(self) -> None:
        beat = 0
        while True:
            now = self.clock.now()
            for camera, coverage in self._coverage.items():
                coverage.passed(now, self._sights.cause(camera))
                for start, tally in coverage.complete(now):
                    self.outbox.add(start, tally)
            if beat % HEALTH_EVERY == FIRST_HEALTH:
                self._report()
            if beat % COUNTERS_EVERY == 0:
                await asyncio.to_thread(self._count, now)
            beat += 1
            await self.clock.pause(TICK_S)

    def _report(self) -> None:
        now, up_s = self.clock.now(), self.clock.monotonic() - self._began
        self.outbox.add(now, self._reporter.health(self.config.data, now, up_s))

    def _count(self, now: datetime) -> None:
        self._journal()
        try:
            line = asdict(self._publisher.stats())
            extra = {"session": str(self.outbox.session), "line": line}
            self._reporter.write(self.config.data, now, self._sights.live, extra)
        except OSError as refused:
            log.warning("counters not written", why=str(refused))

    async def _hand_over(self, seeing: list[asyncio.Task[None]]) -> None:
        """Seeing and measuring end, what was begun is told, and the line gets a moment to take it."""
        self._halt.set()
        await asyncio.wait(seeing)
        for coverage in self._coverage.values():
            for start, tally in coverage.flush():
                self.outbox.add(start, tally)
        deadline = self.clock.monotonic() + HANDOVER_S
        while self._owes() and self.clock.monotonic() < deadline:
            await self.clock.pause(0.1)
        await asyncio.to_thread(self._count, self.clock.now())

    def _owes(self) -> bool:
        """Whether records or pictures are still to be handed over."""
        stats = self.outbox.stats(self.clock.now())
        pictures = self._client is not None and stats.evidence["wanted"] + stats.evidence["sending"] > 0
        return stats.records > 0 or pictures

    def _make_orders(self, file: ConfigFile | None) -> Orders:
        def reply(told: Reply) -> None:
            self.outbox.add(self.clock.now(), told)

        running = Running(self.config, file.own if file else {})
        verbs = {"ping": _nothing, "report": self._report}
        return Orders(running, file, reply, verbs, self.clock)

    def _make_eyes(self, config_rev: str) -> dict[str, Eye]:
        model = self._eyes[0].model
        return {
            camera.id: Eye(
                witness(camera, model, config_rev),
                Task(camera.classes, camera.tracker, frozenset(camera.tell), camera.evidence),
                camera.scene(),
                uuid.uuid7,
            )
            for camera in self.config.cameras
        }


def _nothing() -> None:
    """A ping asks for its answer and nothing else."""
