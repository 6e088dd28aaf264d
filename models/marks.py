"""YAML that remembers its lines, so that a mistake is shown where it stands.

Idea: Pydantic tells *what* is wrong by a path of keys; the composed YAML tree tells on which line each key
stands. Joining the two lists every mistake of a file at once, as `file:line: what`. A key written twice is a
mistake here too, because YAML's own loader silently keeps the last.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import yaml
from pydantic import ValidationError


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing wrong in a file: its name, the line from 1, and what is wrong."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


class Mistaken(ValueError):  # noqa: N818  named for what happened, like the refusals of this house
    """A file that cannot be used; `mistakes` holds every one of them, in the order of the lines."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes))
        super().__init__("\n".join(map(str, self.mistakes)))


class Marked:
    """A YAML text: its plain `data`, and the line of every path in it. Raises Mistaken when it is not YAML."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        try:
            self._root = yaml.compose(text, Loader=yaml.SafeLoader)
            self.data: object = yaml.safe_load(text)
        except yaml.MarkedYAMLError as wrong:
            line = wrong.problem_mark.line + 1 if wrong.problem_mark else 1
            raise Mistaken([Mistake(file, line, f"not YAML: {wrong.problem or wrong}")]) from wrong
        except yaml.YAMLError as wrong:
            raise Mistaken([Mistake(file, 1, f"not YAML: {wrong}")]) from wrong
        self.twice = [Mistake(file, line, f"the key {key!r} is written twice") for line, key in _twice(self._root)]

    def line(self, path: Sequence[int | str]) -> int:
        """The line of `path`, or of the nearest thing above it that stands in the file."""
        node, line = self._root, 1
        for step in path:
            found = _child(node, step)
            if found is None:
                return line
            line, node = found
        return line

    def mistake(self, path: Sequence[int | str], what: str) -> Mistake:
        """A mistake at `path`."""
        return Mistake(self.file, self.line(path), what)

    def explain(self, wrong: ValidationError, above: Sequence[int | str] = ()) -> list[Mistake]:
        """Every mistake Pydantic found in the part of the file under `above`."""
        found = []
        for error in wrong.errors(include_url=False):
            path = (*above, *error["loc"])
            found.append(self.mistake(path, f"{'.'.join(map(str, path))}: {error['msg']}"))
        return found


def _child(node: yaml.Node | None, step: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line + 1, node.value[step]
    return None


def _twice(node: yaml.Node | None) -> Iterator[tuple[int, str]]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.start_mark.line + 1, str(key.value)
            seen.add(key.value)
            yield from _twice(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _twice(value)
