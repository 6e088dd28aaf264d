"""The better stream of a camera that is looked at through a smaller one: kept encoded, decoded a picture at a time.

A detector looks at 640 pixels, and a person at the evidence wants the 1920 the camera can give. So the small stream is
looked at, and of the main one the packets of the last seconds are kept as they came (`streams.cameras.preroll`). When
a picture is wanted, the group of pictures (GOP) around that moment is decoded up to the one that was made nearest to
the small one, and no other. A main stream that nobody needs costs reading its packets.
A large picture is often later on its way than the small one; it is waited for, a third of a second at most.
Nearest by capture time, found as for the small stream (`streams.cameras.clock`): by the camera's own clock where both
streams tell it, else by arrival less the delay of the slow ones. Only the difference that the two streams need on their
constant way stays in it, some 0.1 s; with both timed by RTCP they agree to a picture.
Limits: the two must show the same view (a small stream that is cut out of the large one shifts what is remembered of
tracks; what is covered is looked for in the picture itself). A GOP of more than `MOST_DECODED` pictures before the one
wanted is not decoded: it would hold a detector up for seconds. What cannot be had is counted by its reason.
"""

import contextlib
import threading
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, cast

import av
import av.error
import numpy as np
import structlog
from numpy.typing import NDArray

from streams.cameras.clock import JUMP_S, MAX_CLOCK_DIFFERENCE_S, MAX_DELAY_S, WINDOW_S, seconds_of
from streams.cameras.live import LiveCamera
from streams.cameras.preroll import Footage, Kept, Preroll
from streams.cameras.source import Counters
from streams.clocks import Clock
from streams.frames import Frame

RING_S: Final = 5.0
NEAR_S: Final = 0.5
LATER_S: Final = 0.3
MOST_DECODED: Final = 250
MOST_REORDERED_S: Final = 5.0

log = structlog.get_logger(__name__)


class Missing(StrEnum):
    """Why there is no picture of the main stream for a moment."""

    AWAY = "away"  # it is not connected
    FAR = "far"  # connected, but nothing within `NEAR_S` of that moment is here
    LONG = "long"  # too many pictures would have to be decoded before it
    BROKEN = "broken"  # packets of that moment are here, and no picture comes of them


class MainStream:
    """Reads the main stream of a camera into a ring, and finds pictures in it. Thread-safe."""

    def __init__(self, source: LiveCamera, ring: Preroll) -> None:
        """`ring` is what `source` keeps its packets in."""
        self.camera, self.ring = source.camera, ring
        self._source = source
        self._reading = False
        self._doubted = threading.Event()
        self._lock, self._news = threading.Lock(), threading.Condition()
        self.taken = 0
        self.missed: Counter[Missing] = Counter()

    @property
    def address(self) -> str:
        """Where it comes from, without the password."""
        return str(self._source.address)

    @property
    def counters(self) -> Counters:
        """A snapshot of what was read; nothing is decoded while reading."""
        return self._source.counters

    def told(self) -> dict[str, object]:
        """For the node's counters: what was read, what the ring holds, and what became of the pictures wanted."""
        load, read = self.ring.load, self.counters
        with self._lock:
            missed = {str(why): count for why, count in self.missed.items()}
            return {
                "reading": self._reading,
                "opened": read.opened,
                "packets": read.packets,
                "dropped": read.dropped,
                "codec": read.codec,
                "ring_seconds": round(load.seconds, 1),
                "ring_bytes": load.bytes,
                "given_up": load.given_up,
                "taken": self.taken,
                "missed": missed,
            }

    def read(self, clock: Clock, stop: threading.Event) -> None:
        """Read until `stop`; raises SourceLost and SourceRefused as a camera that is watched does.

        One of which no picture could be made ends as well, to be opened anew: its codec may have changed.
        """
        self._doubted.clear()
        with contextlib.closing(self._source.read(clock, stop)) as beats:
            try:
                for _ in beats:
                    self._reading = True
                    with self._news:
                        self._news.notify_all()
                    if self._doubted.is_set():
                        return
            finally:
                self._reading = False

    def nearest(self, frame: Frame) -> Frame | None:
        """The picture made nearest to `frame`, whole; None, counted and logged, where there is none to be had.

        Waits for up to `LATER_S` while only older ones have come.
        """
        found = self._find(frame)
        with self._lock:
            if isinstance(found, Missing):
                self.missed[found] += 1
            else:
                self.taken += 1
        if not isinstance(found, Missing):
            return found
        if found is Missing.BROKEN:
            self._doubted.set()
        log.warning("no picture of the main stream", camera=self.camera, why=found)
        return None

    def _find(self, frame: Frame) -> Frame | Missing:
        if not self._reading:
            return Missing.AWAY
        wanted = frame.captured
        with self._news:
            self._news.wait_for(lambda: not self._reading or self._reaches(wanted), LATER_S)
        footage = self._around(wanted)
        shown = Missing.FAR if footage is None else picture_at(footage, wanted)
        if isinstance(shown, Missing):
            return shown
        return Frame(frame.camera, frame.number, shown[0], frame.elapsed, shown[1])

    def _around(self, wanted: datetime) -> Footage | None:
        # All the ring has of before: the more packets, the surer is one among them that came straight through.
        return self.ring.footage(wanted - timedelta(seconds=WINDOW_S), wanted + timedelta(seconds=MAX_DELAY_S))

    def _reaches(self, wanted: datetime) -> bool:
        footage = self._around(wanted)
        return footage is not None and max(made(footage.kept)) >= wanted


