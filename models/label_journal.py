"""What a labelling has done so far, on disk after every picture: a cut run goes on where it stood.

A teacher takes a second for a picture and a film has thousands. Each picture's answer is a line of its own, the first
line says who the teacher was and what was asked; a run with another teacher or another order begins anew, and so does
one whose pictures come in another order from there on. A line that was cut in the middle is as good as none. When the
set is written the journal goes.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

FILE: Final = "labelled.jsonl"


@dataclass(frozen=True, slots=True)
class Row:
    """One picture: its name at its source, the set's word on it, and its boxes, neither with an id yet."""

    name: str
    image: Mapping[str, Any]
    boxes: list[dict[str, Any]]


class Journal:
    """The lines of one set. Raises OSError where the disk will not have them."""

    def __init__(self, folder: Path, info: Mapping[str, Any]) -> None:
        self._file = folder / FILE
        self._rows = _read(self._file, info)
        lines = [json.dumps(info), *(json.dumps(asdict(row)) for row in self._rows)]
        self._file.write_text("".join(f"{line}\n" for line in lines), "utf-8")

    def known(self, number: int, name: str) -> Row | None:
        """What was said of picture `number`, from 1, if it was this one; else nothing is known from there on."""
        if number > len(self._rows):
            return None
        if self._rows[number - 1].name == name:
            return self._rows[number - 1]
        del self._rows[number - 1 :]
        return None

    def add(self, row: Row) -> Row:
        """The next picture."""
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(row)) + "\n")
        return row

    def done(self) -> None:
        """The set is written."""
        self._file.unlink()


def _read(file: Path, info: Mapping[str, Any]) -> list[Row]:
    try:
        first, *lines = file.read_text("utf-8").splitlines()
        if json.loads(first) != json.loads(json.dumps(info)):
            return []
    except (OSError, ValueError):
        return []
    rows = []
    for line in lines:
        try:
            rows.append(Row(**json.loads(line)))
        except (ValueError, TypeError):
            break
    return rows
