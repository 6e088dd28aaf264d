"""Pictures and clips on disk, by ward and content hash. Bytes only: what they are and who may see them stands in rows.

A file is written beside its place, synced and renamed, so that a name never holds half a picture; the same content
written twice is the same file. `ward` and `sha256` come from validated slugs and hashes, so no path leaves the folder.
"""

import os
from pathlib import Path
from uuid import uuid4


class Folder:
    """A folder of files named by ward and SHA-256."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, ward: str, sha256: str) -> Path:
        """Where that content lies, or would lie."""
        return self.root / ward / sha256[:2] / sha256

    def keep(self, ward: str, sha256: str, data: bytes) -> None:
        """Write the content for good."""
        path = self.path(ward, sha256)
        if path.exists():
            return
        beside = path.parent / f".{uuid4().hex}"
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        self._settle(beside, path)

    def take(self, ward: str, sha256: str, finished: Path) -> None:
        """Move a finished, synced file of the same disk to its place."""
        path = self.path(ward, sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._settle(finished, path)

    def _settle(self, beside: Path, path: Path) -> None:
        beside.rename(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
