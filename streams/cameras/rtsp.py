"""An RTSP camera, over TCP.

TCP because a ward's network loses UDP in bursts, and a lost packet smears the picture until the next key frame.
`fpsprobesize=0` makes FFmpeg open in 0.2 s instead of 2.2 (GStreamer's server, 10 fps): left alone it reads twenty
pictures to guess a frame rate we do not use, and hands them over two seconds old.
What goes wrong says what happens next: refused logins (401, 403), an address that is not RTSP and a stream without
video are SourceRefused; everything else, an unknown path included (a proxy answers 404 while the camera behind it is
away), is SourceLost. The password is masked before anything is said: FFmpeg puts the whole address into its errors,
so none of them is chained to ours.
"""

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

import av
import av.error

from streams.cameras.cadence import Cadence
from streams.cameras.clock import Arrival, LiveClock, Stamp
from streams.cameras.packets import PacketReader
from streams.cameras.pictures import MAX_PIXELS, Pictures, video_of
from streams.cameras.source import Counters, Meter
from streams.clocks import Clock
from streams.frames import Frame
from streams.weather import SourceLost, SourceRefused

STALL_S = 10.0
OPTIONS = {
    "rtsp_transport": "tcp",
    "allowed_media_types": "video",
    "fpsprobesize": "0",
    "max_pixels": str(MAX_PIXELS),
}
MOST_REORDERED = 64  # packets a decoder may hold back before it gives their picture


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """Where a camera is and how to log in; says the password to FFmpeg and to nobody else."""

    full: str
    shown: str

    def __repr__(self) -> str:
        return self.shown

    @classmethod
    def of(cls, url: str, user: str | None = None, password: str | None = None) -> "Address":
        """Take credentials from the URL, or from beside it (those win); SourceRefused when it is no RTSP address."""
        parts = _split(url)
        if parts is None:
            raise SourceRefused(f"{_masked(url)}: not an rtsp:// address")
        place = parts.netloc.rpartition("@")[2]
        said = (quote(user, safe=""), quote(password or "", safe="")) if user else _login(parts.netloc)
        login, mask = (f"{said[0]}:{said[1]}@", f"{said[0]}:***@") if said else ("", "")
        rest = parts.path + (f"?{parts.query}" if parts.query else "")
        bare = f"{parts.scheme}://{mask}{place}{parts.path}"
        # An @ behind the place: a password with a slash in it, quite likely, and the slash has cut it in two.
        shown = bare if "@" not in url[url.find(parts.netloc) + len(parts.netloc) :] else _masked(url)
        return cls(f"{parts.scheme}://{login}{place}{rest}", shown)


