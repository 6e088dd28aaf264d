"""A scripted box at the street: says what a test tells it to, over a real broker, under the real delivery ledger.

It runs an event loop in a thread of its own, so that a test may drive a browser meanwhile. What it said stays on its
disk (a dictionary) until a receipt settles it, so it can be asked whether everything arrived. Its pictures are drawn
here and sent over HTTP with the node's own credential.
"""

import asyncio
import contextlib
import hashlib
import io
import threading
import time
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Final, Self
from uuid import UUID

import httpx
from PIL import Image, ImageDraw
from uuid_utils.compat import uuid7

from benchmarks.fleet_nodes import Node
from streams.broker import Broker, Will
from streams.line import Line
from streams.trouble import LineLost
from streams.wire.codec import decode, encode
from streams.wire.messages import Receipt, Status
from streams.wire.records import Body, Box, Event, Evidence, Minute, ModelRef, Phase, Reading, Tally
from streams.wire.topics import Stream, Topic
from tests.parts.until import until

REPEAT_S: Final = 0.5
_MODEL: Final = ModelRef(id="deimv2-femto", sha256="0" * 64, threshold=0.4)


class StreetBox:
    """`with StreetBox(broker, ward, url, secret) as box:` is connected; `box.loiter("gate")` raises an alert."""

    def __init__(self, broker: Broker, ward: str, url: str, secret: str) -> None:
        """`broker.username` is the node's name; `url` and `secret` are where and as whom it sends pictures."""
        name = broker.username or ""
        self.node = Node(name, ward, (), "")
        self._http = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {secret}"}, timeout=30)
        self._line = Line(broker, [str(Topic(ward, name, Stream.RECEIPT))], self._will, pause=lambda _losses: 0.05)
        self._line.watch(self._came_up)
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live()), name=f"box {name}")
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop
        self._wake: asyncio.Event
        self._over = False

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10), "the box did not start"
        until(lambda: self._line.connected, what="the box's line to the broker")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over = True
        self._loop.call_soon_threadsafe(self._wake.set)
        self._thread.join(timeout=20)
        self._http.close()

    # -- what it says -------------------------------------------------------------------------------------------------

    def say(self, *bodies: Body, at: datetime | None = None) -> None:
        """Make these records and send them."""
        with self._lock:
            for body in bodies:
                self.node.make(body, at or datetime.now(UTC), time.monotonic())
        self._loop.call_soon_threadsafe(self._wake.set)

    def loiter(self, zone: str, camera: str = "cam-bach-dang", *pictures: bytes, **more: Any) -> UUID:  # noqa: ANN401 - fields of the event
        """Somebody stays too long in this zone; the pictures are named and not yet sent. The event's id."""
        event = loitering(zone, camera, *pictures, **more)
        self.say(event)
        return event.id

    def show(self, zone: str, camera: str = "cam-bach-dang", **more: Any) -> UUID:  # noqa: ANN401 - fields of the event
        """The same with a picture before and one at the moment, both sent. The event's id."""
        shots = [street(f"{zone} {role}") for role in ("before", "at")]
        made = self.loiter(zone, camera, *shots, **more)
        for shot in shots:
            self.send(shot)
        return made

    def send(self, picture: bytes) -> None:
        """Send a picture; the centre takes it in. Raises httpx.HTTPStatusError."""
        path = f"/v1/nodes/{self.node.name}/evidence/{sha256(picture)}"
        self._http.put(path, content=picture, headers={"Content-Type": "image/jpeg"}).raise_for_status()

    def watch(self, *cameras: str) -> None:
        """Say of each camera that it watched throughout the last five minutes."""
        start = datetime.now(UTC).replace(second=0, microsecond=0)
        start -= timedelta(minutes=5 + start.minute % 5)
        self.say(*(Tally(camera=name, start=start, minutes=(Minute(watched=60),) * 5) for name in cameras))

    def measure(self, sensor: str, *levels: float) -> None:
        """Say how high the water stood, a minute between each and the last one now."""
        now = datetime.now(UTC)
        for back, value in zip(range(len(levels) - 1, -1, -1), levels, strict=True):
            told = Reading(sensor=sensor, quantity="water_level", unit="m", value=value)
            self.say(told, at=now - timedelta(minutes=back))

    def settled(self, within: float = 30) -> None:
        """Wait until everything said has its receipt: stored, in a transaction that is over."""
        until(lambda: not self.node.disk, within=within, what="a receipt for everything the box said")

    # -- its life -----------------------------------------------------------------------------------------------------

    async def _live(self) -> None:
        self._loop, self._wake = asyncio.get_running_loop(), asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            for work in (self._line.keep_connected(), self._listen()):
                tasks.create_task(work, name="line")
            self._ready.set()
            await self._speak()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

    async def _speak(self) -> None:
        while not self._over:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(REPEAT_S):
                    await self._wake.wait()
            self._wake.clear()
            with self._lock:
                waiting = list(self.node.drain(time.monotonic())) if self._line.connected else []
            with contextlib.suppress(LineLost):  # what the line loses the ledger repeats
                for topic, payload in waiting:
                    await self._line.publish(topic, payload)

    async def _listen(self) -> None:
        async for _, payload in self._line.messages():
            with self._lock:
                self.node.settle(decode(Receipt, payload), time.monotonic())
            self._wake.set()

    def _came_up(self) -> None:
        if self._line.connected:
            with self._lock:
                self.node.delivery.connected(time.monotonic())
            self._loop.create_task(self._greet(), name="greeting")
            self._wake.set()

    async def _greet(self) -> None:
        with contextlib.suppress(LineLost):
            await self._line.publish(self._topic(Stream.STATUS), self._status(online=True), retain=True)

    def _will(self) -> Will:
        return Will(self._topic(Stream.STATUS), self._status(online=False))

    def _topic(self, stream: Stream) -> str:
        return str(Topic(self.node.ward, self.node.name, stream))

    def _status(self, *, online: bool) -> bytes:
        of = self.node.session
        now = datetime.now(UTC)
        return encode(Status(node=self.node.name, online=online, session=of, epoch=of, next=self.node.next, at=now))


