"""A node, put together: the one place that starts tasks and threads, and hands every part what it needs.

Threads see: one a camera decodes, one a detector session looks. The event loop tells: publisher, uploads, sensors,
coverage, health. A thread that sees says so itself (`voice`), because that may wait for a disk and the loop must not;
everything that is shared otherwise belongs to the loop and is handed over by `call_soon_threadsafe`. Nothing on the
way out can hold up the way in: a broker, a centre or a link that is away is only a longer outbox.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final, TypeVar

import structlog
import uuid_utils.compat as uuid

from edge.bugs import Bugs, end_soon
from edge.build import cameras, client_of, eyes_of, made_journal, mains, rings, task_of, versions, witness
from edge.cascade import named, opened, second_looks
from edge.clips import Clips
from edge.config import NodeConfig
from edge.config_file import ConfigFile
from edge.coverage import Coverage
from edge.discipline import Discipline
from edge.eye import Eye, Told
from edge.fitness import Fitness
from edge.health import Stages
from edge.luma import luma
from edge.memory import give_back
from edge.obeying import Orders, plain
from edge.orders import Running
from edge.outbox import Outbox
from edge.publisher import Publisher, PublisherStats
from edge.references import References
from edge.report import Reporter
from edge.schedule import Priority, Slots
from edge.seeing import Eyes
from edge.sensing import sense, sources
from edge.telling import OpenEvents
from edge.uploader import Uploader
from edge.voice import Voice
from edge.watch import Change, read_on, watch
from streams.cameras.source import Camera
from streams.clocks import Clock, SystemClock
from streams.frames import Frame
from streams.wire.records import Reply, Tally

log = structlog.get_logger(__name__)

TICK_S: Final = 1.0
COUNTERS_EVERY: Final = 2
HEALTH_EVERY: Final = 60
FIRST_HEALTH: Final = 5
REFERENCES_EVERY: Final = 1800
FIRST_REFERENCES: Final = 150
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
        self._mains = mains(config)
        self._eyes, self._models = eyes_of(config, list(self._sources.values())), opened(config)
        self._client = client_of(config)
        config.data.mkdir(parents=True, exist_ok=True)
        self.outbox = Outbox.open(
            config.data / "outbox.db",
            int(config.outbox.limit_mb * MIB),
            made_journal(config),
            evidence_bytes=int(config.outbox.evidence_mb * MIB),
            evidence_per_day=config.evidence.bytes_per_day,
        )
        self._slots, self._stages = Slots(_priorities(config), self.clock), Stages()
        self._eye = self._make_eyes(config_rev)
        self._fitness = {camera.id: Fitness(camera.fitness) for camera in config.cameras}
        setting = {camera.id: camera for camera in config.cameras}
        self._references = References(config.data / "references", setting, self._fitness, self._eye)
        journal = OpenEvents(config.data / "open-events.json")
        self._voice = Voice(self._eye, self.outbox, journal, self.clock, uuid.uuid7)
        now = self.clock.now()
        self._coverage = {camera.id: Coverage(camera.id, camera.fps, now) for camera in config.cameras}
        self._clips = self._make_clips()
        self._reporter = Reporter(self._sources, self._eye, self._slots, self._stages, self.outbox)
        self._orders = self._make_orders(file)
        self._publisher = Publisher(config, self.outbox, versions(), config_rev, self.clock, self._orders.hear)
        self._discipline = Discipline(config.clock)
        self._publisher.clock_word = self._discipline.word
        self._halt, self._bugs = threading.Event(), Bugs(end_soon)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`. A bug in any part ends the node, with its traceback; the service manager starts it again."""
        loop = asyncio.get_running_loop()
        loop.set_default_executor(
            ThreadPoolExecutor(
                len(self._sources) + len(self._mains) + len(self._eyes) + SPARE_THREADS, thread_name_prefix="node"
            )
        )
        self._voice.begin()
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
        for camera, source in self._sources.items():
            yield f"watch {camera}", asyncio.to_thread(self._watch, source)
        for camera, main in self._mains.items():
            yield f"read main {camera}", asyncio.to_thread(read_on, main, self.clock, self._halt)
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
        if self._clips is not None:
            yield "clips", self._clips.keep(self.clock)
        if self._client is not None:
            uploader = Uploader(self.outbox.evidence, self._client, self.config.node, self.clock)
            yield "evidence given up", uploader.tell()
            for number in range(UPLOADS):
                yield f"upload {number}", uploader.send()

    def _watch(self, source: Camera) -> None:
        watch(source, self._slots.put, self._sighted, self.clock, self._halt)

    def _sighted(self, change: Change) -> None:
        self._voice.sighted(change, self._slots)

    def _look(self, eyes: Eyes, loop: asyncio.AbstractEventLoop) -> None:
        while not self._halt.is_set():
            frame = self._slots.take(PATIENCE_S)
            if frame is None:
                continue
            try:
                told = self._eye[frame.camera].look(frame, eyes) if self._fit(frame) else None
            finally:
                self._slots.done(frame.camera)
            if told is None:
                continue
            self._stages.add(told.stages)
            self._voice.looked(told)
            if self._clips is not None:
                self._clips.wanted(told)
            loop.call_soon_threadsafe(self._in_loop, self._looked, told)

    def _fit(self, frame: Frame) -> bool:
        """Whether the picture is worth a look; a camera's fitness is judged while no other worker has its pictures."""
        self._references.seen(frame, self.clock.now())
        fitness = self._fitness[frame.camera]
        before = fitness.unfit
        if fitness.due(frame.elapsed) and fitness.judge(luma(frame.picture), frame.elapsed) is not before:
            self._voice.judged(frame.camera, fitness.unfit)
            self._references.keep(frame.camera, self.clock.now())
        return fitness.unfit is None

    def _in_loop(self, take_in: Callable[[T], None], said: T) -> None:
        with self._bugs:
            take_in(said)

    def _looked(self, told: Told) -> None:
        coverage = self._coverage[told.camera]
        coverage.looked(told.captured, self._blind_for(told.camera))
        coverage.counted(told.captured, told.counts)

    def _blind_for(self, camera: str) -> str:
        return self._voice.sights.cause(camera, crowded=self._slots.crowded(camera))

    async def _tick(self) -> None:
        beat = 0
        while True:
            now = self.clock.now()
            for camera, coverage in self._coverage.items():
                coverage.passed(now, self._blind_for(camera))
                await self._add(coverage.complete(now))
            if beat % HEALTH_EVERY == FIRST_HEALTH:
                await asyncio.to_thread(self._report)
            if beat % COUNTERS_EVERY == 0:
                await asyncio.to_thread(self._count, now, self._publisher.stats())
            if beat % REFERENCES_EVERY == FIRST_REFERENCES:
                await asyncio.to_thread(self._references.keep_all, now)
            beat += 1
            await self.clock.pause(TICK_S)

    async def _add(self, tallies: Sequence[tuple[datetime, Tally]]) -> None:
        for start, tally in tallies:
            await asyncio.to_thread(self.outbox.add, start, tally)

    def _report(self) -> None:
        give_back()
        now, up_s = self.clock.now(), self.clock.monotonic() - self._began
        self.outbox.add(now, self._reporter.health(self.config.data, now, up_s, self._discipline.offset_ms()))

    def _count(self, now: datetime, line: PublisherStats) -> None:
        self._voice.journal()
        try:
            films = {"clips": self._clips.told()} if self._clips is not None else {}
            large = {"main": {camera: main.told() for camera, main in self._mains.items()}} if self._mains else {}
            extra = {"session": str(self.outbox.session), "line": asdict(line), **films, **large}
            self._reporter.write(self.config.data, now, self._voice.sights.live, extra)
        except OSError as refused:
            log.warning("counters not written", why=str(refused))

    async def _hand_over(self, seeing: list[asyncio.Task[None]]) -> None:
        """Seeing and measuring end, what was begun is told, and the line gets a moment to take it."""
        self._halt.set()
        await asyncio.wait(seeing)
        await asyncio.to_thread(self._references.keep_all, self.clock.now())
        for coverage in self._coverage.values():
            await self._add(coverage.flush())
        deadline = self.clock.monotonic() + HANDOVER_S
        while self._owes() and self.clock.monotonic() < deadline:
            await self.clock.pause(0.1)
        await asyncio.to_thread(self._count, self.clock.now(), self._publisher.stats())

    def _owes(self) -> bool:
        """Whether records or pictures are still to be handed over."""
        stats = self.outbox.stats(self.clock.now())
        pictures = self._client is not None and stats.evidence["wanted"] + stats.evidence["sending"] > 0
        return stats.records > 0 or pictures

    def _make_clips(self) -> Clips | None:
        if self.config.clips is None:
            return None
        kept = rings(self._sources.values())
        better = {camera: main.ring for camera, main in self._mains.items() if camera in kept}
        return Clips(self.config.clips, self.config.data / "clips", kept, better)

    def _make_orders(self, file: ConfigFile | None) -> Orders:
        def reply(told: Reply) -> None:
            self.outbox.add(self.clock.now(), told)

        running = Running(self.config, file.own if file else {})
        verbs = {"ping": plain(_nothing), "report": plain(self._report), "relearn": self._references.relearn}
        return Orders(running, file, reply, verbs, self.clock)

    def _make_eyes(self, config_rev: str) -> dict[str, Eye]:
        model = self._eyes[0].model
        return {
            camera.id: Eye(
                named(witness(camera, model, config_rev), camera, self._models),
                task_of(camera),
                camera.scene(),
                uuid.uuid7,
                main=self._mains[camera.id].nearest if camera.id in self._mains else None,
                second=second_looks(camera, self.config, self._models),
            )
            for camera in self.config.cameras
        }


def _priorities(config: NodeConfig) -> dict[str, Priority]:
    return {camera.id: camera.priority for camera in config.cameras}


def _nothing() -> None:
    """A ping asks for its answer and nothing else."""