def picture_at(footage: Footage, wanted: datetime) -> tuple[datetime, NDArray[np.uint8]] | Missing:
    """The picture made nearest to `wanted`, and when; uint8 BGR."""
    times = made(footage.kept)
    best = min(range(len(times)), key=lambda n: abs(times[n] - wanted))
    if abs(times[best] - wanted).total_seconds() > NEAR_S:
        return Missing.FAR
    first = max(n for n in range(best + 1) if footage.kept[n].packet.is_keyframe)
    if best - first > MOST_DECODED:
        return Missing.LONG
    shown = _decoded(footage, first, best)
    if shown is None:
        return Missing.BROKEN
    number, pixels = shown
    return Missing.FAR if abs(times[number] - wanted).total_seconds() > NEAR_S else (times[number], pixels)


def made(kept: Sequence[Kept]) -> list[datetime]:
    """When the picture in each of these packets was made. Pure.

    The camera's own time where it is near enough to be believed; else arrival less what this packet was later than the
    promptest of its run. A run ends where timestamps are missing or jump.
    """
    told: list[datetime] = []
    for run in _runs(kept):
        lags = [_lag(one) for one in run]
        least = min(lags)
        told += [_made(one, min(lag - least, MAX_DELAY_S)) for one, lag in zip(run, lags, strict=True)]
    return told


def _made(one: Kept, delay: float) -> datetime:
    came, said = one.arrival.now - timedelta(seconds=delay), one.arrival.producer
    if said is not None and abs((said - came).total_seconds()) <= MAX_CLOCK_DIFFERENCE_S:
        return min(said, one.arrival.now)
    return came


def _lag(one: Kept) -> float:
    """How late it came by the stream's own time, from any origin; 0 for a packet without a time."""
    second = _second(one)
    return 0.0 if second is None else one.arrival.monotonic - second


def _second(one: Kept) -> float | None:
    return seconds_of(one.packet.pts, one.packet.time_base)


def _runs(kept: Sequence[Kept]) -> list[list[Kept]]:
    runs: list[list[Kept]] = []
    for one in kept:
        if runs and _goes_on(runs[-1][-1], one):
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _goes_on(before: Kept, now: Kept) -> bool:
    was, is_ = _second(before), _second(now)
    if was is None or is_ is None:
        return was is is_
    return -MOST_REORDERED_S <= is_ - was <= now.arrival.monotonic - before.arrival.monotonic + JUMP_S


def _decoded(footage: Footage, first: int, wanted: int) -> tuple[int, NDArray[np.uint8]] | None:
    """The picture of packet `wanted`, or the nearest that came instead, with the number of its packet."""
    decoder = cast("av.VideoCodecContext", av.CodecContext.create(footage.codec, "r"))
    decoder.thread_count, decoder.thread_type = 1, "NONE"
    if footage.mould is not None:
        decoder.extradata = footage.mould.codec_context.extradata
    best: av.VideoFrame | None = None
    for number in range(first, wanted + 1):
        # What no other picture leans on is left out on the way there.
        decoder.skip_frame = "NONREF" if number < wanted else "DEFAULT"
        best = _nearer(best, _pictures(decoder, _numbered(footage.kept[number], number)), wanted)
    best = _nearer(best, _pictures(decoder, None), wanted)
    if best is None or best.pts is None:
        return None
    try:
        return best.pts, cast("NDArray[np.uint8]", best.to_ndarray(format="bgr24"))
    except av.FFmpegError:  # a header that changed its mind about size or colours
        return None


def _nearer(best: "av.VideoFrame | None", came: "list[av.VideoFrame]", wanted: int) -> "av.VideoFrame | None":
    known = [picture for picture in (best, *came) if picture is not None and picture.pts is not None]
    return min(known, key=lambda picture: abs((picture.pts or 0) - wanted), default=None)


def _numbered(one: Kept, number: int) -> "av.Packet[Any]":
    """A copy whose time is its number, by which its picture is known again; the ring's own is left as it is."""
    packet: av.Packet[Any] = av.Packet(bytes(one.packet))
    packet.pts = packet.dts = number
    packet.is_keyframe = one.packet.is_keyframe
    return packet


def _pictures(decoder: "av.VideoCodecContext", packet: "av.Packet[Any] | None") -> "list[av.VideoFrame]":
    try:
        return decoder.decode(packet)
    except av.FFmpegError:  # damaged packets are passed over, as everywhere
        return []
