"""A video through everything a camera goes through, as fast as it goes: what would be told, and why the rest is not.

Idea: nothing is modelled. It is the node's own decoder, gate, detector, tracker, fitness and rules, over a file that is
over when it is over; only the outbox and the pictures are missing. What explains it is asked of the same objects
(`edge.why_not`). Rules come from a camera of a node's file, from a file that holds a camera's `zones`, `lines`, `watch`
and whatever else a camera may have, or from the truth of a clip.
Limits: what a video does not show cannot be replayed: a camera that is away, a box that is too slow.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import uuid_utils.compat as uuid

from edge.build import eyes_of, task_of, width_of, witness
from edge.cascade import opened, second_looks
from edge.config import CameraSetting, ModelSetting, NodeConfig, settled
from edge.eye import Eye, Glimpse
from edge.fitness import Fitness
from edge.luma import luma
from edge.second_look import SecondLooks
from edge.seeing import Eyes
from edge.source_settings import FileSource
from edge.why_not import Ledger
from models import cards, catalogue
from streams.cameras.file import FileCamera
from streams.clocks import Clock, SystemClock
from streams.documents import Document, DocumentRefused, Mistake
from streams.frames import Frame

CAMERA: Final = "replay"
OWN: Final = ("id", "source")
"""What a camera of a rules file does not say: it is the video."""
USUAL_DETECTORS: Final = ("street-nano", "deimv2-femto")


@dataclass(frozen=True, slots=True)
class Played:
    """What it took: stream seconds, looks taken, those spared of them, pictures not fit to be looked at."""

    seconds: float
    looks: int
    spared: int
    unfit: int
    wall_s: float


class Replay:
    """One camera's rules over one video. Raises ModelRefused, DocumentRefused."""

    def __init__(
        self,
        config: NodeConfig,
        video: Path,
        clock: Clock | None = None,
        eyes: Callable[[Eyes], Eyes] = lambda own: own,
        second: ModelSetting | None = None,
    ) -> None:
        """`config` has one camera, as `of_node` and `of_document` make it. `eyes` may stand before the node's own.

        `second` is where the models of second looks are, if not where the detector is: a card holds one model.
        """
        (self.camera,) = config.cameras
        self._video, self._clock = video, clock or SystemClock()
        self._eyes: Eyes = eyes(eyes_of(config, ())[0])
        beside = config if second is None else config.model_copy(update={"models": second})
        self._second = second_looks(self.camera, beside, opened(beside))
        self._fitness = Fitness(self.camera.fitness)
        self._unfit = 0
        self._since = 0.0
        self.ledger = Ledger(self.camera, _canvas(config))

    def play(self, told: Callable[[Glimpse], None], passed: Callable[[float], None] = lambda _: None) -> Played:
        """Every look is `told`, and every picture's stream seconds `passed`. Raises SourceRefused, SourceLost."""
        began, seconds = self._clock.monotonic(), 0.0
        last: Frame | None = None

        def explain(glimpse: Glimpse) -> None:
            self.ledger.add(glimpse)
            told(glimpse)

        eye = unproven_eye(self.camera, self._eyes, explain, self._second)
        fps, width = self.camera.fps, width_of(self.camera)
        source = FileCamera(self.camera.id, self._video, pace="fast", loop=False, looked_at_fps=fps, width=width)
        with source.open(self._clock) as frames:
            for frame in frames:
                seconds = frame.elapsed
                if self._fit(frame, eye):
                    eye.look(frame, self._eyes)
                    last = frame
                passed(seconds)
        if last is not None:
            eye.over(last, self._eyes)
        if self._fitness.unfit is not None:
            self.ledger.unfit(self._fitness.unfit, self._since, seconds)
        return Played(seconds, eye.looks, eye.spared, self._unfit, self._clock.monotonic() - began)

    def _fit(self, frame: Frame, eye: Eye) -> bool:
        """As a node has it: of a picture that is not fit nothing is asked, and what was open is unknown."""
        fitness, before = self._fitness, self._fitness.unfit
        if fitness.due(frame.elapsed) and fitness.judge(luma(frame.picture), frame.elapsed) is not before:
            if before is not None:
                self.ledger.unfit(before, self._since, frame.elapsed)
            if fitness.unfit is not None:
                self._since = frame.elapsed
                eye.blind(fitness.unfit)
        self._unfit += fitness.unfit is not None
        return fitness.unfit is None


