"""What a picture and its parts both show, told once.

A part is shown larger, so its box is the better one where it is the surer. Two boxes of one class are one thing where
they share half their area; one that lies in a surer one of its class is a piece of it, half a bus or a wheel, and is
left out. `models.fuse` weighs all answers for one object, for a set of labels; that takes milliseconds, and a node has
none to spare.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.detections import Detections

SAME: Final = 0.5
"""Overlap from which two answers are for one thing."""
WITHIN: Final = 0.7
"""Share of a box that lies in another of its class from which it is a piece of that."""
TINY: Final = 1e-12


def told_once(whole: Detections, parts: Sequence[Detections]) -> Detections:
    """What the whole picture showed and its parts, each thing once."""
    if not any(len(part) for part in parts):
        return whole
    closer = _laid_together(parts)
    closer = closer[_firsts(closer)]
    alike, within = _shares(closer, whole)
    surer = np.where(alike >= SAME, closer.score[:, None], 0).max(axis=0, initial=0) > whole.score
    piece = (within >= WITHIN) & (alike < SAME) & (whole.score >= closer.score[:, None])
    known = ((alike >= SAME) & ~surer).any(axis=1) | piece.any(axis=1)
    return _laid_together([whole[~surer], closer[~known]])


def _laid_together(found: Sequence[Detections]) -> Detections:
    return Detections(*(np.concatenate([getattr(one, what) for one in found]) for what in ("xyxy", "score", "label")))


def _firsts(found: Detections) -> NDArray[np.bool_]:
    """Which are told by no other, surer one: two parts share a strip."""
    alike, _ = _shares(found, found)
    order = np.argsort(np.argsort(-found.score, kind="stable"))
    return np.asarray(~((alike >= SAME) & (order[None] < order[:, None])).any(axis=1), np.bool_)


def _shares(one: Detections, other: Detections) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What every two have in common, as a share of both together and of the first; 0 for two classes. (N, M) each."""
    a, b = one.xyxy.astype(np.float64)[:, None], other.xyxy.astype(np.float64)[None]
    sides = np.clip(np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2]), 0, None)
    common = sides.prod(axis=2) * (one.label[:, None] == other.label)
    area, other_area = (a[..., 2:] - a[..., :2]).prod(axis=2), (b[..., 2:] - b[..., :2]).prod(axis=2)
    return common / np.maximum(area + other_area - common, TINY), common / np.maximum(area, TINY)
