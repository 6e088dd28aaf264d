"""The folder of one run: cleared only when it is ours, and held by one demonstration at a time.

A mark says that the folder is ours, and a lock on that mark that somebody plays there now: the kernel lets go of it
when that process is gone, however it went, so no stale lock is ever in anybody's way.
"""

import fcntl
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

MARK: Final = ".wardsense-demo"


class FolderRefusedError(ValueError):
    """A folder that must not be cleared; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """An empty folder of ours, held until this process ends or `mark` is closed."""

    folder: Path
    mark: TextIO


def take(folder: Path) -> Place:
    """Clear and hold a folder; only its owner may enter.

    Raises FolderRefusedError when anything else is in it, when another demonstration holds it, or when it cannot be
    written.
    """
    folder = folder.resolve()
    try:
        if folder.exists() and any(folder.iterdir()) and not (folder / MARK).is_file():
            raise FolderRefusedError(
                f"{folder}: not empty and not a folder of the demonstration; give another with --folder"
            )
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mark = _held(folder)
        _clear(folder)
    except OSError as refused:
        raise FolderRefusedError(
            f"{folder}: cannot be used ({refused.strerror}); give another with --folder"
        ) from refused
    return Place(folder, mark)


def _held(folder: Path) -> TextIO:
    mark = (folder / MARK).open("a", encoding="utf-8")
    try:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        mark.close()
        raise FolderRefusedError(f"{folder}: a demonstration is running here; give another with --folder") from None
    return mark


def _clear(folder: Path) -> None:
    for old in folder.iterdir():
        if old.name == MARK:
            continue
        if old.is_dir() and not old.is_symlink():
            shutil.rmtree(old)
        else:
            old.unlink()
