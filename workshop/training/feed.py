"""Batches out of a process of its own, so that the network never waits for its pictures.

Idea: making a canvas (OpenCV, no torch) and learning from it share nothing but the batch, so they run side by side and
a short queue between them holds the difference. Rendered and real pictures are mixed canvas by canvas by a share: the
rendered street has every class and exact boxes, the real films have real light and real people, but few and of places
that look nothing like a street here.
Limits: the process keeps all pictures in memory, 0.45 MB each; it ends by itself when its parent is gone.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.queues import Queue
from pathlib import Path
from queue import Empty, Full
from typing import Final, Self

import cv2
import numpy as np
import typer
from numpy.typing import NDArray

from models.truth import NoTruth
from workshop.training import dataset, sets
from workshop.training.dataset import Floats, Pixels, Sample
from workshop.training.films import CLASSES, LEARN

SIZE: Final = (224, 384)
"""Canvas height and width in pixels, where nobody says otherwise."""
WIDEST: Final = 512
AHEAD: Final = 6
PATIENCE_S: Final = 5.0
KINDNESS: Final = 2


@dataclass(frozen=True, slots=True)
class Diet:
    """What to learn from: folders below `root`; a `batch` of canvases of `size`, the shares `real` and `mosaics`."""

    root: Path
    batch: int = 32
    real: float = 0.25
    seed: int = 0
    size: tuple[int, int] = SIZE
    mosaics: float = dataset.MOSAIC_SHARE


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """`pixels` uint8 BGR (B, H, W, 3); of each, boxes float32 (N, 4), xyxy canvas pixels, and labels int64 (N,)."""

    pixels: Pixels
    boxes: list[Floats]
    label: list[NDArray[np.int64]]


class Feed:
    """A process that makes batches; `next` waits for one. Raises EOFError when it has ended. Use it in a `with`."""

    def __init__(self, diet: Diet) -> None:
        context = get_context("fork")
        self._queue: Queue[Batch] = context.Queue(AHEAD)
        self._process = context.Process(target=_fed, args=(self._queue, diet), daemon=True)
        self._process.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()

    def next(self) -> Batch:
        """See the class."""
        while self._process.is_alive():
            try:
                return self._queue.get(timeout=PATIENCE_S)
            except Empty:
                continue
        raise EOFError("the process that makes the pictures has ended; its error stands above")


def canvases(diet: Diet) -> Iterator[Sample]:
    """Canvases without end, rendered and real by their share; of one kind where the other is not there.

    Raises NoTruth where there is nothing at all to learn from.
    """
    dice = np.random.default_rng(diet.seed)
    stocks = {source: _stock(diet.root, source) for source in (sets.STREET, sets.REAL)}
    streams = {
        source: dataset.canvases(stock, dataset.weights(stock, len(CLASSES)), diet.size, dice, diet.mosaics)
        for source, stock in stocks.items()
        if stock
    }
    if not streams:
        raise NoTruth(f"there is nothing to learn from below {diet.root}; workshop/training/README.md tells how")
    typer.echo(", ".join(f"{source}: {len(stock)} pictures" for source, stock in stocks.items()))
    while True:
        wanted = sets.REAL if dice.random() < diet.real else sets.STREET
        yield next(streams.get(wanted) or next(iter(streams.values())))


def batches(diet: Diet) -> Iterator[Batch]:
    """Batches without end."""
    made = canvases(diet)
    while True:
        some = [next(made) for _ in range(diet.batch)]
        yield Batch(np.stack([one.pixels for one in some]), [one.boxes for one in some], [one.label for one in some])


def _stock(root: Path, source: str) -> list[Sample]:
    return dataset.samples(sets.joined(sets.folders(root, source, LEARN)), CLASSES, WIDEST)


def _fed(queue: "Queue[Batch]", diet: Diet) -> None:
    cv2.setNumThreads(1)
    os.nice(KINDNESS)
    queue.cancel_join_thread()  # once the parent is gone nobody empties the pipe: waiting for that would never end
    parent = parent_process()
    for batch in batches(diet):
        while True:
            try:
                queue.put(batch, timeout=PATIENCE_S)
                break
            except Full:
                # A parent that was killed outright cannot end its child; without this the child would stay for ever.
                if parent is None or not parent.is_alive():
                    return
