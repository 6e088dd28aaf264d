"""`wardsense edge look`: a drawn street in a real browser, zones drawn by mouse and keys, saved in the node's file."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import expect

from edge.config import load
from edge.look import Look
from edge.look_server import LookServer
from tests.parts.browser import Browser, Theme
from tests.parts.until import until

FILE = """# our node
node: node-1
ward: ward-1
broker: {}
cameras:
  - id: cam-1   # by the bridge
    source: {drawn: 1}
    zones:
      - {id: walk, polygon: [[0.1, 0.4], [0.9, 0.4], [0.9, 0.7], [0.1, 0.7]]}
    watch:
      - loitering: {zone: walk, after_s: 20}
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

    def places(self) -> dict[str, object]:
        return dict(json.loads(self.ask("GET", f"{self.server.path}places.json?camera=cam-1")[1]))


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    file = tmp_path / "node.yaml"
    file.write_text(FILE, "utf-8")
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


def test_nothing_is_shown_without_the_token(box: Box) -> None:
    for path in ("/", "/look.js", "/wrong/", "/wrong/state.json?camera=cam-1", box.server.path[:-1]):
        assert box.ask("GET", path)[0] == 404
    assert box.ask("POST", "/wrong/places.json?camera=cam-1", b"{}")[0] == 404


def test_the_picture_that_is_shown_is_the_redacted_one(box: Box) -> None:
    until(lambda: box.server.look.picture("cam-1") is not None)
    status, jpeg = box.ask("GET", f"{box.server.path}picture.jpg?camera=cam-1")
    assert (status, jpeg[:2]) == (200, b"\xff\xd8")
    state = json.loads(box.ask("GET", f"{box.server.path}state.json?camera=cam-1")[1])
    assert state["sight"] == "live"


def test_a_file_that_somebody_else_changed_is_not_written_over(box: Box) -> None:
    known = box.places()
    box.file.write_text(FILE + "# mine\n", "utf-8")
    status, _ = box.ask("POST", f"{box.server.path}places.json?camera=cam-1", json.dumps(known).encode())
    assert status == 409
    assert box.file.read_text("utf-8") == FILE + "# mine\n"


def test_places_that_do_not_stand_are_refused_in_the_loaders_words(box: Box) -> None:
    known = box.places() | {"zones": [{"id": "walk", "polygon": [[0, 0], [1, 1], [1, 0], [0, 1]]}]}
    status, said = box.ask("POST", f"{box.server.path}places.json?camera=cam-1", json.dumps(known).encode())
    assert status == 422
    assert "node.yaml:9:" in json.loads(said)["mistakes"][0]
    assert box.ask("POST", f"{box.server.path}places.json?camera=cam-1", b"[1")[0] == 400
    assert box.file.read_text("utf-8") == FILE


@pytest.mark.e2e
@pytest.mark.timeout(180)
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_somebody_draws_a_zone_and_a_line_and_saves_them(  # noqa: PLR0915 - one visit, from coming to going
    box: Box, tmp_path: Path, theme: Theme, width: int
) -> None:
    with Browser() as browser:
        seat = browser.seat(box.url, theme=theme, width=width)
        page = seat.page
        page.goto(box.url)
        expect(page.get_by_role("status")).to_contain_text("đang có hình")
        expect(page.get_by_role("img", name="Hình từ camera")).to_be_visible()
        page.get_by_role("button", name="English").click()

        first = page.get_by_role("button", name="Zone walk, corner 1", exact=True)
        first.focus()
        first.press("Shift+ArrowDown")
        page.get_by_role("button", name="Add a zone").click()
        dragged = page.get_by_role("button", name="Zone zone-1, corner 2", exact=True)
        before = dragged.get_attribute("cx")
        spot = dragged.bounding_box()
        assert spot is not None
        page.mouse.move(spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2)
        page.mouse.down()
        page.mouse.move(spot["x"] + 60, spot["y"] - 5, steps=3)
        page.mouse.up()
        expect(dragged).not_to_have_attribute("cx", str(before))
        page.get_by_role("button", name="Add a line").click()
        seat.accessible()
        page.get_by_role("button", name="Save to the file").click()
        expect(page.get_by_role("alert")).to_contain_text("Restart the node")
        page.screenshot(path=tmp_path / f"look-{theme}.png", full_page=True)

        places = load(box.file)[0].cameras[0]
        assert [zone.id for zone in places.zones] == ["walk", "zone-1"]
        assert places.zones[0].polygon[0] == (0.1, 0.45)
        assert [line.id for line in places.lines] == ["line-1"]
        assert "# by the bridge" in box.file.read_text("utf-8")

        page.get_by_label("Id").first.fill("other")
        page.get_by_role("button", name="Save to the file").click()
        seat.expect("422")
        expect(page.get_by_role("alert")).to_contain_text("no zone walk")
        assert yaml.safe_load(box.file.read_text("utf-8"))["cameras"][0]["zones"][0]["id"] == "walk"
        seat.leave()
