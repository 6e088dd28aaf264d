"""A real Mosquitto, as a child process on a free loopback port, that can be killed and started again there.

With `passwords` it asks for them and holds each user to the topics of the design: a user named after a node
writes and reads only that node's streams, `centre` everything.
"""

import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.parts.until import until

CENTRE = "centre"
ACL = f"""\
pattern write wardsense/v1/+/%u/batch
pattern write wardsense/v1/+/%u/status
pattern write wardsense/v1/+/%u/live
pattern read wardsense/v1/+/%u/receipt
pattern read wardsense/v1/+/%u/config
pattern read wardsense/v1/+/%u/command

user {CENTRE}
topic readwrite wardsense/v1/#
"""


class Mosquitto:
    """`with Mosquitto() as broker:` gives a broker on `broker.port` of 127.0.0.1."""

    def __init__(self, passwords: Mapping[str, str] | None = None, *, persistent: bool = False, acl: str = ACL) -> None:
        """`passwords` by user name turns the access list on; `persistent` keeps sessions through a restart."""
        self.port = free_port()
        self._acl = acl
        self._passwords = passwords
        self._persistent = persistent
        self._folder = tempfile.TemporaryDirectory(prefix="mosquitto-")
        self._process: subprocess.Popen[bytes] | None = None
        self._program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")

    def __enter__(self) -> Self:
        self._write_configuration()
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        self._folder.cleanup()

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process. Raises AssertionError when it is not running."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it, again on the same port; returns when it takes connections."""
        if self._program is None:
            raise AssertionError("no mosquitto on this machine: install Debian's package `mosquitto`")
        log = (Path(self._folder.name) / "log").open("ab")
        with log:
            self._process = subprocess.Popen(
                [self._program, "-c", str(Path(self._folder.name) / "conf")], stdout=log, stderr=log
            )
        until(lambda: self._answers() or not self.running, within=10, what="Mosquitto answering")
        if not self.running:
            raise AssertionError(f"Mosquitto did not start: {self.log()}")

    def kill(self) -> None:
        """End it with -9, as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it in good order: it writes its sessions down when it is persistent."""
        self._end(signal.SIGTERM)

    def log(self) -> str:
        """What it has said."""
        return (Path(self._folder.name) / "log").read_text(errors="replace")

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=10)
            self._process = None

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _write_configuration(self) -> None:
        folder = Path(self._folder.name)
        lines = [f"listener {self.port} 127.0.0.1", "max_queued_messages 10000", "log_type all"]
        if self._persistent:
            lines += ["persistence true", f"persistence_location {folder}/", "autosave_interval 1"]
        if self._passwords is None:
            lines.append("allow_anonymous true")
        else:
            for user, password in self._passwords.items():
                _write_password(folder / "passwords", user, password)
            (folder / "acl").write_text(self._acl)
            lines += ["allow_anonymous false", f"password_file {folder}/passwords", f"acl_file {folder}/acl"]
        for made in folder.iterdir():
            made.chmod(0o644)
        folder.chmod(0o777)  # started as root it drops to a user of its own, which must read and write here
        (folder / "conf").write_text("\n".join(lines) + "\n")


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _write_password(file: Path, user: str, password: str) -> None:
    command = ["mosquitto_passwd", "-b", *([] if file.exists() else ["-c"]), str(file), user, password]
    subprocess.run(command, check=True, capture_output=True)
