"""How the box is, once a minute: loads, latencies by stage, what every queue gave up, the age of the outbox.

Latencies are kept as the last thousand of each stage, which is enough for a median and a 95th percentile and
never grows. The worker threads add to them; the node's task reads and clears them.
"""

import threading
from collections import defaultdict, deque
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import psutil

from streams.wire.records import Health, Latency

KEPT: Final = 1000


class Stages:
    """Milliseconds by stage, safe from any thread."""

    def __init__(self) -> None:
        self._kept: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=KEPT))
        self._lock = threading.Lock()

    def add(self, took: Mapping[str, float]) -> None:
        """What one look took."""
        with self._lock:
            for stage, milliseconds in took.items():
                self._kept[stage].append(milliseconds)

    def drain(self) -> dict[str, Latency]:
        """Median and 95th percentile of each stage since the last call."""
        with self._lock:
            kept, self._kept = self._kept, defaultdict(lambda: deque(maxlen=KEPT))
        return {stage: _latency(sorted(took)) for stage, took in kept.items() if took}


def measure(
    data: Path, stages: Stages, drops: Mapping[str, int], outbox: tuple[int, int, float], up_s: float
) -> Health:
    """The box now. `outbox` is records, bytes and seconds since the oldest; `data` is the folder whose disk counts."""
    records, size, age = outbox
    return Health(
        cpu=psutil.cpu_percent() / 100,
        memory=psutil.virtual_memory().percent / 100,
        disk=psutil.disk_usage(str(data)).percent / 100,
        temperature_c=_temperature(),
        stages=stages.drain(),
        drops={name: count for name, count in drops.items() if count},
        outbox_records=records,
        outbox_bytes=size,
        outbox_age_s=age,
        uptime_s=up_s,
    )


def _latency(took: list[float]) -> Latency:
    return Latency(p50_ms=round(took[len(took) // 2], 3), p95_ms=round(took[int(len(took) * 0.95)], 3))


def _temperature() -> float | None:
    sensors = psutil.sensors_temperatures()
    readings = [entry.current for entries in sensors.values() for entry in entries if entry.current]
    return max(readings, default=None)
