"""Whether a box carries what it is asked to: seconds of processor time a second, and seconds of its sessions. Pure.

Method: a camera costs its decoding for every second of its stream, and a look (shape, network, rest) for every picture
looked at. All of it together is held against the cores, the looks alone against the sessions, each of which is one
thread; what several sessions slow each other down by was measured and is in the price of a look. A box is full at
`FULL` of either, because a street comes in bursts and something else runs on every box. The larger share is the
bottleneck. Counted as if the gate spared nothing: a node must stand on the busiest evening.
Limits: a look is as dear as it was when it was measured; a hot box that slows its clock down is not foreseen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

FULL: Final = 0.9


class Part(StrEnum):
    """What a camera's time is spent on."""

    DECODE = "decode"
    RUN = "run"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Price:
    """What one camera costs: decoding, in ms a second of its stream; the network and all the rest, in ms a look."""

    decode_ms: float
    run_ms: float
    rest_ms: float

    @property
    def look_ms(self) -> float:
        """One look, without decoding."""
        return self.run_ms + self.rest_ms


@dataclass(frozen=True, slots=True)
class Fit:
    """How a box stands to its cameras: shares of its cores, of its sessions, and of the cores by part."""

    cores: float
    sessions: float
    parts: Mapping[Part, float]
    most_fps: float

    @property
    def share(self) -> float:
        """The fuller of the two; 1 is all there is."""
        return max(self.cores, self.sessions)

    @property
    def fits(self) -> bool:
        """Whether the box carries it."""
        return self.share <= FULL

    @property
    def bottleneck(self) -> str:
        """What fills it first: the sessions, or the dearest part of what the cores do."""
        if self.sessions > self.cores:
            return "sessions"
        return max(self.parts, key=lambda part: self.parts[part])


def fit(prices: Sequence[tuple[Price, float]], cores: float, sessions: int) -> Fit:
    """What these cameras, each with its looks a second, make of so many cores and sessions.

    `most_fps` is how often every camera could be looked at if all were looked at equally often; 0 where decoding alone
    is too much, infinite where nothing is asked.
    """
    decode = sum(price.decode_ms for price, _ in prices) / 1000
    run = sum(price.run_ms * fps for price, fps in prices) / 1000
    rest = sum(price.rest_ms * fps for price, fps in prices) / 1000
    looks = sum(price.look_ms for price, _ in prices) / 1000
    room = min(FULL * cores - decode, FULL * sessions)
    parts = {Part.DECODE: decode / cores, Part.RUN: run / cores, Part.REST: rest / cores}
    most = max(room, 0.0) / looks if looks else float("inf")
    return Fit((decode + run + rest) / cores, (run + rest) / sessions, parts, most)
