"""Which models there are, what each wants and says, where it comes from and what its licence allows.

Idea: a model is data, not code. `configs/models.yaml` names each file by its sha256, so it is the hash that is
trusted and never the place it came from; the picture it wants (`Input`) and the form of its answer (`Head`)
choose the code in `models.shape` and `models.decode`. Class names and the trade's groups of them (`vehicle`)
stand beside it in `labels/`, so that nobody writes a class number into a rule. A `bundled` file came with us.
Loading lists every mistake with file and line. Needs Pydantic and PyYAML only: `wardsense models list` works
on a machine that can run no model.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    BeforeValidator,
    Field,
    RootModel,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from models.provenance import Closed, Licence, Measured, Origin, Sha256, Share
from streams import documents
from streams.documents import DocumentRefused, Mistake

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.onnx$")]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+/\S+$")]
Above = Annotated[float, Field(gt=0)]
Three = tuple[float, float, float]

COARSEST_STRIDE = 32
LABELS_FOLDER = "labels"
BUNDLED = Path(__file__).parent / "bundled"


class Task(StrEnum):
    """What a model looks for."""

    OBJECTS = "objects"
    FACES = "faces"
    CLASSES = "classes"
    """What a crop as a whole shows: a classifier, for second looks."""


class Head(StrEnum):
    """The form of a network's answer; each has its function in `models.decode`."""

    YOLOX = "yolox"
    DETR = "detr"
    YOLOV8 = "yolov8"
    END2END = "end2end"
    YUNET = "yunet"
    NANODET = "nanodet"
    FASTESTDET = "fastestdet"
    SOFTMAX = "softmax"
    SIGMOID = "sigmoid"
    SCORES = "scores"


WITHOUT_BOXES = frozenset({Head.SOFTMAX, Head.SIGMOID, Head.SCORES})
"""The heads of classifiers: one score for every class of the whole picture. `scores` has made them itself."""


class Fit(StrEnum):
    """How a picture is laid on the canvas: pulled to fill it, or kept in shape and padded."""

    STRETCH = "stretch"
    TOP_LEFT = "top-left"
    CENTRE = "centre"


class Colour(StrEnum):
    """The order of the colour planes."""

    BGR = "bgr"
    RGB = "rgb"


class Input(Closed):
    """The picture a network wants: float32 (1, 3, height, width), each plane `(value * scale - mean) / std`.

    Or the bytes that would come to that, uint8 (1, height, width, 3), where the file's input has that form.
    """

    height: int = Field(ge=COARSEST_STRIDE, le=4096, description="canvas pixels")
    width: int = Field(ge=COARSEST_STRIDE, le=4096, description="canvas pixels")
    colour: Colour = Colour.RGB
    scale: float = Field(default=1.0, gt=0, description="what a colour value 0..255 is multiplied by first")
    mean: Three = Field(default=(0.0, 0.0, 0.0), description="subtracted after scaling, in the order of `colour`")
    std: tuple[Above, Above, Above] = Field(default=(1.0, 1.0, 1.0), description="divided by, likewise")
    fit: Fit = Fit.STRETCH
    pad: int = Field(default=114, ge=0, le=255, description="the grey around a picture that was not stretched")


class _Groups(RootModel[dict[str, tuple[str, ...]]]):
    """A label file's groups."""


class Labels(Closed):
    """The classes of a network in the order of its outputs, and the trade's groups of them."""

    name: Slug
    names: tuple[str, ...] = Field(min_length=1)
    groups: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _groups_known(self) -> Self:
        strangers = sorted({name for members in self.groups.values() for name in members} - set(self.names))
        if strangers:
            raise ValueError(f"groups name classes that {self.name} has not: {', '.join(strangers)}")
        return self

    def indices(self, *wanted: str) -> frozenset[int]:
        """Class indices of these groups or single classes. Raises KeyError for a word that is neither."""
        members = [name for word in wanted for name in self.groups.get(word, (word,))]
        strangers = sorted(set(members) - set(self.names))
        if strangers:
            raise KeyError(f"{self.name} has no class or group {', '.join(strangers)}")
        return frozenset(index for index, name in enumerate(self.names) if name in members)


def _called(told: object, info: ValidationInfo) -> object:
    """The labels a catalogue names: read beforehand, and handed in as context."""
    if not isinstance(told, str):
        return told
    known = (info.context or {}).get(LABELS_FOLDER, {})
    if told not in known:
        raise ValueError(f"no class names {LABELS_FOLDER}/{told}.txt")
    return known[told]


def _packaged(told: object) -> object:
    """What `bundled: true` means."""
    return (BUNDLED if told else None) if isinstance(told, bool) else told


