"""Clips of what began, cut from the ring of encoded packets and kept on this box. Off unless the box's file says so.

A clip shows people and plates as they are: nobody has redacted it, and to redact a film means to decode and encode it
anew. So it is for a person who stands at the box with a right to see it, and there is no way off the box: the uploader
takes redacted pictures and nothing else, and the centre can neither turn this on (`edge.orders`) nor fetch what it
made. A camera with masks keeps no ring, because masks cannot be burnt into packets.
Where a camera's main stream is read, films are of that one, and of the one looked at only while the main one is away.
The film is of `before_s` before the event to `after_s` after it, from the key frame before. The folder is bounded in
bytes and days; the oldest go first. Limits: what a restart or a lost connection interrupts is cut as far as it goes, or
not at all, and counted; two events in one moment give two films.
"""

import asyncio
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final
from uuid import UUID

import structlog
from pydantic import Field

from edge.eye import Told
from edge.setting import Setting
from edge.telling import LASTING
from streams.cameras.clip import NotCut, cut, ending
from streams.cameras.preroll import Preroll
from streams.clocks import Clock
from streams.wire.records import Phase

MOST_WAITING: Final = 100
SLACK_S: Final = 5.0
LOOK_EVERY_S: Final = 1.0
TIDY_EVERY: Final = 600
MIB: Final = 2**20
OWNER_ONLY: Final = 0o700

log = structlog.get_logger(__name__)


class ClipSetting(Setting):
    """Films of what began, unredacted, on this box only."""

    before_s: float = Field(default=10, ge=0, le=60)
    after_s: float = Field(default=10, ge=0, le=60)
    ring_mb: float = Field(default=16, ge=1, le=256, description="memory a camera may take for it")
    keep_mb: float = Field(default=1024, gt=0, description="disk all of them may take")
    keep_days: float = Field(default=7, gt=0, le=366)

    def ring(self) -> Preroll:
        """What a camera needs to keep for it."""
        return Preroll(self.before_s + self.after_s + SLACK_S, int(self.ring_mb * MIB))


@dataclass(frozen=True, slots=True)
class Cut:
    """What became of the films since the node started."""

    made: int = 0
    missed: int = 0  # nothing of that time was left in the ring, too many waited, or the disk refused
    removed: int = 0
    stuck: int = 0  # too old or too much, and the disk did not let go of them when it was tidied last


@dataclass(frozen=True, slots=True)
class _Wanted:
    camera: str
    event: UUID
    began: datetime


class Clips:
    """Cuts what was wanted once its last second has come. `wanted` is called from any thread."""

    def __init__(
        self,
        setting: ClipSetting,
        folder: Path,
        rings: Mapping[str, Preroll],
        better: Mapping[str, Preroll] = MappingProxyType({}),
    ) -> None:
        """`better` are rings of main streams, cut from where they hold the moment."""
        self._setting, self._folder, self._rings, self._better = setting, folder, rings, better
        self._waiting: list[_Wanted] = []
        self._lock = threading.Lock()
        self.cut = Cut()

    def told(self) -> dict[str, object]:
        """For the node's counters: what became of the films, and the memory of every ring."""
        rings = {camera: ring.load for camera, ring in self._rings.items()}
        loads = {
            camera: {"seconds": round(load.seconds, 1), "bytes": load.bytes, "given_up": load.given_up}
            for camera, load in rings.items()
        }
        cut = self.cut
        return {**asdict(cut), "rings": loads}

    def wanted(self, told: Told) -> None:
        """A film of everything that began in this look."""
        if told.camera not in self._rings:
            return
        began = [event for event in told.events if event.phase is Phase.OPENED and event.kind in LASTING]
        with self._lock:
            self._waiting += [_Wanted(told.camera, event.id, told.captured) for event in began]
            too_many = max(len(self._waiting) - MOST_WAITING, 0)
            del self._waiting[:too_many]
        self._count(missed=too_many)

    async def keep(self, clock: Clock) -> None:
        """Cut and tidy for ever."""
        beat = 0
        while True:
            await asyncio.to_thread(self.cut_due, clock.now())
            if beat % TIDY_EVERY == 0:
                await asyncio.to_thread(self.tidy, clock.now())
            beat += 1
            await clock.pause(LOOK_EVERY_S)

    def cut_due(self, now: datetime) -> list[Path]:
        """Write every film whose last second has come; gives those written. A disk that refuses is said and counted."""
        after = timedelta(seconds=self._setting.after_s)
        with self._lock:
            due = [one for one in self._waiting if one.began + after <= now]
            self._waiting = [one for one in self._waiting if one not in due]
        made = [path for path in map(self._cut, due) if path is not None]
        if due:
            self._count(made=len(made), missed=len(due) - len(made))
            self.tidy(now)
        return made

    def tidy(self, now: datetime) -> None:
        """Remove what is too old, and the oldest while there is too much; pass over what the disk will not let go."""
        oldest = now.timestamp() - self._setting.keep_days * 86400
        films = sorted(self._films(), key=lambda one: one[0].st_mtime)
        held, stuck = sum(about.st_size for about, _ in films), 0
        for about, film in films:  # the oldest first
            if about.st_mtime >= oldest and held <= self._setting.keep_mb * MIB:
                break
            try:
                film.unlink(missing_ok=True)
            except OSError as refused:
                log.warning("film not removed", film=str(film), why=str(refused))
                stuck += 1
                continue
            held -= about.st_size
            self._count(removed=1)
        with self._lock:
            self.cut = replace(self.cut, stuck=stuck)

    def _films(self) -> Iterator[tuple[os.stat_result, Path]]:
        """What lies in the folder, also what a power cut left half written; not what its owner takes away meanwhile."""
        try:
            films = list(self._folder.glob("*.m*"))
        except OSError as refused:
            log.warning("films not found", folder=str(self._folder), why=str(refused))
            return
        for film in films:
            try:
                about = film.lstat()
            except FileNotFoundError:
                continue
            except OSError as refused:
                log.warning("film not found", film=str(film), why=str(refused))
                continue
            yield about, film

    def _count(self, **more: int) -> None:
        with self._lock:
            self.cut = replace(self.cut, **{name: getattr(self.cut, name) + count for name, count in more.items()})

    def _cut(self, one: _Wanted) -> Path | None:
        before, after = self._setting.before_s, self._setting.after_s
        since, until = one.began - timedelta(seconds=before), one.began + timedelta(seconds=after)
        rings = [rings[one.camera] for rings in (self._better, self._rings) if one.camera in rings]
        films = [film for ring in rings if (film := ring.footage(since, until)) is not None]
        # A ring may have been begun anew meanwhile: the other one then shows more of it.
        footage = next((film for film in films if film.began <= one.began), films[0] if films else None)
        if footage is None:
            log.warning("no clip", camera=one.camera, of=str(one.event), why="the ring holds nothing of that time")
            return None
        path = self._folder / f"{one.began:%Y%m%dT%H%M%SZ}-{one.camera}-{one.event}{ending(footage)}"
        try:
            self._folder.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
            cut(footage, path)
        except (NotCut, OSError) as refused:
            log.warning("no clip", camera=one.camera, of=str(one.event), why=str(refused))
            return None
        return path
