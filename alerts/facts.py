"""A fact: what a node asserted, and how far the centre may believe its time.

Time is capture time, because arrival order is an accident of the network; a fact whose clock is doubtful is ordered
by when it was heard instead (DESIGN, the wire).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from streams.wire.records import Event, Reading

CAMERA_STATE: Final = "camera_state"
LIVE: Final = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One event or reading as the centre stored it. `captured` and `heard` are aware."""

    body: Event | Reading
    ward: str
    node: str
    captured: datetime
    heard: datetime
    late: bool = False
    time_doubtful: bool = False

    @property
    def at(self) -> datetime:
        """The instant that orders this fact among others."""
        return self.heard if self.time_doubtful else self.captured

    @property
    def began(self) -> datetime:
        """When what it tells of began; never after the fact itself."""
        if isinstance(self.body, Reading) or self.time_doubtful:
            return self.at
        return min(self.body.began, self.at)


def camera_told_of(fact: Fact) -> str | None:
    """The camera whose health changed, when that is what the fact tells: its open alerts must hear it too."""
    return fact.body.camera if isinstance(fact.body, Event) and fact.body.kind == CAMERA_STATE else None
