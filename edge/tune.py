"""What this box carries of this configuration: measured with the node's own parts, remembered beside its data.

Method: each camera is taken in as the node does it, from its source or from a file given in its place, and the
process's own time counted for every second of its stream. The pictures it gave are then looked at by as many threads
as there are sessions, all at once, with the gate open: so what sessions slow each other down by is in the price. What
was measured holds for this processor, these cores, this model and provider (`Box`); of another box, model or number of
sessions nothing is known. `edge.fitting` does the sum.
Where the processor itself runs the network, in the thread that asked, it is that thread's own time that counts, and
what else the box did meanwhile does not; elsewhere it is the time that passed, so stop the node first.
Limits: what shares caches and memory with a look makes it dearer. A camera that cannot be reached costs what the
dearest one does. Second looks are counted with what they asked about in those pictures, and of a second model that was
changed since nothing is noticed.
"""

import contextlib
import os
import platform
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from edge.build import cameras, eyes_of, versions, width_of
from edge.cascade import opened, second_looks
from edge.config import CameraSetting, NodeConfig
from edge.eye import Eye
from edge.fitting import FULL, Fit, Price, fit
from edge.gate import GateSetting
from edge.replay import unproven_eye
from edge.rewrite import rewrite
from edge.second_look import SecondLooks
from edge.seeing import Eyes
from edge.source_settings import FileSource
from models import catalogue
from models.providers import Provider
from streams.cameras.file import FileCamera
from streams.cameras.source import Camera
from streams.clocks import Clock, SystemClock
from streams.frames import Frame
from streams.weather import SourceLost, SourceRefused

KEPT: Final = 12
LEAST_LOOKS: Final = 5
WARM_UP: Final = 3
"""Looks that do not count: with the first pair of pictures a library is loaded."""
PATIENCE_S: Final = 15.0
FILE: Final = "tuned.json"
QUOTA: Final = Path("/sys/fs/cgroup/cpu.max")
CPUINFO: Final = Path("/proc/cpuinfo")


class Overcommitted(Exception):  # noqa: N818 - named for what happened, like the other refusals of this house
    """This box does not carry this configuration, as it was measured."""


class Box(BaseModel):
    """What a measurement holds for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cpu: str
    cores: float
    model: str | None
    provider: str
    sessions: int
    onnxruntime: str


class Tuned(BaseModel):
    """A measurement: the price of every camera that was reached."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    box: Box
    measured: datetime
    prices: dict[str, Price]

    def fit(self, config: NodeConfig) -> Fit:
        """How the box stands to these cameras, those never measured taken for the dearest."""
        known = list(self.prices.values())
        dearest = Price(*(max(getattr(one, part) for one in known) for part in ("decode_ms", "run_ms", "rest_ms")))
        asked = [(self.prices.get(one.id, dearest), one.fps) for one in config.cameras]
        return fit(asked, self.box.cores, self.box.sessions)


@dataclass(frozen=True, slots=True)
class Taken:
    """One camera taken in: decoding in ms a second of its stream, and some of its pictures; or why it was not."""

    decode_ms: float = 0.0
    pictures: tuple[Frame, ...] = ()
    why_not: str = ""


def tune(
    config: NodeConfig, video: Path | None, seconds: float, clock: Clock | None = None
) -> tuple[Tuned, dict[str, str]]:
    """Measure; `video` stands in for every camera where it is given. Also tells, by camera, why one was not reached.

    Raises ModelRefused, SourceRefused, DocumentRefused, OSError; SourceLost when no camera was reached at all.
    """
    clock = clock or SystemClock()
    sources = dict(zip((one.id for one in config.cameras), cameras(config), strict=True))
    eyes = eyes_of(config, list(sources.values()))
    models, own_thread = opened(config), config.models.provider is Provider.CPU
    prices, missing = {}, {}
    for setting in config.cameras:
        taken = take_in(_source(setting, sources[setting.id], video), clock, seconds)
        if taken.why_not:
            missing[setting.id] = taken.why_not
        else:
            second = partial(second_looks, setting, config, models)
            prices[setting.id] = Price(
                taken.decode_ms, *look_ms(setting, taken.pictures, eyes, seconds, own_thread=own_thread, second=second)
            )
    if not prices:
        raise SourceLost("no camera was reached: " + "; ".join(f"{one}: {why}" for one, why in missing.items()))
    return Tuned(box=this_box(config), measured=clock.now(), prices=prices), missing


def take_in(source: Camera, clock: Clock, seconds: float) -> Taken:
    """Decode a camera for so many seconds of its stream; by nobody else in this process."""
    stop, kept = threading.Event(), list[Frame]()
    alarm = threading.Timer(seconds + PATIENCE_S, stop.set)
    alarm.daemon = True
    alarm.start()
    began, first, last = time.process_time(), None, 0.0
    try:
        with source.open(clock, stop) as frames:
            for frame in frames:
                first = frame.elapsed if first is None else first
                last = frame.elapsed
                kept = [*kept[-KEPT + 1 :], frame]
                if last - first >= seconds:
                    break
    except (SourceLost, SourceRefused) as lost:
        if first is None:
            return Taken(why_not=str(lost))
    finally:
        alarm.cancel()
    spent = time.process_time() - began
    if first is None or last <= first:
        return Taken(why_not="too few pictures came")
    return Taken(spent * 1000 / (last - first), tuple(kept))


