"""What is not looked at is not decoded, and what is looked at is the very picture it would have been."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.cameras.cadence import Cadence
from streams.cameras.clock import FileClock, Stamp
from streams.cameras.pictures import Pictures, video_of
from streams.cameras.source import Counters, Meter
from streams.cameras.thrift import MOST_HELD, TOO_FEW, Thrift
from streams.frames import Frame
from tests.parts.clips import Shape, render


@dataclass(frozen=True)
class Packet:
    """All that thrift looks at."""

    number: int
    is_keyframe: bool = False
    size: int = 100


def thrift(fps: float | None) -> Thrift:
    return Thrift(lambda _pts, _base: 0.0, fps)


def play(path: Path, fps: float, *, thrifty: bool) -> tuple[list[Frame], Counters]:
    """A file as a live camera is decoded, but timed by its own times, so that both ways can be compared."""
    meter, clock = Meter(), FileClock(datetime(2026, 1, 1, tzinfo=UTC))
    with av.open(str(path)) as container:
        stream = video_of(container, "clip")

        def stamp(pts: int | None, base: Any) -> Stamp:  # noqa: ANN401 - a Fraction
            return clock.stamp(float((pts or 0) * base))

        spare = Thrift(lambda pts, base: float((pts or 0) * base), fps) if thrifty else None
        pictures = Pictures("gate", stream.codec_context, stamp, Cadence(fps), meter, thrift=spare)
        return list(every(pictures, container, stream)), meter.now


def every(pictures: Pictures, container: "av.container.InputContainer", stream: "av.VideoStream") -> Iterator[Frame]:
    for packet in container.demux(stream):
        if packet.size:
            yield from pictures.take(packet)


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight seconds with a key frame every second."""
    return render(tmp_path_factory.mktemp("thrift") / "long.mp4", Shape(frames=200))


@pytest.mark.parametrize("fps", [5.0, 2.0, 0.4])
def test_pictures_looked_at_are_the_very_ones_of_decoding_everything(long: Path, fps: float) -> None:
    wanted, whole = play(long, fps, thrifty=False)
    given, spared = play(long, fps, thrifty=True)
    assert [frame.elapsed for frame in given] == pytest.approx([frame.elapsed for frame in wanted])
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(given, wanted, strict=True))
    assert (whole.decoded, whole.packets, spared.packets) == (200, 200, 200)


def test_a_camera_that_is_looked_at_rarely_is_decoded_from_the_last_key_frame_on(long: Path) -> None:
    frames, counters = play(long, 0.4, thrifty=True)  # at 0, 2.5, 5 and 7.5 s: 1 + 13 + 1 + 13 pictures
    assert [round(frame.elapsed, 2) for frame in frames] == [0, 2.52, 5, 7.52]
    assert counters.decoded <= 30


def test_pictures_no_other_leans_on_are_left_out_while_the_rest_come_often_enough(tmp_path: Path) -> None:
    clip = render(tmp_path / "b.mp4", Shape(frames=100, b_frames=2))
    seldom, spared = play(clip, 5, thrifty=True)
    assert spared.decoded <= 70
    assert all(b.elapsed - a.elapsed < 0.31 for a, b in pairwise(seldom))
    often, whole = play(clip, 20, thrifty=True)
    assert whole.decoded > 85
    assert len(often) >= 65


def test_where_they_come_too_seldom_none_is_left_out_again() -> None:
    spare = thrift(5)
    for number in range(TOO_FEW):
        assert spare.skips
        spare.came(number * 0.3)
    spare.came(TOO_FEW * 0.3)
    assert not spare.skips
    for number in range(10):
        spare.came(2 + number * 0.1)
    assert not spare.skips


def test_a_gap_now_and_then_changes_nothing() -> None:
    spare = thrift(5)
    for number in range(200):
        spare.came(number * 0.1 + number // 5)  # every fifth gap is too long
    assert spare.skips


def test_who_looks_at_everything_is_spared_nothing() -> None:
    assert not thrift(None).skips


def test_a_group_of_pictures_larger_than_memory_is_for_is_decoded_as_it_comes() -> None:
    spare = thrift(0.1)
    spare.hold(Packet(0, is_keyframe=True, size=MOST_HELD))
    assert not spare.full
    spare.hold(Packet(1))
    assert spare.full
    spare.release()
    assert not spare.full


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=80))
def test_what_is_decoded_always_follows_a_key_frame_or_what_was_decoded_before(told: list[tuple[bool, bool]]) -> None:
    spare, decoded_to = thrift(1), -1
    for number, (key, look) in enumerate(told):
        spare.hold(Packet(number, is_keyframe=key))
        if not look:
            continue
        cut, held = spare.release()
        numbers = [packet.number for packet in held]
        assert numbers == list(range(numbers[0], number + 1))
        assert held[0].is_keyframe if cut else numbers[0] == decoded_to + 1
        decoded_to = number
