"""Who stands at the other end of every line of a node: an HTTP server and an MQTT subscriber that keep every byte."""

import asyncio
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from streams.broker import Broker, Connection, connect


class Receiver(ThreadingHTTPServer):
    """`with Receiver() as here:` takes whatever is sent to `here.url`, and keeps it: line, headers and body."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Keeps)
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []
        self._thread = threading.Thread(target=self.serve_forever)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()


class _Keeps(BaseHTTPRequestHandler):
    server: Receiver

    def do_PUT(self) -> None:
        self._keep()

    def do_POST(self) -> None:
        self._keep()

    def do_HEAD(self) -> None:
        self._keep()

    def do_GET(self) -> None:
        self._keep()

    def _keep(self) -> None:
        self.server.heads.append(self.requestline.encode() + b"\n" + self.headers.as_bytes())
        self.server.bodies.append(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
        self.send_response(201)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


class Listener:
    """`with Listener(port) as here:` hears every message of every topic of the broker at that port."""

    def __init__(self, port: int) -> None:
        self.messages: list[tuple[str, bytes]] = []
        self._broker = Broker(port=port, client_id="listener", persistent=False)
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._listen()))

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10), "nobody listens"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)
        self._loop.close()

    async def _listen(self) -> None:
        async with connect(self._broker, ["#"]) as line, asyncio.TaskGroup() as tasks:
            hearing = tasks.create_task(self._hear(line))
            self._ready.set()
            await self._stop.wait()
            hearing.cancel()

    async def _hear(self, line: Connection) -> None:
        async for topic, payload in line.messages():
            self.messages.append((topic, payload))
