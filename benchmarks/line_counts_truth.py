"""What crossed which line in the real videos: the truths that come with them, and those counted by eye here.

A truth of the videos' own folder is JSON of one line, `in` along `in_vector`; ours are `line_counts.yaml`, any number
of lines a video. Both tell frames; a crossing may last (`until`: somebody stands on the line). Told and true crossings
of one line and direction are paired so that the most pairs lie within `WITHIN_S`, the nearest of these; what is
`unsure` is neither missed nor invented. Pure, but for the reading.
Limits: who crossed is not compared, so one error may hide another of the same second.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml
from scipy.optimize import linear_sum_assignment

WITHIN_S: Final = 1.0
ANCHORS: Final = {"bottom_center": "feet", "center": "centre"}
FAR: Final = 1e6

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Crossing:
    """One crossing, true or told; stream seconds (the same twice where it is a moment), and where, if that is known."""

    line: str
    direction: str
    since: float
    until: float
    subjects: frozenset[str]
    who: str = ""
    place: Place | None = None
    track: int = 0


@dataclass(frozen=True, slots=True)
class Truth:
    """Of one video: its lines as a rules file has them, what crossed them, and what may be told or not.

    `nobody`: nothing of the camera's classes is ever in the picture, so whatever is told is the detector's error.
    """

    video: str
    lines: tuple[dict[str, Any], ...]
    crossings: tuple[Crossing, ...]
    unsure: tuple[Crossing, ...] = ()
    nobody: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """One line of one video: who was found, and how told, who was not, and who was not there."""

    matched: tuple[tuple[Crossing, Crossing], ...]
    missed: tuple[Crossing, ...]
    invented: tuple[Crossing, ...]

    @property
    def misnamed(self) -> int:
        """Of those matched, how many were told as another class."""
        return sum(not (true.subjects & told.subjects) for true, told in self.matched)


def truths(videos: Path, ours: Path) -> list[Truth]:
    """Every truth there is, those that lie beside the videos first. Raises OSError, KeyError, ValueError."""
    given = [read_given(file) for file in sorted((videos / "truth").glob("*.json"))]
    return given + read(ours)


def read(file: Path) -> list[Truth]:
    """The truths counted by eye. Raises KeyError, ValueError for what is none."""
    return [_truth(said) for said in yaml.safe_load(file.read_text("utf-8"))["videos"]]


def read_given(file: Path) -> Truth:
    """A truth of the videos' own folder. Raises KeyError, ValueError for what is none."""
    said = json.loads(file.read_text("utf-8"))
    (ax, ay, bx, by), (x, y), rate = said["line"], said["in_vector"], float(said["fps"])
    # To the right of a -> b, where y points down, is (-dy, dx).
    right = (by - ay) * -x + (bx - ax) * y > 0
    line = {"id": "line", "a": [ax, ay], "b": [bx, by], "anchor": ANCHORS[said["point"]]}
    line |= {"rightward": "in", "leftward": "out"} if right else {"rightward": "out", "leftward": "in"}
    crossings = [
        Crossing(
            "line", one["dir"], one["frame"] / rate, one["frame"] / rate,
            frozenset({one["class"], one.get("class_alt", one["class"])}), one["desc"], (one["x"], one["y"]),
        )
        for one in said["crossings"]
    ]  # fmt: skip
    return Truth(said["video"], (line,), tuple(crossings))


def counted(truth: Truth, line: str, told: Sequence[Crossing]) -> Count:
    """How what was told of one line stands to its truth."""
    true = [one for one in truth.crossings if one.line == line]
    here = [one for one in told if one.line == line]
    pairs = _paired(true, here)
    found, used = {row for row, _ in pairs}, {column for _, column in pairs}
    rest = [one for index, one in enumerate(here) if index not in used]
    excused = {column for _, column in _paired([one for one in truth.unsure if one.line == line], rest)}
    return Count(
        tuple((true[row], here[column]) for row, column in pairs),
        tuple(one for index, one in enumerate(true) if index not in found),
        tuple(one for index, one in enumerate(rest) if index not in excused),
    )


def _truth(said: dict[str, Any]) -> Truth:
    rate = float(said["fps"])
    names = {line["id"]: {line["rightward"], line["leftward"]} for line in said["lines"]}
    sure, unsure = (tuple(_crossing(one, rate) for one in said.get(key, ())) for key in ("crossings", "unsure"))
    for one in (*sure, *unsure):
        if one.direction not in names[one.line]:
            raise ValueError(f"{said['video']}: line {one.line} has no direction {one.direction}")
    return Truth(said["video"], tuple(said["lines"]), sure, unsure, bool(said.get("nobody", False)))


def _crossing(one: dict[str, Any], rate: float) -> Crossing:
    subjects = frozenset(one["class"].split(" or "))
    until = one.get("until", one["frame"])
    return Crossing(one["line"], one["to"], one["frame"] / rate, until / rate, subjects, one["who"])


def _paired(true: Sequence[Crossing], told: Sequence[Crossing]) -> list[tuple[int, int]]:
    if not (true and told):
        return []
    apart = np.array([[_apart(one, other) for other in told] for one in true])
    rows, columns = linear_sum_assignment(apart)
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True) if apart[row, column] < FAR]


def _apart(true: Crossing, told: Crossing) -> float:
    """Seconds between them; FAR where they are not one crossing."""
    off = max(true.since - told.since, told.since - true.until, 0.0)
    return off if true.direction == told.direction and off <= WITHIN_S else FAR
