"""A thread that does nothing but read packets from a live stream, and the bounded queue behind it.

Why a thread of its own: FFmpeg blocks inside a read and PyAV 18 can interrupt it only by a time limit set beforehand,
so a reader that stalls cannot be told to stop; the one who waits for it can simply walk away. A daemon thread left
behind ends by itself within the stall limit and closes its connection. Besides, arrival times are taken here, before
decoding can delay them, and the socket is drained however slow decoding is: what gives way then is whole packets up to
the next key frame, counted as `dropped`.
"""

import math
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import av
import av.error

from streams.cameras.clock import Arrival
from streams.cameras.source import Meter
from streams.clocks import Clock

MOST_WAITING = 150  # packets: 6 s at 25 fps, some 3 MB of a 4 Mbit/s stream
LOOK_UP_S = 0.1
LEAVE_S = 1.0
LATE_S = 2.0
LONGEST_STEP_S = 10.0
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Keep(Protocol):
    """What keeps packets as they are, besides what is decoded."""

    def begin(self, stream: Any) -> None:  # noqa: ANN401 - PyAV's stream
        """A connection stands: the packets to come are of this stream, and none before goes with them."""

    def add(self, packet: Any, arrival: Arrival) -> None:  # noqa: ANN401 - PyAV's packet
        """The next packet."""


class Pace:
    """When a packet that was handed over early is due, by the stream's own time. Pure.

    HLS gives whole segments; taken as they come they would overflow the queue, and all seem made at one moment. A
    timestamp that jumps, or a stream that fell behind, begins a new count.
    """

    def __init__(self) -> None:
        self._began: tuple[float, float] | None = None
        self._last = 0.0

    def rest(self, second: float, now: float) -> float:
        """Seconds to wait with the packet of this second of the stream, at `now` (monotonic)."""
        step, self._last = second - self._last, second
        if self._began is None or not 0 <= step <= LONGEST_STEP_S:
            self._began = (second, now)
        due = self._began[1] + second - self._began[0]
        if now - due > LATE_S:
            self._began = (second, now)
        return max(0.0, due - now)


class PacketReader:
    """Reads what `connect` opens until it ends, `close` is called, or something breaks."""

    def __init__(  # noqa: PLR0913 - what is read, when it is now, who counts and keeps, and two traits of the stream
        self,
        name: str,
        connect: Callable[[], tuple[Any, Any]],
        clock: Clock,
        meter: Meter,
        keep: Keep | None = None,
        *,
        stall_s: float,
        timed: bool = True,
        bursts: bool = False,
    ) -> None:
        """`connect` gives the container and its stream; what it and the reading raise, the one who waits gets.

        A read that `connect` has limited to `stall_s`, and that broke for it, is a TimeoutError, whatever FFmpeg calls
        it: of an RTSP camera that reports and shows nothing it says "Input/output error".

        `keep` gets every packet, also those that give way. The times of a stream that is not `timed` are FFmpeg's guess
        and are taken away; what comes in `bursts` is handed on at its own pace.
        """
        self._keep, self._timed, self._pace = keep, timed, Pace() if bursts else None
        self._connect, self._clock, self._meter, self._stall_s = connect, clock, meter, stall_s
        self._ready = threading.Condition()
        self._packets: deque[tuple[Any, Arrival]] = deque()
        self._stream: Any = None
        self._trouble: av.FFmpegError | OSError | ValueError | None = None
        self._ended = False
        self._whole = True  # False while packets are thrown away up to the next key frame
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"packets {name}", daemon=True)
        self._thread.start()

    def stream(self, stop: threading.Event) -> Any:  # noqa: ANN401 - PyAV's stream
        """The stream, once connected; None when told to stop before; raises what connecting raised."""
        self._wait(lambda: self._stream is not None, stop)
        self._raise_trouble()
        return self._stream

    def packets(self, stop: threading.Event) -> Iterator[tuple[Any, Arrival]]:
        """Packets with their arrivals, until the stream ends or `stop`; raises what reading raised."""
        while True:
            self._wait(lambda: bool(self._packets), stop)
            if stop.is_set():
                return
            with self._ready:
                came = self._packets.popleft() if self._packets else None
            if came is None:
                self._raise_trouble()
                return
            yield came

    def close(self) -> None:
        """Tell the thread to end, and wait a moment for it; a read that stalls is left to its own time limit."""
        self._closing.set()
        self._thread.join(LEAVE_S)

    def _run(self) -> None:
        asked = math.inf  # when the packet that is waited for was asked for
        try:
            container, stream = self._connect()
            with container:
                if self._keep is not None:
                    self._keep.begin(stream)
                with self._ready:
                    self._stream = stream
                    self._ready.notify_all()
                asked = self._clock.monotonic()
                for packet in container.demux(stream):
                    if self._closing.is_set():
                        break
                    if packet.size and not self._paused(packet):
                        self._put(packet, self._arrival(packet))
                    asked = self._clock.monotonic()
            self._ended = True
        except (av.FFmpegError, OSError, ValueError) as error:
            stalled = self._clock.monotonic() - asked >= self._stall_s
            self._trouble = TimeoutError() if stalled else error

    def _paused(self, packet: Any) -> bool:  # noqa: ANN401 - PyAV's packet
        """Whether it was told to end while it waited for this packet's time."""
        if self._pace is None or packet.dts is None or packet.time_base is None:
            return False
        rest = self._pace.rest(float(packet.dts * packet.time_base), self._clock.monotonic())
        return rest > 0 and self._clock.rest(rest, self._closing)

    def _put(self, packet: Any, arrival: Arrival) -> None:  # noqa: ANN401 - PyAV's packet
        if not self._timed:
            packet.pts = packet.dts = None
        if self._keep is not None:
            self._keep.add(packet, arrival)
        with self._ready:
            if len(self._packets) >= MOST_WAITING:
                self._meter.add(dropped=len(self._packets))
                self._packets.clear()
                self._whole = False
            self._whole = self._whole or packet.is_keyframe
            if not self._whole:
                self._meter.add(dropped=1)
                return
            self._packets.append((packet, arrival))
            self._ready.notify_all()

    def _arrival(self, packet: Any) -> Arrival:  # noqa: ANN401 - PyAV's packet
        return Arrival(self._clock.monotonic(), self._clock.now(), produced(packet))

    def _wait(self, come: Callable[[], bool], stop: threading.Event) -> None:
        with self._ready:
            while not come() and not stop.is_set() and self._thread.is_alive():
                self._ready.wait(LOOK_UP_S)

    def _raise_trouble(self) -> None:
        if self._trouble is not None:
            raise self._trouble
        if not self._thread.is_alive() and not self._ended:
            # Only a bug ends the thread like this; its own traceback has been printed.
            raise RuntimeError(f"thread {self._thread.name!r} broke")


def produced(packet: Any) -> datetime | None:  # noqa: ANN401 - PyAV's packet
    """When the camera says it made this picture: FFmpeg's AVProducerReferenceTime, microseconds of Unix time."""
    if not packet.has_sidedata("prft"):
        return None
    (wallclock,) = struct.unpack_from("=q", bytes(packet.get_sidedata("prft")))
    try:
        return EPOCH + timedelta(microseconds=wallclock)
    except OverflowError:
        return None  # a camera with no clock at all sends numbers from nowhere
