"""Whose turn it is to be asked: each object at most once in a while, who was asked longest ago first. Pure.

Method: everybody due, of all second looks of a camera together, stands in one line by when an answer was last had;
whoever never had one stands before all others, in the order of coming. The line is served until each second look has
had its `most` crops; the caller stops earlier when its time is spent. Nobody is served twice while another waits, so
everybody is asked in the end, however many there are.
Who was due and not asked is counted by the caller: a budget that is too small must be seen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

Who = int | str
"""A track, or a zone."""

NEVER: Final = float("-inf")


@dataclass(frozen=True, slots=True)
class Wish:
    """One object that second look number `look` would be asked about; `who` is the same at every look."""

    look: int
    who: Who


class Turns:
    """When each was asked. `elapsed` is stream seconds and never falls."""

    def __init__(self, every_s: Sequence[float], most: Sequence[int]) -> None:
        """For each second look of a camera, by its number."""
        self._every, self._most = every_s, most
        self._asked: dict[Wish, float] = {}
        self._first: dict[Wish, int] = {}
        self._came = 0

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._first)

    def ready(self, wish: Wish, elapsed: float) -> bool:
        """Whether it was left alone for long enough; cheaper than to stand in the line."""
        return elapsed - self._asked.get(wish, NEVER) >= self._every[wish.look]

    def due(self, wishes: Iterable[Wish], elapsed: float) -> tuple[list[Wish], int]:
        """Whom to ask now, in order, and how many more are due but have to wait for lack of crops."""
        waiting = []
        for wish in wishes:
            if wish not in self._first:
                self._first[wish] = self._came
                self._came += 1
            if self.ready(wish, elapsed):
                waiting.append(wish)
        waiting.sort(key=lambda wish: (self._asked.get(wish, NEVER), self._first[wish]))
        left, chosen = list(self._most), []
        for wish in waiting:
            if left[wish.look] > 0:
                left[wish.look] -= 1
                chosen.append(wish)
        return chosen, len(waiting) - len(chosen)

    def asked(self, wish: Wish, elapsed: float) -> None:
        """It was asked about now."""
        self._asked[wish] = elapsed

    def forget(self, who: Iterable[Who]) -> None:
        """These are gone for ever."""
        for one in who:
            for look in range(len(self._most)):
                self._asked.pop(Wish(look, one), None)
                self._first.pop(Wish(look, one), None)
