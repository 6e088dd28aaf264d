"""Failed sign-ins, counted per login and per address, so that guessing is slow and memory stays bounded.

Counts are kept in this process only: several API workers each count their own, which multiplies the limits by the
number of workers and no more. The oldest entries give way when 10,000 names have been tried.
"""

import threading
from collections import OrderedDict, deque
from datetime import datetime, timedelta
from typing import Final

WINDOW: Final = timedelta(minutes=15)
FAILURES_OF_A_LOGIN: Final = 8
FAILURES_OF_AN_ADDRESS: Final = 40
MOST_NAMES: Final = 10_000


class Throttle:
    """Remembers failures within the last 15 minutes. Safe to use from many threads."""

    def __init__(self) -> None:
        self._failures: OrderedDict[tuple[str, str], deque[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, login: str | None, address: str, now: datetime) -> timedelta:
        """How long before the next try is heard; zero when it may come now. No login: the address alone counts."""
        with self._lock:
            return max(self._wait(name, most, now) for name, most in _counted(login, address))

    def failed(self, login: str | None, address: str, now: datetime) -> None:
        """One more failure of the address, and of the login if there is one."""
        with self._lock:
            for name, most in _counted(login, address):
                self._failures.setdefault(name, deque(maxlen=most)).append(now)
                self._failures.move_to_end(name)
            while len(self._failures) > MOST_NAMES:
                self._failures.popitem(last=False)

    def succeeded(self, login: str) -> None:
        """A right password clears the login's own count, never the address's."""
        with self._lock:
            self._failures.pop(("login", login), None)

    def _wait(self, name: tuple[str, str], most: int, now: datetime) -> timedelta:
        failures = self._failures.get(name, deque())
        if len(failures) < most:
            return timedelta()
        return max(timedelta(), failures[0] + WINDOW - now)


def _counted(login: str | None, address: str) -> list[tuple[tuple[str, str], int]]:
    counted = [(("address", address), FAILURES_OF_AN_ADDRESS)]
    return counted if login is None else [(("login", login), FAILURES_OF_A_LOGIN), *counted]