class Entry(Closed):
    """One model. `sha256` and `bytes` name the very file; `file` is what upstream calls it."""

    name: Slug
    title: str
    task: Task
    file: FileName
    sha256: Sha256
    bytes: int = Field(gt=0)
    input: Input
    head: Head
    overlap: Share = Field(default=0.65, description="IoU above which the weaker of two boxes of a class is dropped")
    one_thing: Share | None = Field(default=None, description="the same, of boxes of any class; none: both stay")
    labels: Annotated[Labels, BeforeValidator(_called)]
    licence: Licence
    sources: tuple[Address, ...] = ()
    bundled: Annotated[Path | None, BeforeValidator(_packaged)] = None
    """The folder it lies in for good; `true` in the file is the one this package brings along."""
    measured: Measured | None = None
    origin: Origin | None = None
    learnt: str = Field(default="", description="the pictures it learnt from, and who named what stands in them")
    blind: tuple[str, ...] = Field(default=(), description="what it is known not to see, or to take for something else")

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if (self.task is Task.CLASSES) != (self.head in WITHOUT_BOXES):
            raise ValueError(f"head {self.head} does not answer what task {self.task} asks")
        uneven = self.input.height % COARSEST_STRIDE or self.input.width % COARSEST_STRIDE
        if uneven and self.head not in WITHOUT_BOXES | {Head.DETR}:
            raise ValueError(f"input height and width must be multiples of {COARSEST_STRIDE} for head {self.head}")
        if self.bundled is not None and self.sources:
            raise ValueError("a bundled model is never fetched: give sources or bundled, not both")
        return self

    def lies(self, store: Path) -> Path:
        """Where its file is, or will be once it is pulled into the folder `store`."""
        return (self.bundled or store) / self.file

    def sized(self, height: int, width: int) -> "Entry":
        """The same model on another canvas, for files whose height and width are free. Raises ValueError."""
        changed = {**self.input.model_dump(), "height": height, "width": width}
        return Entry.model_validate({**dict(self), "input": changed})


class Recipe(Closed):
    """A model whose weights we do not hand on: what `wardsense models export` makes it from, and its licence."""

    name: Slug
    title: str
    weights: str = Field(min_length=1, description="what `wardsense models export` is given")
    licence: Licence


class Catalogue:
    """Entries by name, in the order of the file, and recipes by name."""

    def __init__(self, entries: Iterable[Entry], recipes: Iterable[Recipe] = ()) -> None:
        self.entries = {entry.name: entry for entry in entries}
        self.recipes = {recipe.name: recipe for recipe in recipes}

    def __getitem__(self, name: str) -> Entry:
        """The entry of that name. Raises KeyError that lists the names there are."""
        if name in self.recipes:
            make = f"wardsense models export {self.recipes[name].weights} --into {name}.onnx"
            raise KeyError(f"{name} has no file to fetch: make it with `{make}` and name that file")
        if name not in self.entries:
            raise KeyError(f"no model {name!r} in the catalogue; there are {', '.join(self.entries) or 'none'}")
        return self.entries[name]


class _Listed(Closed):
    """The file as it is written: entries by name."""

    models: dict[str, Entry] = Field(min_length=1)
    exports: dict[str, Recipe] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _name_each(cls, told: Any) -> Any:  # noqa: ANN401 - whatever stands in the file
        if not isinstance(told, dict):
            return told
        return told | {part: _named(told[part]) for part in ("models", "exports") if isinstance(told.get(part), dict)}


def _named(listed: dict[str, Any]) -> dict[str, Any]:
    return {name: {**raw, "name": name} if isinstance(raw, dict) else raw for name, raw in listed.items()}


def load(path: Path) -> Catalogue:
    """Read a catalogue and the `labels/` beside it. Raises DocumentRefused with every mistake, OSError."""
    try:
        text = path.read_text("utf-8")
        return parse(text, _beside(path.parent / LABELS_FOLDER, documents.parse(text, path.name).content), path.name)
    except UnicodeDecodeError as wrong:
        raise DocumentRefused([Mistake(path.name, 1, "", f"it or its labels are no text: {wrong.reason}")]) from wrong


def parse(text: str, labels: Mapping[str, str], file: str = "models.yaml") -> Catalogue:
    """A catalogue from its text and the texts of its label files by name. Raises DocumentRefused."""
    known = {file[:-4]: read_labels(file[:-4], labels) for file in labels if file.endswith(".txt")}
    listed = documents.fit(documents.parse(text, file), _Listed, {LABELS_FOLDER: known})
    return Catalogue(listed.models.values(), listed.exports.values())


def read_labels(name: str, texts: Mapping[str, str]) -> Labels:
    """Class names from `<name>.txt`, one a line, and groups from `<name>.yaml` where there is one.

    Raises KeyError without the first, DocumentRefused for mistakes in the second.
    """
    names = tuple(line.strip() for line in texts[f"{name}.txt"].splitlines() if line.strip())
    grouped = documents.parse(texts.get(f"{name}.yaml", ""), f"{LABELS_FOLDER}/{name}.yaml")
    groups = documents.fit(grouped, _Groups).root
    try:
        return Labels(name=name, names=names, groups=groups)
    except ValidationError as wrong:
        whys = [str(found["msg"]).removeprefix("Value error, ") for found in wrong.errors()]
        raise DocumentRefused([grouped.mistake((), f"{name}.txt: {why}") for why in whys]) from wrong


def _beside(folder: Path, told: Any) -> dict[str, str]:  # noqa: ANN401 - whatever stands in the file
    """Texts of the label files the entries name; where a model lies in a set, `labels/` are thousands of others."""
    listed = told.get("models") if isinstance(told, dict) else None
    entries = [raw for raw in listed.values() if isinstance(raw, dict)] if isinstance(listed, dict) else []
    names = {Path(raw["labels"]).name for raw in entries if isinstance(raw.get("labels"), str)}
    files = [folder / f"{name}{suffix}" for name in sorted(names) for suffix in (".txt", ".yaml")]
    return {file.name: file.read_text("utf-8") for file in files if file.is_file()}