def look_ms(
    setting: CameraSetting,
    pictures: Sequence[Frame],
    eyes: Sequence[Eyes],
    seconds: float,
    *,
    own_thread: bool,
    second: Callable[[], SecondLooks] = SecondLooks,
) -> tuple[float, float]:
    """What a look costs while all sessions look: the network, and all the rest, second looks among it, ms."""

    def work(one: Eyes) -> tuple[int, float, float]:
        tiles = setting.tiles.model_copy(update={"sweep_s": 0.0})  # as many parts as there may be, at every look
        always = setting.model_copy(update={"gate": GateSetting(recheck_s=0), "tiles": tiles})
        eye = unproven_eye(always, one, None, second())
        return _looks(eye, setting.fps, pictures, one, seconds, own_thread=own_thread)

    with ThreadPoolExecutor(len(eyes)) as pool:
        looked = list(pool.map(work, eyes))
    count = sum(looks for looks, _, _ in looked)
    run, whole = sum(one[1] for one in looked) / count, sum(one[2] for one in looked) / count
    return run, max(whole - run, 0.0)


def this_box(config: NodeConfig) -> Box:
    """What a measurement of this configuration would hold for. Raises DocumentRefused, OSError."""
    name = config.models.detector
    entry = None if name is None else catalogue.load(config.models.catalogue).entries.get(name)
    return Box(
        cpu=_processor(),
        cores=_cores(),
        model=None if entry is None else entry.sha256,
        provider=config.models.provider,
        sessions=1 if name is None else config.models.sessions,
        onnxruntime=versions().get("onnxruntime", ""),
    )


def keep(tuned: Tuned, data: Path) -> None:
    """Remember a measurement beside the node's data. Raises OSError."""
    data.mkdir(parents=True, exist_ok=True)
    rewrite(data / FILE, tuned.model_dump_json(indent=1).encode())


def known(config: NodeConfig) -> Tuned | None:
    """What was measured of this very box and model; None when nothing was, or it cannot be read."""
    try:
        tuned = Tuned.model_validate_json((config.data / FILE).read_bytes())
    except (OSError, ValidationError):
        return None
    return tuned if tuned.prices and tuned.box == this_box(config) else None


def refuse_overcommitted(config: NodeConfig, *, overcommit: bool) -> str | None:
    """What to warn of, or None. Raises Overcommitted where the box is known not to carry it, unless told to try."""
    tuned = known(config)
    if tuned is None:
        return "this box was never measured with this model: `wardsense edge tune CONFIG` says what it carries"
    found = tuned.fit(config)
    if found.fits:
        return None
    told = (
        f"this box does not carry {len(config.cameras)} cameras at these rates: {found.share:.0%} of it is asked for "
        f"({found.bottleneck} first; {FULL:.0%} is full), and {found.most_fps:.1f} looks a second for each is what it "
        "carries. Lower `fps`, take sub-streams, measure again with `wardsense edge tune`, or run with --overcommit"
    )
    if not overcommit:
        raise Overcommitted(told)
    return told


def _source(setting: CameraSetting, own: Camera, video: Path | None) -> Camera:
    file = video or (setting.source.file if isinstance(setting.source, FileSource) else None)
    if file is None:
        return own
    return FileCamera(setting.id, file, pace="fast", looked_at_fps=setting.fps, width=width_of(setting))


def _looks(
    eye: Eye, fps: float, pictures: Sequence[Frame], eyes: Eyes, seconds: float, *, own_thread: bool
) -> tuple[int, float, float]:
    """So many looks, ms in the network, ms altogether."""
    for count in range(WARM_UP):
        _look(eye, eyes, pictures, count, fps)
    count, run, began, worked = 0, 0.0, time.perf_counter(), time.thread_time()
    while count < LEAST_LOOKS or time.perf_counter() - began < seconds:
        run += _look(eye, eyes, pictures, WARM_UP + count, fps)
        count += 1
    whole, worked = time.perf_counter() - began, time.thread_time() - worked
    share = worked / whole if own_thread else 1.0
    return count, run * share, whole * share * 1000


def _look(eye: Eye, eyes: Eyes, pictures: Sequence[Frame], count: int, fps: float) -> float:
    """One look, as if the pictures came one after the other for ever; ms in the network."""
    elapsed = count / fps
    captured = pictures[0].captured + timedelta(seconds=elapsed)
    picture = replace(pictures[count % len(pictures)], elapsed=elapsed, captured=captured)
    return eye.look(picture, eyes).stages.get("run", 0.0)


def _processor() -> str:
    with contextlib.suppress(OSError):
        for line in CPUINFO.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _cores() -> float:
    """Cores this process may use: what it is bound to, or a container's quota where that is less."""
    bound = float(len(os.sched_getaffinity(0)))
    with contextlib.suppress(OSError, ValueError):
        quota, period = QUOTA.read_text("utf-8").split()
        return bound if quota == "max" else min(bound, int(quota) / int(period))
    return bound