def loitering(zone: str, camera: str, *pictures: bytes, **more: Any) -> Event:  # noqa: ANN401 - fields of the event
    """Somebody stays too long in a zone: the first picture is of before, the others of the moment."""
    fields: dict[str, Any] = {
        "id": uuid7(),
        "kind": "loitering",
        "phase": Phase.OPENED,
        "rev": 1,
        "camera": camera,
        "began": datetime.now(UTC),
        "zone": zone,
        "subject": "person",
        "score": 0.83,
        "dwell": 62.0,
        "boxes": (Box(xyxy=(0.4, 0.35, 0.55, 0.8), label="person", score=0.83),),
        "model": _MODEL,
        "evidence": tuple(_named(shot, "at" if number else "before") for number, shot in enumerate(pictures)),
    }
    return Event(**{**fields, **more})


def street(words: str, size: tuple[int, int] = (640, 360)) -> bytes:
    """A small JPEG of a street, different for different words."""
    hue = int(hashlib.sha256(words.encode()).hexdigest()[:2], 16)
    image = Image.new("RGB", size, (hue // 2, 96, 120))
    pen = ImageDraw.Draw(image)
    wide, high = size
    pen.rectangle((0, high * 0.4, wide, high), fill=(70, 72, 78))
    pen.rectangle((wide * 0.4, high * 0.35, wide * 0.55, high * 0.8), fill=(180, 150, 60))
    pen.text((10, 10), words, fill="white")
    held = io.BytesIO()
    image.save(held, "JPEG", quality=70)
    return held.getvalue()


def sha256(content: bytes) -> str:
    """The content's name."""
    return hashlib.sha256(content).hexdigest()


def _named(picture: bytes, role: str) -> Evidence:
    return Evidence(sha256=sha256(picture), bytes=len(picture), media_type="image/jpeg", role=role, redacted=True)
