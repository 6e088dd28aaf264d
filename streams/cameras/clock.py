"""From stream timestamps and arrivals to the two times of a frame. Pure: no clock is read here.

`elapsed` follows the stream's own timestamps (pts): the difference from one picture to the next is believed while it
is forward and not absurd beside the time that passed on arrival. Where it is not (the pts is missing, goes back, wraps
round, or jumps) the arrival's difference takes its place, so `elapsed` always grows and never leaps.

`captured` of a live stream is the node's receive time minus the measured delay. What is measured: arrival minus
`elapsed` is a constant plus this picture's delay, so its minimum over the last minute marks a picture that came
straight through, and every picture's excess over that minimum is its delay (the minimum filter of NTP and of LEDBAT,
RFC 6817). The minimum ages out after a minute because two clocks drift apart by some 100 ppm (6 ms a minute).
The camera's own RTCP time is used instead while it stays within 2 s of the node's clock; FFmpeg attaches it to each
packet as side data `prft` after the first sender report (PyAV 18 shows it; checked against GStreamer's server).
A file's `captured` is the start of play plus `elapsed`.

How far off `captured` may be (`Timing.within_s`): a picture that came straight through was made at most `late_s` before
it came, the longest that is usual on its way. Timed by arrival it may be off by all of that. Timed by the camera it may
be off by the distance from the camera's word to the farther end of that span: whether the camera's clock is set well
nobody tells the node, but further off it is not.

Limits: a constant delay (encoder, jitter buffer: usually 0.1 to 0.4 s) cannot be told from a late clock without RTCP
and stays in `captured`; where it is longer than `late_s`, `within_s` says too little. A camera whose pts run at a wrong
rate gives wrong durations. When the node's clock steps back by up to `LARGEST_WAIT_S`, `captured` waits for it rather
than run backwards. A larger step says that the clock was wrong before: `captured` follows it, since waiting could take
a year; the centre marks what was told before the step as doubtful (the batch's `clock.step`) and orders by when it
heard.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

from streams.frames import TimedBy, Timing

USUAL_LATE_S: Final = 0.4
MAX_CLOCK_DIFFERENCE_S = 2.0
MAX_DELAY_S = 10.0
LARGEST_WAIT_S = 60.0
WINDOW_S = 60.0
BUCKET_S = 10.0
JUMP_S = 2.0
FILE_GAP_S = 10.0
TICK = timedelta(microseconds=1)
TICK_S = 1e-6


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a packet came: on the monotonic clock, on the node's clock, and when the camera says it was made."""

    monotonic: float
    now: datetime
    producer: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """A frame's two times, the seconds the camera's clock (when it tells) was ahead of ours, and how it was timed."""

    captured: datetime
    elapsed: float
    clock_offset: float | None = None
    timing: Timing | None = None


class LiveClock:
    """Times of a live stream, from its opening; `not_before` is the last `captured` of the opening before it."""

    def __init__(self, not_before: datetime | None = None, late_s: float = USUAL_LATE_S) -> None:
        """`late_s` is how long a picture is on its way at most when nothing holds it up."""
        self._stream = _StreamTime()
        self._delay, self._late = _Delay(), late_s
        self._last = not_before

    def stamp(self, pts: float | None, arrival: Arrival) -> Stamp:
        """The times of the picture with this pts (seconds, any origin) that came at `arrival`.

        `elapsed` always grows; so does `captured`, but for a large step back of the node's clock.
        """
        elapsed = self._stream.advance(pts, arrival.monotonic)
        delay = self._delay.of(arrival.monotonic, arrival.monotonic - elapsed)
        prompt = captured = arrival.now - timedelta(seconds=delay)
        by, offset = TimedBy.ARRIVAL, None
        if arrival.producer is not None:
            offset = (arrival.producer - prompt).total_seconds()
            if abs(offset) <= MAX_CLOCK_DIFFERENCE_S:
                # No picture is made after it came, whatever the camera's clock says.
                by, captured = TimedBy.RTCP, min(arrival.producer, arrival.now)
        self._last = captured = self._ordered(captured)
        return Stamp(captured, elapsed, offset, Timing(by, self._off((captured - prompt).total_seconds())))

    def ahead(self, pts: float | None, arrival: Arrival) -> float:
        """About what `elapsed` the picture with this pts will have; nothing is remembered of the question."""
        return self._stream.ahead(pts, arrival.monotonic)

    def _off(self, after_prompt: float) -> float:
        return max(abs(after_prompt), abs(after_prompt + self._late))

    def _ordered(self, captured: datetime) -> datetime:
        if self._last is None or (self._last - captured).total_seconds() > LARGEST_WAIT_S:
            return captured
        return max(captured, self._last + TICK)


class FileClock:
    """Times of a file: the start of play plus its pts; playing it again goes on, never back."""

    def __init__(self, began: datetime, frame_s: float = 0.04) -> None:
        self._began = began
        self._frame_s = frame_s
        self._elapsed: float | None = None
        self._pts: float | None = None

    def again(self) -> None:
        """The file starts over; its next picture comes one frame after its last."""
        self._pts = None

    def stamp(self, pts: float | None) -> Stamp:
        """The times of the next picture; a missing, backward or absurd pts counts as one frame on."""
        self._elapsed = 0.0 if self._elapsed is None else self._elapsed + self._step(pts)
        self._pts = pts
        return Stamp(self._began + timedelta(seconds=self._elapsed), self._elapsed, timing=Timing(TimedBy.FILE))

    def _step(self, pts: float | None) -> float:
        step = self._frame_s if pts is None or self._pts is None else pts - self._pts
        return step if TICK_S <= step <= FILE_GAP_S else self._frame_s


def seconds_of(pts: int | None, base: Fraction | None) -> float | None:
    """A stream's own time in seconds; None where a packet or picture has none."""
    # As exact as the fraction, which takes ten times as long.
    return None if pts is None or base is None else pts * base.numerator / base.denominator


class _StreamTime:
    """Unrolls pts into seconds since the first picture, strictly growing."""

    def __init__(self) -> None:
        self._elapsed: float | None = None
        self._pts: float | None = None
        self._arrived = 0.0

    def advance(self, pts: float | None, arrived: float) -> float:
        self._elapsed = self.ahead(pts, arrived)
        self._pts, self._arrived = pts, arrived
        return self._elapsed

    def ahead(self, pts: float | None, arrived: float) -> float:
        if self._elapsed is None:
            return 0.0
        return self._elapsed + self._step(pts, max(TICK_S, arrived - self._arrived))

    def _step(self, pts: float | None, waited: float) -> float:
        if pts is None or self._pts is None:
            return waited
        step = pts - self._pts
        return step if TICK_S <= step <= waited + JUMP_S else waited


class _Delay:
    """Excess of arrival over stream time above its minimum of the last minute; bounded memory."""

    def __init__(self) -> None:
        self._minima: deque[tuple[float, float]] = deque()

    def of(self, arrived: float, offset: float) -> float:
        if not self._minima or arrived - self._minima[-1][0] >= BUCKET_S:
            self._minima.append((arrived, offset))
        began, least = self._minima[-1]
        self._minima[-1] = (began, min(least, offset))
        while arrived - self._minima[0][0] > WINDOW_S:
            self._minima.popleft()
        return min(offset - min(least for _, least in self._minima), MAX_DELAY_S)
