"""How many bytes of evidence may go out in a day: a link that is paid by the byte, or shared with others. Pure.

A day is any 24 hours, not a calendar's, on a clock that never steps: what went out counts for a day and is then
forgotten. Something larger than a whole day's budget goes when nothing else has gone for a day, because a picture that
could never leave would hide what else waits.
"""

from collections import deque
from typing import Final

DAY_S: Final = 86_400.0


class Budget:
    """Bytes a day; None: as many as the link takes. `now` is monotonic seconds and never falls."""

    def __init__(self, bytes_per_day: int | None) -> None:
        self._most = bytes_per_day
        self._spent: deque[tuple[float, int]] = deque()

    def allows(self, size: int, now: float) -> bool:
        """Whether so many bytes may go out now."""
        if self._most is None:
            return True
        spent = self.spent(now)
        return spent == 0 or spent + size <= self._most

    def spend(self, size: int, now: float) -> None:
        """So many bytes go out."""
        if self._most is not None:
            self._spent.append((now, size))

    def give_back(self, size: int) -> None:
        """The last of that size did not go out after all."""
        for index in range(len(self._spent) - 1, -1, -1):
            if self._spent[index][1] == size:
                del self._spent[index]
                return

    def spent(self, now: float) -> int:
        """Bytes that went out within a day."""
        while self._spent and now - self._spent[0][0] >= DAY_S:
            self._spent.popleft()
        return sum(size for _, size in self._spent)
