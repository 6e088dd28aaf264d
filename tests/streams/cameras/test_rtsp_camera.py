from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice, pairwise
from pathlib import Path

import pytest

from streams.cameras.address import Address
from streams.cameras.rtsp import RtspCamera, Transport
from streams.cameras.source import Counters
from streams.clocks import SystemClock
from streams.frames import Frame, TimedBy
from streams.weather import SourceLost, SourceRefused
from tests.parts.certificate import certificate
from tests.parts.rtsp import SOUND, RtspServer, free_port
from tests.parts.until import until
from tests.parts.watching import Watching

PASSWORD = "s3c:r@t/ü"  # noqa: S105 - of a server that lives as long as one test

pytestmark = pytest.mark.usefixtures("rtsp_here")


@pytest.fixture
def server(clips: dict[str, Path]) -> Iterator[RtspServer]:
    served = {name: clips[name] for name in ("plain", "hevc", "reordered", "damaged")}
    with RtspServer({**served, "growing": [clips["plain"], clips["bigger"]]}) as running:
        yield running


@pytest.fixture
def locked(clips: dict[str, Path], request: pytest.FixtureRequest) -> Iterator[RtspServer]:
    with RtspServer({"plain": clips["plain"]}, "node", PASSWORD, request.param) as running:
        yield running


def first(camera: RtspCamera, most: int) -> tuple[list[Frame], RtspCamera]:
    with camera.open(SystemClock()) as frames:
        return list(islice(frames, most)), camera


@pytest.mark.parametrize(("name", "codec"), [("plain", "h264"), ("hevc", "hevc"), ("reordered", "h264")])
def test_a_camera_is_watched_over_the_seam_of_its_loop(server: RtspServer, name: str, codec: str) -> None:
    frames, camera = first(RtspCamera("gate", server.url(name)), 70)
    assert all(a.captured < b.captured and a.elapsed < b.elapsed for a, b in pairwise(frames))
    assert frames[69].elapsed - frames[9].elapsed == pytest.approx(60 / 25, abs=0.1)
    assert abs((datetime.now(UTC) - frames[-1].captured).total_seconds()) < 2
    assert camera.counters.codec == codec
    assert camera.counters.size == (320, 180)
    assert camera.counters.corrupt == 0


def test_the_cameras_own_clock_is_heard_through_rtcp(server: RtspServer) -> None:
    camera = RtspCamera("gate", server.url("plain"))
    watching = Watching(camera)
    until(lambda: camera.counters.clock_offset is not None, 15.0, "a sender report")
    watching.leave()
    assert abs(camera.counters.clock_offset or 0) < 1
    assert camera.counters.timed_by_camera
    by = [frame.timing.by for frame in watching.frames if frame.timing is not None]
    assert (len(by), by[-1]) == (len(watching.frames), TimedBy.RTCP)
    assert set(by) <= {TimedBy.ARRIVAL, TimedBy.RTCP}


def test_a_camera_whose_clock_is_far_off_or_says_nothing_does_not_time_its_pictures() -> None:
    assert not Counters(clock_offset=None).timed_by_camera
    assert not Counters(clock_offset=-3600.0).timed_by_camera


def test_only_what_is_looked_at_is_given(server: RtspServer) -> None:
    frames, camera = first(RtspCamera("gate", server.url("plain"), looked_at_fps=5, width=160), 10)
    assert frames[-1].elapsed - frames[0].elapsed == pytest.approx(9 / 5, abs=0.15)
    assert frames[0].size == (160, 90)
    assert camera.counters.decoded >= 44


def test_a_camera_looked_at_rarely_is_read_and_hardly_decoded(server: RtspServer) -> None:
    frames, camera = first(RtspCamera("gate", server.url("plain"), looked_at_fps=0.4), 3)
    assert frames[-1].elapsed - frames[0].elapsed == pytest.approx(5, abs=0.3)
    assert abs((datetime.now(UTC) - frames[-1].captured).total_seconds()) < 2
    assert camera.counters.decoded <= 60
    assert camera.counters.packets >= 100


def test_damaged_packets_are_counted_and_survived(server: RtspServer) -> None:
    frames, camera = first(RtspCamera("gate", server.url("damaged")), 60)
    assert len(frames) == 60
    assert camera.counters.corrupt >= 5


def test_a_change_of_resolution_is_survived(server: RtspServer) -> None:
    frames, camera = first(RtspCamera("gate", server.url("growing")), 70)
    assert {frame.size for frame in frames} == {(320, 180), (480, 270)}
    assert camera.counters.corrupt == 0


def test_a_camera_that_dies_is_lost_and_can_be_opened_again(server: RtspServer) -> None:
    camera = RtspCamera("gate", server.url("plain"))
    watching = Watching(camera)
    until(lambda: watching.came(5), what="first frames")
    server.kill()
    until(watching.over, 5.0, "noticing")
    assert isinstance(watching.ended, SourceLost)
    away = Watching(camera)
    until(away.over, 5.0, "being refused")
    assert isinstance(away.ended, SourceLost)
    server.start()
    back = Watching(camera)
    until(lambda: back.came(5), what="frames after the restart")
    back.leave()
    assert back.frames[0].captured > watching.frames[-1].captured
    assert back.frames[0].number > watching.frames[-1].number
    assert camera.counters.opened == 2


