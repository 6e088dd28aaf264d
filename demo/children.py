"""Three programs kept running: started in order, started again when they fall, stopped in the other order.

A child that ends without being asked is started again after a fifth of a second, doubling to one when it falls again
and again: what is left of the five seconds the demonstration promises is the program's own. Each writes to a log file
of its own. On Linux the kernel ends them when this process dies, however it dies, so that a killed demonstration
leaves nothing behind.
"""

import asyncio
import contextlib
import ctypes
import functools
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

FIRST_REST_S: Final = 0.2
LONGEST_REST_S: Final = 1.0
STEADY_S: Final = 10.0
FIRST_START_S: Final = 60.0
LOOK_EVERY_S: Final = 0.1
GRACE_S: Final = 10.0
PR_SET_PDEATHSIG: Final = 1
_LIBC: Final = ctypes.CDLL(None) if sys.platform == "linux" else None  # opened before any fork


@dataclass(slots=True)
class Child:
    """One program. `ready` waits until it can be used; it is asked after every start."""

    name: str
    command: Sequence[str]
    log: Path
    ready: Callable[[], Awaitable[bool]]
    environment: Mapping[str, str] = field(default_factory=dict)
    patience_s: float = FIRST_START_S
    grace_s: float = GRACE_S
    starts: int = 0
    up: bool = False
    was_up: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)
    pid: int | None = None
    last_exit: int | None = None
    started_again_after: list[float] = field(default_factory=list)  # every fall, to the next program of its name
    ready_after: list[float] = field(default_factory=list)  # every fall, to being of use again
    down_since: float | None = None
    fell_at: float | None = None

    @property
    def tail(self) -> str:
        """The last lines it wrote, for a person."""
        lines = self.log.read_text("utf-8", errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(lines[-15:])


class ChildFailedError(RuntimeError):
    """A child that never became ready; the message ends with what it wrote last."""


async def keep_running(child: Child, stop: asyncio.Event, ready: asyncio.Event | None = None) -> None:
    """Start a child, and start it again whenever it falls, until `stop`; then end it and wait for it.

    Raises ChildFailedError when it ends before it was ready for the first time, or is not ready within 60 s.
    """
    try:
        await _keep(child, stop, ready)
    finally:
        child.over.set()


async def run_to_end(command: Sequence[str]) -> tuple[int, str, str]:
    """Run a program that ends by itself: exit status and what it wrote to both. Cancelled, it ends the program."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        preexec_fn=functools.partial(_die_with_parent, os.getpid()),
    )
    try:
        said, complained = await process.communicate()
    finally:
        if process.returncode is None:
            await _end(process)
    return process.returncode or 0, said.decode(errors="replace"), complained.decode(errors="replace")


async def _keep(child: Child, stop: asyncio.Event, ready: asyncio.Event | None) -> None:
    rest = FIRST_REST_S
    while not stop.is_set():
        process = await _start(child)
        began = time.monotonic()
        try:
            await _until_ready(child, process, stop)
            if ready is not None and child.up:
                ready.set()
            await _ended_or_told(process, stop)
        finally:
            child.up = False
            if stop.is_set() or process.returncode is None:
                await _end(process, child.grace_s)
        child.last_exit = process.returncode
        if stop.is_set():
            return
        child.down_since = time.monotonic()
        child.fell_at = child.fell_at or child.down_since
        rest = FIRST_REST_S if time.monotonic() - began > STEADY_S else min(rest * 2, LONGEST_REST_S)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), rest)


async def _start(child: Child) -> asyncio.subprocess.Process:
    child.log.parent.mkdir(parents=True, exist_ok=True)
    with child.log.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *child.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, **child.environment},
            start_new_session=True,
            preexec_fn=functools.partial(_die_with_parent, os.getpid()),
        )
    if child.down_since is not None:
        child.started_again_after.append(time.monotonic() - child.down_since)
        child.down_since = None
    child.starts += 1
    child.pid = process.pid
    return process


async def _until_ready(child: Child, process: asyncio.subprocess.Process, stop: asyncio.Event) -> None:
    deadline = time.monotonic() + child.patience_s
    while process.returncode is None and not stop.is_set():
        if await child.ready():
            child.up = child.was_up = True
            if child.fell_at is not None:
                child.ready_after.append(time.monotonic() - child.fell_at)
                child.fell_at = None
            return
        if not child.was_up and time.monotonic() > deadline:
            break
        await asyncio.sleep(LOOK_EVERY_S)
    if not child.was_up and not stop.is_set():
        raise ChildFailedError(f"{child.name} did not start (exit {process.returncode}); it wrote:\n{child.tail}")


async def _ended_or_told(process: asyncio.subprocess.Process, stop: asyncio.Event) -> None:
    ended = asyncio.ensure_future(process.wait())
    told = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({ended, told}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        told.cancel()
        if not ended.done():
            ended.cancel()


async def _end(process: asyncio.subprocess.Process, grace_s: float = GRACE_S) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), grace_s)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _die_with_parent(parent: int) -> None:
    """Between fork and exec: be told when the parent dies, and do not begin when it is dead already."""
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)
