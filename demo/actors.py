"""Who plays the people of both wards: operators who decide, crews who do, and one who listens to the stream.

An operator looks at the picture first and checks that it is the one the node named, then confirms; every third camera
alert is dismissed, so that verdicts of both kinds exist. A crew accepts, begins, writes what it did, sends an
after-photo and resolves; the operator closes. A centre that is away for a moment is weather here, too.
"""

import asyncio
import hashlib
import io
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import httpx
from PIL import Image, ImageDraw

from demo.people import Json, Person

LOOK_S: Final = 1.0
DISMISS_EVERY: Final = 3
OWN_QUEUE: Final = ("new", "acknowledged")  # acknowledged: taken, and then the centre went away
RAISED: Final = ("active", "stale", "cleared")
WEATHER: Final = (httpx.TransportError, httpx.HTTPStatusError)


@dataclass(slots=True)
class Played:
    """What the actors did and saw, for the report."""

    looked: int = 0
    mismatched: list[str] = field(default_factory=list)
    whole_way: list[str] = field(default_factory=list)
    dismissed: int = 0
    streamed: dict[str, float] = field(default_factory=dict)  # alert id to the wall time its first change was heard
    trouble: dict[str, int] = field(default_factory=dict)


async def operate(operator: Person, played: Played, stop: asyncio.Event) -> None:
    """Decide every alert of the ward, and close what its crews have resolved."""
    seen = 0
    while not stop.is_set():
        try:
            for line in await operator.all("/v1/alerts", handling=OWN_QUEUE, condition=RAISED):
                if not any(item["state"] == "coming" for item in line["evidence"]):  # nobody decides blind
                    seen += bool(line["evidence"])
                    await _decide(operator, line, played, dismiss=bool(line["evidence"]) and seen % DISMISS_EVERY == 0)
            for case in await operator.all("/v1/cases", state="resolved"):
                await operator.step(f"/v1/cases/{case['id']}", "close")
                played.whole_way.append(case["id"])
        except WEATHER as error:
            _note(played, error)
        await _rest(stop)


async def work(crew: Person, played: Played, stop: asyncio.Event) -> None:
    """Do every task of the crew."""
    while not stop.is_set():
        try:
            for task in (await crew.get("/v1/tasks"))["items"]:
                await _do(crew, task)
        except WEATHER as error:
            _note(played, error)
        await _rest(stop)


async def listen(person: Person, played: Played, stop: asyncio.Event) -> None:
    """Listen to the stream, through every reconnect, and note when each alert was first heard of."""
    last: dict[str, str] = {}
    while not stop.is_set():
        try:
            timeout = httpx.Timeout(30.0)
            async with person.http.stream("GET", "/v1/stream", headers=last, timeout=timeout) as answer:
                answer.raise_for_status()
                async for told in answer.aiter_lines():
                    if stop.is_set():
                        return
                    if told.startswith("id: "):
                        last = {"Last-Event-ID": told[4:]}
                    elif told.startswith("data: "):
                        _hear(json.loads(told[6:]), played)
        except WEATHER as error:
            _note(played, error)
        await _rest(stop)


def after_photo(words: str) -> bytes:
    """A photo such as a crew sends: made here, with the time painted in."""
    picture = Image.new("RGB", (1280, 960), (120, 140, 120))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((200, 500, 1080, 900), fill=(90, 90, 90))
    draw.text((220, 460), f"{words} {datetime.now(UTC):%Y-%m-%d %H:%M:%S}Z", fill=(255, 255, 255))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()


async def _decide(operator: Person, line: Json, played: Played, *, dismiss: bool) -> None:
    path = f"/v1/alerts/{line['id']}"
    shown: Sequence[Any] = [item for item in line["evidence"] if item["state"] == "here"]
    for item in shown:
        picture = await operator.http.get(f"{path}/evidence/{item['sha256']}")
        picture.raise_for_status()
        played.looked += 1
        if hashlib.sha256(picture.content).hexdigest() != item["sha256"]:
            played.mismatched.append(item["sha256"])
    if line["handling"] == "new":
        await operator.step(path, "acknowledge")
    if dismiss:
        await operator.step(path, "dismiss", {"reason": "false_detection"})
        played.dismissed += 1
    else:
        await operator.step(path, "confirm")


async def _do(crew: Person, task: Json) -> None:
    path = f"/v1/cases/{task['id']}"
    steps = task["steps"]
    if "accept" in steps:
        steps = (await crew.step(path, "accept"))["steps"]
    if "start" in steps:
        steps = (await crew.step(path, "start"))["steps"]
    if "resolve" in steps:
        await crew.photo(task["id"], await asyncio.to_thread(after_photo, "Đã xử lý"))
        await crew.step(path, "resolve", {"words": "Đã đến hiện trường, đã xử lý xong"})


def _hear(told: Json, played: Played) -> None:
    if told.get("kind") == "alert":
        played.streamed.setdefault(str(told["row"]), time.time())


def _note(played: Played, error: Exception) -> None:
    name = f"{type(error).__name__} {getattr(getattr(error, 'response', None), 'status_code', '')}".strip()
    played.trouble[name] = played.trouble.get(name, 0) + 1


async def _rest(stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), LOOK_S)
    except TimeoutError:
        return
