"""The card of a model file: a catalogue of that one model, beside the file, under its name with `.yaml`.

Idea: a model somebody made stands in no catalogue of ours, yet a node, the judge and the bench want to know the same
things of it: sha256, picture, head, classes, licence. A card says them in the catalogue's own form with the classes
written in, so `detector.onnx` with `detector.yaml` beside it is a whole model: every command takes its path where it
takes a name, and a node takes the card as its catalogue.
"""

import hashlib
from pathlib import Path

import yaml

from models import catalogue
from models.catalogue import Entry

SUFFIX = ".onnx"


class NoCard(Exception):  # noqa: N818  named for what happened, like the refusals of this house
    """A model that cannot be found by what was said of it; the message says what to do."""


def card(file: Path) -> Path:
    """Where the card of `file` lies."""
    return file.with_suffix(".yaml")


def found(model: str, listed: Path, store: Path) -> tuple[Entry, Path]:
    """Entry and file of `model`: the path of an ONNX file with a card, or a name in the catalogue file `listed`.

    Raises NoCard, DocumentRefused with every mistake of a card or catalogue, OSError without the catalogue.
    """
    if model.endswith(SUFFIX):
        return read(Path(model)), Path(model)
    try:
        entry = catalogue.load(listed)[model]
    except KeyError as stranger:
        raise NoCard(f"{stranger.args[0]}; or name a file that ends in {SUFFIX}") from stranger
    return entry, entry.lies(store)


def read(file: Path) -> Entry:
    """The one entry of the card of `file`. Raises NoCard, DocumentRefused."""
    if not file.is_file():
        raise NoCard(f"there is no {file}")
    try:
        entries = list(catalogue.load(card(file)).entries.values())
    except FileNotFoundError as absent:
        raise NoCard(
            f"{file} has no card: write {card(file)}, a catalogue of this one model (docs/models.md shows one), "
            "or name a model of the catalogue"
        ) from absent
    if len(entries) != 1:
        raise NoCard(f"{card(file)} must describe one model, this one, not {len(entries)}")
    (entry,) = entries
    return entry


def write(entry: Entry, file: Path) -> Path:
    """Write the card of `file`, whose content `entry` describes; gives the card's path. Raises OSError."""
    fields = entry.model_dump(mode="json", exclude={"name"}, exclude_none=True, exclude_defaults=False)
    text = yaml.safe_dump({"models": {entry.name: fields}}, sort_keys=False, allow_unicode=True, width=110)
    card(file).write_text(f"# The card of {file.name}: a catalogue of this one model.\n{text}", "utf-8")
    return card(file)


def sealed(entry: Entry, file: Path) -> Entry:
    """The entry with the name, the length and the sha256 the file now has. Raises OSError."""
    content = file.read_bytes()
    known = {"file": file.name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content), "bundled": None}
    return Entry.model_validate({**dict(entry), **known})
