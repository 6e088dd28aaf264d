"""What the node says about its cameras: journalled, then put into the outbox, its picture kept before either.

Journal first: a crash between the two says too much (unknown), never too little. All this waits for a disk, and for
whoever looks at the same camera, so the threads that see call it and never the event loop: a keep-alive or a receipt
waits for nothing here.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from edge.durable import DiskRefusedError
from edge.eye import Eye, Told
from edge.fitness import Unfit
from edge.outbox import Outbox
from edge.schedule import Slots
from edge.sight import KIND, Sights
from edge.telling import LASTING, OpenEvents, after_restart, unproven
from edge.watch import Change, Sight
from streams.clocks import Clock
from streams.wire.records import Event, Phase
from streams.wire.words import Reason

JOURNALLED: Final = LASTING | {KIND}

log = structlog.get_logger(__name__)


class Voice:
    """Thread-safe. A disk that refuses the journal or a picture is weather: it is said, and the word goes out."""

    def __init__(
        self, eyes: Mapping[str, Eye], outbox: Outbox, journal: OpenEvents, clock: Clock, mint: Callable[[], UUID]
    ) -> None:
        """Reads the journal of the node's last life; `begin` tells it."""
        self._eyes, self._outbox, self._clock = eyes, outbox, clock
        self._open_events = journal
        self._left = [after_restart(event) for event in journal.left_open()]
        self._journalling, self._sighting = threading.Lock(), threading.Lock()
        self.sights = Sights(list(eyes), mint, self._left)

    def begin(self) -> None:
        """Tell what was open when the node last ran; called once, before any camera is watched.

        Journalled before it is told, as any other word: a second crash must not say the same rev twice.
        """
        self._write(self._left, ())
        for event in self._left:
            self._outbox.add(self._clock.now(), event)

    def sighted(self, change: Change, slots: Slots) -> None:
        """A camera went blind or came back; of one that went blind nothing that waits in `slots` is looked at."""
        now = self._clock.now()
        if change.sight is Sight.BLIND and change.cause is not None:
            slots.drop(change.camera)
            self._tell(now, self._eyes[change.camera].blind(change.cause))
        with self._sighting:
            event = self.sights.changed(change, now)
            if event is not None:
                log.info("camera", camera=change.camera, sight=change.sight, cause=change.cause)
                self._tell(now, [event])

    def judged(self, camera: str, unfit: Unfit | None) -> None:
        """What a camera shows is no longer fit to be judged, or is again: of an unfit one nothing is looked at."""
        now = self._clock.now()
        with self._sighting:
            event = self.sights.judged(camera, unfit, now)
            if event is None:
                return
            log.warning("camera fitness", camera=camera, unfit=unfit)
            if unfit is not None:
                self._tell(now, self._eyes[camera].blind(unfit))
            self._tell(now, [event])

    def looked(self, told: Told) -> None:
        """What one look brought."""
        self._tell(told.captured, self._kept(told))

    def journal(self) -> None:
        """Write down what is open now."""
        self._write((), ())

    def _kept(self, told: Told) -> list[Event]:
        """The events, once the pictures they name are on disk; a disk that refuses costs the picture, not the event."""
        try:
            for picture in told.pictures:
                first = next(event for event in told.events if any(e.sha256 == picture.sha256 for e in event.evidence))
                self._outbox.evidence.want(picture, first.id, told.captured)
        except (DiskRefusedError, OSError) as refused:
            log.warning("evidence not kept", camera=told.camera, why=str(refused))
            lost = frozenset(picture.sha256 for picture in told.pictures)
            self._eyes[told.camera].without(lost)
            return [unproven(event, lost, Reason(code="disk_refused")) for event in told.events]
        return list(told.events)

    def _tell(self, captured: datetime, events: Iterable[Event]) -> None:
        events = list(events)
        if not events:
            return
        ended = [event for event in events if event.phase is Phase.CLOSED and event.kind in JOURNALLED]
        self._write((), ended)
        for event in events:
            self._outbox.add(captured, event)

    def _write(self, before: Iterable[Event], ended: Iterable[Event]) -> None:
        """Journal what is open, with what has just `ended` and, at the start, what was open `before`."""
        try:
            with self._journalling:
                standing = [*before, *(event for eye in self._eyes.values() for event in eye.open), *self.sights.open]
                self._open_events.keep(standing, ended, self._clock.monotonic())
        except OSError as refused:
            log.warning("open events not journalled", why=str(refused))
