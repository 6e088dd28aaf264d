"""Detections in, the same detections with identities out: a ByteTrack-style tracker that counts seconds, not frames.

Method (Zhang et al., ByteTrack, ECCV 2022): sure boxes are matched first with every confirmed track, unsure boxes then
keep alive the tracks that are left, and only sure boxes left over begin new tracks. Ours differs in six points:
time is seconds, so a camera may run at 2 or 25 frames a second and skip; pairs are judged by the odds that the filter
gives them (`edge.association`), by overlap only what is left over (wheels that come near change faster than the filter
believes of people; where looks are rare, before the unsure boxes have their turn), and the odds of a lost track fade
with the seconds; a box of another class may continue a track (a van is a car, then a truck) but loses against one of
the same class (a rider is not the motorbike); an unsure box that covers a sure one of its class which found its track
is that object once more, and keeps no lost track alive on it; a shown box lies between what was detected and what is
believed, because most of a detector's error is new at every look; identities belong to one tracker, begin at 1 and are
never reused.
The class is the majority of the votes cast, weighted by score (Boyer and Moore, 1981: one candidate and its lead, so
memory does not grow with the number of classes).
Limits: no appearance, so two people who swap places behind a pillar may swap identities.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edge import kalman
from edge.association import Pairs, assigned, odds, overlap
from models.detections import Detections

Rows = NDArray[np.intp]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

RARE_S: Final = 0.15
"""Seconds between looks from which a thing that comes near may outgrow what the filter believes of it."""
BRIM: Final = 0.01
"""A box that ends nearer to the picture's edge is cut by it: what is missing is no error of the detector."""

