"""The ring of encoded packets, and clips cut from it: the very pictures that were sent, and nothing lost."""

import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from streams.cameras.clip import NotCut, cut, ending
from streams.cameras.clock import Arrival
from streams.cameras.preroll import Footage, Load, Preroll
from streams.cameras.rtsp import RtspCamera
from streams.cameras.web import MjpegCamera
from tests.parts.clips import picture
from tests.parts.rtsp import RtspServer
from tests.parts.watching import first
from tests.parts.web_cameras import WebCameras, jpegs

T0 = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
MIB = 2**20


@dataclass(frozen=True)
class Packet:
    """All that a ring looks at."""

    number: int
    is_keyframe: bool
    size: int


def at(second: float) -> datetime:
    return T0 + timedelta(seconds=second)


def filled(ring: Preroll, packets: Sequence[Packet], fps: float = 10.0) -> Preroll:
    for packet in packets:
        ring.add(packet, Arrival(1000 + packet.number / fps, at(packet.number / fps)))
    return ring


def stream_of(count: int, gop: int, size: int = 100) -> list[Packet]:
    return [Packet(number, number % gop == 0, size) for number in range(count)]


def numbers(footage: Footage | None) -> list[int]:
    return [one.packet.number for one in footage.kept] if footage else []


def test_footage_begins_with_the_last_key_frame_before_what_is_wanted() -> None:
    ring = filled(Preroll(10), stream_of(100, gop=10))
    assert numbers(ring.footage(at(3.5), at(5))) == list(range(30, 51))
    assert numbers(ring.footage(at(-50), at(0.5))) == list(range(6))
    assert ring.footage(at(50), at(60)) is None


def test_what_is_older_than_asked_for_goes_by_whole_groups() -> None:
    ring = filled(Preroll(3), stream_of(100, gop=10))
    assert numbers(ring.footage(at(0), at(99)))[0] == 60
    assert (ring.load.bytes, ring.load.packets, ring.load.given_up) == (4000, 40, 0)
    assert ring.load.seconds == pytest.approx(3.9)


def test_a_group_larger_than_the_whole_ring_is_given_up_and_counted() -> None:
    ring = filled(Preroll(10, most_bytes=1000), stream_of(28, gop=20))
    assert ring.load.given_up == 1
    assert numbers(ring.footage(at(0), at(99))) == list(range(20, 28))


def test_a_camera_connected_to_again_begins_an_empty_ring() -> None:
    ring = filled(Preroll(10), stream_of(50, gop=10))
    ring.begin(None)
    assert ring.load == Load()


@given(
    st.lists(st.tuples(st.booleans(), st.integers(1, 400)), max_size=120),
    st.floats(0.1, 6),
    st.integers(100, 5000),
)
def test_a_ring_never_holds_more_bytes_and_always_begins_with_a_key_frame(
    told: list[tuple[bool, int]], seconds: float, most: int
) -> None:
    ring, sent = Preroll(seconds, most), []
    for number, (key, size) in enumerate(told):
        sent.append(Packet(number, key, size))
        filled(ring, sent[-1:])
        load, footage = ring.load, ring.footage(at(-99), at(999))
        assert load.bytes <= most
        assert load.packets == len(numbers(footage))
        if footage is None:
            continue
        assert footage.kept[0].packet.is_keyframe
        assert all(b == a + 1 for a, b in pairwise(numbers(footage)))
        assert numbers(footage)[-1] == number
        keys = [p.number for p in sent if p.is_keyframe and footage.kept[0].packet.number < p.number]
        assert not keys or (number - keys[0]) / 10 < seconds + 1e-9  # else the first group was not needed any more


def decoded(path: Path) -> list[NDArray[np.uint8]]:
    with av.open(str(path)) as film:
        return [cast("NDArray[np.uint8]", frame.to_ndarray(format="bgr24")) for frame in film.decode(video=0)]


@pytest.mark.usefixtures("rtsp_here")
@pytest.mark.parametrize("name", ["plain", "hevc", "reordered"])
def test_a_clip_is_cut_from_the_ring_without_being_encoded_again(
    clips: dict[str, Path], tmp_path: Path, name: str
) -> None:
    ring = Preroll(2.0, MIB)
    with RtspServer({name: clips[name]}) as server:
        frames = first(RtspCamera("gate", server.url(name), keep=ring), 80)
    last = frames[-1].captured
    footage = ring.footage(last - timedelta(seconds=1.5), last)
    assert footage is not None
    path = tmp_path / f"clip{ending(footage)}"
    assert cut(footage, path) == path.stat().st_size
    shown = decoded(path)
    assert path.suffix == ".mp4"
    assert 37 <= len(shown) <= 80
    assert all(any(np.array_equal(one, frame.pixels) for frame in frames) for one in shown[:30])
    with av.open(str(path)) as film:
        video = film.streams.video[0]
        assert float((video.duration or 0) * (video.time_base or 0)) == pytest.approx(len(shown) / 25, abs=0.3)
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_clip_of_mjpeg_lasts_as_long_as_it_took_to_come(tmp_path: Path) -> None:
    ring = Preroll(5.0, MIB)
    pictures = [picture(number, 320, 180) for number in range(20)]
    with WebCameras({"gate": jpegs(pictures)}) as server:
        frames = first(MjpegCamera("gate", server.url("gate"), keep=ring), 16)
    footage = ring.footage(frames[0].captured, frames[-1].captured + timedelta(seconds=1))
    assert footage is not None
    path = tmp_path / f"clip{ending(footage)}"
    cut(footage, path)
    assert path.suffix == ".mkv"
    assert len(decoded(path)) >= 15
    with av.open(str(path)) as film:
        assert (film.duration or 0) / 1e6 == pytest.approx(footage.seconds, abs=0.6)


@pytest.mark.usefixtures("rtsp_here")
def test_a_clip_that_cannot_be_written_says_so_and_leaves_nothing(clips: dict[str, Path], tmp_path: Path) -> None:
    ring = Preroll(2.0, MIB)
    with RtspServer({"plain": clips["plain"]}) as server:
        frames = first(RtspCamera("gate", server.url("plain"), keep=ring), 30)
    footage = ring.footage(frames[0].captured, frames[-1].captured)
    assert footage is not None
    with pytest.raises(NotCut, match="No such file"):
        cut(footage, tmp_path / "nowhere" / "clip.mp4")
    taken = tmp_path / "clip.mp4"
    taken.mkdir()
    with pytest.raises(NotCut):
        cut(footage, taken)
    assert [one.name for one in tmp_path.iterdir()] == ["clip.mp4"]
