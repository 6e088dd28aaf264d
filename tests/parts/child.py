"""One program of ours as a child process: started by its command line, killed with -9, its words kept in a file."""

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import httpx

from tests.conftest import ROOT

KEPT_LINES = 60


class Child:
    """A program that can be started, killed and started again; its output is appended to one log."""

    def __init__(self, name: str, command: Sequence[str], log: Path) -> None:
        self.name = name
        self.command = command
        self.log = log
        self.starts = 0
        self._environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether it is alive."""
        return self._process is not None and self._process.poll() is None

    @property
    def status(self) -> int | None:
        """How the last one ended; None while it runs or before the first."""
        return None if self._process is None else self._process.poll()

    def start(self) -> None:
        """Start it; does not wait for it to be of use."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command, cwd=ROOT, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.starts += 1

    def serves(self, url: str) -> bool:
        """Whether it answers at its `/healthz`, for `until`. Raises AssertionError when it has ended instead."""
        assert self.running, f"{self.name} ended with status {self.status}\n{self.tail()}"
        try:
            return httpx.get(f"{url}/healthz", timeout=5).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        """End it with -9; returns when it is gone."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to end in good order (SIGTERM); returns its exit status."""
        return self._end(signal.SIGTERM)

    def said(self) -> str:
        """Everything it wrote, over all its lives."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def tail(self) -> str:
        """What it wrote last, for a failing test to show."""
        lines = self.said().splitlines()
        return "\n".join([f"--- {self.name} (started {self.starts}x, exit {self.status})", *lines[-KEPT_LINES:]])

    def _end(self, how: signal.Signals) -> int:
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.send_signal(how)
        return self._process.wait(timeout=30)
