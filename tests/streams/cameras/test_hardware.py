"""Decoding by a part made for it: refused or done without where it is missing, and counted. FFmpeg's own answers."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from streams.cameras.file import FileCamera
from streams.cameras.hardware import IN_TURN, Chosen, Decode, Hardware, chosen, missing
from streams.cameras.rtsp import RtspCamera
from streams.frames import Frame
from streams.weather import SourceLost, SourceRefused
from tests.parts.rtsp import RtspServer
from tests.parts.watching import first

NOWHERE = "/dev/dri/renderD999"
NONE = "999"
"""No machine has so many."""
AWAY = [(Decode.CUDA, NONE), (Decode.VAAPI, NOWHERE), (Decode.QSV, None)]


def played(path: Path, hardware: Hardware | None) -> tuple[Sequence[Frame], FileCamera]:
    camera = FileCamera("gate", path, pace="fast", loop=False, hardware=hardware)
    return first(camera, 1000), camera


def test_nothing_but_software_decodes_unless_it_is_asked_for(clips: dict[str, Path]) -> None:
    assert chosen(Decode.SOFTWARE) == Chosen()
    frames, camera = played(clips["plain"], None)
    assert len(frames) == 50
    assert (camera.counters.decoder, camera.counters.fell_back) == ("software", 0)


@pytest.mark.parametrize(("by", "device"), AWAY)
def test_a_part_that_is_asked_for_and_missing_is_refused_and_the_way_out_is_said(by: Decode, device: str) -> None:
    with pytest.raises(SourceRefused, match=f"decode: {by}: .*or_software: true"):
        chosen(by, device)


@pytest.mark.parametrize(("by", "device"), AWAY)
def test_where_software_will_do_as_well_pictures_are_the_same_and_it_is_counted(
    clips: dict[str, Path], by: Decode, device: str
) -> None:
    part = chosen(by, device, or_software=True)
    assert part.why.startswith(f"{by}: ")
    assert part.hardware == Hardware(by, device, strict=False)
    (fast, camera), (plain, _) = played(clips["plain"], part.hardware), played(clips["plain"], None)
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(fast, plain, strict=True))
    assert camera.counters.decoder == "software"
    assert camera.counters.fell_back == 1


def test_auto_takes_what_is_here_and_says_of_the_rest_why_not(clips: dict[str, Path]) -> None:
    part = chosen(Decode.AUTO)
    here = [by for by in IN_TURN if missing(by) is None]
    assert [part.hardware.by if part.hardware else None] == [*here, None][:1]
    assert part.hardware is not None or all(f"{by}: " in part.why for by in IN_TURN)
    frames, camera = played(clips["plain"], part.hardware)
    assert len(frames) == 50
    assert camera.counters.decoder in {"software", *IN_TURN}


def test_a_part_that_went_away_is_waited_for_where_nothing_else_will_do(clips: dict[str, Path]) -> None:
    with pytest.raises(SourceLost, match="decode: cuda"):
        played(clips["plain"], Hardware(Decode.CUDA, NONE))


@pytest.mark.usefixtures("rtsp_here")
def test_a_camera_falls_back_at_every_opening_and_is_lost_where_it_may_not(clips: dict[str, Path]) -> None:
    with RtspServer({"plain": clips["plain"]}) as server:
        camera = RtspCamera("gate", server.url("plain"), hardware=Hardware(Decode.CUDA, NONE, strict=False))
        assert len(first(camera, 5) + first(camera, 5)) == 10
        assert (camera.counters.decoder, camera.counters.fell_back, camera.counters.opened) == ("software", 2, 2)
        strict = RtspCamera("gate", server.url("plain"), hardware=Hardware(Decode.CUDA, NONE))
        with pytest.raises(SourceLost, match="decode: cuda"):
            first(strict, 1)


@pytest.mark.parametrize("by", IN_TURN)
def test_whatever_decodes_shows_what_software_shows_and_is_called_by_its_name(
    clips: dict[str, Path], by: Decode
) -> None:
    here = missing(by) is None
    (fast, camera), (plain, _) = played(clips["plain"], Hardware(by, strict=here)), played(clips["plain"], None)
    assert (camera.counters.decoder, camera.counters.fell_back) == ((by, 0) if here else ("software", 1))
    assert all(np.abs(a.pixels.astype(int) - b.pixels).mean() < 3 for a, b in zip(fast, plain, strict=True))