_ROW: Final = np.dtype(
    [
        ("track", np.int64),
        ("motion", np.float64, (5, 4)),
        ("seen", np.float64),
        ("hits", np.int32),
        ("label", np.int32),
        ("lead", np.float32),
        ("score", np.float32),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerSettings:
    """How a tracker decides; the defaults are judged in `benchmarks.tracking`.

    Raises ValueError for settings that contradict each other.
    """

    sure: float = 0.5
    """Score from which a box may find any track or begin one."""
    unsure: float = 0.1
    """Score from which a box may still keep a track alive."""
    newborn: float = 0.6
    """Score from which a box nobody claims begins a track."""
    hits: int = 2
    """Sightings before a track is shown."""
    lost_s: float = 2.0
    """Seconds a shown track is searched for after its last sighting."""
    tentative_s: float = 1.0
    """Seconds a track not yet shown is searched for; at least one look at any rate."""
    fade_s: float = 4.0
    """Seconds unseen in which the odds of a track fall to 1/e."""
    newcomers: float = 2.0
    """Log density of boxes that belong to no track, in a track's own widths, heights and relative sizes."""
    other_label: float = 0.08
    """How likely one object is to be called by another class at the next look."""
    lies_on: float = 0.3
    """Overlap from which a sure box continues a track of its class, when neither found anything by the odds."""
    nears: float = 2.0
    """How many times as large as believed a sure box is that came near between rare looks: overlap finds its track
    before a fainter box for a part of it may."""
    belief: float = 0.65
    """Share of the filter in a shown box; the rest is the detector's."""
    twin: float = 0.85
    """Overlap from which the weaker of two boxes, of any classes, is a second answer for one object: not tracked."""
    echo: float = 0.4
    """Overlap from which an unsure box is a second answer for a sure one's object: it keeps no other track alive."""
    most: int = 512
    """Tracks held at once; beyond it, the lowest scores begin none."""

    def __post_init__(self) -> None:
        if not 0 <= self.unsure <= self.sure <= self.newborn <= 1:
            raise ValueError(
                f"want 0 <= unsure <= sure <= newborn <= 1, not {self.unsure}, {self.sure}, {self.newborn}"
            )
        if not (0 < self.other_label <= 1 and 0 <= self.belief <= 1 and self.fade_s > 0):
            raise ValueError("other_label and belief are shares, other_label and fade_s more than 0")
        if self.hits < 1 or self.most < 1 or self.lost_s < 0 or self.tentative_s < 0:
            raise ValueError("hits and most are at least 1, lost_s and tentative_s at least 0")


class Tracker:
    """The tracks of one camera. `elapsed` is seconds since its stream began and never falls."""

    def __init__(self, settings: TrackerSettings | None = None) -> None:
        self._settings = settings or TrackerSettings()
        self._table = np.zeros(0, _ROW)
        self._elapsed = 0.0
        self._looked = 0.0
        self._named = 0
        self._ended: list[int] = []
        self._unborn: tuple[Detections, NDArray[np.bool_]] | None = None

    def __len__(self) -> int:
        """Tracks held: shown, lost and tentative."""
        return len(self._table)

    def update(self, detections: Detections, elapsed: float) -> Detections:
        """The confirmed tracks visible now: boxes settled, scores as detected, class by vote, `track` from 1.

        Args:
            detections: all boxes of this look, also those of low score; their `track` is ignored.
            elapsed: seconds since the stream began; raises ValueError when it falls.
        """
        self._step(elapsed)
        boxes = detections.xyxy.astype(np.float64)
        single = _single(detections.score, boxes, self._settings.twin)
        if not single.all():
            detections, boxes = detections[single], boxes[single]
        rows, columns = self._match(detections, boxes)
        self._see(rows, columns, detections, boxes)
        shown = self._table["hits"][rows] >= self._settings.hits
        answer = self._shown(rows[shown], columns[shown], detections)
        self._bury()
        self._bear(columns, detections, boxes)
        self._looked = elapsed
        return answer

    def alive(self, within: float) -> Detections:
        """Every track seen in the last `within` seconds, tentative ones too, where it is believed to be now.

        Made for redaction: what was there a moment ago is covered although no detector saw it this time.
        """
        table = self._table[self._elapsed - self._table["seen"] <= within]
        boxes = np.clip(kalman.cornered(table["motion"]), 0, 1).astype(np.float32)
        return Detections(boxes, table["score"].copy(), table["label"].copy(), table["track"].copy())

    @property
    def unborn(self) -> Detections:
        """The boxes of the last look that no track claimed and that were too unsure to begin one."""
        return Detections.none() if self._unborn is None else self._unborn[0][self._unborn[1]]

    def ended(self) -> list[int]:
        """Identities shown once that are gone for ever, each told once."""
        gone, self._ended = self._ended, []
        return gone

    def _step(self, elapsed: float) -> None:
        if elapsed < self._elapsed:
            raise ValueError(f"time fell from {self._elapsed} to {elapsed} s")
        self._table["motion"] = kalman.moved(self._table["motion"], elapsed - self._elapsed)
        self._elapsed = elapsed

    def _match(self, detections: Detections, boxes: NDArray[np.float64]) -> tuple[Rows, Rows]:
        """Rows of the table and of the detections that belong together."""
        settings, table, score = self._settings, self._table, detections.score
        pairs = Pairs(len(table), len(score))
        if not (len(table) and len(score)):
            return pairs.all()
        worth = odds(table["motion"], boxes, settings.newcomers)
        worth -= ((self._elapsed - table["seen"]) / settings.fade_s)[:, None]
        worth += np.where(table["label"][:, None] == detections.label, 0.0, np.log(settings.other_label))
        shown = table["hits"] >= settings.hits
        sure, unsure = score >= settings.sure, (score >= settings.unsure) & (score < settings.sure)
        pairs.by(worth, shown, sure)
        if self._elapsed - self._looked >= RARE_S:
            self._lay(pairs, shown, sure, detections, boxes, settings.nears)
        pairs.by(worth, shown, unsure & ~self._echoing(pairs, detections, sure, unsure))
        pairs.by(worth, ~shown, sure)
        self._lay(pairs, np.ones(len(table), bool), sure, detections, boxes, 0)
        return pairs.all()

    def _echoing(self, pairs: Pairs, detections: Detections, sure: Bools, unsure: Bools) -> Bools:
        """Which unsure boxes are a second answer for an object whose sure box, of the same class, found its track."""
        second = np.zeros(len(unsure), bool)
        left = unsure.nonzero()[0]
        if len(left):
            taken = detections[sure & ~pairs.free_columns]
            alike = overlap(detections.xyxy[left].astype(np.float64), taken.xyxy.astype(np.float64))
            same = detections.label[left, None] == taken.label
            second[left] = ((alike >= self._settings.echo) & same).any(axis=1)
        return second

    def _lay(
        self, pairs: Pairs, who: Bools, which: Bools, detections: Detections, boxes: Floats, larger: float
    ) -> None:
        """Pair by overlap what is of one class, boxes that are at least so many times as large as is believed."""
        rows, columns = pairs.left(who, which)
        if not (len(rows) and len(columns)):
            return
        believed, seen = kalman.cornered(self._table["motion"][rows]), boxes[columns]
        lies_on = overlap(believed, seen)
        lies_on[self._table["label"][rows, None] != detections.label[columns]] = 0
        lies_on[_areas(seen) < larger * _areas(believed)[:, None]] = 0
        chosen, others = assigned(lies_on, self._settings.lies_on)
        pairs.take(rows[chosen], columns[others])

    def _see(self, rows: Rows, columns: Rows, detections: Detections, boxes: NDArray[np.float64]) -> None:
        table, score, label = self._table, detections.score[columns], detections.label[columns]
        table["motion"][rows] = kalman.corrected(table["motion"][rows], boxes[columns])
        table["seen"][rows] = self._elapsed
        table["hits"][rows] += 1
        table["score"][rows] = score
        lead = table["lead"][rows] + np.where(table["label"][rows] == label, score, -score)
        table["label"][rows] = np.where(lead < 0, label, table["label"][rows])
        table["lead"][rows] = np.abs(lead)

    def _shown(self, rows: Rows, columns: Rows, detections: Detections) -> Detections:
        order = np.argsort(columns)
        rows, columns = rows[order], columns[order]
        table = self._table[rows]
        boxes = _settled(detections.xyxy[columns], kalman.cornered(table["motion"]), self._settings.belief)
        return Detections(boxes, detections.score[columns], table["label"], table["track"])

    def _bury(self) -> None:
        settings, table = self._settings, self._table
        shown = table["hits"] >= settings.hits
        missed = self._elapsed - table["seen"]
        # Below two looks a second `tentative_s` would end before the next look: the last look always counts.
        young = ~shown & ((missed <= settings.tentative_s) | (table["seen"] >= self._looked))
        kept = (shown & (missed <= settings.lost_s)) | young
        if not kept.all():
            self._ended += table["track"][shown & ~kept].tolist()
            self._table = table[kept]
        # A lost box that went on growing or shrinking would find the wrong object.
        self._table["motion"][self._table["seen"] < self._elapsed, 1, 2:] = 0

    def _bear(self, taken: Rows, detections: Detections, boxes: NDArray[np.float64]) -> None:
        settings = self._settings
        free = detections.score >= settings.newborn
        free[taken] = False
        self._unborn = detections, _others(~free, taken)
        new = np.flatnonzero(free)
        new = new[np.argsort(-detections.score[new], kind="stable")][: max(settings.most - len(self._table), 0)]
        if not len(new):
            return
        rows = np.zeros(len(new), _ROW)
        rows["track"] = np.arange(1, len(new) + 1) + self._named
        rows["motion"] = kalman.born(boxes[new])
        rows["seen"], rows["hits"] = self._elapsed, 1
        rows["label"], rows["score"], rows["lead"] = detections.label[new], detections.score[new], detections.score[new]
        self._named += len(new)
        self._table = np.concatenate([self._table, rows])


def _settled(seen: NDArray[np.float32], believed: NDArray[np.float64], share: float) -> NDArray[np.float32]:
    """Boxes between what was seen and what is believed; those the picture's edge cuts, and no others, lie on it."""
    between = np.clip(seen + share * (believed - seen), BRIM, 1 - BRIM).astype(np.float32)
    cut = ((seen < BRIM) | (seen > 1 - BRIM)).any(axis=1, keepdims=True)
    return np.where(cut, seen, between)


def _others(chosen: NDArray[np.bool_], taken: Rows) -> NDArray[np.bool_]:
    chosen[taken] = False
    return chosen


def _areas(boxes: Floats) -> Floats:
    areas: Floats = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return areas


def _single(score: NDArray[np.float32], boxes: NDArray[np.float64], twin: float) -> NDArray[np.bool_]:
    """Which boxes are the best answer for their object: detectors suppress twins within a class, not across classes."""
    alike = overlap(boxes, boxes) >= twin
    np.fill_diagonal(alike, val=False)
    if not alike.any():
        return np.ones(len(score), bool)
    # Of equal scores the earlier box is the better one.
    better = (score[:, None] > score) | ((score[:, None] == score) & np.tri(len(score), k=-1, dtype=bool).T)
    single: NDArray[np.bool_] = ~(better & alike).any(axis=0)
    return single
