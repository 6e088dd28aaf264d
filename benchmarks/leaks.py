"""What a count by eye amounts to: leak rates with their Wilson intervals, by what leaked and by cause.

Idea: a person counts, the machine only adds up. A row of the sheet is one frame: how many heads and plates can be seen
in the original, how many of them lie outside every covered part (`bare`, the strict count) and how many of those a
person who knows them, or knows the owner, could make out (`readable`). Causes are words with a number each. Pure.
Limits: Wilson's interval takes heads for independent, and one person stands in many frames: read it as a lower bound
of the doubt.
Source: Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

Z_95: Final = 1.959964
THINGS: Final = ("heads", "plates")


@dataclass(frozen=True, slots=True)
class Rate:
    """`part` of `whole`, and the interval in which the share lies at 95 %."""

    part: int
    whole: int

    @property
    def share(self) -> float:
        """The share itself; 0 of nothing is 0."""
        return self.part / self.whole if self.whole else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval at 95 %; nothing seen tells nothing, so it is then (0, 1)."""
        if not self.whole:
            return 0.0, 1.0
        square, n = Z_95**2, self.whole
        middle = (self.share + square / (2 * n)) / (1 + square / n)
        reach = Z_95 / (1 + square / n) * sqrt(self.share * (1 - self.share) / n + square / (4 * n * n))
        return max(0.0, middle - reach), min(1.0, middle + reach)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.part} of {self.whole} = {self.share:.1%} ({low:.1%} to {high:.1%})"


def rates(rows: Iterable[Mapping[str, str]], thing: str) -> tuple[Rate, Rate]:
    """Of all `thing`, those bare and those readable. Raises ValueError for a row that cannot be."""
    whole = bare = readable = 0
    for row in rows:
        counted = [int(row[column] or 0) for column in (thing, f"{thing}_bare", f"{thing}_readable")]
        if not counted[0] >= counted[1] >= counted[2] >= 0:
            raise ValueError(f"{row['frame']}: {thing} {counted} should fall from seen to bare to readable")
        whole, bare, readable = whole + counted[0], bare + counted[1], readable + counted[2]
    return Rate(bare, whole), Rate(readable, whole)


def causes(rows: Iterable[Mapping[str, str]], thing: str) -> Counter[str]:
    """How many `thing` are bare by cause. Raises ValueError when a row's causes do not add up to its bare ones."""
    found: Counter[str] = Counter()
    for row in rows:
        here: Counter[str] = Counter()
        for part in row[f"{thing}_causes"].split():
            cause, _, number = part.partition("=")
            here[cause] += int(number)
        if here.total() != int(row[f"{thing}_bare"] or 0):
            raise ValueError(f"{row['frame']}: causes of {thing} add up to {here.total()}, not {row[f'{thing}_bare']}")
        found += here
    return found


def table(rows: Sequence[Mapping[str, str]]) -> str:
    """Everything as text: by thing, by video, by cause."""
    lines = []
    for thing in THINGS:
        for video in [*sorted({row["video"] for row in rows}), "all"]:
            bare, readable = rates([row for row in rows if video in (row["video"], "all")], thing)
            lines.append(f"{thing:<8}{video:<42}bare {bare!s:<44}readable {readable}")
        lines += [f"{thing:<8}  {cause}: {number}" for cause, number in causes(rows, thing).most_common()]
    return "\n".join(lines)
