"""What a detector saw in a video, kept in a file, so that what comes after it can be played again at no price.

Limits: a picture is known by its millisecond of the stream and nothing else; whoever changes a video or a model's file
under the same name has to throw the file away, and a camera with `tiles` shows many parts of one picture at a time.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from edge.privacy import Groups, Region
from edge.seeing import Eyes, Seen
from models.detections import Detections
from streams.frames import Frame
from streams.wire.records import ModelRef


class RememberedEyes:
    """Stands before `eyes`, asks them once for each picture; `keep` writes what is new to `file`."""

    def __init__(self, eyes: Eyes, file: Path) -> None:
        self._eyes, self._file, self._new = eyes, file, 0
        self._known: dict[int, Detections] = {}
        if file.exists():
            with np.load(file) as kept:
                rows = {name: kept[name] for name in kept.files}
            ends = np.cumsum(rows["count"])[:-1]
            parts = zip(*(np.split(rows[name], ends) for name in ("xyxy", "score", "label")), strict=True)
            self._known = dict(zip(rows["at"].tolist(), (Detections(*part) for part in parts), strict=True))

    @property
    def labels(self) -> Sequence[str]:
        """Theirs."""
        return self._eyes.labels

    @property
    def groups(self) -> Sequence[Groups]:
        """Theirs."""
        return self._eyes.groups

    @property
    def model(self) -> ModelRef | None:
        """Theirs."""
        return self._eyes.model

    def see(self, frame: Frame) -> Seen:
        """What they see, or saw in this picture before."""
        at = round(frame.elapsed * 1000)
        if at not in self._known:
            self._known[at], self._new = self._eyes.see(frame).detections, self._new + 1
        return Seen(self._known[at], {})

    def see_closely(self, frame: Frame) -> list[Region]:
        """Theirs, and never kept."""
        return self._eyes.see_closely(frame)

    def keep(self) -> None:
        """Write what was seen, if anything of it is new. Raises OSError."""
        if not self._new:
            return
        seen = [self._known[at] for at in sorted(self._known)]
        self._file.parent.mkdir(parents=True, exist_ok=True)
        part = self._file.with_suffix(".part.npz")
        np.savez_compressed(
            part,
            at=np.array(sorted(self._known), np.int64),
            count=np.array([len(one) for one in seen], np.int64),
            xyxy=np.concatenate([one.xyxy for one in seen]),
            score=np.concatenate([one.score for one in seen]),
            label=np.concatenate([one.label for one in seen]),
        )
        part.rename(self._file)
        self._new = 0
