"""A box that `edge look` watches, with its page open to whoever has the link."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from edge.look import Look
from edge.look_server import LookServer

FILE = """# our node
node: node-1
ward: ward-1
data: DATA
broker: {}
cameras:
  - id: cam-1   # by the bridge
    source: {drawn: 1}
    zones:
      - {id: walk, polygon: [[0.1, 0.4], [0.9, 0.4], [0.9, 0.7], [0.1, 0.7]]}
    watch:
      - loitering: {zone: walk, after_s: 20}   # as the ward asked
      - slow_change: {zone: walk, every_s: 1}
"""


@dataclass(frozen=True)
class Box:
    """A box with its page open to whoever has the link."""

    file: Path
    server: LookServer

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}{self.server.path}"

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        line = HTTPConnection("127.0.0.1", self.server.server_port, timeout=30)
        line.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        answer = line.getresponse()
        told = answer.status, answer.read()
        line.close()
        return told

    def told(self, what: str) -> dict[str, Any]:
        return dict(json.loads(self.ask("GET", f"{self.server.path}{what}.json?camera=cam-1")[1]))

    def places(self) -> dict[str, Any]:
        return self.told("places")

    def post(self, what: str, said: object) -> tuple[int, dict[str, Any]]:
        status, told = self.ask("POST", f"{self.server.path}{what}.json?camera=cam-1", json.dumps(said).encode())
        return status, json.loads(told)


@contextmanager
def looking(folder: Path) -> Iterator[Box]:
    """The page of a node's file in that folder, until it is left."""
    file = folder / "node.yaml"
    file.write_text(FILE.replace("DATA", str(folder / "data")), "utf-8")
    look = Look(file)
    look.start()
    server = LookServer(look, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Box(file, server)
    look.stop()
    server.shutdown()
    thread.join()
    server.server_close()
