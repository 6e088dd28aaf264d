"""Whether a configuration and its detector's classes fit each other.

A misspelt class would never be seen, and of people the detector has no word for no picture could ever be sent.
Asked by `edge check` only: what a detector knows stands in its catalogue, not in the node's file.
"""

from collections.abc import Hashable, Iterator, Sequence
from pathlib import Path
from typing import Final

from edge.analytics.watches import VEHICLES
from edge.config import CameraSetting, NodeConfig
from edge.privacy import Groups
from edge.seeing import knows_people
from streams.documents import DocumentRefused, parse

_MOST_NAMED: Final = 10


def refuse_strangers(file: Path, config: NodeConfig, labels: Sequence[str]) -> None:
    """Raises DocumentRefused with every class that was named in `file` and is not among `labels`."""
    document = parse(file.read_text("utf-8"), str(file))
    known = frozenset(labels)
    strange = [
        document.mistake(("cameras", index, *path), f"the detector knows no {name}: it knows {_some(known)}")
        for index, camera in enumerate(config.cameras)
        for path, names in _named(camera)
        for name in sorted(names - known)
    ]
    if strange:
        raise DocumentRefused(strange)


def refuse_unredacted(file: Path, config: NodeConfig, groups: Sequence[Groups]) -> None:
    """Raises DocumentRefused where pictures are wanted of a detector that knows no people."""
    wanted = [camera.id for camera in config.cameras if camera.evidence]
    if knows_people(groups) or not wanted:
        return
    document = parse(file.read_text("utf-8"), str(file))
    why = (
        "no class of this detector is in the group `person`, so nobody could be made unreadable: declare the group "
        f"beside its class names (labels/*.yaml), or set `evidence: false` at {', '.join(wanted)}"
    )
    raise DocumentRefused([document.mistake(("models", "detector"), why)])


def _named(camera: CameraSetting) -> Iterator[tuple[tuple[Hashable, ...], frozenset[str]]]:
    if "classes" in camera.model_fields_set:
        yield ("classes",), camera.classes
    for index, setting in enumerate(camera.watch):
        # The usual vehicles were not named by a person, and a detector may lack one.
        if setting.watch.classes != VEHICLES:
            yield ("watch", index, str(setting.watch.kind), "classes"), setting.watch.classes


def _some(known: frozenset[str]) -> str:
    told = ", ".join(sorted(known)[:_MOST_NAMED])
    return told if len(known) <= _MOST_NAMED else f"{told} and {len(known) - _MOST_NAMED} more"
