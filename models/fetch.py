"""Models brought into the store: from a mirror folder or from upstream, and kept only when the hash agrees.

Idea: the catalogue's sha256 is what is trusted, so a public address, a proxy and a memory stick are all equally
good. What arrives is written beside its name as `.part`, proved, and renamed: a file under its real name in the
store is always whole. A broken-off download is taken up where it ended (`Range`), at once while it still makes
progress, and by running the command again after that.
What came with the package is proved like the rest and never fetched.
Limits: no file larger than the catalogue says is ever written; HTTP only, no credentials.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from typing import TypeAlias

import httpx

from models.catalogue import Entry

PATIENCE_S = 30.0
REINSTALL = "install WardSense again"

Progress: TypeAlias = Callable[[int, int], None]
"""Told the bytes here so far and the bytes there will be."""


class Held(StrEnum):
    """What the store has under a model's name."""

    GOOD = "good"
    ABSENT = "absent"
    WRONG = "wrong-hash"


class FetchFailed(Exception):  # noqa: N818  named for what happened, like the refusals of this house
    """A model that could not be brought here; the message says what to do."""


class _Broken(Exception):  # noqa: N818  a line that broke is weather, not an error of ours
    pass


def verify(entry: Entry, store: Path) -> Held:
    """Whether the store, or the package, holds the very file of `entry`. Raises FetchFailed when it cannot be read."""
    path = entry.lies(store)
    with _disk(path):
        if not path.is_file():
            return Held.ABSENT
        return Held.GOOD if _sha256(path) == entry.sha256 else Held.WRONG


def pull(entry: Entry, into: Path, mirror: Path | None = None, progress: Progress | None = None) -> Path:
    """Bring `entry` into the folder `into`, from `mirror` alone when one is given, else from its sources in turn.

    A mirror names files by sha256 or by file name. What is there and good is left as it is, so of a bundled model
    nothing is copied.
    Returns the file. Raises FetchFailed, which says what was tried and what to do.
    """
    told = progress or (lambda _here, _whole: None)
    path = entry.lies(into)
    held = verify(entry, into)
    if held is Held.GOOD:
        told(entry.bytes, entry.bytes)
        return path
    if entry.bundled is not None:
        raise FetchFailed(f"{entry.name} comes with WardSense, and its file {path} is {held}: {REINSTALL}")
    part = path.with_name(path.name + ".part")
    with _disk(part):
        into.mkdir(parents=True, exist_ok=True)
        if mirror is not None:
            _copy(entry, mirror, part)
        else:
            _download(entry, part, told)
        part.replace(path)
    told(entry.bytes, entry.bytes)
    return path


def _copy(entry: Entry, mirror: Path, part: Path) -> None:
    names = (entry.sha256, f"{entry.sha256}.onnx", entry.file)
    there = [mirror / name for name in names if (mirror / name).is_file()]
    if not there:
        raise FetchFailed(
            f"{entry.name}: the mirror {mirror} has neither {entry.sha256} nor {entry.file}; "
            "put the file there under one of these names, or pull without --mirror"
        )
    good = [file for file in there if _sha256(file) == entry.sha256]
    if not good:
        raise FetchFailed(
            f"{entry.name}: {', '.join(map(str, there))} is not the file the catalogue names (its sha256 is not "
            f"{entry.sha256}); copy it to the mirror again"
        )
    shutil.copyfile(good[0], part)
    if _sha256(part) != entry.sha256:
        part.unlink()
        raise FetchFailed(f"{entry.name}: the copy of {good[0]} came out different; is the disk sound?")


def _download(entry: Entry, part: Path, told: Progress) -> None:
    if not entry.sources:
        raise FetchFailed(f"{entry.name}: the catalogue has no address for it; pull it with --mirror FOLDER")
    tried = []
    with httpx.Client(follow_redirects=True, timeout=PATIENCE_S) as client:
        for address in entry.sources:
            # What an earlier run left may be of another file, so a part taken up gets a second try from nothing.
            for _ in range(2 if part.exists() else 1):
                try:
                    _whole(client, address, entry, part, told)
                    if _sha256(part) == entry.sha256:
                        return
                except (_Broken, httpx.InvalidURL) as broken:
                    tried.append(f"{address}: {broken}")
                    break
                part.unlink()
                tried.append(f"{address}: what came has another sha256 than the catalogue's {entry.sha256}")
    raise FetchFailed(
        f"{entry.name} could not be fetched. " + "; ".join(tried) + ". Run the same command again to go on where it "
        "stopped, or, on a closed network, use --mirror FOLDER"
    )


def _whole(client: httpx.Client, address: str, entry: Entry, part: Path, told: Progress) -> None:
    """Fetch until the part is as long as the catalogue says; goes on after a break while it makes progress."""
    if _length(part) > entry.bytes:
        part.unlink()
    while (here := _length(part)) < entry.bytes:
        try:
            _some(client, address, entry, part, told)
        except httpx.HTTPError as broken:
            if _length(part) <= here:
                raise _Broken(f"{type(broken).__name__}: {broken}") from broken
        else:
            if _length(part) < entry.bytes:
                raise _Broken(f"ended after {_length(part)} of {entry.bytes} bytes")


def _some(client: httpx.Client, address: str, entry: Entry, part: Path, told: Progress) -> None:
    here = _length(part)
    # Without `identity` a server may compress, and a range would then count bytes of another file.
    asked = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={here}-"} if here else {})
    with client.stream("GET", address, headers=asked) as answer:
        if answer.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            part.unlink()
            raise _Broken("the server has less than what is here already; the part was thrown away")
        if answer.status_code not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
            raise _Broken(f"the server answered {answer.status_code}")
        resumed = answer.headers.get("Content-Range", "").startswith(f"bytes {here}-")
        if answer.status_code == HTTPStatus.PARTIAL_CONTENT and not resumed:
            raise _Broken("the server sent another range than was asked for")
        with part.open("ab" if here and resumed else "wb") as file:
            for chunk in answer.iter_raw():
                file.write(chunk)
                file.flush()
                if file.tell() > entry.bytes:
                    raise _Broken(f"more than the {entry.bytes} bytes of the catalogue came")
                told(file.tell(), entry.bytes)


def _length(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as wrong:
        raise FetchFailed(
            f"{wrong.filename or path}: {wrong.strerror or wrong}; is the disk there, readable, writable and not full?"
        ) from wrong
