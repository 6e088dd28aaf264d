"""What looks at a picture: a detector, or, on a machine without one, the truth of a drawn street.

The rest of the node asks `Eyes` and never which it is. `see` is the usual look; `see_closely` is the slow one for
redaction: the lowest threshold, the whole picture and tiles, and faces when a model for them is present.
"""

import re
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from edge.privacy import Group, Groups, NotRedacted, Region, grouped, of_faces, regions
from models.catalogue import Entry
from models.detections import Detections
from models.detector import PRIVACY_THRESHOLD, Detector
from models.session import REFUSALS, ModelRefused
from models.shape import tiles
from streams.cameras.drawn import Drawn
from streams.frames import Frame
from streams.wire.records import ModelRef

FACE_THRESHOLD: Final = 0.3
LOWEST: Final = 0.1  # the tracker keeps a track alive on boxes down to here

CODE_LENGTH: Final = 40


@dataclass(frozen=True, slots=True)
class Seen:
    """One look: what was seen, and milliseconds by stage."""

    detections: Detections
    stages: dict[str, float]


class Eyes(Protocol):
    """Something that finds objects in pictures. One for each worker."""

    @property
    def labels(self) -> Sequence[str]:
        """The code of every class index."""

    @property
    def groups(self) -> Sequence[Groups]:
        """What may be readable on an object of every class index."""

    @property
    def model(self) -> ModelRef | None:
        """Which model looks; none when nobody detects and the truth is known."""

    def see(self, frame: Frame) -> Seen:
        """The usual look."""

    def see_closely(self, frame: Frame) -> list[Region]:
        """Every part of this very picture that must not be readable, normalised xyxy. Raises NotRedacted."""


class DetectorEyes:
    """A detector of the catalogue, and a face model when there is one.

    `faces` is why there is none when one was asked for: then everything is seen and told, and no picture leaves. It is
    asked for a picture that leaves and for no other, so several may share one, each in its `turn`.
    """

    def __init__(
        self, objects: Detector, faces: Detector | ModelRefused | None, turn: "threading.Lock | None" = None
    ) -> None:
        self._objects, self._faces, self._turn = objects, faces, turn or threading.Lock()
        self.labels = labels_of(objects.entry)
        self.groups = grouped(objects.entry.labels.names, objects.entry.labels.groups)
        self.model: ModelRef | None = ModelRef(id=objects.entry.name, sha256=objects.entry.sha256, threshold=LOWEST)

    def see(self, frame: Frame) -> Seen:
        """One run on the whole picture."""
        found = self._objects.detect(frame.picture, LOWEST)
        timing = self._objects.timing
        return Seen(found, {"shape": timing.shape_ms, "run": timing.run_ms, "decode": timing.decode_ms})

    def see_closely(self, frame: Frame) -> list[Region]:
        """Whole picture and tiles at 0.10, and faces."""
        if isinstance(self._faces, ModelRefused):
            raise NotRedacted("faces_missing", str(self._faces))
        if not knows_people(self.groups):
            raise NotRedacted("people_unknown", "no class of this model is in the group `person`")
        try:
            found = _everything(self._objects, frame, PRIVACY_THRESHOLD)
            covered = regions(found, self.groups, _aspect(frame))
            if self._faces is not None:
                with self._turn:
                    covered += of_faces(_everything(self._faces, frame, FACE_THRESHOLD))
        except REFUSALS as failed:
            raise NotRedacted("redaction_failed", f"ONNX Runtime: {failed}") from failed
        return covered


def knows_people(groups: Sequence[Groups]) -> bool:
    """Whether people can be found at all, to be made unreadable."""
    return any(Group.PEOPLE in one for one in groups)


def labels_of(entry: Entry) -> list[str]:
    """What a model's classes are called in configurations, counts and events: codes the wire takes, whatever its names.

    `Xe máy` is `xe_may`; a name of which no letter is left is told by its index.
    """
    codes = [_code(name) for name in entry.labels.names]
    return [code if code.strip("_") else f"class_{index}" for index, code in enumerate(codes)]


class DrawnEyes:
    """No detector: a drawn street tells what it drew. For trying the whole loop on a bare machine."""

    model: ModelRef | None = None

    def __init__(self, cameras: Sequence[Drawn]) -> None:
        self._cameras = {camera.camera: camera for camera in cameras}
        self.labels = ["person", "bicycle", "motorcycle", "car", "bus", "truck"]
        self.groups = grouped(self.labels)

    def see(self, frame: Frame) -> Seen:
        """What was drawn, all of it, surely."""
        truth = self._cameras[frame.camera].truth(frame.number)
        boxes = np.array([xyxy for _, xyxy in truth], np.float32).reshape(-1, 4)
        label = np.array([self.labels.index(name) for name, _ in truth], np.int32)
        score = np.full(len(truth), 0.9, np.float32)
        return Seen(Detections(boxes, score, label), {})

    def see_closely(self, frame: Frame) -> list[Region]:
        """The drawn people and vehicles."""
        return regions(self.see(frame).detections, self.groups, _aspect(frame))


def _everything(detector: Detector, frame: Frame, threshold: float) -> Detections:
    """All that the whole picture and its tiles show, told as often as it was seen.

    Nothing is merged, as for counting: of two people of whom one half hides the other, merging keeps one head.
    """
    width, height = frame.size
    looks = []
    parts = dict.fromkeys([(0, 0, width, height), *(tuple(square) for square in tiles(width, height).tolist())])
    for left, top, right, bottom in parts:
        found = detector.detect(frame.pixels[top:bottom, left:right], threshold, one_thing=False)
        extent, corner = np.array([right - left, bottom - top] * 2), np.array([left, top] * 2)
        looks.append(((found.xyxy * extent + corner) / np.array([width, height] * 2), found.score, found.label))
    xyxy, score, label = (np.concatenate(column) for column in zip(*looks, strict=True))
    return Detections(xyxy.astype(np.float32), score, label)


def _code(name: str) -> str:
    # NFD parts letters from their marks; the stroke of đ is no mark and has to be named.
    letters = unicodedata.normalize("NFD", name.lower()).replace("đ", "d")
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]", "_", bare)[:CODE_LENGTH]


def _aspect(frame: Frame) -> float:
    width, height = frame.size
    return width / height
