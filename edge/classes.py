"""Whether a configuration and its detector's classes fit each other.

A misspelt class would never be seen, and of people the detector has no word for no picture could ever be sent.
Asked by `edge check` only: what a detector knows stands in its catalogue, not in the node's file.
"""

from collections.abc import Hashable, Iterator, Sequence
from pathlib import Path
from typing import Final

from edge.analytics.watches import VEHICLES
from edge.cascade import unfit
from edge.config import CameraSetting, NodeConfig
from edge.privacy import Groups
from edge.second_look_settings import told_by
from edge.seeing import knows_people
from models import catalogue
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
        for name in sorted(names - known - told_by(camera.second_looks))
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


def refuse_unfit(file: Path, config: NodeConfig) -> None:
    """Raises DocumentRefused with everything that second looks ask of models that cannot do it; OSError."""
    if not any(camera.second_looks for camera in config.cameras):
        return
    found = list(unfit(config.cameras, catalogue.load(config.models.catalogue)))
    if found:
        document = parse(file.read_text("utf-8"), str(file))
        raise DocumentRefused([document.mistake(path, why) for path, why in found])


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
