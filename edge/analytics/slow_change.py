"""What grows too slowly for a motion gate: water, rubbish, something left, against a reference that is never absorbed.

Method: a look every `every_s` at block means of a small grey picture. The reference is the median of the first
`REFERENCE` looks and stays as it is, because an average that follows the picture takes any change over minutes for the
background. The light of now is fitted to the reference by a gain and an offset over the blocks outside the zone
(trimmed, so that traffic does not tilt it), and a block in the zone has changed when it is `level` grey levels off.
Blocks behind a tracked object are not judged: somebody who stands there has changed nothing. The zone has changed when
`share` of its visible blocks have, in `looks` looks running; it is clean again at half that share. Where more than
`ELSEWHERE` of the blocks outside have changed too, the light is another one (an infra-red lamp, snow, a low sun) and
the look says nothing; a zone that is more than half hidden says nothing either.
Limits: what is there at the first looks is taken for clean, so begin when it is (a restart goes on from what was clean
before it: `edge.references`) or have it learnt anew (`edge.relearning`); a shadow that falls on the zone alone and
stays for two looks is a change; after a change of light only like light is judged.
"""

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon

from edge.analytics.happening import Box, Happening, Phase
from edge.analytics.holding import ANY
from edge.analytics.nearly import Nearly, What, short
from edge.analytics.places import Zone
from edge.analytics.watches import SlowChange

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Blocks = NDArray[np.float64]
"""Grey levels (36, 64); not a number where somebody always stood."""

ACROSS: Final = 64
DOWN: Final = 36
LEAST: Final = 4
"""Blocks a zone must have, of 64 by 36."""
REFERENCE: Final = 3
ELSEWHERE: Final = 0.3
VISIBLE: Final = 0.5
CLEAN: Final = 0.5
TRIMMED: Final = 3


