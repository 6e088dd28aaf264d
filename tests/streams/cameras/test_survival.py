"""What cameras do to a node over the months, done to the very loop that watches them, with a real RTSP server."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge.watch import Cause, Change, Sight, watch
from streams.cameras.rtsp import RtspCamera
from streams.cameras.source import Camera
from streams.clocks import SystemClock
from streams.frames import Frame
from tests.parts.mute_camera import MuteCamera
from tests.parts.rtsp import SOUND, RtspServer
from tests.parts.until import until

pytestmark = pytest.mark.usefixtures("rtsp_here")


class Node:
    """What a node hears of its cameras: when each picture of each was, and what became of it."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, list[float]] = defaultdict(list)
        self.told: list[Change] = []

    def put(self, frame: Frame) -> None:
        self.seconds[frame.camera].append(frame.elapsed)

    def heard(self, camera: str) -> list[tuple[Sight, Cause | None]]:
        return [(change.sight, change.cause) for change in self.told if change.camera == camera]

    def more_of(self, camera: str, pictures: int) -> Callable[[], bool]:
        """Whether so many more have come than now."""
        enough = len(self.seconds[camera]) + pictures
        return lambda: len(self.seconds[camera]) >= enough


@contextmanager
def watched(*sources: Camera) -> Iterator[Node]:
    """Each camera in its own thread; a bug in one of them fails the test."""
    node, stop = Node(), threading.Event()
    with ThreadPoolExecutor(len(sources)) as pool:
        running = [pool.submit(watch, source, node.put, node.told.append, SystemClock(), stop) for source in sources]
        try:
            yield node
        finally:
            stop.set()
            for one in running:
                one.result(10)


def test_a_camera_that_comes_back_with_another_codec_is_watched_again(clips: dict[str, Path]) -> None:
    with RtspServer({"gate": clips["plain"]}) as server:
        camera = RtspCamera("gate", server.url("gate"))
        with watched(camera) as node:
            until(node.more_of("gate", 5), what="H.264")
            assert camera.counters.codec == "h264"
            server.kill()
            server.clips = {"gate": clips["hevc"]}
            server.start()
            until(lambda: camera.counters.codec == "hevc", 20, "H.265")
            until(node.more_of("gate", 5), 20, "pictures of H.265")
    assert node.heard("gate")[:2] == [(Sight.LIVE, None), (Sight.BLIND, Cause.NO_SIGNAL)]
    assert node.heard("gate")[-1] == (Sight.LIVE, None)


def test_a_camera_that_reports_and_shows_nothing_is_left_so_that_its_only_place_is_free_again(
    clips: dict[str, Path],
) -> None:
    with (
        RtspServer({"gate": clips["plain"]}) as server,
        MuteCamera(server.url("gate")) as camera,
        watched(RtspCamera("mute", camera.url, stall_s=1.0)) as node,
    ):
        until(node.more_of("mute", 5), what="pictures")
        for lost in (1, 2):
            camera.mute()
            until(lambda lost=lost: node.heard("mute").count((Sight.BLIND, Cause.NO_SIGNAL)) == lost, 10, "a stall")  # type: ignore[misc]  # bound at once
            assert "nothing came for 1 s" in node.told[-1].detail
            until(node.more_of("mute", 5), 20, "pictures again")
        assert sum(thread.name == "packets mute" for thread in threading.enumerate()) == 1


def test_a_dead_camera_never_slows_another(clips: dict[str, Path]) -> None:
    with RtspServer({"dead": clips["plain"]}) as dying, RtspServer({"alive": clips["plain"]}) as server:
        dead = RtspCamera("dead", dying.url("dead"), stall_s=1.5)
        with watched(dead, RtspCamera("alive", server.url("alive"))) as node:
            until(node.more_of("dead", 3), what="the first pictures of one")
            until(node.more_of("alive", 3), what="the first pictures of the other")
            dying.pause()
            until(lambda: (Sight.BLIND, Cause.NO_SIGNAL) in node.heard("dead"), 20, "the stall being told")
            before = len(node.seconds["alive"]) - 1
            until(node.more_of("alive", 50), 20, "more pictures of the living one")
            dying.resume()
    # 50 pictures of a 25 fps camera are two seconds of it: none was passed over while the other hung.
    seconds = node.seconds["alive"]
    assert seconds[before + 50] - seconds[before] == pytest.approx(2, abs=0.3)
    assert node.heard("alive") == [(Sight.LIVE, None)]


def test_a_camera_that_sends_only_sound_is_blind_because_it_was_refused_and_costs_no_other(
    clips: dict[str, Path],
) -> None:
    with RtspServer({"radio": SOUND, "gate": clips["plain"]}) as server:
        radio, gate = RtspCamera("radio", server.url("radio")), RtspCamera("gate", server.url("gate"))
        with watched(radio, gate) as node:
            until(lambda: node.heard("radio"), 20, "the refusal")
            until(node.more_of("gate", 5), what="pictures of the other")
    change = next(change for change in node.told if change.camera == "radio")
    assert (change.sight, change.cause) == (Sight.BLIND, Cause.REFUSED)
    assert "holds no video" in change.detail


def test_damage_and_a_change_of_size_end_no_play(clips: dict[str, Path]) -> None:
    served: dict[str, Path | list[Path]] = {"damaged": clips["damaged"], "growing": [clips["plain"], clips["bigger"]]}
    with RtspServer(served) as server:
        damaged, growing = RtspCamera("damaged", server.url("damaged")), RtspCamera("growing", server.url("growing"))
        with watched(damaged, growing) as node:
            until(node.more_of("damaged", 60), 20, "pictures of a damaged stream")
            until(lambda: growing.counters.size == (480, 270), 20, "the larger picture")
            until(lambda: growing.counters.size == (320, 180), 20, "the smaller one again")
    assert damaged.counters.corrupt > 0
    assert node.heard("damaged") == node.heard("growing") == [(Sight.LIVE, None)]
