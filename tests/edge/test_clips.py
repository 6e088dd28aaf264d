"""Films of what began: cut once their last second has come, for the box's owner only, and bounded."""

import os
import stat
from datetime import datetime, timedelta
from pathlib import Path

import av
import pytest
from structlog.testing import capture_logs
from uuid_utils.compat import uuid7

from edge.build import cameras, rings
from edge.clips import MOST_WAITING, Clips, ClipSetting
from edge.config import NodeConfig, understand
from edge.eye import Told
from streams.cameras.preroll import Preroll
from streams.cameras.web import MjpegCamera
from streams.frames import Frame
from streams.wire.records import Event, Phase
from tests.parts.clips import picture
from tests.parts.watching import first
from tests.parts.web_cameras import WebCameras, jpegs

NODE = """
node: hai-chau-01
ward: hai-chau
broker: {host: 127.0.0.1}
models: {detector: deimv2-femto}
clips: {before_s: 2, after_s: 1}
cameras:
  - {id: gate, source: {rtsp: "rtsp://10.0.0.7/live"}}
  - {id: hidden, source: {rtsp: "rtsp://10.0.0.8/live"}, masks: [{polygon: [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]}]}
  - {id: film, source: {file: street.mp4}}
"""
SHORT = ClipSetting(before_s=0.5, after_s=0.5)


def began(camera: str, at: datetime, kind: str = "loitering", phase: Phase = Phase.OPENED) -> Told:
    event = Event(id=uuid7(), kind=kind, phase=phase, rev=1, camera=camera, began=at)
    return Told(camera, at, (event,), (), {}, 1, 0, {})


@pytest.fixture(scope="module")
def filmed() -> tuple[Preroll, list[Frame]]:
    """A ring that has seen two seconds of a camera."""
    ring = Preroll(30)
    with WebCameras({"gate": jpegs([picture(number, 320, 180) for number in range(20)])}) as server:
        frames = first(MjpegCamera("gate", server.url("gate"), keep=ring), 20)
    return ring, frames


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "clips"


def test_a_film_is_cut_once_its_last_second_has_come(filmed: tuple[Preroll, list[Frame]], folder: Path) -> None:
    ring, frames = filmed
    clips, at = Clips(SHORT, folder, {"gate": ring}), frames[10].captured
    clips.wanted(told := began("gate", at))
    assert clips.cut_due(at + timedelta(seconds=0.4)) == []
    (path,) = clips.cut_due(at + timedelta(seconds=0.6))
    assert path.name == f"{at:%Y%m%dT%H%M%SZ}-gate-{told.events[0].id}.mkv"
    with av.open(str(path)) as film:
        assert 3 <= sum(1 for _ in film.decode(video=0)) <= 14
    assert clips.cut_due(at + timedelta(seconds=9)) == []
    assert (clips.cut.made, clips.cut.missed) == (1, 0)


def test_a_film_is_of_the_main_stream_and_of_the_other_one_while_that_is_away(
    filmed: tuple[Preroll, list[Frame]], folder: Path
) -> None:
    small, frames = filmed
    large, pictures = Preroll(30), [picture(number, 640, 360) for number in range(20)]
    with WebCameras({"gate": jpegs(pictures)}) as server:
        later = first(MjpegCamera("gate", server.url("gate"), keep=large), 20)
    clips = Clips(SHORT, folder, {"gate": small}, {"gate": large})
    for at in (frames[10].captured, later[10].captured):
        clips.wanted(began("gate", at))
    films = clips.cut_due(later[-1].captured + timedelta(seconds=1))
    assert [width_of(film) for film in films] == [320, 640]


def width_of(path: Path) -> int:
    with av.open(str(path)) as film:
        return film.streams.video[0].width


