"""One camera's second looks: crops of what the detector found, shown to a second model, within a budget.

Idea: a street's detector says where a motorcycle is; whether its rider wears a helmet takes a closer look, and a model
of its own. A cascade asks it about few crops, seldom, and lets the answers of many looks vote.
A **classifier** is asked after the tracker, about the tracks that are seen now; what it votes for (`edge.attributes`) a
track is *also*: rules and counts over `no_helmet` see the motorcycle, and those over `motorcycle` still do.
A **detector** is asked before the tracker, about the rectangles of zones, and about boxes of this look that lie where a
track of the last one was; its boxes join those of the first and are tracked under their own names. Between two
answers its last one stands, and moves with the object it was found on: the tracker would lose it otherwise.
Budget: `edge.turns` says whose turn it is. A look asks at most `most` crops of each, and begins none once the node's
milliseconds are spent; classifiers and detectors have one half each where there are both. One crop each is asked in
any case, so the overrun is one crop, and nobody is never asked. What was due and had to wait is counted in `passed`.
A picture the gate spares is not asked about: nothing has moved in it.
Limits: an object that moves further than its own size between two looks finds no box of its own to be asked about by a
detector. A detector's boxes count from `tells` on, and begin a track where the camera's tracker lets them. A model that
fails when it is run ends the node, as the first detector's failure does.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edge.analytics.happening import Box
from edge.analytics.places import Zone
from edge.analytics.scene import NOTHING_MORE
from edge.association import assigned, overlap
from edge.attributes import Votes
from edge.crops import Crop, absolute, around, crop_of, relative
from edge.second_blur import Blur, Covering
from edge.second_look_settings import SecondLook
from edge.second_models import SecondModels
from edge.seeing import Eyes
from edge.turns import Turns, Wish
from models.classifier import Classifier
from models.detections import Detections
from models.detector import Detector
from streams.frames import Frame

SAME: Final = 0.3
"""Overlap of a box with the last box of a track from which it is taken for it."""
STANDS_S: Final = 2.0
"""So long after it was due again the last answer of a detector stands, when its turn does not come."""


@dataclass(frozen=True, slots=True, eq=False)
class Occasion:
    """One look: the picture, the names of all classes, stream seconds; not `fresh`: the gate spared the detector."""

    frame: Frame
    labels: Sequence[str]
    elapsed: float
    fresh: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """What a detector saw in a crop, in shares of the box it was cut around."""

    shares: NDArray[np.float32]
    score: NDArray[np.float32]
    label: NDArray[np.int32]
    asked: float


class SecondLooks:
    """The second looks of one camera; of none, it does nothing. Not thread-safe: one picture at a time.

    `asked` counts crops, `passed` what was due and had to wait, `took_ms` is the time of the last look.
    """

    def __init__(
        self,
        looks: Sequence[SecondLook] = (),
        zones: Sequence[Zone] = (),
        models: SecondModels | None = None,
        budget_ms: float = 30.0,
        timer: Callable[[], float] = perf_counter,
    ) -> None:
        self.asked = self.passed = 0
        self.took_ms = 0.0
        self._looks, self._models, self._timer = [look for look in looks if not look.blurs], models, timer
        self._blurs = [Blur(look, zones) for look in looks if look.blurs]
        self._zones = {zone.id: around(zone.polygon) for zone in zones}
        self._votes = {
            at: Votes(look.tells, look.after) for at, look in enumerate(self._looks) if self._classifies(look)
        }
        self._detectors = [look for at, look in enumerate(self._looks) if at not in self._votes]
        self._budget_ms = budget_ms / (2 if 0 < len(self._votes) < len(self._looks) else 1)
        self._turns = Turns([look.every_s for look in self._looks], [look.most for look in self._looks])
        self._held: dict[Wish, _Held] = {}
        self._last = Detections.none()

    def __bool__(self) -> bool:
        return bool(self._looks or self._blurs)

    def __len__(self) -> int:
        """Objects remembered, of all second looks."""
        return len(self._turns) + len(self._held) + sum(map(len, self._votes.values()))

    def widened(self, eyes: Eyes, alive: Detections | None = None) -> Eyes:
        """The eyes with the classes of these looks beside their own, and with what is to be blurred.

        `alive` is where something was a moment ago: told where a picture is to leave, and there alone is blurred.
        """
        if self._models is None:
            return eyes
        blurs = () if alive is None else self._blurs
        return Covering(eyes, self._models, self._detectors, blurs, alive)

    def joined(self, now: Occasion, wanted: Detections) -> Detections:
        """What the detector found, and with it what second detectors see or saw last."""
        self.took_ms = 0.0
        if not self._detectors:
            return wanted
        places = self._places(now, wanted)
        if now.fresh:
            self._serve(now, places, self._detect)
        parts = [self._standing(now, wish, box) for wish, box in places.items() if wish in self._held]
        found = [wanted, *(part for part in parts if part is not None)]
        return Detections(
            np.concatenate([part.xyxy for part in found]),
            np.concatenate([part.score for part in found]),
            np.concatenate([part.label for part in found]),
        )

    def found(self, now: Occasion, tracks: Detections, ended: Sequence[int]) -> Mapping[int, frozenset[str]]:
        """What else each of these tracks is; those that `ended` are forgotten."""
        if self._models is None or not self._looks:
            return NOTHING_MORE
        self._forget(ended)
        self._last = tracks
        if now.fresh and self._votes:
            wishes = {
                Wish(at, track): box for at in self._votes for track, box in _of(self._looks[at].of, tracks, now.labels)
            }
            self._serve(now, wishes, self._classify)
        return {
            track: frozenset[str]().union(*(votes.told(track) for votes in self._votes.values()))
            for track in tracks.track.tolist()
        }

    def blind(self) -> None:
        """The camera shows nothing any more: what was seen last no longer stands."""
        self._held.clear()
        self._last = Detections.none()

    def _serve(
        self, now: Occasion, places: Mapping[Wish, Box], ask: Callable[[Occasion, Wish, Box, Crop], None]
    ) -> None:
        """Ask about as many as the budget lets; `ask` is told whom, where, and shown the crop."""
        width, height = now.frame.size
        crops = {
            wish: crop
            for wish, box in places.items()
            if self._turns.ready(wish, now.elapsed)
            and (crop := crop_of(box, width, height, self._looks[wish.look].grow, self._looks[wish.look].least_px))
        }
        turn, waiting = self._turns.due(crops, now.elapsed)
        began, served = self._timer(), 0
        for wish in turn:
            if served and (self._timer() - began) * 1e3 >= self._budget_ms:
                break
            ask(now, wish, places[wish], crops[wish])
            self._turns.asked(wish, now.elapsed)
            served += 1
        self.asked += served
        self.passed += waiting + len(turn) - served
        self.took_ms += (self._timer() - began) * 1e3

    def _classify(self, now: Occasion, wish: Wish, box: Box, crop: Crop) -> None:  # noqa: ARG002  as `_detect` is called
        models, name = self._given(), self._looks[wish.look].model
        with models.borrowed() as opened:
            model = opened[name]
            assert isinstance(model, Classifier)  # noqa: S101  the constructor asked for no other
            scores = model.scores(crop.of(now.frame.pixels)).tolist()
        said = dict(zip(models.codes[name], scores, strict=True))
        self._votes[wish.look].add(wish.who, said, one_of_them=model.one_of_them)

    def _detect(self, now: Occasion, wish: Wish, box: Box, crop: Crop) -> None:
        look, models = self._looks[wish.look], self._given()
        with models.borrowed() as opened:
            model = opened[look.model]
            assert isinstance(model, Detector)  # noqa: S101  as above
            found = model.detect(crop.of(now.frame.pixels), min(look.tells.values()) - 1e-6)
        names = [models.codes[look.model][label] for label in found.label.tolist()]
        bounds = np.array([look.tells.get(name, np.inf) for name in names])
        chosen = found.score >= bounds
        label = np.array([now.labels.index(name) if name in look.tells else 0 for name in names], np.int32)
        shares = relative(crop.back(found.xyxy[chosen]), box)
        self._held[wish] = _Held(shares, found.score[chosen], label[chosen], now.elapsed)

    def _standing(self, now: Occasion, wish: Wish, box: Box) -> Detections | None:
        """The last answer, where that object is now; none when it is too old to stand."""
        held = self._held[wish]
        if now.fresh and now.elapsed - held.asked > self._looks[wish.look].every_s + STANDS_S:
            del self._held[wish]
            return None
        return Detections(absolute(held.shares, box), held.score, held.label)

    def _places(self, now: Occasion, wanted: Detections) -> dict[Wish, Box]:
        """Where the detectors' zones are, and the boxes of this look that are those of tracks of the last."""
        places: dict[Wish, Box] = {}
        for at, look in enumerate(self._looks):
            if at in self._votes:
                continue
            places |= {Wish(at, zone): self._zones[zone] for zone in sorted(look.zones)}
            places |= {Wish(at, track): box for track, box in self._followed(look.of, wanted, now.labels)}
        return places

    def _followed(self, of: frozenset[str], wanted: Detections, labels: Sequence[str]) -> Iterable[tuple[int, Box]]:
        """The tracks of the last look, each with a box of this one that is nobody else's."""
        tracks = list(_of(of, self._last, labels))
        boxes = [box for _, box in _of(of, wanted, labels)]
        if not (tracks and boxes):
            return
        alike = overlap(np.array([box for _, box in tracks]), np.array(boxes))
        for row, column in zip(*assigned(alike, SAME), strict=True):
            yield tracks[row][0], boxes[column]

    def _classifies(self, look: SecondLook) -> bool:
        return self._given().classifies(look.model)

    def _given(self) -> SecondModels:
        if self._models is None:
            raise ValueError("second looks need their models")
        return self._models

    def _forget(self, ended: Sequence[int]) -> None:
        gone = frozenset(ended)
        if not gone:
            return
        self._turns.forget(gone)
        for votes in self._votes.values():
            votes.forget(gone)
        self._held = {wish: held for wish, held in self._held.items() if wish.who not in gone}


def _of(classes: frozenset[str], found: Detections, labels: Sequence[str]) -> Iterable[tuple[int, Box]]:
    """Identity and box of those of these classes."""
    for track, label, (left, top, right, bottom) in zip(
        found.track.tolist(), found.label.tolist(), found.xyxy.tolist(), strict=True
    ):
        if labels[label] in classes:
            yield track, (left, top, right, bottom)
