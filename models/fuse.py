"""What a picture and its tiles show, told once: weighted boxes fusion, after what the tiles' edges cut is dropped.

Idea: a small object is a few pixels on a canvas of 416, so the picture is looked at whole and again in overlapping
squares, and the answers are laid over each other. A box that ends at the inner edge of a tile is part of something;
the whole picture or the next tile has all of it, so it goes. Boxes of one class that overlap are one object; their
corners are averaged by score, which places them better than the strongest alone (Solovyev, Wang, Gabruseva 2021,
arXiv 1910.13302); the score is the highest, so that a floor keeps its meaning. Last, one thing has one class: of
boxes almost the same, of whatever class, the strongest stays.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.detections import Detections

SAME_OBJECT_IOU: Final = 0.55
ONE_THING_IOU: Final = 0.85
CUT_SHARE: Final = 0.01

Floats = NDArray[np.float32]
Tile = tuple[float, float, float, float]


def placed(found: Detections, tile: Tile) -> Detections:
    """What was found in `tile`, a part of the picture as shares of it xyxy, as shares of the whole picture.

    A box that ends at an edge of the tile which is no edge of the picture is left out.
    """
    origin, extent = (
        np.array(tile[:2] * 2, np.float32),
        np.array([tile[2] - tile[0], tile[3] - tile[1]] * 2, np.float32),
    )
    inner = [side > 0 for side in tile[:2]] + [side < 1 for side in tile[2:]]
    at_edge = np.concatenate([found.xyxy[:, :2] < CUT_SHARE, found.xyxy[:, 2:] > 1 - CUT_SHARE], 1)
    whole = ~(at_edge & np.array(inner)).any(axis=1)
    return Detections(found.xyxy * extent + origin, found.score, found.label, found.track)[whole]


def fused(found: Sequence[Detections]) -> Detections:
    """One detection for each object of all these, strongest first."""
    if not sum(len(part) for part in found):
        return Detections.none()
    xyxy, score, label = (
        np.concatenate([getattr(part, what) for part in found]) for what in ("xyxy", "score", "label")
    )
    order = np.argsort(-score, kind="stable")
    xyxy, score, label = xyxy[order], score[order], label[order]
    free, strongest, corners = np.ones(len(score), bool), [], []
    for row in range(len(score)):
        if free[row]:
            members = np.flatnonzero(free & (label == label[row]) & (overlap(xyxy[row], xyxy) >= SAME_OBJECT_IOU))
            members = (
                members if len(members) else np.array([row])
            )  # a box without area overlaps nothing, itself neither
            free[members] = False
            strongest.append(row)
            corners.append(np.average(xyxy[members], axis=0, weights=score[members]))
    fused_xyxy = np.array(corners, np.float32)
    kept = _one_class_each(fused_xyxy)
    return Detections(fused_xyxy, score[strongest], label[strongest])[kept]


def overlap(one: Floats, others: Floats) -> Floats:
    """Intersection over union of one box (4,) with each of (N, 4)."""
    sides = np.clip(np.minimum(one[2:], others[:, 2:]) - np.maximum(one[:2], others[:, :2]), 0, None)
    shared = sides[:, 0] * sides[:, 1]
    area, other_area = np.prod(one[2:] - one[:2]), np.prod(others[:, 2:] - others[:, :2], axis=1)
    ratio: Floats = shared / np.maximum(area + other_area - shared, np.float32(1e-12))
    return ratio


def _one_class_each(xyxy: Floats) -> NDArray[np.bool_]:
    """Of boxes almost the same the first, (N,)."""
    kept = np.ones(len(xyxy), bool)
    for row in range(1, len(xyxy)):
        kept[row] = not (overlap(xyxy[row], xyxy[:row][kept[:row]]) >= ONE_THING_IOU).any()
    return kept
