"""How fast a model is on this machine: latency, throughput, processor time and memory, by threads, sessions, provider.

Idea: every setting runs in a process of its own, so that its memory is its own and no pool of threads of another
stands in its way; and the settings take turns, a slice each in several rounds, so that a busy neighbour slows all of
them alike and the ratios between them hold. Processor time per picture hardly feels neighbours: where the machine is
shared it is the figure to compare.
Limits: one picture of noise is shown again and again; how full a picture is moves only suppression, which is little.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from threading import Barrier
from time import perf_counter, process_time
from typing import Final

import numpy as np
import psutil

from models.catalogue import Entry
from models.detector import Detector
from models.providers import Provider

ROUNDS: Final = 3
LEAST_RUNS: Final = 3
SHOWN: Final = (360, 640, 3)
MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Setting:
    """One way to run a model: `sessions` side by side, `threads` on one picture in each."""

    entry: Entry
    file: Path
    provider: Provider = Provider.CPU
    threads: int = 1
    sessions: int = 1


@dataclass(frozen=True, slots=True)
class Slice:
    """What one slice measured: milliseconds of each run, pictures a second of all sessions, CPU ms a picture, MiB."""

    ms: tuple[float, ...]
    per_second: float
    cpu_ms: float
    memory_mib: float


@dataclass(frozen=True, slots=True)
class Figures:
    """A setting measured: latency of the network alone, median and 95th percentile; the rest as in `Slice`, medians."""

    setting: Setting
    median_ms: float
    p95_ms: float
    per_second: float
    cpu_ms: float
    memory_mib: float


def bench(
    settings: Sequence[Setting],
    seconds: float,
    rounds: int = ROUNDS,
    progress: Callable[[int, int], None] | None = None,
) -> list[Figures]:
    """Measure every setting for `seconds` altogether, taking turns in so many rounds. Raises ModelRefused."""
    slices: list[list[Slice]] = [[] for _ in settings]
    for turn in range(rounds):
        for at, setting in enumerate(settings):
            # A fresh process each time: memory that one setting leaves behind is not the next one's.
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
                slices[at].append(apart.submit(measured, setting, seconds / rounds).result())
            if progress:
                progress(turn * len(settings) + at + 1, rounds * len(settings))
    return [_figures(setting, each) for setting, each in zip(settings, slices, strict=True)]


def measured(setting: Setting, seconds: float) -> Slice:
    """One slice in this process. Raises ModelRefused."""
    process = psutil.Process()
    before = process.memory_info().rss
    detectors = [
        Detector(setting.entry, setting.file, setting.threads, setting.provider) for _ in range(setting.sessions)
    ]
    start = Barrier(setting.sessions)
    with ThreadPoolExecutor(setting.sessions) as pool:
        cpu, began = process_time(), perf_counter()
        runs = list(pool.map(lambda detector: _looked(detector, start, seconds), detectors))
        took, used = perf_counter() - began, process_time() - cpu
    count = sum(len(each) for each in runs)
    memory = process.memory_info().rss - before
    return Slice(tuple(ms for each in runs for ms in each), count / took, used * 1e3 / count, memory / MIB)


def ratio(figures: Sequence[Figures], whole: Entry, int8: Entry, cores: int) -> float | None:
    """What a node gains by `int8`: pictures a second of `cores` single-threaded sessions, to those of one of `whole`.

    That one session has as many threads. None where the two were not measured, both on the processor.
    """
    rate = {
        (one.setting.entry.sha256, one.setting.sessions, one.setting.threads): one.per_second
        for one in figures
        if one.setting.provider is Provider.CPU
    }
    narrow, wide = rate.get((int8.sha256, cores, 1)), rate.get((whole.sha256, 1, cores))
    return narrow / wide if narrow and wide else None


def _looked(detector: Detector, start: Barrier, seconds: float) -> list[float]:
    pixels = np.random.default_rng(1).integers(0, 256, SHOWN).astype(np.uint8)
    start.wait()
    until, took = perf_counter() + seconds, list[float]()
    while perf_counter() < until or len(took) < LEAST_RUNS:
        detector.detect(pixels)
        took.append(detector.timing.run_ms)
    return took


def _figures(setting: Setting, slices: Sequence[Slice]) -> Figures:
    ms = np.concatenate([one.ms for one in slices])
    middle = [
        float(np.median([getattr(one, what) for one in slices])) for what in ("per_second", "cpu_ms", "memory_mib")
    ]
    return Figures(setting, float(np.median(ms)), float(np.percentile(ms, 95)), *middle)
