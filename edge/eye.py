"""One camera's understanding: detections to tracks to happenings to events, and the picture that proves them.

Everything here happens to one picture at a time, in the worker's thread; the node hears the result as `Told`.
A lasting happening gets its evidence when it opens, from the very picture that showed it, or, where the camera's main
stream is read beside the one that is looked at, from the picture of that stream made nearest to it. Redaction comes
first: when it did not run the picture stays here and the event says why; a bug in it ends the node before a byte is
written.
"""

import threading
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

import numpy as np
import structlog

from edge.analytics.happening import Happening, Phase
from edge.analytics.nearly import Nearly
from edge.analytics.scene import Scene
from edge.analytics.slow_change import Blocks
from edge.coverage import Counted
from edge.gate import Gate, GateSetting
from edge.luma import Luma, luma
from edge.masks import NO_MASKS, Masks
from edge.privacy import MAIN_WIDEST_PX, WIDEST_PX, NotRedacted, Redacted, redact, regions
from edge.second_look import Occasion, SecondLooks
from edge.seeing import Eyes, Seen
from edge.telling import LASTING, Proof, Teller, Witness
from edge.tiles import Tiles, TileSetting
from edge.tracking import Tracker, TrackerSettings
from models.detections import Detections
from models.detector import USUAL_THRESHOLD
from streams.frames import Frame
from streams.wire.records import Event, Evidence
from streams.wire.words import Reason

REMEMBERED_S: Final = 1.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """What one look brought: events with the pictures they name, and how many boxes, sure and `faint`."""

    camera: str
    captured: datetime
    events: tuple[Event, ...]
    pictures: tuple[Redacted, ...]
    counts: dict[Counted, int]
    detections: int
    faint: int
    stages: dict[str, float]


@dataclass(frozen=True, slots=True)
class Task:
    """What a camera is there for: which classes count, what is told and proven, and what is nobody's business."""

    classes: frozenset[str]
    tracker: TrackerSettings = field(default_factory=TrackerSettings)
    gate: GateSetting = field(default_factory=GateSetting)
    tell: frozenset[str] = LASTING
    evidence: bool = True
    masks: Masks = NO_MASKS
    tiles: TileSetting = field(default_factory=TileSetting)


@dataclass(frozen=True, slots=True, eq=False)
class Glimpse:
    """What one look went through, for tools that explain it; `spared`: no detector looked, what was seen still stands.

    `seen` is all the detector found, `wanted` of that the camera's classes outside its masks, `tracks` what is followed
    and shown now, `unborn` the boxes too unsure to begin a track. `elapsed` is the stream's seconds.
    """

    frame: Frame
    elapsed: float
    spared: bool
    labels: Sequence[str]
    seen: Detections
    wanted: Detections
    tracks: Detections
    unborn: Detections
    happenings: Sequence[Happening]
    nearly: Sequence[Nearly]


@dataclass(frozen=True, slots=True)
class Moment:
    """When a picture was: of its stream and of the world."""

    elapsed: float
    captured: datetime


