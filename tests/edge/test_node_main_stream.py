"""The whole way of two streams: the small one is looked at, the large one is the evidence, while it is there."""

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
import yaml

from edge.config import understand
from edge.node import Node
from tests.parts import steady_eye
from tests.parts.clips import Shape, render
from tests.parts.mosquitto import free_port
from tests.parts.rtsp import RtspServer, rtsp_missing
from tests.parts.until import until

EVERYWHERE = [[0, 0], [1, 0], [1, 1], [0, 1]]
SECONDS = (2, 4, 7, 11, 16, 22)
"""An event begins after each: a busy machine may not have connected to both streams by the first."""


@pytest.fixture
def street(tmp_path: Path) -> Iterator[RtspServer]:
    if missing := rtsp_missing():
        pytest.skip(f"no RTSP server: {missing}")
    small = render(tmp_path / "small.mp4")
    large = render(tmp_path / "large.mp4", Shape(width=640, height=360))
    with RtspServer({"sub": small, "main": large}) as server:
        yield server


def settings(folder: Path, sub: str, main: str) -> dict[str, Any]:
    camera = {
        "id": "gate",
        "source": {"rtsp": sub, "main": main},
        "zones": [{"id": f"after-{seconds}", "polygon": EVERYWHERE} for seconds in SECONDS],
        "watch": [{"occupancy": {"zone": f"after-{seconds}", "over": 1, "for_s": seconds}} for seconds in SECONDS],
    }
    return {
        "node": "node-1",
        "ward": "ward-1",
        "data": str(folder / "node"),
        "broker": {"host": "127.0.0.1", "port": free_port()},
        "models": steady_eye.write(folder / "eye"),
        "clips": {"before_s": 1, "after_s": 1},
        "cameras": [camera],
    }


async def run_until(node: Node, done: Callable[[], bool]) -> None:
    stop = asyncio.Event()

    async def watch() -> None:
        try:
            await asyncio.to_thread(until, done, 50, "the film")
        finally:
            stop.set()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(node.run(stop))
        tasks.create_task(watch())


def ran(folder: Path, sub: str, main: str, width: int) -> tuple[dict[str, Any], set[int], set[int]]:
    """Run until there is a film so wide: the counters of the main stream, the widths of its evidence and its films."""
    data = folder / "node"
    node = Node(understand(yaml.safe_dump(settings(folder, sub, main)), "node.yaml"), "r1")
    with contextlib.closing(node.outbox):
        asyncio.run(run_until(node, lambda: width in map(width_of, films(data))))
    told = json.loads((data / "counters.json").read_text("utf-8"))["main"]["gate"]
    shown = [cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR) for path in pictures(data)]
    return (
        told,
        {picture.shape[1] for picture in shown if picture is not None},
        {width_of(film) for film in films(data)},
    )


def pictures(data: Path) -> list[Path]:
    return [path for path in data.rglob("*") if path.is_file() and path.read_bytes()[:3] == b"\xff\xd8\xff"]


def films(data: Path) -> list[Path]:
    return list((data / "clips").glob("*.mp4"))


def width_of(path: Path) -> int:
    with av.open(str(path)) as film:
        return film.streams.video[0].width


def test_evidence_and_films_are_of_the_main_stream(street: RtspServer, tmp_path: Path) -> None:
    told, shown, _ = ran(tmp_path, street.url("sub"), street.url("main"), 640)
    assert told["taken"] >= 1
    assert told["opened"] == 1
    assert 640 in shown


def test_while_the_main_stream_is_away_the_one_looked_at_shows_it_and_the_reason_is_counted(
    street: RtspServer, tmp_path: Path
) -> None:
    told, shown, filmed = ran(tmp_path, street.url("sub"), street.url("nowhere"), 320)
    assert (told["taken"], told["opened"], list(told["missed"])) == (0, 0, ["away"])
    assert (shown, filmed) == ({320}, {320})
