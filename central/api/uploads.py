"""Evidence on its way in: parts of a file gathered on disk until the centre's own hash agrees with its name.

Nothing is believed: a part is written where it belongs or refused, the whole is hashed here, and what does not agree
is thrown away. So many uploads at a time and no more; the rest are told when to come back.
"""

import hashlib
import math
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from central.api.problems import Code, Refused, busy

ONE_REQUEST: Final = 1024 * 1024
PART: Final = 256 * 1024
MOST_BYTES: Final = 32 * 1024 * 1024
AT_A_TIME: Final = 8
MOST_GATHERED: Final = 64 * 1024 * 1024
BLOCK: Final = 4096  # what the smallest part takes on disk
PARTS_KEPT: Final = timedelta(hours=6)
_OPENINGS: Final = {
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    "video/mp4": re.compile(rb".{4}ftyp", re.DOTALL),
}


class Uploads:
    """Room for uploads, and one lock per file being gathered. Safe to use from many threads."""

    def __init__(self, at_a_time: int = AT_A_TIME) -> None:
        self._room = threading.BoundedSemaphore(at_a_time)
        self._lock = threading.Lock()
        self._held: set[tuple[str, str]] = set()

    @contextmanager
    def room(self, node: str, sha256: str) -> Iterator[None]:
        """One upload's turn. Refuses with 503 when there is no room or the same file is being sent elsewhere."""
        if not self._room.acquire(blocking=False):
            raise busy()
        try:
            with self._alone((node, sha256)):
                yield
        finally:
            self._room.release()

    @contextmanager
    def _alone(self, name: tuple[str, str]) -> Iterator[None]:
        with self._lock:
            if name in self._held:
                raise busy()
            self._held.add(name)
        try:
            yield
        finally:
            with self._lock:
                self._held.discard(name)


def part_file(root: Path, node: str, sha256: str) -> Path:
    """Where the parts of a file are gathered."""
    return root / ".parts" / node / sha256


def received(root: Path, node: str, sha256: str) -> int:
    """How many bytes of a file have been gathered, and so where to go on.

    0 when all of it is here but was not settled (the centre died in between): any part sent again then settles it.
    """
    path = part_file(root, node, sha256)
    return path.stat().st_size if path.exists() and hash_of(path) != sha256 else 0


def gather(path: Path, start: int, data: bytes) -> int:
    """Write a part and return how far the file has got. Refuses a part that leaves a hole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("r+b" if path.exists() else "w+b") as file:
        there = file.seek(0, os.SEEK_END)
        if start > there:
            raise Refused(Code.EVIDENCE_RANGE_REFUSED, {"received": there}, {"Upload-Offset": str(there)})
        file.seek(start)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
        return max(there, start + len(data))


def hash_of(path: Path) -> str:
    """The SHA-256 of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def opens_as(path: Path, media_type: str) -> bool:
    """Whether a file begins as files of that type do."""
    with path.open("rb") as file:
        return _OPENINGS[media_type].match(file.read(16)) is not None


def gathered(root: Path, node: str) -> int:
    """How many bytes of disk a node's unfinished files take."""
    return sum(max(_told(path)[0], BLOCK) for path in root.glob(f".parts/{node}/*"))


def forget_stale(root: Path, before: datetime) -> int:
    """Throw away parts nobody has added to since `before`; returns how many files."""
    stale = [path for path in root.glob(".parts/*/*") if _told(path)[1] < before.timestamp()]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)


def _told(path: Path) -> tuple[int, float]:
    try:
        told = path.stat()
    except FileNotFoundError:  # settled or thrown away meanwhile
        return 0, math.inf
    return told.st_size, told.st_mtime
