"""Whether anything of a painted street is in a stream of bytes: its pixels in any wrapping, or words nobody may send.

A stream is read as it is, and whatever is wrapped in it is unwrapped and read as well: base64, hexadecimal, deflate,
pictures of any format OpenCV knows, films. In a picture each code is looked for by correlation, and the two
colours nothing else in the street has are counted pixel by pixel, so that a fragment is found too. Pixels that were
dumped without any format betray themselves by runs of those colours.
"""

import base64
import binascii
import re
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from tests.parts.painted_street import MAGENTA, SIZES, YELLOW, Pixels, code

LIKE: Final = 0.6
"""Correlation from which a code is there; JPEG leaves 0.9 and more of one that is."""
NEAR: Final = 60
RUN: Final = 12
PICTURES: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"RIFF", b"GIF8", b"BM", b"II*\0", b"MM\0*")
FILMS: Final = (b"ftyp", b"\x1aE\xdf\xa3", b"\0\0\0\1\x67", b"\0\0\0\1\x40")
BASE64: Final = re.compile(rb"[A-Za-z0-9+/_-]{64,}={0,2}")
HEXADECIMAL: Final = re.compile(rb"(?:[0-9a-fA-F]{2}){64,}")
DEEPEST: Final = 3
FRINGE: Final = 8
"""Pixels of a picture that may be as magenta or yellow as a code by chance, where a JPEG runs colours together."""


@dataclass(frozen=True, slots=True)
class Leak:
    """What was found: names of codes, pixels in the codes' colours (the most in one picture), forbidden words."""

    codes: frozenset[str] = frozenset()
    pixels: int = 0
    words: frozenset[bytes] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.codes or self.words) or self.pixels > FRINGE

    def __or__(self, other: "Leak") -> "Leak":
        return Leak(self.codes | other.codes, max(self.pixels, other.pixels), self.words | other.words)


def leaks(stream: bytes, *words: bytes) -> Leak:
    """What of the painted street, or of these words, a stream holds."""
    found = Leak()
    for layer in _layers(stream, DEEPEST):
        said = {word for word in words for form in (word, word.decode().encode("utf-16-le")) if form in layer}
        found |= Leak(words=frozenset(said), pixels=_dumped(layer))
        for pixels in pictures(layer):
            found |= seen(pixels)
    return found


def pictures(layer: bytes) -> Iterator[Pixels]:
    """Every picture and every frame of a film that begins anywhere in these bytes."""
    for magic in PICTURES:
        for match in re.finditer(re.escape(magic), layer):
            if (pixels := _decoded(layer[match.start() :])) is not None:
                yield pixels
    if any(magic in layer[:64] for magic in FILMS):
        yield from _frames(layer)


def seen(pixels: Pixels) -> Leak:
    """The codes in one picture, by their greys so that one without colours counts, and pixels in their colours."""
    shown = frozenset(name for name in SIZES if _like(pixels, code(name)) > LIKE)
    return Leak(shown, coloured(pixels))


def coloured(pixels: Pixels) -> int:
    """How many pixels of a picture are as good as magenta or yellow."""
    return int(_near(pixels).sum())


def _like(pixels: Pixels, wanted: Pixels) -> float:
    if pixels.shape[0] < wanted.shape[0] or pixels.shape[1] < wanted.shape[1]:
        return 0.0
    grey, code_grey = (cv2.cvtColor(one, cv2.COLOR_BGR2GRAY) for one in (pixels, wanted))
    found = cv2.matchTemplate(grey, code_grey, cv2.TM_CCOEFF_NORMED)
    return float(np.nan_to_num(found, nan=0.0, posinf=0.0, neginf=0.0).max())


def _near(pixels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which pixels, (..., 3) in either order of colours, are as good as magenta or yellow."""
    wide = pixels.astype(np.int16)
    forms = (MAGENTA, YELLOW, YELLOW[::-1])
    close = [(np.abs(wide - np.array(form, np.int16)) < NEAR).all(axis=-1) for form in forms]
    return np.asarray(np.logical_or.reduce(close), np.bool_)


def _dumped(layer: bytes) -> int:
    """Pixels in runs of a dump of three bytes each, wherever it begins."""
    most = 0
    for start in range(3):
        whole = (len(layer) - start) // 3 * 3
        near = _near(np.frombuffer(layer[start : start + whole], np.uint8).reshape(-1, 3))
        runs = np.convolve(near, np.ones(RUN, np.int32)) if len(near) else np.zeros(1, np.int32)
        most = max(most, int(near.sum()) if runs.max() >= RUN else 0)
    return most


def _layers(stream: bytes, depth: int) -> Iterator[bytes]:
    yield stream
    if not depth:
        return
    for inner in _unwrapped(stream):
        yield from _layers(inner, depth - 1)


def _unwrapped(stream: bytes) -> Iterator[bytes]:
    for match in BASE64.finditer(stream):
        plain = match.group().replace(b"-", b"+").replace(b"_", b"/").rstrip(b"=")
        yield base64.b64decode(plain[: len(plain) // 4 * 4])
    for match in HEXADECIMAL.finditer(stream):
        yield binascii.unhexlify(match.group())
    for magic, bits in ((b"\x1f\x8b\x08", 31), (b"\x78\x9c", 15), (b"\x78\x01", 15), (b"\x78\xda", 15)):
        for match in re.finditer(re.escape(magic), stream):
            try:
                yield zlib.decompressobj(bits).decompress(stream[match.start() :])
            except zlib.error:
                continue


def _decoded(content: bytes) -> Pixels | None:
    try:
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None
    return None if pixels is None else np.asarray(pixels, np.uint8)


def _frames(content: bytes) -> Iterator[Pixels]:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        try:
            with av.open(file.name) as film:
                for frame in film.decode(video=0):
                    yield np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
        except (av.FFmpegError, IndexError):
            return
