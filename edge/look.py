"""What whoever hangs a camera up wants to see: its picture now, who is followed, what is drawn, how each rule stands.

Idea: the node's own parts look at the node's own cameras, beside the node or before there is one: gate, detector,
tracker, rules and fitness are those of `edge run`, and tell nobody. Pictures are redacted as any that leave. Saving
writes the camera's places, masks and rules into the node's file (`edge.place_file`), read first by the loader that the
node uses; the node takes them on when it is started again.
Limits: a camera that serves one client only cannot be looked at while the node runs; the rules of a camera begin anew
when something is saved, and those of slow change hold for clean what the page saw first, not what the node did.
"""

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from edge.build import cameras, eyes_of
from edge.cascade import opened, second_looks
from edge.config import CameraSetting, understand
from edge.durable import InUseError
from edge.eye import Eye, Glimpse
from edge.fitness import Fitness
from edge.look_rules import Standing
from edge.luma import luma
from edge.place_file import PARTS, Place, camera_in, with_places
from edge.privacy import NotRedacted
from edge.relearning import chosen as chosen_rules
from edge.relearning import forget_stored
from edge.replay import unproven_eye
from edge.rewrite import rewrite
from edge.schedule import Slots
from edge.watch import Change, Sight, watch
from models.detections import Detections
from streams.clocks import Clock, SystemClock
from streams.documents import DocumentRefused, Mistake, parse
from streams.frames import Frame

PATIENCE_S: Final = 0.5
EVENTS: Final = 8


class FileChanged(Exception):  # noqa: N818 - named for what happened, like the other refusals of this house
    """Somebody else has written the node's file since the page read it."""


@dataclass(slots=True)
class _Seen:
    """The newest of one camera."""

    eye: Eye
    fitness: Fitness
    rules: Standing
    sight: str = "starting"
    glimpse: Glimpse | None = None
    picture: bytes | None = None
    why_none: str = ""
    number: int = 0
    events: tuple[dict[str, Any], ...] = ()