class RtspCamera:
    """Watches an RTSP stream. `looked_at_fps` thins it, `width` scales it down; None leaves it as it is."""

    def __init__(  # noqa: PLR0913 - each is one line of a camera's configuration, and all but two have defaults
        self,
        camera: str,
        url: str,
        *,
        user: str | None = None,
        password: str | None = None,
        looked_at_fps: float | None = None,
        width: int | None = None,
        stall_s: float = STALL_S,
    ) -> None:
        self.camera = camera
        self.address = Address.of(url, user, password)
        self._fps, self._width, self._stall_s = looked_at_fps, width, stall_s
        self._meter = Meter()
        self._last: datetime | None = None

    @property
    def counters(self) -> Counters:
        """A snapshot, safe to take from any thread."""
        return self._meter.now

    @contextlib.contextmanager
    def open(self, clock: Clock, stop: threading.Event | None = None) -> Iterator[Iterator[Frame]]:
        """Frames until `stop`; SourceLost when the camera is away or silent, SourceRefused when it turns us away."""
        stop = stop or threading.Event()
        reader = PacketReader(self.camera, self._connect, clock, self._meter)
        try:
            yield self._play(reader, clock, stop)
        finally:
            reader.close()

    def _play(self, reader: PacketReader, clock: Clock, stop: threading.Event) -> Iterator[Frame]:
        trouble: Exception | None = None
        try:
            yield from self._frames(reader, clock, stop)
        except (av.FFmpegError, OSError) as error:
            trouble = said(error, self.address, self._stall_s)
        if trouble is not None:
            # Raised out here so that FFmpeg's own error, which holds the password, is not its context.
            raise trouble
        if not stop.is_set():
            raise SourceLost(f"{self.address}: the camera ended the stream")

    def _frames(self, reader: PacketReader, clock: Clock, stop: threading.Event) -> Iterator[Frame]:
        stream = reader.stream(stop)
        if stream is None:
            return
        times = _Times(LiveClock(self._last))
        pictures = Pictures(
            self.camera, stream.codec_context, times.stamp, Cadence(self._fps), self._meter, self._width
        )
        self._meter.add(opened=1)
        self._meter.note(codec=stream.codec_context.name)
        seen, decoded = clock.monotonic(), self._meter.now.decoded
        for packet, arrival in reader.packets(stop):
            times.came(packet.pts, arrival)
            for frame in pictures.take(packet):
                self._last = frame.captured
                yield frame
            if self._meter.now.decoded > decoded:
                seen, decoded = arrival.monotonic, self._meter.now.decoded
            elif arrival.monotonic - seen > self._stall_s:
                raise SourceLost(f"{self.address}: packets come, but no picture for {self._stall_s:g} s")

    def _connect(self) -> tuple[Any, Any]:
        options = OPTIONS | {"timeout": str(int(self._stall_s * 1e6))}
        container = av.open(self.address.full, "r", options=options, timeout=(self._stall_s, self._stall_s))
        return container, video_of(container, self.address.shown)


class _Times:
    """Finds for each picture the arrival of the very packet it came in, though decoders reorder and hold back."""

    def __init__(self, clock: LiveClock) -> None:
        self._clock = clock
        self._arrivals: OrderedDict[int | None, Arrival] = OrderedDict()
        self._latest: Arrival | None = None

    def came(self, pts: int | None, arrival: Arrival) -> None:
        self._arrivals[pts] = self._latest = arrival
        while len(self._arrivals) > MOST_REORDERED:
            self._arrivals.popitem(last=False)

    def stamp(self, pts: int | None, base: Any) -> Stamp:  # noqa: ANN401 - a Fraction, or None beside a missing pts
        arrival = self._arrivals.pop(pts, None) or self._latest
        if arrival is None:
            raise RuntimeError("a picture came before any packet")
        return self._clock.stamp(None if pts is None or base is None else float(pts * base), arrival)


def said(error: Exception, address: Address, stall_s: float) -> SourceLost | SourceRefused:
    """FFmpeg's failure in our words, without the password."""
    if isinstance(error, SourceLost | SourceRefused):
        return error
    if isinstance(error, av.error.HTTPUnauthorizedError):
        return SourceRefused(f"{address}: wrong user name or password (401)")
    if isinstance(error, av.error.HTTPForbiddenError):
        return SourceRefused(f"{address}: this user may not watch (403)")
    if isinstance(error, av.error.ExitError | TimeoutError):
        return SourceLost(f"{address}: nothing came for {stall_s:g} s")
    return SourceLost(f"{address}: {getattr(error, 'strerror', None) or type(error).__name__}")


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
    except ValueError:  # whose words hold the password
        return None
    return parts if parts.scheme in ("rtsp", "rtsps") and parts.netloc.rpartition("@")[2] else None


def _masked(url: str) -> str:
    """Without anything between // and the last @, and without what follows a question mark."""
    scheme, slashes, rest = ("", "", url) if "//" not in url else url.partition("//")
    _, at, place = rest.rpartition("@")
    return f"{scheme}{slashes}{'***@' if at else ''}{place.partition('?')[0]}"


def _login(netloc: str) -> tuple[str, str] | None:
    login, at, _ = netloc.rpartition("@")
    user, _, password = login.partition(":")
    return (user, password) if at else None