def test_films_are_their_owner_s_to_read_and_nobody_else_s(filmed: tuple[Preroll, list[Frame]], folder: Path) -> None:
    ring, frames = filmed
    clips = Clips(SHORT, folder, {"gate": ring})
    clips.wanted(began("gate", frames[10].captured))
    (path,) = clips.cut_due(frames[-1].captured + timedelta(seconds=1))
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR
    assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IRWXU


@pytest.mark.parametrize(("kind", "phase"), [("loitering", Phase.CLOSED), ("line_crossed", Phase.OPENED)])
def test_only_what_begins_and_lasts_is_filmed(folder: Path, kind: str, phase: Phase) -> None:
    clips, now = Clips(SHORT, folder, {"gate": Preroll()}), datetime.fromisoformat("2026-03-01T08:00:00+00:00")
    clips.wanted(began("gate", now, kind, phase))
    clips.wanted(began("elsewhere", now))
    assert clips.cut_due(now + timedelta(hours=1)) == []
    assert clips.cut.missed == 0


def test_what_is_not_in_the_ring_any_more_is_counted_and_costs_nothing_else(folder: Path) -> None:
    clips, now = Clips(SHORT, folder, {"gate": Preroll()}), datetime.fromisoformat("2026-03-01T08:00:00+00:00")
    for _ in range(MOST_WAITING + 3):
        clips.wanted(began("gate", now))
    assert clips.cut_due(now + timedelta(hours=1)) == []
    assert clips.cut.missed == MOST_WAITING + 3
    assert clips.told()["missed"] == MOST_WAITING + 3


def test_a_folder_that_cannot_be_written_costs_the_film_and_not_the_node(
    filmed: tuple[Preroll, list[Frame]], tmp_path: Path
) -> None:
    ring, frames = filmed
    (tmp_path / "clips").write_text("not a folder", "utf-8")
    clips = Clips(SHORT, tmp_path / "clips", {"gate": ring})
    clips.wanted(began("gate", frames[10].captured))
    assert clips.cut_due(frames[-1].captured + timedelta(seconds=1)) == []
    assert clips.cut.missed == 1


def test_what_is_too_old_goes_and_then_the_oldest_while_there_is_too_much(folder: Path) -> None:
    folder.mkdir()
    now = datetime.fromisoformat("2026-03-10T08:00:00+00:00")
    for days in range(10):
        film = folder / f"{days}.mp4"
        film.write_bytes(bytes(400_000))
        os.utime(film, ((now - timedelta(days=days)).timestamp(),) * 2)
    clips = Clips(ClipSetting(keep_mb=1.0, keep_days=7), folder, {})
    clips.tidy(now)
    assert sorted(film.name for film in folder.iterdir()) == ["0.mp4", "1.mp4"]
    assert clips.cut.removed == 8


def test_a_film_that_cannot_be_removed_costs_no_other_its_end(folder: Path) -> None:
    (folder / "first.mp4" / "somebody's").mkdir(parents=True)
    (folder / "loop.mp4").symlink_to(folder / "loop.mp4")
    for name in ("second.mp4", "third.mp4"):
        (folder / name).write_bytes(bytes(400_000))
    for days, name in enumerate(("first.mp4", "second.mp4", "third.mp4")):
        os.utime(folder / name, (86400.0 * days, 86400.0 * days))
    clips = Clips(SHORT, folder, {})
    with capture_logs() as logged:
        clips.tidy(datetime.fromisoformat("2126-03-10T08:00:00+00:00"))
    assert [film.name for film in folder.iterdir()] == ["first.mp4"]
    assert (clips.cut.removed, clips.cut.stuck) == (3, 1)
    assert [line["event"] for line in logged] == ["film not removed"]


def test_a_ring_is_kept_where_films_are_asked_for_and_nothing_has_to_be_hidden() -> None:
    assert list(rings(cameras(understand(NODE, "node.yaml")))) == ["gate"]
    nothing: NodeConfig = understand(NODE.replace("clips: {before_s: 2, after_s: 1}", ""), "node.yaml")
    assert nothing.clips is None
    assert rings(cameras(nothing)) == {}
