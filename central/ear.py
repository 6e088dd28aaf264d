"""Whether this centre hears anything at all: what it could not hear, it holds against nobody.

While its own line to the broker is down every box is silent, and that says nothing about the boxes. So silence is
counted only from when the line came up again, and meanwhile it is the ward that is shown as deaf, with since when.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

DEAF_AFTER: Final = timedelta(seconds=10)  # a line that breaks and comes back at once is nobody's news


@dataclass(frozen=True, slots=True)
class Hearing:
    """Since when we hear without a break, or since when we are deaf; neither: nobody asks (tests, a replay)."""

    since: datetime | None = None
    deaf_since: datetime | None = None

    def deaf(self, now: datetime) -> datetime | None:
        """Since when we are deaf, once it has lasted."""
        return self.deaf_since if self.deaf_since and now - self.deaf_since >= DEAF_AFTER else None


class Ear:
    """The line's state as the writing thread asks for it. `turn` belongs to the event loop; the value is swapped."""

    def __init__(self, now: datetime) -> None:
        """Deaf until the line is up for the first time."""
        self._hearing = Hearing(deaf_since=now)

    def turn(self, now: datetime, *, up: bool) -> None:
        """The line came up, or broke; the same again changes nothing."""
        if up is (self._hearing.since is None):
            self._hearing = Hearing(since=now) if up else Hearing(deaf_since=now)

    def hearing(self) -> Hearing:
        """How it stands."""
        return self._hearing
