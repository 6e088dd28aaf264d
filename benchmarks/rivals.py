"""Our tracker and the two ByteTracks it is held against, behind one call. Imported only where the peers are installed.

Each peer plays with its maker's defaults and is told what it can be told about the rate: `trackers` plays twice, once
told the rate and once the time of every picture; ultralytics knows no rate, its buffer is 30 pictures at any.
"""

from types import SimpleNamespace
from typing import Any, Final, Protocol

import numpy as np
import supervision  # type: ignore[import-not-found] # of the peers' environment
from numpy.typing import NDArray
from trackers import ByteTrackTracker  # type: ignore[import-not-found] # of the peers' environment
from ultralytics.engine.results import Boxes
from ultralytics.trackers.byte_tracker import BYTETracker
from ultralytics.utils import YAML
from ultralytics.utils.checks import check_yaml

from edge.tracking import Tracker
from models.detections import Detections

Floats = NDArray[np.float64]
Answer = tuple[NDArray[np.int64], Floats]
"""Identities (N,) and boxes (N, 4) xyxy px."""


class Rival(Protocol):
    """One tracker over one stream of `fps` looks a second and pictures of `size` px."""

    def __init__(self, fps: float, size: tuple[int, int]) -> None: ...

    def given(self, boxes: Floats, scores: Floats) -> Any:  # noqa: ANN401 - every peer has a form of its own
        """The boxes (N, 4) xyxy px of one look in this tracker's form; not counted as its time."""

    def update(self, seen: Any, at: float) -> Any:  # noqa: ANN401 - every peer has a form of its own
        """The tracker's answer to them, `at` seconds after the stream began."""

    def told(self, answer: Any) -> Answer:  # noqa: ANN401 - every peer has a form of its own
        """The answer in everybody's form."""


class Ours:
    """`edge.tracking` as a node has it."""

    def __init__(self, fps: float, size: tuple[int, int]) -> None:
        del fps
        self._tracker, self._scale = Tracker(), np.array([*size, *size], np.float64)

    def given(self, boxes: Floats, scores: Floats) -> Detections:
        """As `models.detector` gives them."""
        normal = (boxes / self._scale).astype(np.float32)
        return Detections(normal, scores.astype(np.float32), np.zeros(len(scores), np.int32))

    def update(self, seen: Detections, at: float) -> Detections:
        """By the second."""
        return self._tracker.update(seen, at)

    def told(self, answer: Detections) -> Answer:
        """In px."""
        return answer.track, answer.xyxy * self._scale


class Rated:
    """ByteTrack of `trackers`, told the rate."""

    def __init__(self, fps: float, size: tuple[int, int]) -> None:
        del size
        self._tracker = ByteTrackTracker(frame_rate=fps)

    def given(self, boxes: Floats, scores: Floats) -> Any:  # noqa: ANN401 - its own form
        """As supervision has them."""
        boxes, scores = boxes.astype(np.float32), scores.astype(np.float32)
        return supervision.Detections(boxes, confidence=scores, class_id=np.zeros(len(scores), int))

    def update(self, seen: Any, at: float) -> Any:  # noqa: ANN401 - its own form
        """By the look."""
        del at
        return self._tracker.update(seen)

    def told(self, answer: Any) -> Answer:  # noqa: ANN401 - its own form
        """Without the boxes that it gives back unnamed."""
        kept = answer.tracker_id >= 0
        return answer.tracker_id[kept], answer.xyxy[kept].astype(np.float64)


class Timed(Rated):
    """ByteTrack of `trackers`, told the time of every picture as well."""

    def update(self, seen: Any, at: float) -> Any:  # noqa: ANN401 - its own form
        """By the second."""
        return self._tracker.update(seen, timestamp=at)


class Ultralytics:
    """ByteTrack of ultralytics."""

    def __init__(self, fps: float, size: tuple[int, int]) -> None:
        del fps
        self._tracker = BYTETracker(SimpleNamespace(**YAML.load(check_yaml("bytetrack.yaml"))))
        self._shape = size[::-1]

    def given(self, boxes: Floats, scores: Floats) -> Any:  # noqa: ANN401 - its own form
        """As its results have them."""
        rows = np.concatenate([boxes, scores[:, None], np.zeros((len(scores), 1))], axis=1)
        return Boxes(rows.astype(np.float32), self._shape)

    def update(self, seen: Any, at: float) -> Any:  # noqa: ANN401 - its own form
        """By the look."""
        del at
        return self._tracker.update(seen)

    def told(self, answer: Any) -> Answer:  # noqa: ANN401 - its own form
        """The boxes of its filter."""
        rows = np.asarray(answer, np.float64).reshape(-1, 8)
        return rows[:, 4].astype(np.int64), rows[:, :4]


RIVALS: Final[dict[str, type[Rival]]] = {"ours": Ours, "rated": Rated, "timed": Timed, "ultralytics": Ultralytics}
