"""A real RTSP server as a child process, for as long as a `with` block lasts.

`with RtspServer({"gate": clip}) as server: av.open(server.url("gate"))`. It can be killed, started again on the same
port, and frozen (SIGSTOP: the connection stays, nothing flows), which is what cameras do to us.
"""

import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

PROGRAM = Path(__file__).with_name("rtsp_server.py")
SYSTEM_PYTHON = Path("/usr/bin/python3")
SOUND = Path("sound")
PROBE = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"


class RtspServer:
    """Serves each clip (or each list of clips, played in turn) at rtsp://127.0.0.1:PORT/NAME, looping for ever.

    `SOUND` instead of a clip is a camera without pictures; with a certificate and its key it is rtsps:// only.
    """

    def __init__(
        self,
        clips: Mapping[str, Path | list[Path]],
        user: str | None = None,
        password: str = "",
        auth: str = "digest",
        certificate: tuple[Path, Path] | None = None,
    ) -> None:
        self.clips, self.certificate = clips, certificate
        self.user, self.password, self.auth = user, password, auth
        self.port = free_port()
        self._child: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()

    @property
    def urls(self) -> dict[str, str]:
        """Every clip's address, without credentials."""
        return {name: self.url(name) for name in self.clips}

    def url(self, name: str, user: str | None = None, password: str | None = None) -> str:
        """The address of a clip, with credentials when given."""
        login = f"{user}:{password or ''}@" if user else ""
        return f"rtsp{'s' if self.certificate else ''}://{login}127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        """Start (again), on the same port, and wait until it listens; RuntimeError when it does not."""
        command = [str(SYSTEM_PYTHON), str(PROGRAM), str(self.port), "--auth", self.auth]
        if self.user:
            command += ["--user", self.user, "--password", self.password]
        if self.certificate:
            command += ["--certificate", str(self.certificate[0]), "--key", str(self.certificate[1])]
        command += [f"{name}={','.join(map(str, paths_of(clip)))}" for name, clip in self.clips.items()]
        self._child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self._out(self._child).strip() != "ready":
            _, trouble = self._child.communicate()
            raise RuntimeError(f"the RTSP server did not start: {trouble}")

    def kill(self) -> None:
        """Gone at once, as by a power cut."""
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None

    def pause(self) -> None:
        """Freeze it: connections stay open and nothing comes any more."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on after a pause."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._child is None:
            raise RuntimeError("the RTSP server is not running")
        self._child.send_signal(number)

    @staticmethod
    def _out(child: "subprocess.Popen[str]") -> str:
        return child.stdout.readline() if child.stdout else ""


def rtsp_missing() -> str | None:
    """Why no RTSP server can run on this machine, or None."""
    if not SYSTEM_PYTHON.exists():
        return f"{SYSTEM_PYTHON} is absent"
    probe = subprocess.run([str(SYSTEM_PYTHON), "-c", PROBE], capture_output=True, text=True, check=False)
    return "python3-gi and gir1.2-gst-rtsp-server-1.0 are not installed" if probe.returncode else None


def paths_of(clip: Path | list[Path]) -> list[Path]:
    """One clip or several, as a list."""
    return clip if isinstance(clip, list) else [clip]


def free_port() -> int:
    """A TCP port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
