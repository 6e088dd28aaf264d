"""What every camera is known to show outlives the node: taken up with a camera's first picture, kept while it is fit.

A file a camera under the node's data (`edge.known_view`), exchanged whole. It is written when a camera becomes fit or
unfit, every half an hour, and at the end; a power cut costs at most that half hour, and nothing of what is clean. So a
camera that was covered, blurred or turned while the node was away is told, and what lies on the pavement before a
restart is still a change after it. A slow-change rule begins to judge only when a move would have been said, for a
clean picture of another view says nothing; where moves are not judged at all, it learns anew.
Once `moved` is said the file goes: whoever restarts the node after that means the new view. Whoever wants what is now
there taken for clean says so by the order `relearn`, or with `wardsense edge relearn` while the node is down.
"""

import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from edge.config import CameraSetting
from edge.eye import Eye
from edge.fitness import Fitness, Unfit
from edge.known_view import MOST_BYTES, Known, ViewRefused, mark_of, read, written
from edge.relearning import NoSuchRule, chosen, forget
from edge.rewrite import remove, rewrite
from streams.frames import Frame
from streams.wire.words import Reason

log = structlog.get_logger(__name__)


class References:
    """The files of one node. A camera is handed to one thread at a time; a disk that refuses is weather, and said."""

    def __init__(
        self,
        folder: Path,
        cameras: Mapping[str, CameraSetting],
        fitness: Mapping[str, Fitness],
        eyes: Mapping[str, Eye],
    ) -> None:
        """Makes the folder, and removes the files of cameras that are no more. Raises OSError."""
        self._folder, self._cameras, self._fitness, self._eyes = folder, cameras, fitness, eyes
        self._size: dict[str, tuple[int, int]] = {}
        self._turn = threading.Lock()  # between what is known being taken up, kept and let go
        folder.mkdir(mode=0o700, exist_ok=True)
        for path in folder.iterdir():
            if path.is_file() and path.name not in {f"{camera}.json" for camera in cameras}:
                path.unlink()

    def seen(self, frame: Frame, now: datetime) -> None:
        """Take up what is known of the camera, if this is its first picture; before anything else is made of it."""
        camera = frame.camera
        first, self._size[camera] = camera not in self._size, frame.size
        if first:
            with self._turn:
                self._recall(camera, now)

    def relearn(self, params: Mapping[str, Any]) -> tuple[Reason, ...]:
        """The order `relearn`, with `camera` and maybe `rule`: what is there now is clean. Gives why it cannot be.

        Raises OSError, and then nothing was let go.
        """
        try:
            wanted = chosen(self._cameras.values(), params)
        except NoSuchRule as refused:
            return (refused.reason,)
        with self._turn:
            forget(self._path(wanted.camera), wanted.rules)
            self._eyes[wanted.camera].relearn(wanted.rules)
        log.info("clean picture let go", camera=wanted.camera, rules=sorted(wanted.rules))
        return ()

    def keep(self, camera: str, now: datetime) -> None:
        """Write down what is known of a camera by now; of one that has moved, nothing."""
        if camera not in self._size:
            return
        with self._turn:
            self._keep(camera, now)

    def keep_all(self, now: datetime) -> None:
        """Write down what is known of every camera."""
        for camera in self._cameras:
            self.keep(camera, now)

    def _recall(self, camera: str, now: datetime) -> None:
        known = self._known(camera, now)
        if known is None:
            return
        fitness = self._fitness[camera]
        fitness.recall(known.usual)
        if fitness.sure_after_s is not None:
            self._eyes[camera].recall(known.clean, fitness.sure_after_s)
        log.info("view recalled", camera=camera, rules=sorted(known.clean))

    def _keep(self, camera: str, now: datetime) -> None:
        path, usual = self._path(camera), self._fitness[camera].usual
        try:
            if usual is not None:
                known = Known(usual, self._eyes[camera].clean())
                rewrite(path, written(known, mark_of(self._cameras[camera], self._size[camera]), now))
            elif self._fitness[camera].unfit is Unfit.MOVED and path.exists():
                remove(path)
        except OSError as refused:
            log.warning("view not kept", camera=camera, why=str(refused))

    def _path(self, camera: str) -> Path:
        return self._folder / f"{camera}.json"

    def _known(self, camera: str, now: datetime) -> Known | None:
        try:
            with self._path(camera).open("rb") as file:
                content = file.read(MOST_BYTES + 1)
            return read(content, mark_of(self._cameras[camera], self._size[camera]), now)
        except FileNotFoundError:
            return None
        except (ViewRefused, OSError) as refused:
            log.warning("view refused", camera=camera, why=str(refused))
            return None
