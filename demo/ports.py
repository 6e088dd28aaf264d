"""A port of the loopback, held for one demonstration from the moment it is chosen.

The programs that will listen are started seconds after their port was chosen. Between the two a second demonstration
would find the same port free: its centre could not listen, and the first one's would answer in its place. So a port
that was chosen stays bound, in two ways. On an address of the loopback that is nobody's (on Linux all of 127/8 is the
machine's own) the kernel gives it to one process only: that is what another demonstration runs into. On the usual
address it is bound and not listened on, beside which a program of ours may listen (`SO_REUSEADDR`, socket(7)) and
nobody is given the port who asks for any. Both end with the process, however it ends. Elsewhere than on Linux, and
where a box allows one loopback address only, neither holds, and a port is only looked at.
"""

import socket
import sys
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Final, Self

USUAL: Final = 8000
HOST: Final = "127.0.0.1"
GUARD: Final = "127.87.83.1"  # nothing listens there


class PortTakenError(ValueError):
    """Somebody listens on the port asked for, or another demonstration is about to."""


@dataclass(frozen=True, slots=True)
class Held:
    """A port that no other demonstration on this machine is given until this one lets it go."""

    port: int
    sockets: ExitStack

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.sockets.close()


def hold(port: int) -> Held:
    """Hold this very port. Raises PortTakenError."""
    with ExitStack() as sockets:
        try:
            if holds():
                sockets.enter_context(closing(socket.socket())).bind((GUARD, port))
            beside = sockets.enter_context(closing(socket.socket()))
            beside.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            beside.bind((HOST, port))
        except OSError:
            raise PortTakenError(f"port {port} is taken; give another with --port") from None
        return Held(port, sockets.pop_all() if holds() else ExitStack())


def hold_usual() -> Held:
    """Hold the usual port, or any where that is taken."""
    try:
        return hold(USUAL)
    except PortTakenError:
        return hold_any()


def hold_any() -> Held:
    """Hold a port that nobody has."""
    while True:
        try:
            return hold(free_port())
        except PortTakenError:
            continue  # taken since it was looked at


@cache
def holds() -> bool:
    """Whether a port can be held here, and not only looked at."""
    if sys.platform != "linux":
        return False
    with closing(socket.socket()) as probe:
        try:
            probe.bind((GUARD, 0))
        except OSError:
            return False
        return True


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
