"""A socket that is read by the bufferful, for a client that asks for one byte at a time.

The MQTT client reads a packet's type, its length and its content with three to six `recv`, and each gives the
interpreter away to whatever thread computes and waits to have it back: up to the switch interval every time. A centre
whose writer is busy heard forty messages a second so, and its broker dropped the rest. Here one `recv` fetches whatever
has come, and `pending` says what is left of it, as an `ssl.SSLSocket` does, for which the client's loop already looks.
"""

import socket
from typing import Any, Final

ROOM: Final = 64 * 1024


class Buffered:
    """A connected, non-blocking socket with a buffer in front of its reading half; everything else is the socket's."""

    def __init__(self, source: socket.socket) -> None:
        self._source = source
        self._read = b""
        self._at = 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the socket has
        return getattr(self._source, name)

    def recv(self, most: int) -> bytes:
        """At most so many bytes; none when the other end has hung up. Raises what `socket.recv` raises."""
        if self._at == len(self._read):
            self._read, self._at = self._source.recv(max(most, ROOM)), 0
        taken = self._read[self._at : self._at + most]
        self._at += len(taken)
        return taken

    def pending(self) -> int:
        """Bytes that `recv` will give without asking the network: a selector does not know of them."""
        deeper = getattr(self._source, "pending", None)
        return len(self._read) - self._at + (deeper() if deeper is not None else 0)
