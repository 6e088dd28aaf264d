"""What a model saw in one picture, as one struct of arrays.

Boxes are normalised to 0..1 of the whole picture, everywhere in this house: from the detector's answer
through tracking, zones and the wire, so that no module asks which picture size a number belongs to.
Idea taken from roboflow/supervision's `Detections`; the vendor constructors live in `models.decode` instead.
"""

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """N detections: `xyxy` float32 (N, 4) normalised, `score` float32 (N,), `label` int32 (N,) class index.

    `track` int64 (N,) is the identity a tracker gave, 0 where it gave none: an unnamed box never shares an identity.
    Raises ValueError when the lengths differ.
    """

    xyxy: NDArray[np.float32]
    score: NDArray[np.float32]
    label: NDArray[np.int32]
    track: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    def __post_init__(self) -> None:
        if not len(self.track):
            object.__setattr__(self, "track", np.zeros(len(self.score), np.int64))
        lengths = {len(self.xyxy), len(self.score), len(self.label), len(self.track)}
        if len(lengths) != 1 or self.xyxy.shape[1:] != (4,):
            raise ValueError(f"detections need (N,4) boxes and N scores, labels and tracks, not lengths {lengths}")

    @classmethod
    def none(cls) -> Self:
        """No detections at all."""
        return cls(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int32))

    def __len__(self) -> int:
        return len(self.score)

    def __getitem__(self, chosen: NDArray[np.bool_] | NDArray[np.intp] | slice) -> "Detections":
        return Detections(self.xyxy[chosen], self.score[chosen], self.label[chosen], self.track[chosen])

    def named(self, track: NDArray[np.int64]) -> "Detections":
        """The same detections with identities."""
        return replace(self, track=track)

    @property
    def feet(self) -> NDArray[np.float32]:
        """Where each object stands: bottom centre of its box, float32 (N, 2)."""
        return np.stack([(self.xyxy[:, 0] + self.xyxy[:, 2]) / 2, self.xyxy[:, 3]], axis=1)
