"""Why nothing was told: of everybody, how near they came to every rule and line, and what was never followed at all.

Idea: the judges say at every look how far they have come (`edge.analytics.nearly`); this keeps, for each rule and each
identity, the look that came nearest, and forgets those that were told in the end. Beside that stand the reasons before
any rule: boxes too unsure to begin a track (followed by a tracker of their own, so that one doubtful person is one line
and not a hundred), boxes under a mask, classes nobody asked for, and the time in which the picture was not fit. Pure.
Limits: of those told once, what they nearly did at other times is not kept; a doubtful box on somebody who is followed
is no somebody.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import Point, Polygon

from edge.analytics.happening import MOMENTS
from edge.analytics.nearly import Nearly, What
from edge.association import overlap
from edge.config import CameraSetting
from edge.eye import Glimpse
from edge.tracking import Tracker, TrackerSettings
from models.detections import Detections

SAME: Final = 0.4
"""Overlap from which a doubtful box is another answer for somebody who is followed."""
FAINT_HITS: Final = 3
FAINT_SHARE: Final = 0.5
"""Below this share of the score that begins a track, a box is taken for nothing."""
SMALL_PX: Final = 16
"""Lower than so many pixels of the model's own picture, most detectors are unsure of anything."""


class Never(StrEnum):
    """Why somebody never reached a rule."""

    SCORE = "score"
    MASKED = "masked"
    CLASS = "class_of_camera"
    UNFIT = "unfit"


@dataclass(frozen=True, slots=True)
class Miss:
    """What nearly happened, or could not: the nearest look of somebody, or all of one kind together.

    `place` is a rule's, line's or zone's id, empty where it is none; `at` and `until` are stream seconds; `looks` is at
    how many looks it was so; `height_px` that of the box in the model's own picture, where a score is the reason.
    """

    place: str
    subject: str
    why: What | Never
    first: int
    at: float
    until: float
    reached: float
    wanted: float
    near: float
    looks: int = 1
    height_px: float | None = None
    detail: str = ""

    @property
    def sentence(self) -> str:
        """The reason in a few words, with its figures."""
        return _SENTENCE[self.why].format(miss=self) + (
            f" ({self.height_px:.0f} px high for the model: too small)"
            if self.height_px is not None and self.height_px < SMALL_PX
            else ""
        )


