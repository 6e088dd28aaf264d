"""Second looks from a configuration: their models opened, what they cannot do told with its place in the file.

Whether a model is there and knows the classes that are asked of it stands in the catalogue, not in the node's file; so
it is judged here and not where the file is read. `edge check` and `edge run` name the line; what opens models without
the file at hand (a trial, a replay) names camera and second look.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from edge.config import CameraSetting, NodeConfig
from edge.second_look import SecondLooks
from edge.second_look_settings import SecondLook
from edge.second_models import Model, SecondModels
from edge.seeing import labels_of
from edge.telling import Witness
from models import catalogue
from models.catalogue import Catalogue, Entry, Task
from models.classifier import Classifier
from models.detector import Detector
from models.session import ModelRefused, Reason

Path = tuple[Hashable, ...]

_MOST_NAMED: Final = 10


def opened(config: NodeConfig) -> SecondModels | None:
    """The models of this configuration, warmed up; None where it asks for none.

    Raises ModelRefused for one that is not there, cannot be run or does not fit what is asked of it; DocumentRefused
    and OSError for the catalogue.
    """
    names = {look.model for camera in config.cameras for look in camera.second_looks}
    if not names:
        return None
    listed = catalogue.load(config.models.catalogue)
    for camera in config.cameras:
        for look in camera.second_looks:
            for part, why in _unfit(look, listed):
                raise ModelRefused(Reason.SHAPE, look.model, f"{camera.id}, second look {look.id}, {part}: {why}")
    entries = [listed[name] for name in sorted(names)]
    return SecondModels(
        [{entry.name: _model(entry, config) for entry in entries} for _ in range(config.models.sessions)]
    )


def unfit(cameras: Sequence[CameraSetting], listed: Catalogue) -> Iterator[tuple[Path, str]]:
    """What is asked of a model that it cannot do: the place in the configuration, and why."""
    for index, camera in enumerate(cameras):
        for number, look in enumerate(camera.second_looks):
            for part, why in _unfit(look, listed):
                yield ("cameras", index, "second_looks", number, part), why


def second_looks(camera: CameraSetting, config: NodeConfig, models: SecondModels | None) -> SecondLooks:
    """Those of one camera of a node whose models were opened."""
    return SecondLooks(camera.second_looks, camera.zones, models, config.models.second_looks_ms)


def named(witness: Witness, camera: CameraSetting, models: SecondModels | None) -> Witness:
    """The same, but that what one second model alone says is told under that model's name, with its own bound.

    A word that two models say stays under the first detector's: nobody knows any more which of them was it.
    """
    if models is None:
        return witness
    said: dict[str, dict[str, float]] = {}
    for look in camera.second_looks:
        for word, bound in ({} if look.blurs else look.tells).items():
            bounds = said.setdefault(word, {})
            bounds[look.model] = min(bound, bounds.get(look.model, bound))
    by = {word: models.ref(*bound) for word, bounds in said.items() if len(bounds) == 1 for bound in bounds.items()}
    return replace(witness, by=by)


def _unfit(look: SecondLook, listed: Catalogue) -> Iterator[tuple[str, str]]:
    try:
        entry = listed[look.model]
    except KeyError as unknown:
        yield "model", str(unknown.args[0])
        return
    if entry.task is Task.CLASSES and look.zones:
        yield "zones", f"{look.model} is a classifier, which is asked about objects: give `of`"
    if entry.task is Task.CLASSES and look.blurs:
        yield "blurs", f"{look.model} is a classifier and has no boxes to blur"
    known = labels_of(entry)
    for name in sorted(set(look.tells) - set(known)):
        yield "tells", f"{look.model} knows no {name}: it knows {', '.join(known[:_MOST_NAMED])}"


def _model(entry: Entry, config: NodeConfig) -> Model:
    kind = Classifier if entry.task is Task.CLASSES else Detector
    return kind(entry, entry.lies(config.models.store), threads=1, provider=config.models.provider)