def test_a_camera_that_falls_silent_is_lost_after_the_stall_limit(server: RtspServer) -> None:
    watching = Watching(RtspCamera("gate", server.url("plain"), stall_s=1.5))
    until(lambda: watching.came(5), what="first frames")
    server.pause()
    until(watching.over, 6.0, "noticing the silence")
    server.resume()
    assert isinstance(watching.ended, SourceLost)
    assert "1.5 s" in str(watching.ended)


def test_a_camera_that_is_silent_can_be_left_at_once(server: RtspServer) -> None:
    watching = Watching(RtspCamera("gate", server.url("plain")))
    until(lambda: watching.came(5), what="first frames")
    server.pause()
    watching.leave()
    assert watching.ended is None
    server.resume()


def test_a_server_that_does_not_answer_can_be_left_at_once(server: RtspServer) -> None:
    server.pause()
    watching = Watching(RtspCamera("gate", server.url("plain")))
    watching.leave()
    server.resume()


@pytest.mark.parametrize("locked", ["basic", "digest"], indirect=True)
def test_the_right_password_opens_the_camera(locked: RtspServer) -> None:
    frames, _ = first(RtspCamera("gate", locked.url("plain"), user="node", password=PASSWORD), 3)
    assert len(frames) == 3


@pytest.mark.parametrize("locked", ["basic", "digest"], indirect=True)
def test_a_wrong_password_is_refused_and_never_said(locked: RtspServer, capfd: pytest.CaptureFixture[str]) -> None:
    camera = RtspCamera("gate", locked.url("plain", "node", "hunter2"))
    with pytest.raises(SourceRefused, match="password") as refused, camera.open(SystemClock()) as frames:
        next(frames)
    said = capfd.readouterr()
    told = f"{refused.value!r} {refused.value.__cause__!r} {refused.value.__context__!r} {camera.address} {said}"
    assert "hunter2" not in told
    assert "node:***@127.0.0.1" in told


def test_a_path_nobody_serves_is_weather(server: RtspServer) -> None:
    with pytest.raises(SourceLost, match="404"):
        first(RtspCamera("gate", server.url("nothing")), 1)


def test_nobody_there_is_weather() -> None:
    with pytest.raises(SourceLost, match="refused"):
        first(RtspCamera("gate", f"rtsp://node:hunter2@127.0.0.1:{free_port()}/gate"), 1)


@pytest.mark.parametrize("url", ["http://camera/live", "/etc/passwd", "file:///etc/passwd", "rtsp://", "rtsp://[bad"])
def test_an_address_that_is_not_rtsp_is_refused(url: str) -> None:
    with pytest.raises(SourceRefused, match="not an rtsp"):
        RtspCamera("gate", url)


def test_a_password_beside_the_address_is_quoted_into_it_and_shown_nowhere() -> None:
    address = Address.of("rtsp://camera:554/live?token=abc", "node", PASSWORD)
    assert address.full == "rtsp://node:s3c%3Ar%40t%2F%C3%BC@camera:554/live?token=abc"
    assert f"{address} {address!r}" == "rtsp://node:***@camera:554/live rtsp://node:***@camera:554/live"


@pytest.mark.parametrize(
    "login", ["node:hush/hush", "node:hush?hush", "node:hush#hush", "node:[hush", "node:hush@hush"]
)
def test_a_password_in_the_address_is_shown_nowhere_whatever_stands_in_it(login: str) -> None:
    try:
        shown = repr(RtspCamera("gate", f"rtsp://{login}@camera/live").address)
    except SourceRefused as refused:
        shown = str(refused)
    assert "hush" not in shown
    assert shown.startswith("rtsp://")


def test_a_camera_that_speaks_udp_is_watched(server: RtspServer) -> None:
    frames, camera = first(RtspCamera("gate", server.url("plain"), transport=Transport.UDP), 40)
    # A busy machine may lose some of them: that is UDP.
    assert frames[-1].elapsed - frames[0].elapsed > 1.3
    assert camera.counters.size == (320, 180)


def test_a_camera_over_tls_is_watched_when_somebody_vouches_for_it(clips: dict[str, Path], tmp_path: Path) -> None:
    made = certificate(tmp_path)
    with RtspServer({"plain": clips["plain"]}, "node", PASSWORD, certificate=made) as secured:
        trusting = RtspCamera("gate", secured.url("plain"), user="node", password=PASSWORD, ca_file=made[0])
        frames, _ = first(trusting, 3)
        assert len(frames) == 3
        with pytest.raises(SourceLost, match="vouches for its certificate"):
            first(RtspCamera("gate", secured.url("plain"), user="node", password=PASSWORD), 1)


def test_a_camera_that_sends_only_sound_is_refused_and_says_so() -> None:
    with RtspServer({"radio": SOUND}) as server, pytest.raises(SourceRefused, match="holds no video"):
        first(RtspCamera("gate", server.url("radio")), 1)


@pytest.mark.shared("a real street video, served over RTSP, is watched without damage")
def test_a_real_video_is_watched_over_rtsp(shared: Path) -> None:
    with RtspServer({"street": shared / "videos" / "ahmetozlu_input_video.mp4"}) as running:
        frames, camera = first(RtspCamera("gate", running.url("street")), 40)
    assert frames[0].size == (640, 352)
    assert frames[-1].elapsed - frames[0].elapsed == pytest.approx(39 / 24, abs=0.15)
    assert camera.counters.corrupt == 0