class Eye:
    """One camera's tracker, scene and teller. `look` is called by one worker at a time.

    `seen` counts boxes from the detector's usual threshold up; `faint` those below, which are there to keep a track
    alive and are mostly nothing. `explain` is told every look in full; a running node has none. `main` finds the
    picture of the main stream that goes with one; where it has none the one that was looked at is the evidence.
    """

    def __init__(  # noqa: PLR0913  the parts of one camera, each made where it belongs
        self,
        witness: Witness,
        task: Task,
        scene: Scene,
        mint: Callable[[], UUID],
        explain: Callable[[Glimpse], None] | None = None,
        main: Callable[[Frame], Frame | None] | None = None,
        *,
        second: SecondLooks | None = None,
    ) -> None:
        self.camera = witness.camera
        self.looks = 0
        self.seen = 0
        self.faint = 0
        self.tracks = 0
        self._task = task
        self._tracker = Tracker(task.tracker)
        self._gate, self._tiles = Gate(task.gate), Tiles(task.tiles)
        self._seen: Seen | None = None
        self._scene = scene
        self._teller = Teller(witness, mint)
        self._explain, self._main = explain, main
        self.second = second or SecondLooks()
        self._noise = np.random.default_rng()
        self._lock = threading.Lock()
        self._elapsed = 0.0
        self._last: Moment | None = None

    @property
    def spared(self) -> int:
        """How many of its looks needed no detector."""
        return self._gate.spared

    @property
    def open(self) -> list[Event]:
        """What has begun and not ended."""
        with self._lock:
            return self._teller.open

    def look(self, frame: Frame, eyes: Eyes) -> Told:
        """Everything this picture means."""
        eyes = self.second.widened(eyes)
        spared, seen = self._gate.spared, self._see(frame, eyes)
        wanted = _of(seen.detections, eyes.labels, self._task.classes)
        with self._lock:
            elapsed = self._advance(frame)
            now = Occasion(frame, eyes.labels, elapsed, fresh=self._gate.spared == spared)
            wanted = _in_sight(self.second.joined(now, wanted), self._task.masks)
            tracks = self._tracker.update(wanted, elapsed)
            also = self.second.found(now, tracks, ended := self._tracker.ended())
            happenings = self._scene.observe(
                tracks, eyes.labels, elapsed, ended, partial(_unmasked, frame, self._task.masks), also
            )
            if self._explain is not None:
                figures = (seen.detections, wanted, tracks, self._tracker.unborn, happenings, self._scene.nearly())
                self._explain(Glimpse(frame, elapsed, not now.fresh, eyes.labels, *figures))
            told = [happening for happening in happenings if happening.kind in self._task.tell]
            proof, pictures = self._prove(frame, eyes, told)
            events = tuple(self._teller.tell(happening, frame.captured, proof, frame.timing) for happening in told)
            counts = self._scene.drain_tallies()
        self.looks += 1
        sure = int((wanted.score >= USUAL_THRESHOLD).sum())
        self.seen += sure
        self.faint += len(wanted) - sure
        self.tracks = max(self.tracks, int(tracks.track.max(initial=0)))
        stages = {**seen.stages, "second": self.second.took_ms} if self.second else seen.stages
        return Told(self.camera, frame.captured, events, pictures, counts, sure, len(wanted) - sure, stages)

    def over(self, frame: Frame, eyes: Eyes) -> None:
        """The stream ended with this picture: who was going over a line is told to `explain`. Nothing may follow."""
        with self._lock:
            happenings, none = self._scene.over(self._elapsed), Detections.none()
            if happenings and self._explain is not None:
                self._explain(
                    Glimpse(
                        frame, self._elapsed, spared=True, labels=eyes.labels, seen=none, wanted=none, tracks=none,
                        unborn=none, happenings=happenings, nearly=(),
                    )
                )  # fmt: skip

    def _see(self, frame: Frame, eyes: Eyes) -> Seen:
        """What a detector sees, or, where nothing moved since it looked, what it saw then."""
        before = self._seen
        if self._gate.opens(frame.picture, frame.elapsed) or before is None:
            self._seen = self._tiles.see(frame, eyes, self._gate.moved)
            return self._seen
        return Seen(before.detections, {})

    def picture(self, frame: Frame, eyes: Eyes) -> Redacted:
        """This picture as it may leave; by the worker that looked at it last. Raises NotRedacted."""
        return self._redacted(frame, eyes, WIDEST_PX)

    def _redacted(self, frame: Frame, eyes: Eyes, widest_px: int) -> Redacted:
        alive = self._tracker.alive(REMEMBERED_S)
        return pictured(frame, self.second.widened(eyes, alive), alive, self._noise, self._task.masks, widest_px)

    def blind(self, cause: str) -> list[Event]:
        """The camera shows nothing any more: time stands still, and what is open is unknown."""
        with self._lock:
            self._scene.blind(self._elapsed)
            self._seen = None
            self.second.blind()
            self._tiles.forget()
            return self._teller.unsure(cause)

    def without(self, lost: frozenset[str]) -> None:
        """These pictures, by SHA-256, were not kept: no later word may name them."""
        with self._lock:
            self._teller.without(lost)

    def clean(self) -> dict[str, Blocks]:
        """What the slow-change rules hold for clean, by their ids."""
        with self._lock:
            return self._scene.clean()

    def recall(self, clean: Mapping[str, Blocks], after_s: float) -> None:
        """Go on from what was clean before a restart, `after_s` watched seconds from the first look."""
        with self._lock:
            self._scene.recall(clean, after_s)

    def relearn(self, rules: Container[str]) -> None:
        """What these slow-change rules see from now on is clean; what they told is over."""
        with self._lock:
            self._scene.relearn(rules)

    def _advance(self, frame: Frame) -> float:
        """Stream seconds that never fall: a source opened again begins at 0, and what passed meanwhile is added.

        Nobody watched meanwhile, also where a late look at a picture from before came after `blind`.
        """
        last, self._last = self._last, Moment(frame.elapsed, frame.captured)
        if last is None:
            return self._elapsed
        step = frame.elapsed - last.elapsed
        if step < 0:
            self._scene.blind(self._elapsed)
            step = max((frame.captured - last.captured).total_seconds(), 0.0)
        self._elapsed += step
        return self._elapsed

    def _prove(self, frame: Frame, eyes: Eyes, told: Sequence[Happening]) -> tuple[Proof, tuple[Redacted, ...]]:
        begins = any(happening.phase is Phase.OPENED or happening.kind not in LASTING for happening in told)
        if not begins:
            return Proof(), ()
        if not self._task.evidence:
            return Proof(notes=(Reason(code="evidence_off"),)), ()
        large = self._main(frame) if self._main is not None else None
        try:
            picture = self._redacted(large, eyes, MAIN_WIDEST_PX) if large is not None else self.picture(frame, eyes)
        except NotRedacted as refused:
            log.warning("no picture", camera=self.camera, code=refused.code, why=str(refused))
            return Proof(notes=(Reason(code=refused.code),)), ()
        return Proof((named(picture),)), (picture,)


def pictured(
    frame: Frame,
    eyes: Eyes,
    alive: Detections,
    noise: np.random.Generator,
    masks: Masks = NO_MASKS,
    widest_px: int = WIDEST_PX,
) -> Redacted:
    """This very picture without what is seen in it now or was `alive` a moment ago. Raises NotRedacted."""
    width, height = frame.size
    covered = [*eyes.see_closely(frame), *regions(alive, eyes.groups, width / height)]
    return redact(frame.pixels, covered, noise, masks, widest_px)


def named(picture: Redacted) -> Evidence:
    """How an event names a picture."""
    return Evidence(
        sha256=picture.sha256, bytes=len(picture.jpeg), media_type="image/jpeg", role="snapshot", redacted=True
    )


def _of(found: Detections, labels: Sequence[str], classes: frozenset[str]) -> Detections:
    wanted = np.array([labels[label] in classes for label in found.label.tolist()], bool)
    return found if wanted.all() else found[wanted]


def _in_sight(found: Detections, masks: Masks) -> Detections:
    return found[~masks.hidden(found.xyxy)] if masks else found


def _unmasked(frame: Frame, masks: Masks) -> Luma:
    """The small grey picture, of which rules are shown nothing that lies under a mask."""
    grey = luma(frame.picture)
    masks.burn(grey)
    return grey