class Look:
    """Every camera of a node's file, watched. Raises ModelRefused, SourceRefused, DocumentRefused, OSError."""

    def __init__(self, file: Path, camera: str | None = None, clock: Clock | None = None) -> None:
        """Opens the models; `camera` is the only one watched, where it is named. Raises ValueError for a stranger."""
        self._file, self._clock = file.resolve(), clock or SystemClock()
        config = understand(file.read_text("utf-8"), str(file))
        chosen = [setting for setting in config.cameras if camera in (None, setting.id)]
        if not chosen:
            raise ValueError(
                f"no camera {camera}: the file has {', '.join(one.id for one in config.cameras) or 'none'}"
            )
        self._config = config.model_copy(update={"cameras": tuple(chosen), "clips": None})
        self._sources = cameras(self._config)
        self._eyes, self._models = eyes_of(self._config, self._sources)[0], opened(self._config)
        self._seen = {one.id: self._fresh(one) for one in chosen}
        self._slots, self._stop = Slots(), threading.Event()
        self._saving = threading.Lock()

    def start(self) -> None:
        """Watch, in threads of this process, until `stop`."""
        for source in self._sources:
            given = (source, self._slots.put, self._sighted, self._clock, self._stop)
            threading.Thread(target=watch, args=given, name=f"watch {source.camera}", daemon=True).start()
        threading.Thread(target=self._work, name="look", daemon=True).start()

    def stop(self) -> None:
        """Stop watching."""
        self._stop.set()

    def cameras(self) -> list[str]:
        """The cameras that are watched."""
        return list(self._seen)

    def picture(self, camera: str) -> bytes | None:
        """The newest picture, redacted, JPEG. Raises KeyError for a camera that is not watched."""
        return self._seen[camera].picture

    def state(self, camera: str) -> dict[str, Any]:
        """What is seen now, ready for JSON; boxes are shares of the picture. Raises KeyError."""
        seen, glimpse = self._seen[camera], self._seen[camera].glimpse
        told: dict[str, Any] = {
            "sight": seen.sight, "unfit": seen.fitness.unfit, "number": seen.number, "no_picture": seen.why_none,
            "events": list(seen.events), "looks": seen.eye.looks, "spared": seen.eye.spared,
            "rules": seen.rules.told, "clean": sorted(seen.eye.clean()),
        }  # fmt: skip
        if glimpse is None:
            return told
        width, height = glimpse.frame.size
        return told | {
            "aspect": width / height,
            "spared_now": glimpse.spared,
            "tracks": _boxes(glimpse.tracks, glimpse.labels),
            "unsure": _boxes(glimpse.unborn, glimpse.labels),
        }

    def places(self, camera: str) -> dict[str, Any]:
        """Zones, lines, masks and rules as they stand in the file, and which file it is. Raises DocumentRefused."""
        name = str(self._file)
        try:
            text = self._file.read_bytes()
            content = parse(text.decode(), name).content
        except (OSError, UnicodeDecodeError) as unread:
            raise DocumentRefused([Mistake(name, 1, "", f"cannot be read: {unread}")]) from unread
        _, own = camera_in(content, camera) or (0, {})
        return {"sha256": _sha(text), **{part: own.get(part) or [] for part in PARTS}}

    def save(self, camera: str, sha256: str, places: dict[str, Sequence[Place]]) -> str:
        """Write them; gives which file it is now.

        Raises FileChanged, NotWritten, DocumentRefused with every mistake, KeyError, OSError.
        """
        with self._saving:
            before = self._file.read_bytes()
            if _sha(before) != sha256:
                raise FileChanged
            text = with_places(before.decode(), str(self._file), camera, places)
            (own,) = [one for one in understand(text, str(self._file)).cameras if one.id == camera]
            rewrite(self._file, text.encode())
            fresh = self._fresh(own)
            fresh.sight = self._seen[camera].sight  # the picture was made under the masks of before
            self._seen[camera] = fresh
            return _sha(text.encode())

    def relearn(self, camera: str, rule: str) -> bool:
        """What this slow-change rule sees now is clean, here and for the node; False where the node runs.

        Raises NoSuchRule, OSError.
        """
        with self._saving:
            config = understand(self._file.read_text("utf-8"), str(self._file))
            wanted = chosen_rules(config.cameras, {"camera": camera, "rule": rule})
            self._seen[camera].eye.relearn(wanted.rules)
            try:
                forget_stored(config, wanted)
            except InUseError:
                return False
            return True

    def _fresh(self, setting: CameraSetting) -> _Seen:
        def explain(glimpse: Glimpse) -> None:
            _explained(seen, glimpse)

        rules = Standing([one.watch for one in setting.watch])
        second = second_looks(setting, self._config, self._models)
        seen = _Seen(unproven_eye(setting, self._eyes, explain, second), Fitness(setting.fitness), rules)
        return seen

    def _sighted(self, change: Change) -> None:
        self._seen[change.camera].sight = change.sight if change.sight is Sight.LIVE else str(change.cause)

    def _work(self) -> None:
        while not self._stop.is_set():
            frame = self._slots.take(PATIENCE_S)
            if frame is None:
                continue
            try:
                self._look(frame)
            finally:
                self._slots.done(frame.camera)

    def _look(self, frame: Frame) -> None:
        seen = self._seen[frame.camera]
        if seen.fitness.due(frame.elapsed):
            seen.fitness.judge(luma(frame.picture), frame.elapsed)
        seen.eye.look(frame, self._eyes)
        try:
            seen.picture, seen.why_none = seen.eye.picture(frame, self._eyes).jpeg, ""
        except NotRedacted as refused:
            seen.picture, seen.why_none = None, str(refused)
        seen.number += 1


def _explained(seen: _Seen, glimpse: Glimpse) -> None:
    """One look of the rules that are still the camera's, or were until somebody saved others."""
    seen.glimpse = glimpse
    seen.rules.add(glimpse.happenings, glimpse.nearly)
    told = [
        {"kind": one.kind, "phase": one.phase, "place": one.zone, "subject": one.subject, "at": one.elapsed}
        for one in glimpse.happenings
    ]
    seen.events = (*told[::-1], *seen.events)[:EVENTS]


def _boxes(found: Detections, labels: Sequence[str]) -> list[dict[str, Any]]:
    rows = zip(found.xyxy.tolist(), found.score.tolist(), found.label.tolist(), found.track.tolist(), strict=True)
    return [{"box": box, "score": score, "label": labels[label], "track": track} for box, score, label, track in rows]


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
