import contextlib
import threading
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from streams.cameras.file import FileCamera
from streams.clocks import ScriptedClock, SystemClock
from streams.frames import Frame
from streams.weather import SourceLost, SourceRefused
from tests.parts.clips import Shape, picture, render


def play(
    path: Path, most: int | None = None, *, loop: bool = False, fps: float | None = None, width: int | None = None
) -> tuple[list[Frame], FileCamera]:
    camera = FileCamera("gate", path, pace="fast", loop=loop, looked_at_fps=fps, width=width)
    with camera.open(ScriptedClock()) as frames:
        return list(islice(frames, most)), camera


@pytest.mark.parametrize(
    ("kind", "codec"), [("plain", "h264"), ("hevc", "hevc"), ("reordered", "h264"), ("avi", "mpeg4")]
)
def test_every_picture_of_a_file_comes_once_in_order_and_timed(clips: dict[str, Path], kind: str, codec: str) -> None:
    frames, camera = play(clips[kind])
    assert [frame.number for frame in frames] == list(range(50))
    assert all(abs(frame.elapsed - frame.number / 25) < 0.002 for frame in frames)
    assert all(b.captured - a.captured > timedelta(milliseconds=35) for a, b in pairwise(frames))
    assert camera.counters.codec == codec
    assert camera.counters.size == (320, 180)
    assert (camera.counters.decoded, camera.counters.given, camera.counters.corrupt) == (50, 50, 0)


def test_pictures_are_what_was_filmed_in_bgr(clips: dict[str, Path]) -> None:
    frames, _ = play(clips["plain"])
    off = np.abs(frames[10].pixels.astype(int) - picture(10, 320, 180)).mean()
    assert frames[10].pixels.dtype == np.uint8
    assert frames[10].size == (320, 180)
    assert off < 8


def test_a_file_is_thinned_and_scaled_as_asked(clips: dict[str, Path]) -> None:
    frames, camera = play(clips["plain"], fps=5, width=160)
    assert [frame.number for frame in frames] == list(range(0, 50, 5))
    assert frames[0].size == (160, 90)
    assert camera.counters.decoded == 50


def test_where_every_picture_stands_alone_the_others_are_not_even_decoded(clips: dict[str, Path]) -> None:
    frames, camera = play(clips["mjpeg"], fps=5)
    assert len(frames) == 10
    assert (camera.counters.packets, camera.counters.decoded) == (50, 10)


def test_a_looping_file_goes_on_and_never_back(clips: dict[str, Path]) -> None:
    frames, _ = play(clips["plain"], most=120, loop=True)
    assert [frame.number for frame in frames] == list(range(120))
    assert all(abs(frame.elapsed - frame.number / 25) < 0.002 for frame in frames)


def test_a_file_paced_live_takes_as_long_as_it_lasts(clips: dict[str, Path]) -> None:
    clock, camera = ScriptedClock(), FileCamera("gate", clips["plain"], loop=False)
    with camera.open(clock) as frames:
        late = [abs(clock.monotonic() - frame.elapsed) for frame in frames]
    assert max(late) < 0.001
    assert clock.monotonic() > 1.9


def test_a_file_opened_again_never_goes_back(clips: dict[str, Path]) -> None:
    camera = FileCamera("gate", clips["plain"], pace="fast", loop=False, began=datetime(2026, 1, 1, tzinfo=UTC))
    captured = []
    for _ in range(2):
        with camera.open(ScriptedClock()) as frames:
            captured += [frame.captured for frame in frames]
    assert all(a < b for a, b in pairwise(captured))
    assert camera.counters.opened == 2


def test_another_thread_stops_a_file_within_a_second(clips: dict[str, Path]) -> None:
    stop, came = threading.Event(), threading.Event()

    def watch() -> None:
        with FileCamera("gate", clips["plain"]).open(SystemClock(), stop) as frames:
            for _ in frames:
                came.set()

    watching = threading.Thread(target=watch)
    watching.start()
    assert came.wait(5)
    stop.set()
    watching.join(1)
    assert not watching.is_alive()


