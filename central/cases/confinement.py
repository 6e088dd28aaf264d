"""A worker process within bounds: so much memory, so much processor time for each piece of work, no life of its own.

What is decoded there comes from outside. Memory is the kernel's limit for the whole process; time is a signal that
Python turns into an exception at the next step, and behind it the kernel's own limit, for code that never comes back.
"""

import math
import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Callable
from typing import Final, TypeVar

WORKER_MEMORY: Final = 2 * 1024**3
AGAIN_S: Final = 0.5  # the signal comes again, for a decoder that bears any exception

_Done = TypeVar("_Done")


class _TooSlow(Exception):  # noqa: N818 - raised and caught here
    """The work has had its time."""


def confine() -> None:
    """A worker may take 2 GiB and no more: a picture that wants more is refused as damaged.

    Nor does it outlive the centre. A pool lets its workers go only in good order; one whose centre was killed would
    wait for its next photo for ever.
    """
    threading.Thread(target=_end_with_the_centre, daemon=True).start()
    resource.setrlimit(resource.RLIMIT_AS, (WORKER_MEMORY, WORKER_MEMORY))


def _end_with_the_centre() -> None:
    if (centre := multiprocessing.parent_process()) is not None:
        centre.join()
        os._exit(1)


def in_time(seconds: float, work: Callable[[bytes], _Done], data: bytes) -> _Done | None:
    """Work within so much processor time; None when that was not enough. At twice that the kernel ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used.ru_utime + used.ru_stime + 2 * seconds + 1), most))
    signal.signal(signal.SIGPROF, _stop)
    try:
        signal.setitimer(signal.ITIMER_PROF, seconds, AGAIN_S)
        try:
            return work(data)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    except _TooSlow:
        return None


def _stop(_number: int, _frame: object) -> None:
    raise _TooSlow
