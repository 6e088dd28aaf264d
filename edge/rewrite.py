"""A small file exchanged whole: whoever reads it finds the old one or the new one, also after a power cut."""

import os
import stat
from pathlib import Path


def rewrite(path: Path, content: bytes) -> None:
    """Write beside, sync, rename, sync the folder; who may read it stays as it was. Raises OSError."""
    beside = path.with_name(path.name + ".new")
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o600
    with beside.open("wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_folder(path.parent)


def remove(path: Path) -> None:
    """Let a file be gone, also after a power cut. Raises OSError."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable. Raises OSError."""
    entry = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(entry)
    finally:
        os.close(entry)
