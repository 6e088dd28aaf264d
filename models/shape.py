"""Pictures made the size a network wants, and boxes brought back to the picture they came from.

Idea: a network has one input size, cameras have many. A `Letterbox` owns one canvas and fills it again for
every frame, so that a frame costs one resize, one split and one multiplication per colour plane: 1.1 ms for
1080p into 640x384 where `blobFromImage` takes 1.5. A camera's picture brings its planes already small (`Planar`),
and then only the multiplication is left; a network that takes bytes (`models.bytewise`) is spared that too. The
`Placing` it returns remembers where the picture lies on the canvas; its `back` is the exact inverse and ends in 0..1
of the picture, so that no module outside this one and `models.decode` ever counts pixels.
Limits: the canvas is overwritten by the next `fill`, so one `Letterbox` serves one thread.
OpenCV is used here for pixels and in `models.decode` for suppression, nowhere else in `models`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from types import MappingProxyType
from typing import Final, Protocol, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from models.catalogue import Colour, Fit, Input

Plane: TypeAlias = NDArray[np.uint8]
"""One colour of a picture, (height, width)."""


class Planar(Protocol):
    """A picture that can be had in another size, colour by colour, without all of it being made first."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""

    def planes(self, wide: int, high: int) -> tuple[Plane, Plane, Plane]:
        """Blue, green and red, each uint8 (high, wide)."""


Picture: TypeAlias = NDArray[np.uint8] | Planar
"""uint8 BGR (height, width, 3), or what gives its planes in any size."""

Canvas: TypeAlias = NDArray[np.float32] | NDArray[np.uint8]
"""What a network is fed."""

ORDER: Final = MappingProxyType({Colour.BGR: (0, 1, 2), Colour.RGB: (2, 1, 0)})
"""Where each colour of a canvas stands among blue, green and red."""


