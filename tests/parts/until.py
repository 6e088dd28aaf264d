"""Wait for a condition, not for a time: the one place in the tests that lets time pass."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

EVERY_S = 0.02


def until(condition: Callable[[], T], within: float = 10.0, what: str = "the condition") -> T:
    """The first truthy answer of `condition`; AssertionError when none came `within` seconds."""
    pause = threading.Event()
    deadline = time.monotonic() + within
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true within {within} s; last answer: {answer!r}")
        pause.wait(EVERY_S)
    return answer
