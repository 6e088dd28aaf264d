"""How good a tracking is: CLEAR (MOTA) and identity (IDF1) figures, as MOTChallenge counts them.

Written for the tuning of our tracker; follows TrackEval (Luiten and Hoffhues): boxes match at IoU 0.5, a match of the
last frame is kept before others are sought (Bernardin and Stiefelhagen, 2008), and IDF1 comes from one assignment of
whole tracks (Ristani et al., 2016). Boxes on distractors (statues, reflections, people in vehicles) are not counted.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from edge.association import assigned, overlap

MATCH = 0.5


@dataclass(frozen=True, slots=True)
class Seen:
    """What one frame holds: identities int64 (N,) and boxes float64 (N, 4) xyxy, any one unit."""

    track: NDArray[np.int64]
    xyxy: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over a sequence and the two ratios the field quotes."""

    truths: int
    answers: int
    misses: int
    false: int
    switches: int
    identical: int

    @property
    def mota(self) -> float:
        """1 - (misses + false boxes + switches) / truths."""
        return 1 - (self.misses + self.false + self.switches) / max(self.truths, 1)

    @property
    def idf1(self) -> float:
        """Share of boxes that carry the right identity, both ways."""
        return 2 * self.identical / max(self.truths + self.answers, 1)


NOBODY = Seen(np.zeros(0, np.int64), np.zeros((0, 4)))


def judged(truth: Mapping[int, Seen], answer: Mapping[int, Seen], distractors: Mapping[int, Seen]) -> Figures:
    """Figures of `answer` against `truth`, frame number to boxes."""
    told = {
        frame: _without(distractors.get(frame, NOBODY), truth.get(frame, NOBODY), seen)
        for frame, seen in answer.items()
    }
    matched = switches = truths = answers = 0
    last: dict[int, int] = {}
    current: dict[int, int] = {}
    together: Counter[tuple[int, int]] = Counter()
    for frame in sorted(set(truth) | set(told)):
        real, seen = truth.get(frame, NOBODY), told.get(frame, NOBODY)
        truths, answers = truths + len(real.track), answers + len(seen.track)
        shared = overlap(real.xyxy, seen.xyxy)
        close = np.argwhere(shared >= MATCH)
        together.update((int(real.track[i]), int(seen.track[j])) for i, j in close)
        current = _pairs(real, seen, shared, current)
        matched += len(current)
        switches += sum(last.get(one, other) != other for one, other in current.items())
        last.update(current)
    return Figures(truths, answers, truths - matched, answers - matched, switches, _identical(together))


def _pairs(real: Seen, seen: Seen, shared: NDArray[np.float64], before: Mapping[int, int]) -> dict[int, int]:
    if not shared.size:
        return {}
    kept = np.array([[before.get(int(one)) == int(other) for other in seen.track] for one in real.track])
    rows, columns = assigned(np.where(shared >= MATCH, shared + 1000 * kept, 0.0), MATCH)
    return {int(real.track[i]): int(seen.track[j]) for i, j in zip(rows, columns, strict=True)}


def _identical(together: Counter[tuple[int, int]]) -> int:
    """Boxes right under the best one-to-one naming of whole tracks."""
    if not together:
        return 0
    ones, others = (sorted({pair[side] for pair in together}) for side in (0, 1))
    table = np.zeros((len(ones), len(others)))
    for (one, other), count in together.items():
        table[ones.index(one), others.index(other)] = count
    rows, columns = linear_sum_assignment(table, maximize=True)
    return int(table[rows, columns].sum())


def _without(distractors: Seen, real: Seen, seen: Seen) -> Seen:
    """The answer without boxes that lie on a distractor and on nobody real."""
    if not len(distractors.track) or not len(seen.track):
        return seen
    everyone = np.concatenate([real.xyxy, distractors.xyxy])
    rows, columns = assigned(overlap(everyone, seen.xyxy), MATCH)
    kept = np.ones(len(seen.track), bool)
    kept[columns[rows >= len(real.track)]] = False
    return Seen(seen.track[kept], seen.xyxy[kept])
