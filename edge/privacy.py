"""People's heads and plates are made unreadable before a picture may leave. `Redacted` proves that it was done.

Only `redact` can make a `Redacted`, and only a `Redacted` is accepted by the evidence store: a picture that was
not through here has no way out. Each region becomes a mosaic of at most 8 x 8 blocks, each at least 8 x 8 pixels,
and noise is laid over it: a blur can be computed back, an average of 64 pixels under unknown noise cannot.
What a box shows is told by groups of classes, which a model's label file declares (`person`, `two-wheeler`, `vehicle`:
a class may be in several); English names that everybody uses need no declaration. Of a model whose classes are in no
group of people nothing may leave.
What is covered, from every box the detector gives at 0.10 (whole picture and tiles) and every track alive within
a second: the upper 35 % of a person; of a two-wheeler the rider's half, extended upward by half its height; the lower
half of every vehicle. Faces found by YuNet are covered whole, with a margin, when it is present.
Three additions, each for a leak that was counted: a person's box too wide for its height hides the legs, so the head
takes a larger share of it; of boxes at 0.25 or more the head gets room above and beside (the box began below the
hair), and of vehicles the lower 70 % is covered (the plate of a tall boot is above the middle). Unsure boxes are mostly
no objects at all: the same for them would hide the street and not one head more.
Limits: what nobody detects is not covered. `docs/privacy.md` gives the leak rate counted by eye.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.detections import Detections

BLOCKS: Final = 8
LEAST_BLOCK_PX: Final = 8
NOISE: Final = 14
HEAD_SHARE: Final = 0.35
PLATE_SHARE: Final = 0.5
STANDING: Final = 2.5
"""Height of a standing person, in widths of the box around them."""
SURE: Final = 0.25
SURE_PLATE_SHARE: Final = 0.7
ROOM_ABOVE: Final = 0.12
ROOM_BESIDE: Final = 0.1
FACE_MARGIN: Final = 0.25
QUALITY: Final = 82
WIDEST_PX: Final = 1280


class Group(StrEnum):
    """What may be readable on something: a face, a rider's face, a plate. A label file's groups of these names."""

    PEOPLE = "person"
    TWO_WHEELERS = "two-wheeler"
    VEHICLES = "vehicle"


Groups = frozenset[Group]
USUAL: Final = {
    Group.PEOPLE: frozenset({"person"}),
    Group.TWO_WHEELERS: frozenset({"bicycle", "motorcycle", "motorbike"}),
    Group.VEHICLES: frozenset({"car", "bus", "truck", "motorcycle", "motorbike", "minibus", "van"}),
}

Region = tuple[float, float, float, float]
_MAKER: Final = object()


class NotRedacted(Exception):  # noqa: N818  named for what happened, like the other refusals of this house
    """The redaction pass did not run to its end, so there is no picture that may leave; `code` says why."""

    def __init__(self, code: str, what: str) -> None:
        self.code = code
        super().__init__(what)


@dataclass(frozen=True, slots=True)
class Redacted:
    """A JPEG in which heads and plates were made unreadable; `regions` is how many. Made by `redact` alone."""

    jpeg: bytes
    sha256: str
    regions: int
    maker: object

    def __post_init__(self) -> None:
        if self.maker is not _MAKER:
            raise TypeError("only edge.privacy.redact makes a Redacted picture")


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


def redact(pixels: NDArray[np.uint8], covered: Sequence[Region], noise: np.random.Generator) -> Redacted:
    """The picture (uint8 BGR) with every region a noisy mosaic, at most 1280 px wide, as JPEG without metadata.

    Raises NotRedacted when it cannot be written as JPEG.
    """
    picture = pixels.copy()
    height, width = picture.shape[:2]
    for left, top, right, bottom in covered:
        x0, x1 = _pixels(left, right, width)
        y0, y1 = _pixels(top, bottom, height)
        if x1 > x0 and y1 > y0:
            picture[y0:y1, x0:x1] = _mosaic(picture[y0:y1, x0:x1], noise)
    if width > WIDEST_PX:
        scale = WIDEST_PX / width
        picture = np.asarray(cv2.resize(picture, (WIDEST_PX, round(height * scale)), interpolation=cv2.INTER_AREA))
    written, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not written:
        raise NotRedacted("picture_not_encoded", f"no JPEG can be made of a picture of {width} x {height}")
    jpeg = encoded.tobytes()
    return Redacted(jpeg, hashlib.sha256(jpeg).hexdigest(), len(covered), _MAKER)


def _of_one(box: Sequence[float], groups: Groups, sure: bool, aspect: float) -> list[Region]:  # noqa: FBT001  how sure the detector is, not a mode
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    above, beside = (ROOM_ABOVE * height, ROOM_BESIDE * width) if sure else (0.0, 0.0)
    covered: list[Region] = []
    if Group.PEOPLE in groups:
        whole = max(height, STANDING * width * aspect)
        covered.append((left - beside, top - above, right + beside, min(bottom, top + HEAD_SHARE * whole)))
    if Group.TWO_WHEELERS in groups:
        covered.append((left - beside, top - height / 2, right + beside, top + height / 2))
    if Group.VEHICLES in groups:
        covered.append((left, bottom - (SURE_PLATE_SHARE if sure else PLATE_SHARE) * height, right, bottom))
    return covered


def _pixels(low: float, high: float, extent: int) -> tuple[int, int]:
    return max(0, int(np.floor(low * extent))), min(extent, int(np.ceil(high * extent)))


def _mosaic(part: NDArray[np.uint8], noise: np.random.Generator) -> NDArray[np.uint8]:
    height, width = part.shape[:2]
    rows = max(1, min(BLOCKS, height // LEAST_BLOCK_PX))
    columns = max(1, min(BLOCKS, width // LEAST_BLOCK_PX))
    means = cv2.resize(part, (columns, rows), interpolation=cv2.INTER_AREA)
    blocks = cv2.resize(means, (width, height), interpolation=cv2.INTER_NEAREST).astype(np.int16)
    noisy = blocks + noise.integers(-NOISE, NOISE + 1, blocks.shape, dtype=np.int16)
    clipped: NDArray[np.uint8] = np.clip(noisy, 0, 255).astype(np.uint8)
    return clipped
