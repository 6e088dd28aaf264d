"""A picture as the decoder left it: developed when somebody looks, and only as large as they look.

Idea: most of what a camera sends is asked one thing, whether anything moved, and that is answered by its brightness
alone; of the rest a detector wants a third of the width, and hardly one in a thousand is kept whole. So a decoded
picture waits in its own planes, brightness and the two colours apart. Brightness is shrunk by halves and then the rest
of the way, so that every pixel of the camera's counts and no fine pattern turns into a coarse one; the halves are kept,
for the next who asks. The colours, which cameras send coarse already, are shrunk at once. What has become small is made
blue, green and red, plane by plane, which is how a network's canvas wants it. What nobody needs costs nothing.
Limits: what holds one holds the decoder's memory (3.1 MB of 1080p), so a picture larger than `LARGEST_KEPT_PX` is not
kept like this, nor one in a form that is rare from cameras (all but `FORMS`), nor one that lies upside down in memory.
A picture in colours that swscale does not know is developed grey.
"""

import threading
from dataclasses import dataclass, field
from typing import Final, cast

import av
import cv2
import numpy as np
from av.video.plane import VideoPlane
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter
from numpy.typing import NDArray

Plane = NDArray[np.uint8]
"""One plane of a picture, (height, width); of two colours that lie together (height, width, 2)."""

FORMS: Final = {"yuv420p": 1, "yuvj420p": 1, "yuv422p": 1, "yuvj422p": 1, "yuv444p": 1, "yuvj444p": 1, "nv12": 2}
"""The forms in which a brightness of eight bits is a plane of its own: how many colours lie together in the others."""
LARGEST_KEPT_PX: Final = 1920 * 1088
MOST_TRAYS: Final = 8
ROOM_PX: Final = 16
"""Rows are made multiples of this: of others swscale may leave up to eight last columns unwritten."""


@dataclass(frozen=True, slots=True, eq=False)
class _Tray:
    """What one thread develops pictures of one form and size in: what is shrunk into, and a converter that knows it."""

    shrunk: "av.VideoFrame"
    converter: VideoReformatter = field(default_factory=VideoReformatter)


