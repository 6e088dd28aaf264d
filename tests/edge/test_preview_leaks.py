"""The page of `wardsense edge look` shows a street whose every head and plate carries a code: none is found in it.

The page is the program itself, over the very film of `test_nothing_leaves`; what is searched is every answer of every
address it has, headers included, and all it writes. So that the search can fail, the same page is asked of a program
that covers nothing: there, every code is found.
"""

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import cv2
import httpx
import numpy as np
import pytest
import yaml

from edge.look_server import FILES
from tests.conftest import ROOT
from tests.parts import painted_street
from tests.parts.child import Child
from tests.parts.clips import Shape, render
from tests.parts.leaks import Leak, leaks
from tests.parts.painted_street import HEIGHT, ROUND, SIZES, WIDTH, WINDOW, picture
from tests.parts.plan import WARDSENSE, Setting
from tests.parts.until import until

TITLE: Final = "the-lens-of-quay-number-nine"
KEPT_BACK: Final = "sesame-open"
"""The broker's password, which stands in the file that the page reads and writes."""
ENOUGH: Final = 6
NOTHING_COVERED: Final = (sys.executable, str(ROOT / "tests" / "e2e" / "mutants" / "nothing_covered.py"))
LINK: Final = re.compile(r"http://127\.0\.0\.1:\d+/\S+/")


@dataclass(slots=True)
class Shown:
    """Everything that a page answered, by its address, and what its program wrote."""

    pictures: list[bytes] = field(default_factory=list)
    rest: list[tuple[str, bytes]] = field(default_factory=list)


def shown_by(program: Sequence[str], folder: Path, *masks: Sequence[tuple[float, float]]) -> Shown:
    """Ask the page for all it has until enough different pictures were seen."""
    film = render(folder / "film.mp4", Shape(ROUND, 10, WIDTH, HEIGHT, title=TITLE), picture)
    (folder / "node.yaml").write_text(yaml.safe_dump(settings(folder, film, masks)), "utf-8")
    page = Child("page", (*program, "look", str(folder / "node.yaml"), "--port", "0"), folder / "page.log")
    shown = Shown()
    try:
        page.start()
        until(lambda: not page.running or LINK.search(page.said()) is not None, 60, "the link")
        link = LINK.search(page.said())
        assert link, page.tail()
        with httpx.Client(base_url=link[0], params={"camera": "quay"}, timeout=30) as client:
            until(lambda: asked(client, shown), 120, "pictures")
            for name in (*FILES, "cameras.json", "places.json", "no-such.json"):
                take(client.get(name), shown)
            take(
                client.post("places.json", json={"sha256": "", "zones": [], "lines": [], "masks": [], "watch": []}),
                shown,
            )
            take(client.post("relearn.json", json={"rule": "slow_change/street/any"}), shown)
    finally:
        page.kill()
    shown.rest.append(("log", page.log.read_bytes()))
    return shown


def settings(folder: Path, film: Path, masks: Sequence[Sequence[tuple[float, float]]]) -> Setting:
    """A camera of a node that has secrets, with everything the page can show."""
    return {
        "node": "node-1",
        "ward": "ward-1",
        "data": str(folder / "node"),
        "broker": {"username": "node-1", "password": KEPT_BACK},
        "models": painted_street.write_eye(folder / "eye"),
        "cameras": [
            {
                "id": "quay",
                "source": {"file": str(film)},
                "fps": 10,
                "zones": [{"id": "street", "polygon": [[0, 0.35], [1, 0.35], [1, 1], [0, 1]]}],
                "lines": [{"id": "middle", "a": [0.5, 0.35], "b": [0.5, 1]}],
                "watch": [
                    {"crowding": {"zone": "street", "at_least": 2, "for_s": 0.5}},
                    {"slow_change": {"zone": "street", "every_s": 1}},
                ],
                "masks": [{"polygon": [list(point) for point in mask]} for mask in masks],
            }
        ],
    }


def asked(client: httpx.Client, shown: Shown) -> bool:
    """One round of what the page asks for all the time; whether enough pictures were seen."""
    state = client.get("state.json")
    take(state, shown)
    answer = client.get("picture.jpg")
    if answer.status_code == httpx.codes.OK and answer.content not in shown.pictures:
        shown.pictures.append(answer.content)
    return len(shown.pictures) >= ENOUGH and bool(json.loads(state.content)["tracks"])


def take(answer: httpx.Response, shown: Shown) -> None:
    head = b"\r\n".join(b": ".join(pair) for pair in answer.headers.raw)
    shown.rest.append((str(answer.url.path), head + b"\r\n\r\n" + answer.content))


@pytest.mark.timeout(240)
def test_of_no_head_and_no_plate_anything_is_shown_by_the_preview(tmp_path: Path) -> None:
    shown = shown_by((*WARDSENSE, "edge"), tmp_path, WINDOW)
    words = (TITLE.encode(), KEPT_BACK.encode())
    streams = [*(("picture.jpg", one) for one in shown.pictures), *shown.rest]
    assert {name: leak for name, stream in streams if (leak := leaks(stream, *words))} == {}
    for body in shown.pictures:
        assert cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR) is not None
    assert {name.rsplit("/", 1)[1] for name, _ in shown.rest if "/" in name} >= {"state.json", "places.json", "look.js"}


@pytest.mark.timeout(240)
def test_of_a_preview_that_covers_nothing_every_head_and_every_plate_is_found(tmp_path: Path) -> None:
    shown = shown_by(NOTHING_COVERED, tmp_path)
    found = Leak()
    for body in shown.pictures:
        found |= leaks(body)
    assert found.codes == set(SIZES)
    assert found.pixels > 1000
