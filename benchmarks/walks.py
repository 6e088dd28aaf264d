"""Walks whose truth is known: hand-labelled people of MOT17, and walks made here; thinned as a node thins, and played.

The walks are played as perfect detections on a canvas twice as wide and high as the picture: hand labels go on outside
the picture where no detector could see, and a box that ends on the picture's edge would rightly be doubted.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edge.analytics.happening import Happening
from edge.analytics.scene import Scene
from models.detections import Detections
from streams.cameras.cadence import Cadence

Floats = NDArray[np.float64]
Walk = list[tuple[int, Floats]]
"""(frame, xyxy float64 (4,)) in order."""
Walks = dict[int, Walk]
"""One walk for every track."""

PEDESTRIAN: Final = 1
PICTURES: Final = {"MOT17-02": (1920, 1080, 30), "MOT17-05": (640, 480, 14), "MOT17-09": (1920, 1080, 30)}
"""Width and height (px) and frames a second of each sequence. MOT17-05 is carried by hand, and shakes."""
STROLL_FPS: Final = 25
SWAY: Final = 0.0004


def labelled(folder: Path, name: str) -> Walks:
    """The pedestrians of a MOTChallenge sequence in `folder`, shrunk to the middle of a canvas of twice its size."""
    width, height, _ = PICTURES[name]
    rows = np.loadtxt(folder / name / "gt.txt", delimiter=",")
    rows = rows[rows[:, 7] == PEDESTRIAN]
    boxes = np.concatenate([rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6]], axis=1) / (width, height, width, height)
    walks: Walks = {}
    for row, box in zip(rows, 0.25 + boxes / 2, strict=True):
        # What detections hold is float32; the truth is computed over the same numbers.
        walks.setdefault(int(row[1]), []).append((int(row[0]), box.astype(np.float32).astype(np.float64)))
    return {track: sorted(walk, key=lambda step: step[0]) for track, walk in walks.items()}


def strolls(count: int) -> Walks:
    """Walks made here, at `STROLL_FPS`: straight legs between turns, with the sway of a walking body."""
    walks: Walks = {}
    dice = np.random.default_rng(12)
    for track in range(1, count + 1):
        corners = np.stack([dice.uniform(0.28, 0.72, 5), dice.uniform(0.4, 0.73, 5)], axis=1)
        path = np.concatenate([np.linspace(a, b, 60, endpoint=False) for a, b in pairwise(corners)])
        path += dice.normal(0, SWAY, path.shape)
        boxes = np.concatenate([path - np.array([0.015, 0.09]), path + np.array([0.015, 0])], axis=1)
        walks[track] = list(enumerate(boxes.astype(np.float32).astype(np.float64), start=1))
    return walks


def thinned(walks: Walks, rate: float, fps: float | None, begins: int = 0) -> Walks:
    """What a node sees that looks `fps` times a second at a stream of `rate` frames a second; None: every frame.

    It `begins` to look so many frames late.
    """
    cadence, last = Cadence(fps), max(walk[-1][0] for walk in walks.values())
    looks = {frame for frame in range(1 + begins, last + 1) if cadence.due((frame - 1 - begins) / rate)}
    kept = {track: [step for step in walk if step[0] in looks] for track, walk in walks.items()}
    return {track: walk for track, walk in kept.items() if walk}


def spanned(walks: Walks, seen: Walks) -> Walks:
    """Every step between the first and the last sighting of each track: all that a slower look could know of."""
    ends = {track: (walk[0][0], walk[-1][0]) for track, walk in seen.items()}
    return {track: [step for step in walks[track] if first <= step[0] <= last] for track, (first, last) in ends.items()}


def played(walks: Walks, scene: Scene, rate: float, label: str = "person") -> list[Happening]:
    """Everything that happens when all walks are played together, and all tracks end."""
    frames: dict[int, list[tuple[int, Floats]]] = {}
    for track, walk in walks.items():
        for frame, box in walk:
            frames.setdefault(frame, []).append((track, box))
    told = []
    for frame in sorted(frames):
        tracks, boxes = zip(*frames[frame], strict=True)
        told += scene.observe(_named(tracks, boxes), [label], frame / rate)
    return told + scene.observe(Detections.none(), [label], 1 + max(frames) / rate, list(walks))


def feet(walk: Iterable[tuple[int, Floats]]) -> Floats:
    """The bottom centres of a walk, float64 (N, 2)."""
    return np.array([((box[0] + box[2]) / 2, box[3]) for _, box in walk])


def _named(tracks: Sequence[int], boxes: Sequence[Floats]) -> Detections:
    count = len(tracks)
    return Detections(
        np.array(boxes, np.float32),
        np.ones(count, np.float32),
        np.zeros(count, np.int32),
        np.array(tracks, np.int64),
    )
