"""Pictures of a folder or of a film, one after another, for the workshop; a node takes its own from `streams`.

Idea: whatever measures, calibrates or labels wants the same thing, a name and pixels, and does not care where they
lie. A folder is walked whole and in order; a film gives one frame in so many. A node keeps its evidence under names
without a suffix, so a file without one is known by its first bytes.
Limits: OpenCV reads films here and hides their time stamps, which nobody in the workshop asks for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

STILLS: Final = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})
JPEG: Final = frozenset({".jpg", ".jpeg"})
FILMS: Final = frozenset({".mp4", ".avi", ".mkv", ".mov", ".ts", ".webm"})
FIRST_BYTES: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")

Pixels = NDArray[np.uint8]


class NoPicture(Exception):  # noqa: N818  named for what happened, like the refusals of this house
    """Something that should be a picture, a film or a folder of them and is not; the message says what to do."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """`pixels` uint8 BGR (H, W, 3), under a `name` that is unique in its source; `file` where it lies as it is."""

    name: str
    pixels: Pixels
    file: Path | None = None


def stills(folder: Path) -> list[Path]:
    """Every picture file below `folder`, in order of name. Raises NoPicture where there is none."""
    found = [path for path in sorted(folder.rglob("*")) if path.is_file() and _is_still(path)]
    if not found:
        raise NoPicture(f"{folder} holds no picture ({', '.join(sorted(STILLS))}); is it the right folder?")
    return found


def read(path: Path) -> Pixels:
    """The pixels of one file. Raises NoPicture."""
    # Read here and not by OpenCV, which tells its own tale of a missing file on standard error.
    try:
        coded = np.fromfile(path, np.uint8)
        pixels = cv2.imdecode(coded, cv2.IMREAD_COLOR) if len(coded) else None
    except (OSError, cv2.error) as wrong:
        raise NoPicture(f"{path} is missing or is no picture") from wrong
    if pixels is None:
        raise NoPicture(f"{path} is missing or is no picture")
    return np.asarray(pixels, np.uint8)


def write(path: Path, pixels: Pixels, quality: int = 95) -> None:
    """Write `pixels` in the format of the suffix. Raises NoPicture when the disk or the format will not have it."""
    if path.suffix.lower() not in STILLS:
        raise NoPicture(f"{path} must end in one of {', '.join(sorted(STILLS))}")
    how = [cv2.IMWRITE_JPEG_QUALITY, quality] if path.suffix.lower() in JPEG else []
    if not cv2.imwrite(str(path), pixels, how):
        raise NoPicture(f"{path} could not be written; is the folder there, writable, and the disk not full?")


def count(source: Path, every: int = 1) -> int:
    """How many pictures `taken` will give; of a film, what its header claims. Raises NoPicture."""
    if source.is_dir():
        return -(-len(stills(source)) // every)
    if source.suffix.lower() not in FILMS:
        return 1
    film = _opened(source)
    frames = int(film.get(cv2.CAP_PROP_FRAME_COUNT))
    film.release()
    return max(1, -(-frames // every))


def taken(source: Path, every: int = 1, broken: Callable[[NoPicture], None] | None = None) -> Iterator[Picture]:
    """One picture in `every` of a folder or film, or the one file itself. Raises NoPicture.

    With `broken`, a file of a folder that is no picture is told to it, and the rest goes on.
    """
    if source.is_dir():
        for path in stills(source)[::every]:
            try:
                pixels = read(path)
            except NoPicture as wrong:
                if broken is None:
                    raise
                broken(wrong)
                continue
            yield Picture(path.relative_to(source).as_posix().replace("/", "-"), pixels, path)
    elif source.suffix.lower() in FILMS:
        yield from _frames(source, every)
    else:
        yield Picture(source.name, read(source), source)


def _frames(source: Path, every: int) -> Iterator[Picture]:
    film, number = _opened(source), 0
    try:
        while film.grab():
            if number % every == 0:
                whole, pixels = film.retrieve()
                if whole and pixels is not None:
                    yield Picture(f"{source.stem}-{number:06d}.jpg", np.asarray(pixels, np.uint8))
            number += 1
    finally:
        film.release()
    if not number:
        raise NoPicture(f"{source} holds no frame that can be decoded")


def _opened(source: Path) -> cv2.VideoCapture:
    if not source.is_file():
        raise NoPicture(f"there is no {source}")
    film = cv2.VideoCapture(str(source))
    if not film.isOpened():
        raise NoPicture(f"{source} cannot be opened as a film")
    return film


def _is_still(path: Path) -> bool:
    if path.suffix:
        return path.suffix.lower() in STILLS
    with path.open("rb") as file:
        return file.read(8).startswith(FIRST_BYTES)
