"""How far everybody has come towards what did not happen: the figures a judge decides by, beside their bounds.

Idea: whoever asks why nothing was told must not compute it a second time, for the second sum would be another one. So
every judge says, when asked, what it holds at this very look: a figure, what the rule wants, and how near that is. It
is asked by tools that explain (`wardsense edge replay`, `wardsense edge look`); a running node never asks.
Limits: only what a judge knows. A box that never became a track is the tracker's to tell.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

NEAR_LINE: Final = 1.0
"""Whoever comes within so many own box sizes of a line and does not cross it was near."""


class What(StrEnum):
    """Which figure fell short. Times in watched seconds, distances in own box sizes."""

    DWELL = "dwell"
    STILL = "still"
    ALONE = "alone"
    SETTLED = "settled"
    EMPTY = "empty"
    COUNT = "count"
    HELD = "held"
    PACE = "pace"
    BACK = "back"
    SPEED = "speed"
    SHARE = "share"
    LOOKS = "looks"
    CLASS = "class"
    """Somebody of a class the rule does not ask for; the figure is how long they stayed."""
    OFF_LINE = "off_line"
    """Came so near a line and stayed on one side."""
    OVER_LINE = "over_line"
    """Went over a line, and not as far beyond it as its margin."""
    BESIDE_LINE = "beside_line"
    """Changed sides beside the line's end, so many lengths of the line beyond it."""
    CUT = "cut"
    """The picture's edge hides on which side of a line they stand."""


@dataclass(frozen=True, slots=True)
class Nearly:
    """One figure of one look: `rule` is a rule's or a line's id, `first` who it is about (0: all together).

    `near` is from 0 to 1, where 1 is what the rule wants; of the same rule and track the larger one came closer.
    """

    rule: str
    zone: str
    first: int
    subject: str
    what: What
    reached: float
    wanted: float
    near: float


def short(rule: str, zone: str, who: tuple[int, str], what: What, reached: float, wanted: float) -> Nearly:
    """A figure that had to grow to `wanted`; `who` is the first identity and the class."""
    near = min(max(reached / wanted, 0.0), 1.0) if wanted > 0 else 1.0
    return Nearly(rule, zone, *who, what, reached, wanted, near)
