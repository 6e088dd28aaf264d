"""Second looks at what leaves: their boxes are made unreadable too, beside all that the redaction covers anyway.

A model of plates or heads is shown crops of this very picture: of every box its detector finds in it, however unsure,
and of what was alive a moment ago; of zones; or, where neither is named, of the whole picture and its tiles, as the
face model is. There is no budget here: a redaction that stops half way is none. It only ever adds, and where it cannot
run no picture leaves. Boxes smaller than `least_px` are not cut out; the redaction's own share of them is covered all
the same. Of boxes that share most of their area one crop serves.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from edge.analytics.happening import Box
from edge.analytics.places import Zone
from edge.association import overlap
from edge.crops import Crop, around, crop_of
from edge.privacy import Groups, NotRedacted, Region, of_faces
from edge.second_look_settings import SecondLook
from edge.second_models import SecondModels
from edge.seeing import Eyes, Seen
from models.detections import Detections
from models.detector import PRIVACY_THRESHOLD, Detector
from models.session import REFUSALS
from models.shape import tiles
from streams.frames import Frame
from streams.wire.records import ModelRef

ONE_CROP: Final = 0.7
"""Overlap from which the crop of one box serves another."""


class Blur:
    """One second look whose boxes are blurred."""

    def __init__(self, look: SecondLook, zones: Sequence[Zone]) -> None:
        self.look = look
        self._zones = [around(zone.polygon) for zone in zones if zone.id in look.zones]

    def regions(self, frame: Frame, boxes: Sequence[Box], models: SecondModels) -> list[Region]:
        """What it finds in the crops of these boxes, or in those it has by itself, normalised, with a margin."""
        least = min(self.look.tells.values(), default=PRIVACY_THRESHOLD)
        names, covered = models.codes[self.look.model], list[Region]()
        with models.borrowed() as opened:
            model = opened[self.look.model]
            assert isinstance(model, Detector)  # noqa: S101  `second_models.opened` refuses any other
            for crop in self._crops(frame, boxes):
                found = model.detect(crop.of(frame.pixels), least - 1e-6, one_thing=False)
                told = [
                    self._counts(names[label], score) for label, score in zip(found.label, found.score, strict=True)
                ]
                found = found[np.array(told, bool)]
                covered += of_faces(Detections(crop.back(found.xyxy), found.score, found.label))
        return covered

    def _counts(self, name: str, score: float) -> bool:
        tells = self.look.tells
        return not tells or (name in tells and score >= tells[name])

    def _crops(self, frame: Frame, boxes: Sequence[Box]) -> Iterator[Crop]:
        width, height = frame.size
        if not (self.look.of or self.look.zones):
            yield Crop(0, 0, width, height, width, height)
            for left, top, right, bottom in tiles(width, height).tolist():
                yield Crop(left, top, right, bottom, width, height)
        for box in [*boxes, *self._zones]:
            crop = crop_of(box, width, height, self.look.grow, self.look.least_px)
            if crop is not None:
                yield crop


class Covering:
    """Eyes with the classes of second looks beside their own, whose close look covers what second looks blur."""

    def __init__(
        self,
        eyes: Eyes,
        models: SecondModels,
        looks: Sequence[SecondLook],
        blurs: Sequence[Blur],
        alive: Detections | None,
    ) -> None:
        self._eyes, self._models, self._blurs, self._alive = eyes, models, blurs, alive
        self.model: ModelRef | None = eyes.model
        known = frozenset(eyes.labels)
        more: dict[str, Groups] = {}
        for look in looks:
            own = zip(models.codes[look.model], models.groups[look.model], strict=True)
            more |= {name: group for name, group in own if name in look.tells and name not in known}
        self.labels: Sequence[str] = [*eyes.labels, *more]
        self.groups: Sequence[Groups] = [*eyes.groups, *more.values()]

    def see(self, frame: Frame) -> Seen:
        """The usual look, by the eyes alone."""
        return self._eyes.see(frame)

    def see_closely(self, frame: Frame) -> list[Region]:
        """All that the eyes cover, and what second looks find besides. Raises NotRedacted."""
        covered = self._eyes.see_closely(frame)
        asked = any(blur.look.of for blur in self._blurs)
        try:
            there = [self._eyes.see(frame).detections, self._alive or Detections.none()] if asked else []
            for blur in self._blurs:
                covered = [*covered, *blur.regions(frame, self._boxes(there, blur.look.of), self._models)]
        except REFUSALS as failed:
            raise NotRedacted("redaction_failed", f"ONNX Runtime: {failed}") from failed
        return covered

    def _boxes(self, there: Sequence[Detections], of: frozenset[str]) -> list[Box]:
        """Every box of these classes in this picture, and where one was a moment ago; of many alike the surest."""
        rows = [row for found in there for row in zip(found.score, found.label, found.xyxy, strict=True)]
        wanted = sorted((row for row in rows if self.labels[row[1]] in of), key=lambda row: -row[0])
        kept: list[Box] = []
        for _, _, xyxy in wanted:
            if not kept or overlap(np.array([xyxy], np.float64), np.array(kept)).max() < ONE_CROP:
                left, top, right, bottom = xyxy.tolist()
                kept.append((left, top, right, bottom))
        return kept
