"""The last seconds of a camera, as it sent them: a ring of encoded packets that a clip is cut from.

Nothing is decoded for it and nothing encoded: ten seconds of a 4 Mbit/s camera are 5 MB. The ring is made of whole
groups of pictures (GOP), each beginning with a key frame, because a clip that begins anywhere else cannot be shown. The
oldest group goes when what remains covers the seconds asked for, or when the bytes run out; so there is up to one group
more than asked for, and never more bytes. A single group larger than all the bytes is given up and counted: a camera
with a key frame every minute needs more bytes or another setting.
A camera that is connected to again begins an empty ring: what was before is of another stream. Thread-safe: the reader
adds, whoever cuts a clip takes references and holds nobody up.
"""

import io
import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import av

from streams.cameras.clock import Arrival

USUAL_S: Final = 10.0
USUAL_BYTES: Final = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Kept:
    """One packet as it came. `packet` is PyAV's; only its payload, its times and whether it is a key frame are used."""

    packet: Any
    arrival: Arrival


@dataclass(frozen=True, slots=True)
class Footage:
    """Packets from a key frame on, and what they are: `mould` is a stream of a container that is never written."""

    codec: str
    mould: Any
    kept: tuple[Kept, ...]

    @property
    def began(self) -> datetime:
        """When the first packet came."""
        return self.kept[0].arrival.now

    @property
    def seconds(self) -> float:
        """From the first packet to the last, by their arrival."""
        return self.kept[-1].arrival.monotonic - self.kept[0].arrival.monotonic


@dataclass(frozen=True, slots=True)
class Load:
    """What a ring holds now, and how often a group of pictures was too large for it since it was made."""

    seconds: float = 0.0
    bytes: int = 0
    packets: int = 0
    given_up: int = 0


@dataclass(slots=True)
class _Group:
    kept: list[Kept] = field(default_factory=list)
    bytes: int = 0

    @property
    def began(self) -> float:
        return self.kept[0].arrival.monotonic


class Preroll:
    """One camera's ring of at least `seconds` where `most_bytes` allow it."""

    def __init__(self, seconds: float = USUAL_S, most_bytes: int = USUAL_BYTES) -> None:
        self._seconds, self._most = seconds, most_bytes
        self._groups: deque[_Group] = deque()
        self._mould: Any = None
        self._codec = ""
        self._bytes = 0
        self._given_up = 0
        self._lock = threading.Lock()

    @property
    def load(self) -> Load:
        """What it holds."""
        with self._lock:
            if not self._groups:
                return Load(given_up=self._given_up)
            first, last = self._groups[0].kept[0], self._groups[-1].kept[-1]
            packets = sum(len(group.kept) for group in self._groups)
            seconds = last.arrival.monotonic - first.arrival.monotonic
            return Load(seconds, self._bytes, packets, self._given_up)

    def begin(self, stream: Any) -> None:  # noqa: ANN401 - PyAV's stream
        """The camera was connected to: a new stream, an empty ring."""
        mould = None if stream is None else moulded(stream)
        with self._lock:
            self._clear()
            self._mould, self._codec = mould, "" if stream is None else stream.codec_context.name

    def add(self, packet: Any, arrival: Arrival) -> None:  # noqa: ANN401 - PyAV's packet
        """The next packet; before the first key frame none is kept."""
        with self._lock:
            if packet.is_keyframe:
                self._groups.append(_Group())
            if not self._groups:
                return
            self._groups[-1].kept.append(Kept(packet, arrival))
            self._groups[-1].bytes += packet.size
            self._bytes += packet.size
            self._shorten(arrival.monotonic)

    def footage(self, since: datetime, until: datetime) -> Footage | None:
        """What came from the last key frame before `since` to `until`, as far as it is here; None when nothing is."""
        with self._lock:
            groups, codec, mould = [tuple(group.kept) for group in self._groups], self._codec, self._mould
        first = max((n for n, group in enumerate(groups) if group[0].arrival.now <= since), default=0)
        kept = tuple(one for group in groups[first:] for one in group if one.arrival.now <= until)
        return Footage(codec, mould, kept) if kept and kept[-1].arrival.now >= since else None

    def _shorten(self, now: float) -> None:
        while len(self._groups) > 1 and (self._bytes > self._most or now - self._groups[1].began >= self._seconds):
            self._bytes -= self._groups.popleft().bytes
        if self._bytes > self._most:
            self._given_up += 1
            self._clear()

    def _clear(self) -> None:
        self._groups.clear()
        self._bytes = 0


def moulded(stream: Any) -> Any:  # noqa: ANN401 - PyAV's streams
    """What this stream is, to live longer than the connection it is of."""
    return av.open(io.BytesIO(), "w", format="matroska").add_stream_from_template(stream)
