"""What the node counts, in two places: a health record once a minute, and a file beside the outbox every two seconds.

The file is for whoever stands at the box, and for programs that compare what was read with what was told; it is
written beside and renamed, so a reader never sees half of it. Its numbers count from this start of the node.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from edge.eye import Eye
from edge.health import Stages, measure
from edge.outbox import Outbox
from edge.schedule import Slots
from streams.cameras.source import Camera
from streams.wire.records import Health

COUNTERS: Final = "counters.json"


class Reporter:
    """Everything that is counted on this node, from where it is counted."""

    def __init__(
        self, sources: Mapping[str, Camera], eyes: Mapping[str, Eye], slots: Slots, stages: Stages, outbox: Outbox
    ) -> None:
        self._sources, self._eyes, self._slots = sources, eyes, slots
        self._stages, self._outbox = stages, outbox

    def health(self, data: Path, now: datetime, up_s: float, clock_offset_ms: float) -> Health:
        """The health record of this minute; what disciplines the clock stands on every batch."""
        stats = self._outbox.stats(now)
        drops = {f"slot.{camera}": count for camera, count in self._slots.dropped.items()}
        drops |= {f"packets.{camera}": source.counters.dropped for camera, source in self._sources.items()}
        drops |= {f"second.{camera}": eye.second.passed for camera, eye in self._eyes.items()}
        drops |= {f"outbox.{weight}": count for weight, count in stats.evicted.items()}
        told = measure(data, self._stages, drops, (stats.records, stats.bytes, stats.oldest_s), up_s)
        return told.model_copy(update={"clock_offset_ms": clock_offset_ms})

    def write(self, folder: Path, now: datetime, live: Callable[[str], bool], extra: Mapping[str, Any]) -> None:
        """The counters, for a person or a program at the box. Raises OSError."""
        cameras = {camera: self._camera(camera, live) for camera in self._sources}
        told = {"at": now.isoformat(), "cameras": cameras, "outbox": asdict(self._outbox.stats(now)), **extra}
        beside = folder / f"{COUNTERS}.new"
        beside.write_text(json.dumps(told, default=str), encoding="utf-8")
        beside.replace(folder / COUNTERS)

    def _camera(self, camera: str, live: Callable[[str], bool]) -> dict[str, Any]:
        source, eye = self._sources[camera].counters, self._eyes[camera]
        return {
            "live": live(camera),
            "read": source.decoded,
            "given": source.given,
            "analysed": eye.looks,
            "spared": eye.spared,
            "detections": eye.seen,
            "faint": eye.faint,
            "tracks": eye.tracks,
            "second_looks": eye.second.asked,
            "second_looks_waited": eye.second.passed,
            "dropped": self._slots.dropped[camera],
            "opened": source.opened,
            "corrupt": source.corrupt,
            "clock_offset_s": source.clock_offset,
            "timed_by_camera": source.timed_by_camera,
            "codec": source.codec,
            "decoder": source.decoder,
            "fell_back": source.fell_back,
            "size": source.size,
        }