def of_node(config: NodeConfig, camera: str | None, video: Path, fps: float | None) -> NodeConfig:
    """A node's configuration with this one camera, and the video for its source.

    Raises ValueError, in words for a person, where no such camera is, or several are and none is named.
    """
    names = [setting.id for setting in config.cameras]
    if camera is None and len(names) != 1:
        raise ValueError(f"which camera? name one with --camera: {', '.join(names) or 'the file has none'}")
    chosen = [setting for setting in config.cameras if camera in (None, setting.id)]
    if not chosen:
        raise ValueError(f"no camera {camera}: the file has {', '.join(names) or 'none'}")
    update: dict[str, Any] = {"source": FileSource(file=video, loop=False)} | ({} if fps is None else {"fps": fps})
    models = config.models.model_copy(update={"sessions": 1})
    return config.model_copy(update={"cameras": (chosen[0].model_copy(update=update),), "models": models})


def of_document(rules: Document, video: Path, models: dict[str, Any], fps: float | None) -> NodeConfig:
    """A configuration of one camera from what was read of a rules file. Raises DocumentRefused with every mistake."""
    said = {} if rules.content is None else rules.content
    if not isinstance(said, dict):
        raise DocumentRefused([Mistake(rules.name, 1, "", "want zones:, lines:, watch: of a camera")])
    strange = [rules.mistake((key,), "is the video's to say") for key in OWN if key in said]
    if strange:
        raise DocumentRefused(strange)
    camera = {"id": CAMERA, "source": {"file": str(video), "loop": False}, **said}
    camera |= {} if fps is None else {"fps": fps}
    content = {"node": CAMERA, "ward": CAMERA, "broker": {}, "models": models, "cameras": [camera]}
    within: tuple[Hashable, ...] = ("cameras", 0)
    return settled(replace(rules, content=content, lines={(*within, *path): at for path, at in rules.lines.items()}))


def models_of(model: str | None, listed: Path, store: Path) -> dict[str, Any]:
    """The `models` part of a configuration: a name of the catalogue, FILE.onnx with its card, or the usual one here.

    Raises ValueError, in words for a person, when none is named and none is here; NoCard, OSError, DocumentRefused.
    """
    if model is not None and model.endswith(cards.SUFFIX):
        file = Path(model)
        known = cards.read(file)
        return {"catalogue": str(cards.card(file)), "store": str(file.parent), "detector": known.name, "sessions": 1}
    entries = catalogue.load(listed).entries
    here = (name for name in USUAL_DETECTORS if name in entries and entries[name].lies(store).is_file())
    name = model or next(here, None)
    if name is None:
        raise ValueError("no model is here: wardsense models pull deimv2-femto, or name one with --model")
    return {"catalogue": str(listed), "store": str(store), "detector": name, "sessions": 1}


def unproven_eye(
    camera: CameraSetting,
    eyes: Eyes,
    explain: Callable[[Glimpse], None] | None,
    second: SecondLooks | None = None,
) -> Eye:
    """A camera's eye as a node makes it, but that it takes no picture for an event; it may `explain` every look."""
    task = task_of(camera, evidence=False)
    return Eye(witness(camera, eyes.model, CAMERA), task, camera.scene(), uuid.uuid7, explain, second=second)


def _canvas(config: NodeConfig) -> int | None:
    """The height of the detector's own picture."""
    if config.models.detector is None:
        return None
    return catalogue.load(config.models.catalogue)[config.models.detector].input.height