class SlowChanges:
    """Judges one zone by the pictures it is shown. Raises ValueError for a zone of fewer than `LEAST` blocks."""

    def __init__(self, rule: SlowChange, zone: Zone) -> None:
        self._rule = rule
        x, y = np.meshgrid((np.arange(ACROSS) + 0.5) / ACROSS, (np.arange(DOWN) + 0.5) / DOWN)
        self._mask: Bools = shapely.contains_xy(Polygon(zone.polygon), x, y)
        if self._mask.sum() < LEAST:
            raise ValueError(f"{rule.id}: zone {zone.id} is too small for a change to be seen in it")
        self._first: list[Floats] = []
        self._clean: Floats | None = None
        self._due = 0.0
        self._looks = 0
        self._since = 0.0
        self._told: tuple[float, Box] | None = None
        self._share = 0.0

    @property
    def clean(self) -> Blocks | None:
        """The reference; None before it is learnt."""
        return self._clean

    def recall(self, clean: Blocks, after_s: float) -> None:
        """Go on from a reference of before, beginning `after_s` watched seconds from the first look."""
        self._clean, self._due = clean, after_s

    def relearn(self) -> None:
        """Let go of the reference and of what was told; the next looks are clean."""
        self._first, self._clean, self._told = [], None, None
        self._due, self._looks, self._share = 0.0, 0, 0.0

    def due(self, watched: float) -> bool:
        """Whether a picture is wanted at this time, watched seconds."""
        return watched >= self._due

    def see(self, picture: NDArray[np.uint8], boxes: Floats, watched: float) -> None:
        """Look at a grey picture (multiples of 36 by 64 px) in which these boxes (N, 4) are somebody."""
        self._due = watched + self._rule.every_s
        high, wide = picture.shape
        blocks = picture.reshape(DOWN, high // DOWN, ACROSS, wide // ACROSS).mean((1, 3))
        blocks = np.where(_behind(boxes), np.nan, blocks)
        if self._clean is None:
            self._learn(blocks)
            return
        # What was always hidden so far is clean as it is first seen.
        self._clean = np.where(np.isnan(self._clean), blocks, self._clean)
        self._judge(blocks, self._clean, watched)

    def truths(self, watched: float, elapsed: float) -> list[Happening]:
        """One happening while the zone is changed, else none."""
        if self._told is None:
            return []
        share, box = self._told
        return [
            Happening(
                kind=self._rule.kind,
                phase=Phase.OPENED,
                key=(self._rule.id, 0),
                zone=self._rule.zone,
                subject=ANY,
                elapsed=elapsed,
                score=share,
                dwell=watched - self._since,
                boxes=(box,),
            )
        ]

    def nearly(self) -> list[Nearly]:
        """How much of the zone was changed at the last look that could be judged; in how many, once it was enough."""
        rule, who = self._rule, (0, ANY)
        if self._told is not None or not self._share:
            return []
        if self._looks:
            return [short(rule.id, rule.zone, who, What.LOOKS, self._looks, rule.looks)]
        return [short(rule.id, rule.zone, who, What.SHARE, self._share, rule.share)]

    def _learn(self, blocks: Floats) -> None:
        self._first.append(blocks)
        if len(self._first) == REFERENCE:
            # Sorted, what was hidden comes last: the middle of those that were seen.
            known = np.sort(np.stack(self._first), axis=0)
            middle = (np.maximum((~np.isnan(known)).sum(axis=0), 1) - 1) // 2
            self._clean, self._first = np.take_along_axis(known, middle[None], axis=0)[0], []

    def _judge(self, blocks: Floats, clean: Floats, watched: float) -> None:
        visible = ~np.isnan(blocks) & ~np.isnan(clean)
        inside, outside = visible & self._mask, visible & ~self._mask
        if inside.sum() < VISIBLE * self._mask.sum():
            return
        changed = (
            np.abs(blocks - _lit(clean, blocks, outside if outside.sum() >= LEAST else visible)) > self._rule.level
        )
        if outside.any() and changed[outside].mean() > ELSEWHERE:
            return
        share = self._share = float(changed[inside].mean())
        enough = self._rule.share * (CLEAN if self._told else 1)
        if share < enough:
            self._looks, self._told = 0, None
            return
        self._since = self._since if self._looks else watched
        self._looks += 1
        if self._looks >= self._rule.looks:
            self._told = (share, _around(changed & inside))


def _behind(boxes: Floats) -> Bools:
    """The blocks (36, 64) that any of the boxes touches."""
    hidden = np.zeros((DOWN, ACROSS), bool)
    corners = np.clip(boxes, 0, 1) * (ACROSS, DOWN, ACROSS, DOWN)
    for left, top, right, bottom in zip(*np.floor(corners[:, :2].T), *np.ceil(corners[:, 2:].T), strict=True):
        hidden[int(top) : int(bottom), int(left) : int(right)] = True
    return hidden


def _lit(clean: Floats, blocks: Floats, where: Bools) -> Floats:
    """The clean picture in the light of now: gain and offset fitted over these blocks, without those that fit worst."""
    x, y = clean[where], blocks[where]
    kept = np.ones(len(x), bool)
    gain, offset = 1.0, float(np.median(y - x))
    for _ in range(TRIMMED):
        off = np.abs(y - gain * x - offset)
        kept = off <= max(2 * float(np.median(off)), 1.0)
        spread = float(x[kept].var())
        # Blocks of one grey level tell no gain.
        gain = float(((x[kept] - x[kept].mean()) * y[kept]).mean() / spread) if spread > 1.0 else 1.0
        offset = float(y[kept].mean() - gain * x[kept].mean())
    return gain * clean + offset


def _around(blocks: Bools) -> Box:
    rows, columns = np.flatnonzero(blocks.any(axis=1)), np.flatnonzero(blocks.any(axis=0))
    return (
        float(columns[0] / ACROSS),
        float(rows[0] / DOWN),
        float((columns[-1] + 1) / ACROSS),
        float((rows[-1] + 1) / DOWN),
    )