class _Room(threading.local):
    """One thread's trays, kept since a converter made anew takes longer than a picture, and its way to whole ones."""

    def __init__(self) -> None:
        self.trays: dict[tuple[str, int, int], _Tray] = {}
        self.whole = VideoReformatter()

    def tray(self, form: str, wide: int, high: int) -> _Tray:
        found = self.trays.get((form, wide, high))
        if found is None:
            if len(self.trays) >= MOST_TRAYS:
                self.trays.clear()
            found = self.trays[form, wide, high] = _Tray(av.VideoFrame(-(-wide // ROOM_PX) * ROOM_PX, high, form))
        return found


_ROOM: Final = _Room()


class Latent:
    """A decoded picture that is shown `size`, width and height, however large it came. Any thread may ask."""

    def __init__(self, picture: "av.VideoFrame", size: tuple[int, int]) -> None:
        self.size = size
        self._picture = picture
        self._halves = [_view(picture.planes[0])]
        self._pixels: NDArray[np.uint8] | None = None
        # A conversion writes into the decoder's own record of the picture.
        self._turn = threading.Lock()

    @property
    def full(self) -> bool:
        """Whether its brightness uses all of 0 to 255, and not 16 for black to 235 for white."""
        return self._picture.format.name.startswith("yuvj") or self._picture.color_range == ColorRange.JPEG

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """All of it, BGR (height, width, 3) of `size`; made once."""
        with self._turn:
            if self._pixels is None:
                self._pixels = self._developed()
            return self._pixels

    def grey(self, wide: int, high: int) -> Plane:
        """How bright it is, as it was sent, in another size: (high, wide). The caller's only to read."""
        with self._turn:
            return self._grey(wide, high)

    def planes(self, wide: int, high: int) -> tuple[Plane, Plane, Plane]:
        """Blue, green and red of it in another size, (high, wide) each."""
        if wide % 2 or high % 2:  # swscale smears the last row where colours are coarser than brightness
            sized = _sized(self.pixels, wide, high)
            return sized[:, :, 0], sized[:, :, 1], sized[:, :, 2]
        tray = _ROOM.tray(self._picture.format.name, wide, high)
        with self._turn:
            try:
                made = tray.converter.reformat(self._shrunk(tray, wide), format="gbrp", threads=1)
            except av.FFmpegError:
                return (self._grey(wide, high),) * 3
        green, blue, red = (_view(plane)[:, :wide] for plane in made.planes)
        return blue, green, red

    def _grey(self, wide: int, high: int) -> Plane:
        while self._halves[-1].shape[1] >= 2 * wide and self._halves[-1].shape[0] >= 2 * high:
            rows, columns = self._halves[-1].shape
            self._halves.append(_sized(self._halves[-1], columns // 2, rows // 2))
        enough = (half for half in reversed(self._halves) if half.shape[1] >= wide and half.shape[0] >= high)
        return _sized(next(enough, self._halves[0]), wide, high)

    def _developed(self) -> NDArray[np.uint8]:
        try:
            return developed(self._picture, self.size, _ROOM.whole)
        except av.FFmpegError:
            return np.stack([self._grey(*self.size)] * 3, axis=2)

    def _shrunk(self, tray: _Tray, wide: int) -> "av.VideoFrame":
        """It in the tray, so many columns wide; what is left of the tray repeats the last of them."""
        room, high = tray.shrunk.width, tray.shrunk.height
        if (self._picture.width, self._picture.height) == (room, high) == (wide, high):
            return self._picture
        together = FORMS[tray.shrunk.format.name]
        brightness, *colours = tray.shrunk.planes
        _lay(self._grey(wide, high), _view(brightness))
        for sent, small in zip(self._picture.planes[1:], colours, strict=True):
            into = _view(small, together)
            _lay(_sized(_view(sent, together), into.shape[1] * wide // room, into.shape[0]), into)
        tray.shrunk.colorspace, tray.shrunk.color_range = self._picture.colorspace, self._picture.color_range
        return tray.shrunk


def _lay(plane: Plane, into: Plane) -> None:
    """Write a plane into one that may be wider."""
    wide = plane.shape[1]
    np.copyto(into[:, :wide], plane)
    into[:, wide:] = plane[:, -1:]


def latent(picture: "av.VideoFrame", size: tuple[int, int]) -> Latent | None:
    """The picture kept as it is, to be shown in `size`; None where it is of a form or size that is not kept."""
    if picture.format.name not in FORMS or picture.width * picture.height > LARGEST_KEPT_PX:
        return None
    upright = picture.planes[0].line_size > 0
    return Latent(picture, size) if upright else None


def developed(picture: "av.VideoFrame", size: tuple[int, int], converter: VideoReformatter) -> NDArray[np.uint8]:
    """All of a picture, BGR (height, width, 3) of `size`. Raises av.FFmpegError where swscale cannot."""
    how = Interpolation.FAST_BILINEAR
    made = converter.reformat(picture, *size, "bgr24", interpolation=how, threads=1).to_ndarray()
    return cast("NDArray[np.uint8]", made)


def _sized(plane: Plane, wide: int, high: int) -> Plane:
    if plane.shape[:2] == (high, wide):
        return plane
    # Of a half it is the mean of 2 x 2, and quicker than OpenCV's way of that name.
    return np.asarray(cv2.resize(plane, (wide, high), interpolation=cv2.INTER_LINEAR), np.uint8)


def _view(plane: "VideoPlane", together: int = 1) -> Plane:
    """The plane as an array; rows may be longer in memory than they are wide."""
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
    sent = rows[:, : plane.width * together]
    return sent if together == 1 else sent.reshape(plane.height, plane.width, together)
