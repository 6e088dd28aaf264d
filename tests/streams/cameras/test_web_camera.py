from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from streams.cameras.packets import Pace
from streams.cameras.web import HlsCamera, MjpegCamera
from streams.weather import SourceLost, SourceRefused
from tests.parts.certificate import certificate
from tests.parts.clips import Shape, picture, render
from tests.parts.rtsp import free_port
from tests.parts.until import until
from tests.parts.watching import Watching, first
from tests.parts.web_cameras import FPS, WebCameras, jpegs, segments

PICTURES = jpegs([picture(number, 320, 180) for number in range(20)])
PASSWORD = "s3c:r@t/ü"  # noqa: S105 - of a server that lives as long as one test


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """Play lists by what is special about them."""
    folder = tmp_path_factory.mktemp("films")
    h264 = segments(render(folder / "long.mp4", Shape(frames=75)), folder / "plain")
    later = segments(folder / "long.mp4", folder / "later", later_s=5000)
    h265 = segments(render(folder / "h265.mp4", Shape(frames=150, codec="libx265")), folder / "h265")
    return {"plain": h264, "jumping": [*h264, *later], "changing": [*h264, *h265]}


@pytest.fixture
def server(films: dict[str, list[Path]]) -> Iterator[WebCameras]:
    with WebCameras({"gate": PICTURES}, films) as running:
        yield running


def test_an_mjpeg_camera_is_watched_and_timed_by_what_arrives(server: WebCameras) -> None:
    camera = MjpegCamera("gate", server.url("gate"))
    frames = first(camera, 15)
    assert all(a.captured < b.captured and a.elapsed < b.elapsed for a, b in pairwise(frames))
    assert 13 / FPS < frames[-1].elapsed - frames[0].elapsed < 10
    assert abs((datetime.now(UTC) - frames[-1].captured).total_seconds()) < 2
    assert (camera.counters.codec, camera.counters.size, camera.counters.corrupt) == ("mjpeg", (320, 180), 0)


def test_of_an_mjpeg_camera_only_what_is_looked_at_is_decoded(server: WebCameras) -> None:
    camera = MjpegCamera("gate", server.url("gate"), looked_at_fps=2)
    assert len(first(camera, 4)) == 4
    assert camera.counters.packets >= 6
    assert camera.counters.decoded == 4


def test_the_right_password_opens_a_web_camera_and_a_wrong_one_is_refused_and_never_said() -> None:
    with WebCameras({"gate": PICTURES}, login=f"node:{PASSWORD}") as locked:
        assert len(first(MjpegCamera("gate", locked.url("gate"), user="node", password=PASSWORD), 2)) == 2
        wrong = MjpegCamera("gate", locked.url("gate"), user="node", password="hunter2")  # noqa: S106 - as above
        with pytest.raises(SourceRefused, match="password") as refused:
            first(wrong, 1)
    assert "hunter2" not in f"{refused.value!r} {refused.value.__cause__!r} {refused.value.__context__!r}"


def test_a_web_camera_over_tls_is_watched_when_somebody_vouches_for_it(tmp_path: Path) -> None:
    made = certificate(tmp_path)
    with WebCameras({"gate": PICTURES}, certificate=made) as secured:
        assert len(first(MjpegCamera("gate", secured.url("gate"), ca_file=made[0]), 2)) == 2
        with pytest.raises(SourceLost, match="vouches for its certificate"):
            first(MjpegCamera("gate", secured.url("gate")), 1)


@pytest.mark.parametrize(("kind", "name"), [(MjpegCamera, "gate"), (HlsCamera, "plain")])
def test_a_web_camera_that_falls_silent_is_lost_after_the_stall_limit(
    server: WebCameras, kind: type[MjpegCamera] | type[HlsCamera], name: str
) -> None:
    watching = Watching(kind("gate", server.url(name), stall_s=1.5))
    until(lambda: watching.came(3), what="first frames")
    server.silence()
    until(watching.over, 20, "noticing the silence")
    assert isinstance(watching.ended, SourceLost)


