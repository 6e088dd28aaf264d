"""What a picture as a whole shows: shape, run, one score for every class.

Idea: the detector's own three stages with another last one, so a classifier comes from the catalogue, is proved by its
sha256 and warmed up like every other model. It is asked about crops (`edge.second_look`), never about a whole street.
Limits: it owns one canvas and one session, so one classifier serves one thread.
"""

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.catalogue import Entry, Head
from models.decode import CLASSIFY
from models.providers import Provider
from models.session import ModelRefused, Reason, Session

ONE_OF_THEM: Final = frozenset({Head.SOFTMAX, Head.SCORES})


class Classifier:
    """The model of `entry`, opened from `path` and warmed up. Raises ModelRefused."""

    def __init__(self, entry: Entry, path: Path, threads: int = 1, provider: Provider = Provider.CPU) -> None:
        if entry.head not in CLASSIFY:
            raise ModelRefused(Reason.SHAPE, entry.name, f"it tells {entry.task}, boxes and no classes of a picture")
        self.entry = entry
        self._session = Session(entry, path, threads, provider)
        self._letterbox = self._session.letterbox()
        self._decode = CLASSIFY[entry.head]
        self._session.warm_up(self._letterbox)

    @property
    def one_of_them(self) -> bool:
        """Whether its classes exclude each other; else each has its own yes or no."""
        return self.entry.head in ONE_OF_THEM

    def scores(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """How surely `pixels`, uint8 BGR (H, W, 3), show each class of `entry.labels`: float32 (n,) in 0..1.

        Raises ValueError when `pixels` is no such picture.
        """
        return self._decode(self._session.run(self._letterbox.fill(pixels)[0]))
