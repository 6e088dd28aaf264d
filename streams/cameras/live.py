"""A camera that streams, whatever it speaks: connected to, timed, decoded as far as it is looked at, and left.

What differs between RTSP, MJPEG, HLS and a device is the `Way`: the address, FFmpeg's name for it and its options.
What goes wrong says what happens next: refused logins (401, 403), an address of the wrong kind and a stream without
video are SourceRefused; everything else, an unknown path included (a proxy answers 404 while the camera behind it is
away), is SourceLost. FFmpeg keeps the decoder it began with, so a camera that changes its codec in the middle gives
packets and no pictures: that, too, is SourceLost, and what opens it again gets the new codec.

PyAV's limit of a read asks Python for the time at every step of FFmpeg's, some thirty times a packet of RTSP. FFmpeg's
own costs nothing, but a camera that goes on to report and shows nothing never comes to it: it would keep a thread here,
and at the camera a place, and one that has few places would never be seen again. So PyAV's it is, at some 5 % of the
node's time with twenty cameras.
"""

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any, Final, TypeVar

import av
import av.error
from av.stream import Discard

from streams.cameras.address import Address
from streams.cameras.cadence import Cadence
from streams.cameras.clock import USUAL_LATE_S, Arrival, LiveClock, Stamp, seconds_of
from streams.cameras.hardware import Hardware, told
from streams.cameras.packets import Keep, PacketReader
from streams.cameras.pictures import MAX_PIXELS, Pictures, video_of
from streams.cameras.source import Counters, Meter
from streams.cameras.thrift import Thrift
from streams.clocks import Clock
from streams.frames import Frame
from streams.weather import SourceLost, SourceRefused

STALL_S: Final = 10.0
# Left alone FFmpeg reads twenty pictures to guess a frame rate we do not use, and hands them over two seconds old.
ALWAYS: Final = {"fpsprobesize": "0", "max_pixels": str(MAX_PIXELS)}
MOST_WAITING: Final = 2048  # packets that are held, or that a decoder holds back, before their picture is given

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Way:
    """How FFmpeg gets at a camera. `timed`: its timestamps are its own; `bursts`: it hands over seconds at a time.

    `late_s`: how long a picture takes from the lens to here at most, when nothing holds it up.
    """

    address: Address
    format: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    timed: bool = True
    bursts: bool = False
    late_s: float = USUAL_LATE_S