def test_damaged_packets_are_counted_and_survived(clips: dict[str, Path]) -> None:
    frames, camera = play(clips["damaged"])
    # Of 7 damaged packets the decoder complains about most and swallows some without a word.
    assert camera.counters.corrupt >= 4
    assert len(frames) >= 30


def refusal(path: Path) -> str:
    with pytest.raises(SourceRefused) as refused:
        play(path)
    assert str(path) in str(refused.value)
    return str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "none.mp4")
    assert "no such file" in refusal(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"hello, I am a video",
        b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:1/x.ts\n",
        b"ffconcat version 1.0\nfile other.mp4\n",
    ],
)
def test_text_that_calls_itself_a_video_is_refused(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(text)
    assert "not a video file" in refusal(path)


def test_a_file_cut_off_before_its_index_is_refused(tmp_path: Path, clips: dict[str, Path]) -> None:
    path = tmp_path / "cut.mp4"
    path.write_bytes(clips["plain"].read_bytes()[:3000])
    assert "not a video file" in refusal(path)


def test_a_file_of_sound_is_refused(clips: dict[str, Path]) -> None:
    assert "no video" in refusal(clips["tone"])


def test_a_file_whose_header_promises_pictures_that_are_not_there_is_refused(
    tmp_path: Path, clips: dict[str, Path]
) -> None:
    whole = clips["plain"].read_bytes()
    began = whole.index(b"mdat") + 4
    size = int.from_bytes(whole[began - 8 : began - 4], "big") - 8
    path = tmp_path / "hollow.mp4"
    path.write_bytes(whole[:began] + bytes(size) + whole[began + size :])
    assert "no picture that can be decoded" in refusal(path)


def test_a_file_cut_off_after_its_index_plays_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "half.mp4"
    moved = tmp_path / "fast.mp4"
    index_first = {"movflags": "faststart"}
    with av.open(str(render(tmp_path / "whole.mp4"))) as source, av.open(str(moved), "w", options=index_first) as out:
        video = source.streams.video[0]
        stream = out.add_stream_from_template(video)
        for packet in source.demux(video):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    whole = moved.read_bytes()
    path.write_bytes(whole[: len(whole) * 3 // 4])
    frames, _ = play(path)
    assert 5 < len(frames) < 50


def test_a_header_that_lies_about_rate_and_length_does_not_bend_time(tmp_path: Path) -> None:
    path = render(tmp_path / "lying.mp4", Shape(frames=20))
    lied = bytearray(path.read_bytes())
    for box in (b"mvhd", b"mdhd"):
        duration = lied.index(box) + 4 + 16
        lied[duration : duration + 4] = (2**31 - 1).to_bytes(4, "big")
    path.write_bytes(bytes(lied))
    frames, _ = play(path)
    assert [round(frame.elapsed * 25) for frame in frames] == list(range(20))


@pytest.mark.parametrize("kind", ["avi", "mjpeg"])
def test_flipped_bits_are_counted_or_told_and_never_a_crash(tmp_path: Path, clips: dict[str, Path], kind: str) -> None:
    good = clips[kind].read_bytes()
    given = 0
    for seed in range(30):
        spoilt = bytearray(good)
        for at in np.random.default_rng(seed).integers(len(good) // 10, len(good), 60):
            spoilt[at] ^= 0x55
        path = tmp_path / f"{seed}.avi"
        path.write_bytes(spoilt)
        with contextlib.suppress(SourceLost, SourceRefused):
            given += len(play(path)[0])
    assert given


@pytest.mark.shared("the development videos decode whole, at the counts their README states")
@pytest.mark.parametrize(
    ("name", "pictures", "size"),
    [
        ("opencv_vtest.avi", 795, (768, 576)),
        ("intel_car-detection.mp4", 377, (768, 432)),
        ("ahmetozlu_input_video.mp4", 905, (640, 352)),
    ],
)
def test_the_development_videos_decode_whole(shared: Path, name: str, pictures: int, size: tuple[int, int]) -> None:
    _, camera = play(shared / "videos" / name, fps=1)
    assert (camera.counters.decoded, camera.counters.corrupt, camera.counters.size) == (pictures, 0, size)
