"""Whether the node's clock is disciplined, asked of the kernel: what it says goes on every batch.

`adjtimex` (Linux) tells what chrony, ntpd or systemd-timesyncd told the kernel: synchronised or not, and how far off it
believes to be. Where it cannot be asked the configuration's word stands: a box whose host keeps the time for it (a
virtual machine, a container) may say `clock: host`.
Limits: the kernel's estimate is the daemon's own; a daemon that follows a wrong server is believed.
"""

import ctypes
import sys
import time
from typing import Final

from streams.wire.messages import Clock, ClockSource

STA_UNSYNC: Final = 0x0040
STA_NANO: Final = 0x2000
HOST: Final = "host"


class _Timex(ctypes.Structure):
    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


class Discipline:
    """The clock's word for each batch; remembers the last one so that a step is seen."""

    def __init__(self, source: str) -> None:
        """`source` is what the configuration says disciplines the clock: ntp, gnss, rtc, host or none."""
        self._host = source == HOST
        self._source = ClockSource.NTP if self._host else ClockSource(source)
        self._apart = time.time() - time.monotonic()

    def word(self) -> Clock:
        """Source, offset, whether it is synchronised, and how far it stepped since the last word."""
        apart = time.time() - time.monotonic()
        step, self._apart = apart - self._apart, apart
        synced = self._host or kernel()[0]
        return Clock(
            source=self._source,
            offset_ms=self.offset_ms(),
            synced=synced and self._source is not ClockSource.NONE,
            step=round(step, 3) if abs(step) > 1 else 0.0,
        )

    def offset_ms(self) -> float:
        """How far off the clock believes to be, milliseconds; the next word still tells of a step since the last."""
        return 0.0 if self._host else round(kernel()[1], 3)


def kernel() -> tuple[bool, float]:
    """Whether the kernel calls its clock synchronised, and its estimated offset in milliseconds."""
    if sys.platform != "linux":
        return False, 0.0
    timex = _Timex()
    if ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(timex)) < 0:
        return False, 0.0
    unit = 1e6 if timex.status & STA_NANO else 1e3
    return not timex.status & STA_UNSYNC, timex.offset / unit