class LiveCamera:
    """Watches a stream. `looked_at_fps` thins it, `width` scales it down; None leaves it as it is."""

    def __init__(  # noqa: PLR0913 - each is one line of a camera's configuration, and all but two have defaults
        self,
        camera: str,
        way: Way,
        *,
        looked_at_fps: float | None = None,
        width: int | None = None,
        stall_s: float = STALL_S,
        keep: Keep | None = None,
        hardware: Hardware | None = None,
    ) -> None:
        """`keep` gets every packet as it is; `hardware` decodes, as far as it is here."""
        self.camera, self.address, self.keep = camera, way.address, keep
        self._way, self._hardware = way, hardware
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
        reader = self._reader(clock)
        try:
            yield self._weathered(self._frames(reader, clock, stop), stop)
        finally:
            reader.close()

    def read(self, clock: Clock, stop: threading.Event) -> Generator[None, None, None]:
        """Read packets into `keep` until `stop` and decode none; a beat for each. Raises as `open` does."""
        reader = self._reader(clock)
        try:
            yield from self._weathered(self._packets(reader, stop), stop)
        finally:
            reader.close()

    def _reader(self, clock: Clock) -> PacketReader:
        way = self._way
        return PacketReader(
            self.camera, self._connect, clock, self._meter, self.keep,
            stall_s=self._stall_s, timed=way.timed, bursts=way.bursts,
        )  # fmt: skip

    def _weathered(self, coming: Iterator[T], stop: threading.Event) -> Iterator[T]:
        trouble: Exception | None = None
        try:
            yield from coming
        except (av.FFmpegError, OSError) as error:
            trouble = said(error, self.address, self._stall_s)
        if trouble is not None:
            # Raised out here so that FFmpeg's own error, which holds the password, is not its context.
            raise trouble
        if not stop.is_set():
            raise SourceLost(f"{self.address}: the camera ended the stream")

    def _packets(self, reader: PacketReader, stop: threading.Event) -> Iterator[None]:
        stream = reader.stream(stop)
        if stream is None:
            return
        self._meter.add(opened=1)
        self._meter.note(codec=stream.codec_context.name)
        for packet, _ in reader.packets(stop):
            self._meter.add(packets=1, corrupt=int(packet.is_corrupt))
            yield

    def _frames(self, reader: PacketReader, clock: Clock, stop: threading.Event) -> Iterator[Frame]:
        stream = reader.stream(stop)
        if stream is None:
            return
        times = _Times(LiveClock(self._last, self._way.late_s))
        thrift = Thrift(times.ahead, self._fps)
        pictures = Pictures(
            self.camera, stream.codec_context, times.stamp, Cadence(self._fps), self._meter, self._width, thrift
        )
        self._meter.add(opened=1)
        told(self._meter, self._hardware, stream.codec_context, self.camera)
        seen, decoded = clock.monotonic(), self._meter.decoded
        for packet, arrival in reader.packets(stop):
            times.came(packet.pts, arrival)
            for frame in pictures.take(packet):
                self._last = frame.captured
                yield frame
            if self._meter.decoded > decoded or pictures.resting:
                seen, decoded = arrival.monotonic, self._meter.decoded
            elif arrival.monotonic - seen > self._stall_s:
                raise SourceLost(f"{self.address}: packets come, but no picture for {self._stall_s:g} s")

    def _connect(self) -> tuple[Any, Any]:
        limits = (self._stall_s, self._stall_s)
        options = {**ALWAYS, **self._way.options}
        part = self._hardware.acceleration() if self._hardware is not None else None
        try:
            container = av.open(
                self.address.full, "r", format=self._way.format, options=options, timeout=limits, hwaccel=part
            )
        except RuntimeError as error:  # all that PyAV says of a stream the part does not decode
            raise SourceRefused(f"{self.address}: {error}") from None
        stream = video_of(container, self.address.shown)
        for other in container.streams:
            if other.index != stream.index:
                other.discard = Discard.all  # else HLS fetches every size a camera offers
        return container, stream


class _Times:
    """Finds for each picture the arrival of the very packet it came in, though decoders reorder and hold back."""

    def __init__(self, clock: LiveClock) -> None:
        self._clock = clock
        self._arrivals: OrderedDict[int | None, Arrival] = OrderedDict()
        self._latest: Arrival | None = None

    def came(self, pts: int | None, arrival: Arrival) -> None:
        self._arrivals[pts] = self._latest = arrival
        while len(self._arrivals) > MOST_WAITING:
            self._arrivals.popitem(last=False)

    def stamp(self, pts: int | None, base: Fraction | None) -> Stamp:
        arrival = self._arrivals.pop(pts, None) or self._latest
        if arrival is None:
            raise RuntimeError("a picture came before any packet")
        return self._clock.stamp(seconds_of(pts, base), arrival)

    def ahead(self, pts: int | None, base: Fraction | None) -> float:
        """About which second of the stream the picture in this packet will be."""
        arrival = self._arrivals.get(pts) or self._latest
        if arrival is None:
            raise RuntimeError("asked for a packet that has not come")
        return self._clock.ahead(seconds_of(pts, base), arrival)


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
    why = getattr(error, "strerror", None) or type(error).__name__
    if address.tls and why == "Input/output error":  # all that FFmpeg says of a certificate
        why += " (or nobody vouches for its certificate: name who does as ca_file)"
    return SourceLost(f"{address}: {why}")
