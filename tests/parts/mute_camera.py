"""A camera whose encoder dies while its connection lives, with room for one viewer. It stands before a server.

In a connection that is muted reports go on and pictures do not; a second viewer is turned away until the first left.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

REPORT: Final = b"$\x01\x00\x08\x80\xc9\x00\x01\x00\x00\x00\x01"
"""An empty RTCP receiver report in RTSP's own connection, on the channel beside the first stream's."""
FULL: Final = b"RTSP/1.0 453 Not Enough Bandwidth\r\nCSeq: 1\r\n\r\n"
EVERY_S: Final = 0.2
HEAD: Final = 4
FRAMED: Final = 0x24


class MuteCamera:
    """Passes on what a viewer and the server at `url` say; in a connection that is muted, reports and nothing else."""

    def __init__(self, url: str) -> None:
        told = urlsplit(url)
        self._server = (told.hostname or "", told.port or 554)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._viewer: threading.Thread | None = None  # there as long as one watches
        self._lines: list[socket.socket] = []
        self._muted = threading.Event()
        self.url = told._replace(netloc=f"127.0.0.1:{self._door.getsockname()[1]}").geturl()

    def __enter__(self) -> Self:
        threading.Thread(target=self._receive, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for line in (self._door, *self._lines):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def mute(self) -> None:
        """No more pictures in the connection there is now."""
        self._muted.set()

    def _receive(self) -> None:
        with suppress(OSError):
            while True:
                viewer, _ = self._door.accept()
                self._lines.append(viewer)
                if self._viewer is not None and self._viewer.is_alive():
                    viewer.recv(65536)
                    viewer.sendall(FULL)
                    viewer.shutdown(socket.SHUT_RDWR)
                    continue
                server, self._muted = socket.create_connection(self._server), threading.Event()
                self._lines.append(server)
                self._viewer = threading.Thread(target=_ask, args=(viewer, server), daemon=True)
                self._viewer.start()
                threading.Thread(target=_answer, args=(server, viewer, self._muted), daemon=True).start()


def _ask(viewer: socket.socket, server: socket.socket) -> None:
    with suppress(OSError):
        while said := viewer.recv(65536):
            server.sendall(said)
    with suppress(OSError):
        server.shutdown(socket.SHUT_RDWR)


def _answer(server: socket.socket, viewer: socket.socket, muted: threading.Event) -> None:
    with suppress(OSError):
        for part in parts(server):
            if muted.is_set() and part[0] == FRAMED:
                break
            viewer.sendall(part)
        while muted.is_set():
            viewer.sendall(REPORT)
            time.sleep(EVERY_S)


def parts(line: socket.socket) -> Iterator[bytes]:
    """What is said, cut before and behind each framed packet."""
    heard = b""
    while came := line.recv(65536):
        heard += came
        while len(heard) >= HEAD:
            if heard[0] == FRAMED:
                length = HEAD + int.from_bytes(heard[2:HEAD], "big")
            else:
                framed = heard.find(FRAMED)
                length = len(heard) if framed < 0 else framed
            if len(heard) < length:
                break
            yield heard[:length]
            heard = heard[length:]
