"""A YAML document read into a Pydantic model, and every mistake told with file and line.

Every door that takes configuration uses this one: a node's, the rules, the registry, the model catalogue. It
stands in `streams` because configuration also flows to a node over the wire; it does no I/O of its own, so the
pure packages may use it too. YAML's own traps are closed: duplicate keys are mistakes, and so is `yes` for a text.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

_Model = TypeVar("_Model", bound=BaseModel)
_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # absent where PyYAML was built without libyaml
_MOST_DEPTH: Final = 100
_MOST_PARTS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong in a document: where a person finds it, and what to do."""

    file: str
    line: int
    where: str
    message: str

    def __str__(self) -> str:
        at = f"{self.where}: " if self.where else ""
        return f"{self.file}:{self.line}: {at}{self.message}"


class DocumentRefused(ValueError):  # noqa: N818 - the name says what happened, as SourceRefused does
    """A document that cannot be used. `mistakes` lists every one found, in line order."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = sorted(mistakes, key=lambda mistake: mistake.line)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed text: its content, and the line each part of it stands on."""

    name: str
    content: Any
    lines: dict[tuple[Hashable, ...], int]

    def line(self, path: tuple[Hashable, ...]) -> int:
        """The line of a part, or of the nearest part around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def mistake(self, path: tuple[Hashable, ...], message: str) -> Mistake:
        """A mistake at a part, for checks that look across the whole document."""
        return Mistake(self.name, self.line(path), ".".join(str(part) for part in path), message)


def parse(text: str, name: str) -> Document:
    """Read YAML text; `name` is what mistakes call the file. Raises DocumentRefused."""
    root, content = _loaded(text, name)
    lines: dict[tuple[Hashable, ...], int] = {}
    doubled: list[Mistake] = []
    if root is not None:
        _refuse_circles(root, name, set(), set())
        _walk(root, (), name, lines, doubled)
    if doubled:
        raise DocumentRefused(doubled)
    return Document(name, content, lines)


def fit(document: Document, model: type[_Model], context: dict[str, Any] | None = None) -> _Model:
    """The document as a model. Raises DocumentRefused with every mistake."""
    try:
        return model.model_validate({} if document.content is None else document.content, context=context)
    except ValidationError as error:
        raise DocumentRefused(
            [
                document.mistake(_path(document, found["loc"]), _told(found["msg"], found["type"]))
                for found in error.errors(include_url=False)
            ]
        ) from error


def read(text: str, name: str, model: type[_Model]) -> _Model:
    """YAML text as a model. Raises DocumentRefused with every mistake, each with file and line."""
    return fit(parse(text, name), model)


def _loaded(text: str, name: str) -> tuple[yaml.Node | None, Any]:
    root = None
    try:
        _refuse_depth(text, name)
        loader = _Loader(text)
        root = loader.get_single_node()
        return root, None if root is None else loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DocumentRefused([Mistake(name, line, "", f"not YAML: {error.problem}")]) from error
    except DocumentRefused:
        raise
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # 2026-13-45 and the like are no dates
        line = 1 if root is None else next(_unreadable(root), 1)
        raise DocumentRefused([Mistake(name, line, "", f"not YAML: {error}")]) from error


def _unreadable(root: yaml.Node) -> Iterator[int]:
    """The lines of the texts that are not what they look like: a date that no calendar has."""
    waiting, passed = [root], set[int]()
    while waiting:
        node = waiting.pop()
        if id(node) in passed:
            continue
        passed.add(id(node))
        if isinstance(node, yaml.CollectionNode):
            parts = [part if isinstance(part, tuple) else (part,) for part in node.value]
            waiting += [inner for part in reversed(parts) for inner in reversed(part)]
            continue
        try:
            yaml.SafeLoader("").construct_object(node)
        except (yaml.YAMLError, ValueError, OverflowError):
            yield node.start_mark.line + 1


def _refuse_depth(text: str, name: str) -> None:
    # libyaml composes by recursion in C: ten thousand opening brackets would end the process.
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MOST_DEPTH:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise DocumentRefused([Mistake(name, line, "", "nested too deeply")])


def _refuse_circles(node: yaml.Node, name: str, above: set[int], passed: set[int]) -> None:
    """A part that holds itself can be walked for ever."""
    if id(node) in above:
        raise DocumentRefused([Mistake(name, node.start_mark.line + 1, "", "an alias inside what it names")])
    if id(node) in passed or isinstance(node, yaml.ScalarNode):
        return
    parts = [part for pair in node.value for part in pair] if isinstance(node, yaml.MappingNode) else node.value
    for part in parts:
        _refuse_circles(part, name, above | {id(node)}, passed)
    passed.add(id(node))


def _walk(
    node: yaml.Node,
    path: tuple[Hashable, ...],
    name: str,
    lines: dict[tuple[Hashable, ...], int],
    doubled: list[Mistake],
) -> None:
    lines.setdefault(path, node.start_mark.line + 1)
    if len(lines) > _MOST_PARTS:  # aliases of aliases multiply
        raise DocumentRefused([Mistake(name, node.start_mark.line + 1, "", "too many parts")])
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*path, key.value)
            if inner in lines:
                where = ".".join(str(part) for part in inner)
                doubled.append(
                    Mistake(name, key.start_mark.line + 1, where, f"stands twice, first on line {lines[inner]}")
                )
            lines[inner] = key.start_mark.line + 1
            _walk(value, inner, name, lines, doubled)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _walk(value, (*path, index), name, lines, doubled)


def _path(document: Document, loc: tuple[int | str, ...]) -> tuple[Hashable, ...]:
    """The parts of an error's place that the document knows; union tags and the like are left out."""
    path: tuple[Hashable, ...] = ()
    for part in loc:
        if (*path, part) in document.lines:
            path = (*path, part)
        elif part == loc[-1]:
            return (*path, part)
    return path


def _told(message: str, kind: str) -> str:
    if kind in ("extra_forbidden", "unexpected_keyword_argument"):
        return "unknown setting: is it spelt right?"
    if kind == "missing":
        return "is required and missing"
    return message.removeprefix("Value error, ")