@dataclass(frozen=True, slots=True)
class Placing:
    """Where a picture lies on a canvas, in canvas pixels: its `left` and `top` corner, its `width` and `height`."""

    left: float
    top: float
    width: float
    height: float

    def back(self, xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Canvas pixels float32 (N, 4) to 0..1 of the picture, cut at its edges."""
        origin = np.array([self.left, self.top] * 2, np.float32)
        extent = np.array([self.width, self.height] * 2, np.float32)
        shares: NDArray[np.float32] = np.clip((xyxy - origin) / extent, 0.0, 1.0, dtype=np.float32)
        return shares

    def forth(self, xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
        """0..1 of the picture, float32 (N, 4), to canvas pixels."""
        extent = np.array([self.width, self.height] * 2, np.float32)
        placed: NDArray[np.float32] = xyxy * extent + np.array([self.left, self.top] * 2, np.float32)
        return placed


def place(width: int, height: int, want: Input) -> Placing:
    """Where a picture of `width` x `height` pixels lies on the canvas of `want`; whole canvas pixels."""
    if want.fit is Fit.STRETCH:
        return Placing(0, 0, want.width, want.height)
    ratio = min(want.width / width, want.height / height)
    wide, high = max(1, round(width * ratio)), max(1, round(height * ratio))
    if want.fit is Fit.TOP_LEFT:
        return Placing(0, 0, wide, high)
    return Placing((want.width - wide) // 2, (want.height - high) // 2, wide, high)


class Letterbox:
    """One reusable canvas, shaped as `want` says: float32 (1, 3, height, width), scaled as it says too.

    With `in_bytes` it is uint8 (1, height, width, 3), the colours in their order and nothing scaled.
    """

    def __init__(self, want: Input, *, in_bytes: bool = False) -> None:
        self.want = want
        self._canvas = _Bytes(want) if in_bytes else _Floats(want)
        self._lies: Placing | None = None

    def fill(self, picture: Picture) -> tuple[Canvas, Placing]:
        """Shape `picture`; the canvas is valid until the next call. Raises ValueError when it is no picture."""
        if isinstance(picture, np.ndarray):
            check(picture)
            size = picture.shape[1], picture.shape[0]
        else:
            size = picture.size
        lies = place(*size, self.want)
        if lies != self._lies:  # only a picture of another size moves the padding: painted once per camera
            self._canvas.blank()
            self._lies = lies
        left, top, wide, high = int(lies.left), int(lies.top), int(lies.width), int(lies.height)
        colours = _split(picture, wide, high) if isinstance(picture, np.ndarray) else picture.planes(wide, high)
        self._canvas.lay(colours, (slice(top, top + high), slice(left, left + wide)))
        return self._canvas.whole, lies


class _Floats:
    """A canvas of planes, scaled."""

    def __init__(self, want: Input) -> None:
        self._want = want
        self._gain = [np.float32(want.scale / want.std[plane]) for plane in range(3)]
        self._offset = [np.float32(-want.mean[plane] / want.std[plane]) for plane in range(3)]
        self.whole = np.empty((1, 3, want.height, want.width), np.float32)

    def blank(self) -> None:
        for plane in range(3):
            self.whole[0, plane] = self._want.pad * self._gain[plane] + self._offset[plane]

    def lay(self, colours: Sequence[Plane], where: tuple[slice, slice]) -> None:
        for plane, source in enumerate(ORDER[self._want.colour]):
            window = self.whole[0, plane][where]
            # Twice as fast as in one: numpy casts in small pieces where it multiplies too.
            np.copyto(window, colours[source])
            window *= self._gain[plane]
            if self._offset[plane]:
                window += self._offset[plane]


class _Bytes:
    """A canvas of pixels as they come."""

    def __init__(self, want: Input) -> None:
        self._want = want
        self.whole = np.empty((1, want.height, want.width, 3), np.uint8)

    def blank(self) -> None:
        self.whole[:] = self._want.pad

    def lay(self, colours: Sequence[Plane], where: tuple[slice, slice]) -> None:
        cv2.merge([colours[source] for source in ORDER[self._want.colour]], dst=self.whole[0][where])


def check(pixels: NDArray[np.uint8]) -> None:
    """Raises ValueError when this is no picture of uint8 (height, width, 3)."""
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or not pixels.size:  # noqa: PLR2004  the axes of a picture
        raise ValueError(f"a picture is uint8 (H, W, 3) in BGR order, not {pixels.dtype} {pixels.shape}")


def _split(pixels: NDArray[np.uint8], wide: int, high: int) -> tuple[Plane, ...]:
    same = pixels.shape[:2] == (high, wide)
    sized = pixels if same else cv2.resize(pixels, (wide, high), interpolation=cv2.INTER_LINEAR)
    return tuple(np.asarray(plane, np.uint8) for plane in cv2.split(sized))


def tiles(width: int, height: int, side: int | tuple[int, int] | None = None, overlap: float = 0.2) -> NDArray[np.intp]:
    """Overlapping squares, or parts of `side` (wide, high), that cover a picture: pixels xyxy, (T, 4), row by row.

    `side` defaults to the shorter edge of the picture, so that 1280x720 gives two tiles; neighbours share at
    least `overlap` of a side, so that whatever is smaller than that lies whole in one of them.
    Raises ValueError when a side is below one pixel or `overlap` is outside [0, 1).
    """
    side = min(width, height) if side is None else side
    wide, high = (side, side) if isinstance(side, int) else side
    if min(wide, high) < 1 or not 0 <= overlap < 1:
        raise ValueError(f"tiles need a side of at least 1 and an overlap in [0, 1), not {side} and {overlap}")
    lefts, tops = _starts(width, wide, overlap), _starts(height, high, overlap)
    corners = [(x, y, min(x + wide, width), min(y + high, height)) for y in tops for x in lefts]
    return np.array(corners, np.intp)


def _starts(length: int, side: int, overlap: float) -> list[int]:
    if side >= length:
        return [0]
    steps = ceil((length - side) / max(1.0, side * (1 - overlap)))
    return [round(step * (length - side) / steps) for step in range(steps + 1)]
