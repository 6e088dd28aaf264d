"""People's heads and plates are made unreadable before a picture may leave. `Redacted` proves that it was done.

Only `redact` makes a `Redacted`, and `recognised` makes one again of what was kept of one: the constructor asks for a
seal that is nowhere else, so mypy refuses a call with anything else and so does the running program. The evidence
queue takes nothing else in and the uploader sends nothing else.

Each region becomes one flat colour: its own average, moved by chance and rounded to 16 steps a channel; three numbers
of four bits stay of a head, and no computation makes a face of them. A blur can be computed back, and a mosaic can be
matched against candidates: writing by Hill, Zhou, Saul and Shacham ("On the (In)effectiveness of Mosaicing and Blurring
as Tools for Document Redaction", 2016), faces by McPherson, Shokri and Shmatikov ("Defeating Image Obfuscation with
Deep Learning", 2016). The largest region is filled first, and what lies inside filled ones is left: of many boxes on
one head those inside another add nothing. Masks of the camera (`edge.masks`) are burnt in before all that.

What a box shows is told by groups of classes, which a model's label file declares (`person`, `two-wheeler`, `vehicle`:
a class may be in several); English names that everybody uses need no declaration. Of a model whose classes are in no
group of people nothing may leave.
What is covered, from every box the detector gives at 0.10 (whole picture and tiles) and every track alive within
a second: the upper 35 % of a person; of a two-wheeler the rider's half, extended upward by half its height; the lower
half of every vehicle. Faces found by YuNet are covered whole, with a margin, when it is present.
Additions, each for a leak: a person's box too wide for its height hides the legs, so the head takes a larger share of
it; of boxes at 0.25 or more the head gets room above and beside (the box began below the hair), of vehicles the lower
70 % is covered (the plate of a tall boot is above the middle), and above a two-wheeler 70 % of its height: who sits
upright on a bicycle of 1.05 m ends at 1.75 m, on a scooter of 1.1 m in a helmet at 1.75 m. Unsure boxes are mostly
no objects at all: the same for them would hide the street and not one head more.
Limits: what nobody detects is not covered; `docs/privacy.md` gives the leak rate counted by eye. A program that sets
out to forge a seal can: Python hides nothing from itself.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final, final

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.masks import NO_MASKS, Masks
from models.detections import Detections

LEAST_PX: Final = 8
"""A region of fewer pixels across is made as wide: the average of two pixels would be the pixels."""
NOISE: Final = 14
STEP: Final = 16
HEAD_SHARE: Final = 0.35
PLATE_SHARE: Final = 0.5
STANDING: Final = 2.5
"""Height of a standing person, in widths of the box around them."""
SURE: Final = 0.25
SURE_PLATE_SHARE: Final = 0.7
ROOM_ABOVE: Final = 0.12
ROOM_BESIDE: Final = 0.1
RIDER_ABOVE: Final = 0.5
SURE_RIDER_ABOVE: Final = 0.7
FACE_MARGIN: Final = 0.25
QUALITY: Final = 82
WIDEST_PX: Final = 1280
MAIN_WIDEST_PX: Final = 2560  # of a stream that is there for nothing but being looked at by people


class Group(StrEnum):
    """What may be readable on something: a face, a rider's face, a plate. A label file's groups of these names."""

    PEOPLE = "person"
    TWO_WHEELERS = "two-wheeler"
    VEHICLES = "vehicle"


Groups = frozenset[Group]
_POWERED: Final = frozenset({"motorcycle", "motorbike", "moped", "scooter"})
USUAL: Final = {
    Group.PEOPLE: frozenset({"person", "pedestrian", "rider", "cyclist", "motorcyclist"}),
    Group.TWO_WHEELERS: _POWERED | {"bicycle"},
    Group.VEHICLES: _POWERED | {"car", "bus", "truck", "minibus", "van", "lorry", "pickup", "taxi", "tricycle"},
}

Region = tuple[float, float, float, float]
Pixels = tuple[int, int, int, int]


class NotRedacted(Exception):  # noqa: N818  named for what happened, like the other refusals of this house
    """The redaction pass did not run to its end, so there is no picture that may leave; `code` says why."""

    def __init__(self, code: str, what: str) -> None:
        self.code = code
        super().__init__(what)


class _Seal:
    """What only this module holds."""


_SEAL: Final = _Seal()


@final
@dataclass(frozen=True, slots=True)
class Redacted:
    """A JPEG in which heads and plates were made unreadable. Made by `redact`, and again by `recognised`, alone.

    Anybody else's attempt raises TypeError; a copy with other content (`dataclasses.replace`) raises ValueError.
    """

    jpeg: bytes
    sha256: str = field(init=False)
    seal: InitVar[_Seal]

    def __post_init__(self, seal: _Seal) -> None:
        if seal is not _SEAL:
            raise TypeError("only edge.privacy makes a Redacted picture")
        object.__setattr__(self, "sha256", hashlib.sha256(self.jpeg).hexdigest())

    @property
    def media_type(self) -> str:
        """What it is, in the words of HTTP."""
        return "image/jpeg"


def grouped(names: Sequence[str], declared: Mapping[str, Sequence[str]] = MappingProxyType({})) -> list[Groups]:
    """The groups of every class: what a label file declared of it, and what its name says by itself."""
    return [
        frozenset(group for group in Group if name.lower() in USUAL[group] or name in declared.get(group, ()))
        for name in names
    ]


def regions(found: Detections, groups: Sequence[Groups], aspect: float) -> list[Region]:
    """The parts of the picture that must not be readable, normalised xyxy.

    `groups` are those of every class index; `aspect` is the picture's width through its height.
    """
    rows = zip(found.xyxy.tolist(), found.score.tolist(), found.label.tolist(), strict=True)
    return [region for box, score, label in rows for region in _of_one(box, groups[label], score >= SURE, aspect)]


def of_faces(found: Detections) -> list[Region]:
    """Faces, each with a margin around it."""
    boxes = found.xyxy.tolist()
    return [
        (
            left - FACE_MARGIN * (right - left),
            top - FACE_MARGIN * (bottom - top),
            right + FACE_MARGIN * (right - left),
            bottom + FACE_MARGIN * (bottom - top),
        )
        for left, top, right, bottom in boxes
    ]


def redact(
    pixels: NDArray[np.uint8],
    covered: Sequence[Region],
    noise: np.random.Generator,
    masks: Masks = NO_MASKS,
    widest_px: int = WIDEST_PX,
) -> Redacted:
    """The picture (uint8 BGR), `masks` black, every region one colour, scaled to `widest_px`, a JPEG without metadata.

    Raises NotRedacted when it cannot be written as JPEG.
    """
    picture = pixels.copy()
    height, width = picture.shape[:2]
    masks.burn(picture)
    _fill(picture, sorted({_pixels(region, width, height) for region in covered}, key=_area, reverse=True), noise)
    if width > widest_px:
        scale = widest_px / width
        picture = np.asarray(cv2.resize(picture, (widest_px, round(height * scale)), interpolation=cv2.INTER_AREA))
    written, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not written:
        raise NotRedacted("picture_not_encoded", f"no JPEG can be made of a picture of {width} x {height}")
    return Redacted(encoded.tobytes(), _SEAL)


def recognised(content: bytes, recorded: str) -> Redacted:
    """What was kept of a redacted picture, which its keeper recorded as `recorded` (SHA-256) when it was handed over.

    For the evidence queue alone, which wrote that down when it was given a `Redacted`. Raises NotRedacted for any other
    content, whatever it is called and wherever it lies.
    """
    if hashlib.sha256(content).hexdigest() != recorded:
        raise NotRedacted("not_redacted", f"what is kept as {recorded} is not what the redaction made")
    return Redacted(content, _SEAL)


def _of_one(box: Sequence[float], groups: Groups, sure: bool, aspect: float) -> list[Region]:  # noqa: FBT001  how sure the detector is, not a mode
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    above, beside = (ROOM_ABOVE * height, ROOM_BESIDE * width) if sure else (0.0, 0.0)
    covered: list[Region] = []
    if Group.PEOPLE in groups:
        whole = max(height, STANDING * width * aspect)
        covered.append((left - beside, top - above, right + beside, min(bottom, top + HEAD_SHARE * whole)))
    if Group.TWO_WHEELERS in groups:
        rider = SURE_RIDER_ABOVE if sure else RIDER_ABOVE
        covered.append((left - beside, top - rider * height, right + beside, top + height / 2))
    if Group.VEHICLES in groups:
        covered.append((left, bottom - (SURE_PLATE_SHARE if sure else PLATE_SHARE) * height, right, bottom))
    return covered


def _pixels(region: Region, width: int, height: int) -> Pixels:
    """Every pixel the region touches, within the picture; at least `LEAST_PX` each way where the picture has them."""
    left, top, right, bottom = region
    x0, x1 = _span(left, right, width)
    y0, y1 = _span(top, bottom, height)
    return x0, y0, x1, y1


def _span(low: float, high: float, extent: int) -> tuple[int, int]:
    first, last = max(0, int(np.floor(low * extent))), min(extent, int(np.ceil(high * extent)))
    if last <= first:
        return 0, 0
    wanting = max(0, LEAST_PX - (last - first))
    first = max(0, min(first - wanting // 2, extent - LEAST_PX))
    return first, min(extent, max(last, first + LEAST_PX))


def _fill(picture: NDArray[np.uint8], spans: Iterable[Pixels], noise: np.random.Generator) -> None:
    bare = np.ones(picture.shape[:2], np.bool_)
    for x0, y0, x1, y1 in spans:
        if bare[y0:y1, x0:x1].any():
            picture[y0:y1, x0:x1] = _colour(picture[y0:y1, x0:x1], noise)
            bare[y0:y1, x0:x1] = False


def _area(span: Pixels) -> int:
    x0, y0, x1, y1 = span
    return (x1 - x0) * (y1 - y0)


def _colour(part: NDArray[np.uint8], noise: np.random.Generator) -> NDArray[np.uint8]:
    """One colour of 16 steps a channel for all of it."""
    doubtful = part.mean((0, 1)) + noise.integers(-NOISE, NOISE + 1)  # one for all channels: hues stay
    steps: NDArray[np.uint8] = (np.clip(doubtful, 0, 255).astype(np.uint8) // STEP) * STEP + STEP // 2
    return steps
