"""The whole way of a film: a camera over HTTP, a real node, and what lies in its folder afterwards."""

import asyncio
import contextlib
import json
from pathlib import Path
from typing import Any

import av
import yaml

from edge.config import understand
from edge.node import Node
from tests.parts import steady_eye
from tests.parts.clips import picture
from tests.parts.mosquitto import free_port
from tests.parts.until import until
from tests.parts.web_cameras import WebCameras, jpegs


def settings(folder: Path, url: str) -> dict[str, Any]:
    camera = {
        "id": "gate",
        "source": {"mjpeg": url},
        "zones": [{"id": "road", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}],
        "watch": [{"occupancy": {"zone": "road", "over": 1, "for_s": 0.5}}],
        "evidence": False,
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


async def run_until(node: Node, films: Path) -> None:
    stop = asyncio.Event()

    async def watch() -> None:
        try:
            await asyncio.to_thread(until, lambda: list(films.glob("*.mkv")), 40, "a film")
        finally:
            stop.set()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(node.run(stop))
        tasks.create_task(watch())


def test_what_begins_before_a_camera_is_on_film_and_the_film_stays_in_its_folder(tmp_path: Path) -> None:
    pictures = jpegs([picture(number, 320, 180) for number in range(20)])
    with WebCameras({"gate": pictures}) as server:
        node = Node(understand(yaml.safe_dump(settings(tmp_path, server.url("gate"))), "node.yaml"), "r1")
        with contextlib.closing(node.outbox):
            asyncio.run(run_until(node, tmp_path / "node" / "clips"))
    (film,) = (tmp_path / "node" / "clips").iterdir()
    with av.open(str(film)) as shown:
        assert sum(1 for _ in shown.decode(video=0)) >= 2
    told = json.loads((tmp_path / "node" / "counters.json").read_text("utf-8"))["clips"]
    assert told["made"] == 1
    assert told["rings"]["gate"]["bytes"] > 0