def test_large_pictures_of_an_mjpeg_camera_are_watched() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (1080, 1920, 3), np.uint8)
    with WebCameras({"gate": jpegs([noise])}) as server:
        frames = first(MjpegCamera("gate", server.url("gate")), 2)
    assert [frame.size for frame in frames] == [(1920, 1080)] * 2


@pytest.mark.parametrize("kind", [MjpegCamera, HlsCamera])
def test_a_web_camera_that_is_away_or_gone_is_weather(
    server: WebCameras, kind: type[MjpegCamera] | type[HlsCamera]
) -> None:
    with pytest.raises(SourceLost, match="404"):
        first(kind("gate", server.url("nothing")), 1)
    with pytest.raises(SourceLost, match="refused"):
        first(kind("gate", f"http://node:hunter2@127.0.0.1:{free_port()}/gate"), 1)


@pytest.mark.parametrize("kind", [MjpegCamera, HlsCamera])
@pytest.mark.parametrize("url", ["rtsp://camera/live", "/etc/passwd", "file:///etc/passwd", "http://"])
def test_an_address_that_is_not_http_is_refused(kind: type[MjpegCamera] | type[HlsCamera], url: str) -> None:
    with pytest.raises(SourceRefused, match="not an http"):
        kind("gate", url)


def test_a_play_list_is_watched_at_its_own_pace_over_its_seams(server: WebCameras) -> None:
    camera = HlsCamera("gate", server.url("plain"))
    frames = first(camera, 120)
    assert all(a.captured < b.captured and a.elapsed < b.elapsed for a, b in pairwise(frames))
    assert frames[110].elapsed - frames[10].elapsed == pytest.approx(100 / 25, abs=2)
    assert (camera.counters.codec, camera.counters.dropped) == ("h264", 0)


def test_a_play_list_whose_times_jump_by_an_hour_and_back_moves_time_by_what_passed(server: WebCameras) -> None:
    frames = first(HlsCamera("gate", server.url("jumping")), 150)
    assert all(0 < b.elapsed - a.elapsed < 10 for a, b in pairwise(frames))
    assert frames[-1].elapsed - frames[0].elapsed == pytest.approx(149 / 25, abs=3)


def test_a_codec_that_changes_in_the_middle_is_lost_within_the_stall_limit_and_opens_as_the_other(
    server: WebCameras,
) -> None:
    camera = HlsCamera("gate", server.url("changing"), stall_s=2)
    codecs = []
    for _ in range(2):
        watching = Watching(camera)
        until(partial(watching.came, 3), 20, "pictures")
        codecs.append(camera.counters.codec)
        until(watching.over, 20, "noticing that no picture comes any more")
        assert isinstance(watching.ended, SourceLost)
        assert "no picture" in str(watching.ended)
    assert set(codecs) == {"h264", "hevc"}


def test_a_play_list_may_not_name_a_file_of_this_box(films: dict[str, list[Path]]) -> None:
    secret = films["plain"][0]

    class Luring(WebCameras):
        def play_list(self, name: str) -> str:
            kept = [line if line.startswith("#") else f"file://{secret}" for line in super().play_list(name).split()]
            return "\n".join(kept) + "\n"

    with Luring(hls={"gate": films["plain"]}) as server, pytest.raises(SourceLost):
        first(HlsCamera("gate", server.url("gate"), stall_s=2), 1)


def test_a_pace_waits_for_what_is_early_and_begins_anew_after_a_jump_or_when_it_fell_behind() -> None:
    pace = Pace()
    assert [pace.rest(second, 100.0) for second in (7.0, 7.5, 8.0)] == [0, 0.5, 1.0]
    assert pace.rest(8.5, 101.5) == 0
    assert pace.rest(5000.0, 101.5) == 0
    assert pace.rest(5000.5, 101.5) == 0.5
    assert pace.rest(5001.0, 110.0) == 0
    assert pace.rest(5001.5, 110.0) == 0.5
    assert pace.rest(2.0, 110.0) == 0