class Ledger:
    """One camera's. `canvas` is the height of the model's own picture, pixels, where that is known."""

    def __init__(self, camera: CameraSetting, canvas: int | None = None) -> None:
        self._camera, self._canvas = camera, canvas
        least = camera.tracker.unsure
        self._faint = Tracker(TrackerSettings(sure=least, unsure=least, newborn=least, hits=FAINT_HITS))
        self._zones = [(zone.id, Polygon(zone.polygon)) for zone in camera.zones]
        self._best: dict[tuple[str, int, What], Miss] = {}
        self._told: set[tuple[str, int]] = set()
        self._never: dict[tuple[Never, str, int, str], Miss] = {}

    def add(self, glimpse: Glimpse) -> None:
        """One look."""
        for happening in glimpse.happenings:
            rule, first = happening.key
            self._told.add((happening.zone if happening.kind in MOMENTS else rule, first))
        for nearly in glimpse.nearly:
            self._keep(nearly, glimpse.elapsed)
        self._doubtful(glimpse)
        self._unasked(glimpse)

    def unfit(self, cause: str, since: float, until: float) -> None:
        """From then to then nothing was looked at, stream seconds."""
        spent = until - since
        key = (Never.UNFIT, cause, 0, "")
        self._note(key, Miss("", "", Never.UNFIT, 0, since, until, spent, 0.0, 1.0, detail=cause))

    def misses(self) -> list[Miss]:
        """All of it, by place, and the nearest first."""
        nearly = [miss for (rule, first, _), miss in self._best.items() if (rule, first) not in self._told]
        floor = FAINT_SHARE * self._camera.tracker.newborn
        never = [miss for miss in self._never.values() if miss.why is not Never.SCORE or miss.reached >= floor]
        return sorted(nearly + never, key=lambda miss: (miss.place, miss.why, -miss.near, miss.at))

    def _keep(self, nearly: Nearly, now: float) -> None:
        key = (nearly.rule, nearly.first, nearly.what)
        before = self._best.get(key)
        if before is not None and nearly.near <= before.near:
            self._best[key] = replace(before, until=now, looks=before.looks + 1)
            return
        since, looks = (now, 0) if before is None else (before.at, before.looks)
        figures = (nearly.reached, nearly.wanted, nearly.near, looks + 1)
        self._best[key] = Miss(nearly.rule, nearly.subject, nearly.what, nearly.first, since, now, *figures)

    def _doubtful(self, glimpse: Glimpse) -> None:
        """Whoever was seen, and never surely enough to be followed."""
        boxes = glimpse.unborn
        if len(boxes) and len(glimpse.tracks):
            taken = overlap(boxes.xyxy.astype(np.float64), glimpse.tracks.xyxy.astype(np.float64)) >= SAME
            boxes = boxes[np.flatnonzero(~taken.any(axis=1))]
        seen = self._faint.update(boxes, glimpse.elapsed)
        wanted = self._camera.tracker.newborn
        for box, score, label, track in _rows(seen):
            subject = glimpse.labels[label]
            height = None if self._canvas is None else float(box[3] - box[1]) * self._canvas
            miss = Miss(
                self._where(box), subject, Never.SCORE, track, glimpse.elapsed, glimpse.elapsed, score, wanted,
                min(score / wanted, 1.0) if wanted else 1.0, height_px=height,
            )  # fmt: skip
            self._note((Never.SCORE, "", track, ""), miss)

    def _unasked(self, glimpse: Glimpse) -> None:
        """Whoever was seen surely, and is of no class of the camera's, or stands under a mask."""
        sure = glimpse.seen[glimpse.seen.score >= self._camera.tracker.newborn]
        kept = {box.tobytes() for box in glimpse.wanted.xyxy}
        for box, score, label, _ in _rows(sure):
            if box.tobytes() in kept:
                continue
            subject, where = glimpse.labels[label], self._where(box)
            why = Never.MASKED if subject in self._camera.classes else Never.CLASS
            now = glimpse.elapsed
            self._note((why, subject, 0, where), Miss(where, subject, why, 0, now, now, score, 0.0, 1.0))

    def _note(self, key: tuple[Never, str, int, str], miss: Miss) -> None:
        before = self._never.get(key)
        if before is None:
            self._never[key] = miss
            return
        best = miss if miss.reached > before.reached and miss.why is Never.SCORE else before
        reached = before.reached + miss.reached if miss.why is Never.UNFIT else best.reached
        self._never[key] = replace(best, at=before.at, until=miss.until, looks=before.looks + 1, reached=reached)

    def _where(self, box: NDArray[np.float32]) -> str:
        feet = Point(float(box[0] + box[2]) / 2, float(box[3]))
        return next((zone for zone, shape in self._zones if shape.covers(feet)), "")


def _rows(found: Detections) -> Iterable[tuple[NDArray[np.float32], float, int, int]]:
    return zip(found.xyxy, found.score.tolist(), found.label.tolist(), found.track.tolist(), strict=True)


def _figure(name: str, unit: str, form: str = ".1f") -> str:
    return f"{name} {{miss.reached:{form}}}{unit} < {{miss.wanted:{form}}}{unit}"


_SENTENCE: Final[dict[What | Never, str]] = {
    What.DWELL: _figure("dwell", " s"),
    What.STILL: _figure("stood", " s"),
    What.ALONE: _figure("alone", " s"),
    What.SETTLED: _figure("stood", " s"),
    What.EMPTY: _figure("empty", " s"),
    What.COUNT: _figure("count", "", ".0f"),
    What.HELD: _figure("held", " s"),
    What.PACE: "pace {miss.reached:.2f} > {miss.wanted:.2f} box sizes a second",
    What.BACK: _figure("came back", " box sizes", ".2f"),
    What.SPEED: _figure("surely", " km/h"),
    What.SHARE: _figure("changed", "", ".0%"),
    What.LOOKS: _figure("changed looks", "", ".0f"),
    What.CLASS: "class not asked, stayed {miss.reached:.1f} s",
    What.OFF_LINE: "came within {miss.reached:.2f} box sizes and did not cross",
    What.OVER_LINE: _figure("went over by", " box sizes", ".2f"),
    What.BESIDE_LINE: "passed {miss.reached:.2f} line lengths beyond its end",
    What.CUT: "the picture's edge hides which side",
    Never.SCORE: _figure("score", "", ".3f"),
    Never.MASKED: "masked",
    Never.CLASS: "class not asked of the camera",
    Never.UNFIT: "picture unfit ({miss.detail}) for {miss.reached:.1f} s: not looked at",
}
