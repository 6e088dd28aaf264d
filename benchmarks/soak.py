"""Whether a node's memory stays flat: cameras looped as fast as the box allows, until an hour of theirs has passed.

Usage: python -m benchmarks.soak [FILM ...] [--cameras 4] [--fps 5] [--hours 1] [--minutes 8]
Films (the bundled street's clips unless others are named) are decoded by a thread a camera and looked at by one, with
the node's own parts: gate, detector, tracker, rules, fitness, coverage, evidence, journal and outbox. A centre that
takes everything is played once in a minute of the first camera's, and free memory is given back then, as a node does.
RSS and PSS are sampled meanwhile, the slope is fitted from the first quarter on: what is learnt once is no leak. Ends
with 1 when memory passes 150 MB and 35 a camera or grows by more than `FLAT_MB_H`, with 2 when --minutes ended it
before --hours of the slowest camera: then the slope says little, and of the hour nothing is known. Not in it: the
network, uploads, RTSP.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Full, Queue
from typing import Any, Final

import numpy as np
import psutil
import uuid_utils.compat as uuid

from benchmarks.capacity import CAMERA_MB, LEAST_MB, STREET
from benchmarks.pipeline_ours import SCENE
from benchmarks.street import NOON
from edge.build import cameras, eyes_of, task_of, witness
from edge.config import NodeConfig
from edge.coverage import Coverage
from edge.eye import Eye
from edge.fitness import Fitness
from edge.luma import luma
from edge.memory import few_heaps, give_back
from edge.outbox import Outbox
from edge.schedule import Slots
from edge.telling import OpenEvents
from edge.voice import Voice
from edge.watch import Change, Sight
from streams.cameras.file import FileCamera
from streams.clocks import SystemClock
from streams.frames import Frame
from streams.wire.ranges import Ranges

CLIPS: Final = Path("demo/clips")
FLAT_MB_H: Final = 10.0
OUTBOX_BYTES: Final = 64 * 2**20
MINUTE_S: Final = 60.0
SAMPLE_S: Final = 2.0
PATIENCE_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Sample:
    """Memory in MB when the slowest camera was so many hours on."""

    hours: float
    rss: float
    pss: float


class Box:
    """What a node has of every camera, without line and loop."""

    def __init__(self, config: NodeConfig, data: Path) -> None:
        self.eyes = eyes_of(config, cameras(config))[0]
        self.eye = {
            camera.id: Eye(witness(camera, self.eyes.model, "soak"), task_of(camera), camera.scene(), uuid.uuid7)
            for camera in config.cameras
        }
        self.at = dict.fromkeys(self.eye, 0.0)
        self._fitness = {camera.id: Fitness(camera.fitness) for camera in config.cameras}
        self._coverage = {camera.id: Coverage(camera.id, camera.fps, NOON) for camera in config.cameras}
        self._outbox, self._clock = Outbox.open(data / "outbox.db", OUTBOX_BYTES), SystemClock()
        self._voice = Voice(self.eye, self._outbox, OpenEvents(data / "open.json"), self._clock, uuid.uuid7)
        self._voice.begin()
        for camera in self.eye:
            self._voice.sighted(Change(camera, Sight.LIVE), Slots())
        self.pictures = self.records = 0

    def close(self) -> None:
        """The outbox is let go of."""
        self._outbox.close()

    def look(self, frame: Frame) -> None:
        """What a node does with a picture."""
        camera, fitness = frame.camera, self._fitness[frame.camera]
        self.at[camera] = frame.elapsed
        before = fitness.unfit
        if fitness.due(frame.elapsed) and fitness.judge(luma(frame.picture), frame.elapsed) is not before:
            self._voice.judged(camera, fitness.unfit)
        if fitness.unfit is not None:
            return
        told, coverage = self.eye[camera].look(frame, self.eyes), self._coverage[camera]
        self._voice.looked(told)
        coverage.looked(told.captured, "late")
        coverage.counted(told.captured, told.counts)
        for start, tally in coverage.complete(told.captured):
            self._outbox.add(start, tally)

    def hand_over(self) -> None:
        """Everything is taken by a centre that is always there."""
        self._voice.journal()
        added = self._outbox.sync()
        if added is not None:
            self.records = added[1]
            self._outbox.settle(self._outbox.session, Ranges.of((1, added[1])))
        while (wanted := self._outbox.evidence.next(self._clock.monotonic())) is not None:
            self._outbox.evidence.done(wanted.sha256)
            self.pictures += 1
        give_back()


def main() -> int:
    """Print the table."""
    asked = _asked()
    few_heaps()
    films = asked.films or sorted(CLIPS.glob("*.mp4"))
    with tempfile.TemporaryDirectory() as folder:
        box = Box(NodeConfig.model_validate(_config(films, asked, folder)), Path(folder))
        samples = soaked(box, [films[n % len(films)] for n in range(asked.cameras)], asked)
        box.close()
    return shown(box, samples, asked)


def soaked(box: Box, films: Sequence[Path], asked: argparse.Namespace) -> list[Sample]:
    """Play until the hours are over or the minutes are."""
    queue: Queue[Frame] = Queue(len(films))
    stop = threading.Event()
    threads = [
        threading.Thread(target=_play, args=(camera, film, asked.fps, queue, stop))
        for camera, film in zip(box.eye, films, strict=True)
    ]
    for thread in threads:
        thread.start()
    try:
        return _looked(box, queue, threads, asked)
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def shown(box: Box, samples: Sequence[Sample], asked: argparse.Namespace) -> int:
    """The table, and how it ended."""
    hours = np.array([one.hours for one in samples])
    print(f"{'hours of each camera':<22}{'RSS MB':>8}{'PSS MB':>8}")
    for part in (0.0, 0.25, 0.5, 0.75, 1.0):
        one = samples[int(np.abs(hours - part * hours[-1]).argmin())]
        print(f"{one.hours:<22.3f}{one.rss:>8.0f}{one.pss:>8.0f}")
    settled = [one for one in samples if one.hours >= hours[-1] / 4]
    slope = float(np.polyfit([one.hours for one in settled], [one.rss for one in settled], 1)[0])
    most, limit = max(one.rss for one in samples), LEAST_MB + CAMERA_MB * asked.cameras
    looks, spared = (sum(getattr(eye, what) for eye in box.eye.values()) for what in ("looks", "spared"))
    print(f"{asked.cameras} cameras, {asked.fps:g} looks a second: {looks} looks, {spared} of them spared", end="; ")
    print(f"{box.records} records and {box.pictures} pictures handed over")
    print(f"most {most:.0f} MB of {limit}; from the first quarter on {slope:+.1f} MB an hour, flat is {FLAT_MB_H:g}")
    if hours[-1] < asked.hours:
        print(f"{hours[-1]:.2f} of {asked.hours:g} hours were played: whether it is flat over them is not known")
        return 1 if most > limit else 2
    return 1 if most > limit or slope > FLAT_MB_H else 0


def _asked() -> argparse.Namespace:
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("films", type=Path, nargs="*")
    told.add_argument("--cameras", type=int, default=4)
    told.add_argument("--fps", type=float, default=5, help="looks a second of a camera's own time")
    told.add_argument("--hours", type=float, default=1, help="of every camera's own time")
    told.add_argument("--minutes", type=float, default=8, help="on the wall, at most")
    told.add_argument("--model", default="street-nano-int8")
    return told.parse_args()


def _config(films: Sequence[Path], asked: argparse.Namespace, folder: str) -> Mapping[str, Any]:
    listed = [
        {
            "id": f"cam-{n:02d}", "source": {"file": str(films[n % len(films)])}, "fps": asked.fps,
            "classes": STREET, **SCENE,
        }
        for n in range(asked.cameras)
    ]  # fmt: skip
    return {
        "node": "soak", "ward": "ben-lanh", "data": folder, "broker": {"host": "127.0.0.1", "port": 1},
        "models": {"detector": asked.model, "sessions": 1}, "cameras": listed,
    }  # fmt: skip


def _play(camera: str, film: Path, fps: float, queue: Queue[Frame], stop: threading.Event) -> None:
    source = FileCamera(camera, film, pace="fast", loop=True, looked_at_fps=fps, began=NOON)
    with source.open(SystemClock(), stop) as frames:
        for frame in frames:
            while not stop.is_set():
                try:
                    queue.put(frame, timeout=PATIENCE_S)
                    break
                except Full:
                    continue


def _looked(
    box: Box, queue: Queue[Frame], threads: Sequence[threading.Thread], asked: argparse.Namespace
) -> list[Sample]:
    process, first = psutil.Process(), next(iter(box.at))
    began = time.monotonic()
    samples, minute, due = [_sample(process, 0.0)], MINUTE_S, began + SAMPLE_S
    while (slowest := min(box.at.values())) < asked.hours * 3600 and time.monotonic() < began + asked.minutes * 60:
        if not all(thread.is_alive() for thread in threads):
            raise RuntimeError("a camera ended, which loops")
        with suppress(Empty):
            box.look(queue.get(timeout=PATIENCE_S))
        if box.at[first] >= minute:
            minute += MINUTE_S
            box.hand_over()
        if time.monotonic() >= due:
            due = time.monotonic() + SAMPLE_S
            samples.append(_sample(process, slowest / 3600))
    return [*samples, _sample(process, slowest / 3600)]


def _sample(process: psutil.Process, hours: float) -> Sample:
    told = process.memory_full_info()
    return Sample(hours, told.rss / 1e6, told.pss / 1e6)


if __name__ == "__main__":
    sys.exit(main())
