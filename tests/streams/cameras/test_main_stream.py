"""The main stream kept encoded: the very picture of a moment, decoded only when it is wanted, and why there is none."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.cameras.clock import Arrival
from streams.cameras.main import MainStream, Missing, made, picture_at
from streams.cameras.preroll import Footage, Kept, Preroll
from streams.cameras.rtsp import RtspCamera
from streams.clocks import SystemClock
from streams.frames import Frame
from streams.weather import SourceLost
from tests.parts.clips import Shape, render
from tests.parts.rtsp import RtspServer
from tests.parts.until import until
from tests.parts.watching import Watching, first

T0 = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
MIB = 2**20
BASE = Fraction(1, 90_000)


class Reading:
    """A main stream read in a thread of its own."""

    def __init__(self, main: MainStream) -> None:
        self.stop, self.lost = threading.Event(), ""
        self._main = main
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        try:
            self._main.read(SystemClock(), self.stop)
        except SourceLost as lost:
            self.lost = str(lost)

    def over(self) -> bool:
        return not self._thread.is_alive()

    def leave(self) -> None:
        self.stop.set()
        until(self.over, 15.0, "leaving")


def kept(second: float, pts: float | None, producer: float | None = None, *, key: bool = False) -> Kept:
    packet: Any = av.Packet(b"\x00")
    packet.pts = None if pts is None else round(pts / BASE)
    packet.time_base, packet.is_keyframe = BASE, key
    said = None if producer is None else at(producer)
    return Kept(packet, Arrival(1000 + second, at(second), said))


def at(second: float) -> datetime:
    return T0 + timedelta(seconds=second)


def seconds(times: list[datetime]) -> list[float]:
    return [(time - T0).total_seconds() for time in times]


def frame(captured: datetime) -> Frame:
    return Frame("gate", 7, captured, 1.0, np.zeros((180, 320, 3), np.uint8))


def pair(main: MainStream, watching: Watching) -> tuple[Frame, Frame] | None:
    """A picture that was looked at, and the one of the main stream that goes with it."""
    small = watching.frames[-1]
    large = main.nearest(small)
    return None if large is None else (small, large)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return render(tmp_path_factory.mktemp("main") / "large.mp4", Shape(frames=100, width=640, height=360))


def test_a_packet_that_came_late_was_made_when_the_prompt_ones_say() -> None:
    told = made([kept(0, 50), kept(1.3, 51), kept(2, 52), kept(3.1, 53)])
    assert seconds(told) == pytest.approx([0, 1, 2, 3], abs=1e-3)


def test_pictures_that_come_out_of_order_are_timed_by_when_they_are_shown() -> None:
    told = made([kept(0.0, 0), kept(0.3, 0.3), kept(0.31, 0.1), kept(0.32, 0.2)])
    assert seconds(told) == pytest.approx([0, 0.3, 0.1, 0.2], abs=1e-3)


def test_the_camera_s_own_time_is_believed_while_it_is_near() -> None:
    told = made([kept(0, 0, -0.3), kept(1, 1, -90), kept(2, 2, 2.5)])
    assert seconds(told) == pytest.approx([-0.3, 1, 2], abs=1e-3)


def test_timestamps_that_are_missing_or_jump_begin_a_new_count() -> None:
    told = made([kept(0, 100), kept(1, 101), kept(2, 9000), kept(3.2, 9001), kept(4, None), kept(5, None)])
    assert seconds(told) == pytest.approx([0, 1, 2, 3, 4, 5], abs=1e-3)


@given(st.lists(st.tuples(st.floats(0, 3), st.one_of(st.none(), st.floats(-1e6, 1e6))), min_size=1, max_size=60))
def test_no_picture_was_made_after_it_came_or_absurdly_long_before(told: list[tuple[float, float | None]]) -> None:
    came, packets = 0.0, []
    for step, pts in told:
        came += step
        packets.append(kept(came, pts))
    for one, time in zip(packets, made(packets), strict=True):
        assert timedelta(0) <= one.arrival.now - time <= timedelta(seconds=10.001)


@pytest.mark.usefixtures("rtsp_here")
@pytest.mark.parametrize("name", ["plain", "hevc", "reordered"])
def test_the_picture_of_a_moment_is_the_very_picture_that_was_made_then(clips: dict[str, Path], name: str) -> None:
    ring = Preroll(4.0, MIB)
    with RtspServer({name: clips[name]}) as server:
        frames = first(RtspCamera("gate", server.url(name), keep=ring), 80)
    for one in frames[40:78:6]:
        footage = ring.footage(one.captured - timedelta(seconds=10), one.captured + timedelta(seconds=10))
        assert footage is not None
        shown = picture_at(footage, one.captured)
        assert not isinstance(shown, Missing)
        alike = [n for n, other in enumerate(frames) if np.array_equal(other.pixels, shown[1])]
        assert any(abs((frames[n].captured - one.captured).total_seconds()) < 0.3 for n in alike)


@pytest.fixture
def street(clips: dict[str, Path], large: Path) -> Iterator[RtspServer]:
    with RtspServer({"sub": clips["plain"], "main": large}) as server:
        yield server


@pytest.mark.usefixtures("rtsp_here")
def test_what_is_looked_at_small_is_shown_large_and_nothing_is_decoded_until_then(street: RtspServer) -> None:
    ring = Preroll(5.0, 4 * MIB)
    main = MainStream(RtspCamera("gate", street.url("main"), keep=ring), ring)
    reading, watching = Reading(main), Watching(RtspCamera("gate", street.url("sub"), looked_at_fps=5))
    try:
        until(lambda: ring.load.seconds > 1 and watching.came(5), 30, "both streams")
        both = until(lambda: pair(main, watching), 30, "a picture of the main stream")
    finally:
        watching.leave()
        reading.leave()
    assert both is not None
    small, large = both
    assert (large.camera, large.size, small.size) == ("gate", (640, 360), (320, 180))
    assert abs((large.captured - small.captured).total_seconds()) < 0.5
    assert (main.counters.decoded, main.counters.opened) == (0, 1)
    assert main.counters.packets > 25
    assert main.taken == 1


@pytest.mark.usefixtures("rtsp_here")
def test_a_main_stream_that_is_away_or_has_nothing_of_that_moment_says_which(street: RtspServer) -> None:
    ring = Preroll(5.0, 4 * MIB)
    main = MainStream(RtspCamera("gate", street.url("main"), keep=ring, stall_s=5), ring)
    now = datetime.now(UTC)
    assert main.nearest(frame(now)) is None
    assert main.missed == {Missing.AWAY: 1}
    reading = Reading(main)
    until(lambda: main.counters.packets > 5, 30, "packets")
    assert main.nearest(frame(now - timedelta(hours=1))) is None
    assert main.missed == {Missing.AWAY: 1, Missing.FAR: 1}
    street.kill()
    until(reading.over, 30, "the end of a stream that is away")
    assert "main" in reading.lost
    assert main.nearest(frame(datetime.now(UTC))) is None
    assert main.missed == {Missing.AWAY: 2, Missing.FAR: 1}
    assert main.taken == 0


@pytest.mark.usefixtures("rtsp_here")
def test_a_picture_that_is_later_on_its_way_than_the_small_one_is_waited_for(street: RtspServer) -> None:
    ring = Preroll(5.0, 4 * MIB)
    main = MainStream(RtspCamera("gate", street.url("main"), keep=ring), ring)
    reading = Reading(main)
    until(lambda: ring.load.seconds > 2 and main.counters.packets > 5, 30, "packets")
    # Nothing made after this call has come when it begins; a busy machine may take longer than it waits.
    soon = until(lambda: ahead(main), 30, "a picture made later")
    reading.leave()
    assert soon


def ahead(main: MainStream) -> bool:
    """Whether the picture of a moment to come was waited for."""
    wanted = datetime.now(UTC) + timedelta(seconds=0.1)
    large = main.nearest(frame(wanted))
    return large is not None and large.captured > wanted - timedelta(seconds=0.05)


@pytest.mark.usefixtures("rtsp_here")
def test_a_stream_of_which_no_picture_comes_is_opened_anew(clips: dict[str, Path]) -> None:
    broken, now = Preroll(5.0, MIB), datetime.now(UTC)
    garbage: Any = av.Packet(bytes(range(200)))
    garbage.is_keyframe = True
    with av.open(str(clips["plain"])) as film:
        broken.begin(film.streams.video[0])
    broken.add(garbage, Arrival(SystemClock().monotonic(), now))
    with RtspServer({"plain": clips["plain"]}) as server:
        main = MainStream(RtspCamera("gate", server.url("plain"), keep=Preroll()), broken)
        reading = Reading(main)
        until(lambda: main.counters.packets > 5, 30, "packets")
        assert main.nearest(frame(now)) is None
        until(reading.over, 30, "the end, to be opened anew")
    assert (reading.lost, main.missed) == ("", {Missing.BROKEN: 1})


def test_a_picture_too_far_behind_its_key_frame_is_not_waited_for() -> None:
    packets = tuple(kept(number / 25, number / 25, key=number == 0) for number in range(400))
    assert picture_at(Footage("h264", None, packets), at(12)) is Missing.LONG
    assert picture_at(Footage("h264", None, packets), at(17)) is Missing.FAR
    assert picture_at(Footage("h264", None, packets), at(4)) is Missing.BROKEN
