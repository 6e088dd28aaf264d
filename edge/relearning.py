"""What is there now is clean: slow-change rules let go of the picture they compare with, and learn it anew.

For after a wall was painted, or a heap cleared away that had been there when the rule began. Which rules are meant is
decided here, the same for the order `relearn`, for `wardsense edge relearn` and for the page of `edge look`. A node
that runs lets go by its order (`edge.references`); of one that does not, the file of what it knows is rewritten without
these pictures. What the camera usually shows, by which a move is told, stays.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from edge.analytics.watches import SlowChange
from edge.config import CameraSetting, NodeConfig
from edge.durable import guard
from edge.known_view import MOST_BYTES, ViewRefused, without
from edge.rewrite import rewrite
from streams.wire.words import Reason

FOLDER: Final = "references"
OUTBOX: Final = "outbox.db"
MOST_NAME: Final = 120


@dataclass(frozen=True, slots=True)
class Relearn:
    """The ids of slow-change rules of a camera, at least one."""

    camera: str
    rules: frozenset[str]


class NoSuchRule(ValueError):  # noqa: N818 - named for what happened, like the other refusals of this house
    """Nothing of that name can learn anew; `reason` is for the wire, the message for a person."""

    def __init__(self, message: str, reason: Reason) -> None:
        super().__init__(message)
        self.reason = reason


def chosen(cameras: Iterable[CameraSetting], params: Mapping[str, Any]) -> Relearn:
    """What `camera` and `rule` name; without `rule`, all of that camera. Raises NoSuchRule."""
    asked, rule = params.get("camera"), params.get("rule")
    settings = {camera.id: camera for camera in cameras}
    if not isinstance(asked, str) or asked not in settings:
        name = str(asked or "")[:MOST_NAME]
        has = f"the node has {', '.join(settings)}" if settings else "the node has none"
        raise NoSuchRule(f"no camera {name}: {has}", Reason(code="unknown_camera", params={"camera": name}))
    slow = [setting.watch.id for setting in settings[asked].watch if isinstance(setting.watch, SlowChange)]
    if not slow or rule not in (None, *slow):
        name = str(rule or "")[:MOST_NAME]
        has = f"{asked} has {', '.join(slow)}" if slow else f"{asked} has none"
        raise NoSuchRule(f"no slow_change rule {name}: {has}", Reason(code="unknown_rule", params={"rule": name}))
    return Relearn(asked, frozenset(slow if rule is None else [rule]))


def forget(file: Path, rules: frozenset[str]) -> bool:
    """Rewrite what is known of a camera without these clean pictures; whether there was a file. Raises OSError."""
    try:
        with file.open("rb") as held:
            content = held.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return False
    with suppress(ViewRefused):  # what cannot be read is not believed by the next start either
        rewrite(file, without(content, rules))
    return True


def forget_stored(config: NodeConfig, wanted: Relearn) -> bool:
    """The same of a node that does not run. Raises InUseError where it does, OSError."""
    file = config.data / FOLDER / f"{wanted.camera}.json"
    if not file.exists():  # and make no lock of our own in the folder of a node that never ran
        return False
    with guard(config.data / OUTBOX):
        return forget(file, wanted.rules)
