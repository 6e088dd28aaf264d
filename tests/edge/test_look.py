"""`wardsense edge look`: a drawn street in a real browser, what is drawn and set there saved in the node's file."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml
from playwright.sync_api import expect

from edge.analytics.happening import MOMENTS, Phase
from edge.analytics.nearly import What
from edge.analytics.watches import Loitering, Queue, SlowChange, WrongWay
from edge.config import load
from edge.durable import guard
from edge.look import Look
from edge.look_server import LookServer
from edge.watch_settings import WatchSetting
from tests.conftest import ROOT
from tests.parts.browser import Browser, Seat, Theme
from tests.parts.until import until

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
WORDS = ROOT / "central" / "console" / "src" / "words"
OF_LINES = {What.OFF_LINE, What.OVER_LINE, What.BESIDE_LINE, What.CUT}


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


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    file = tmp_path / "node.yaml"
    file.write_text(FILE.replace("DATA", str(tmp_path / "data")), "utf-8")
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
    assert box.ask("GET", f"{box.server.path}picture.jpg?camera=cam-9")[0] == 404
    state = json.loads(box.ask("GET", f"{box.server.path}state.json?camera=cam-1")[1])
    assert state["sight"] == "live"


def test_a_file_that_somebody_else_changed_is_not_written_over(box: Box) -> None:
    known, mine = box.places(), box.file.read_text("utf-8") + "# mine\n"
    box.file.write_text(mine, "utf-8")
    status, _ = box.ask("POST", f"{box.server.path}places.json?camera=cam-1", json.dumps(known).encode())
    assert status == 409
    assert box.file.read_text("utf-8") == mine


def test_a_file_that_somebody_is_in_the_middle_of_changing_is_said_to_be_unreadable(box: Box) -> None:
    for content, why in ((b"cameras: [", "node.yaml:"), (b"cameras: \xff", "cannot be read")):
        box.file.write_bytes(content)
        status, said = box.ask("GET", f"{box.server.path}places.json?camera=cam-1")
        assert (status, why in json.loads(said)["mistakes"][0]) == (422, True)
    box.file.unlink()
    assert box.ask("GET", f"{box.server.path}places.json?camera=cam-1")[0] == 422
    box.file.write_text("cameras: [cam-1]", "utf-8")
    assert box.places()["zones"] == []


def test_places_that_do_not_stand_are_refused_in_the_loaders_words(box: Box) -> None:
    before = box.file.read_text("utf-8")
    known = box.places() | {"zones": [{"id": "walk", "polygon": [[0, 0], [1, 1], [1, 0], [0, 1]]}]}
    status, said = box.ask("POST", f"{box.server.path}places.json?camera=cam-1", json.dumps(known).encode())
    assert status == 422
    assert "node.yaml:10:" in json.loads(said)["mistakes"][0]
    assert box.ask("POST", f"{box.server.path}places.json?camera=cam-1", b"[1")[0] == 400
    assert box.file.read_text("utf-8") == before


def test_masks_and_rules_are_saved_with_the_comments_and_hold_at_once(box: Box) -> None:
    until(lambda: box.server.look.picture("cam-1") is not None)
    known = box.places()
    sky = {"polygon": [[0, 0], [1, 0], [1, 0.2], [0, 0.2]]}
    longer = {"loitering": {"zone": "walk", "after_s": 90}}
    crowd = {"crowding": {"zone": "walk", "at_least": 3, "for_s": 5}}
    status, _ = box.post("places", known | {"masks": [sky], "watch": [longer, known["watch"][1], crowd]})
    assert status == 200
    camera = load(box.file)[0].cameras[0]
    assert [mask.polygon[2] for mask in camera.masks] == [(1, 0.2)]
    assert [setting.watch.id for setting in camera.watch][2] == "crowding/walk/person"
    assert "# by the bridge" in box.file.read_text("utf-8")
    assert [rule["id"] for rule in box.told("state")["rules"]] == [setting.watch.id for setting in camera.watch]
    until(lambda: box.server.look.picture("cam-1") is not None)
    jpeg = np.frombuffer(box.server.look.picture("cam-1") or b"", np.uint8)
    pixels = cv2.imdecode(jpeg, cv2.IMREAD_COLOR)
    assert pixels is not None
    assert pixels[: len(pixels) // 6].max() < 30, "the sky is black in the first picture after it was masked"


@pytest.mark.parametrize(
    ("part", "wrong", "why"),
    [
        ("masks", [{"polygon": [[0, 0], [1, 0]]}], "a polygon needs 3 points"),
        ("masks", [{"polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}], "zone walk lies under the masks"),
        ("watch", [{"loitering": {"zone": "walk", "after_s": -1}}], "after_s"),
        ("watch", [{"loitering": {"zone": "street", "after_s": 9}}], "no zone street"),
        ("watch", [{"occupancy": {"zone": "walk", "for_s": 9}}], "give one bound"),
        ("watch", [{"dancing": {"zone": "walk"}}], "dancing"),
    ],
)
def test_what_would_be_refused_at_the_start_is_refused_here_in_the_same_words(
    box: Box, part: str, wrong: list[object], why: str
) -> None:
    before = box.file.read_text("utf-8")
    status, said = box.post("places", box.places() | {part: wrong})
    assert (status, box.file.read_text("utf-8")) == (422, before)
    assert why in " ".join(said["mistakes"])


def test_a_rule_of_slow_change_learns_anew_and_a_node_that_runs_is_said_to_need_telling(box: Box) -> None:
    rule = "slow_change/walk/any"
    until(lambda: rule in box.told("state")["clean"], 60)
    known = load(box.file)[0].data / "references" / "cam-1.json"
    known.parent.mkdir(parents=True)
    known.write_bytes(b"{}")
    assert box.post("relearn", {"rule": rule}) == (200, {"stored": True})
    with guard(load(box.file)[0].data / "outbox.db"):
        assert box.post("relearn", {"rule": rule}) == (200, {"stored": False})
    assert box.post("relearn", {"rule": "slow_change/road/any"})[0] == 422
    assert box.post("relearn", {})[0] == 400
    assert box.ask("POST", f"{box.server.path}relearn.json?camera=cam-9", b'{"rule": "x"}')[0] == 422
    until(lambda: rule in box.told("state")["clean"], 60)


@contextmanager
def visit(box: Box, theme: Theme = "light", width: int = 1440) -> Iterator[Seat]:
    """Somebody opens the page, waits for the picture to live, and goes without a word of complaint from the browser."""
    with Browser() as browser:
        seat = browser.seat(box.url, theme=theme, width=width)
        seat.page.goto(box.url)
        expect(seat.page.get_by_role("status")).to_contain_text("đang có hình")
        yield seat
        seat.leave()


@pytest.mark.e2e
@pytest.mark.timeout(180)
def test_every_rule_and_every_figure_of_one_has_words_in_both_languages_the_centres_own(box: Box) -> None:
    with visit(box) as seat:
        told = seat.page.evaluate(
            "async () => { const {KINDS, FIGURES, MOMENTS, PHASES} = await import('./words.js');"
            " return [KINDS, FIGURES, MOMENTS, PHASES]; }"
        )
        kinds, figures, moments, phases = told
        for language in ("vi", "en"):
            named = json.loads((WORDS / language / "codes.json").read_text("utf-8"))["eventKind"]
            assert {kind: words[0] for kind, words in kinds[language].items()} == {
                kind: named[kind] for kind in WatchSetting.kinds()
            }
            assert set(figures[language]) == set(What) - OF_LINES
            assert moments[language] == {kind: named[kind] for kind in MOMENTS}
            assert set(phases[language]) == set(Phase)


@pytest.mark.e2e
@pytest.mark.timeout(180)
@pytest.mark.parametrize(("theme", "width"), [("light", 390), ("dark", 1280)])
def test_somebody_masks_a_window_and_sets_rules(  # noqa: PLR0915 - one visit, from coming to going
    box: Box, tmp_path: Path, theme: Theme, width: int
) -> None:
    with visit(box, theme, width) as seat:
        page = seat.page
        page.get_by_role("button", name="English").click()
        loitering = page.get_by_role("group", name="Loitering")
        expect(loitering).to_contain_text("Anybody or anything: in walk for 20 s or longer.")
        expect(loitering.get_by_role("listitem").first).to_contain_text("Near")

        page.get_by_role("button", name="Add a mask").click()
        corner = page.get_by_role("button", name="Mask 1, corner 1", exact=True)
        corner.focus()
        corner.press("Shift+ArrowDown")
        loitering.get_by_label("After how many seconds").fill("45")
        expect(loitering).to_contain_text("in walk for 45 s")
        expect(loitering).to_contain_text("Takes effect once it is saved.")

        page.get_by_label("Kind of rule").select_option("wrong_way")
        page.get_by_role("button", name="Add a rule").click()
        tip = page.get_by_role("button", name="Arrow walk, corner 2", exact=True)
        tip.focus()
        tip.press("ArrowRight")
        page.get_by_label("Kind of rule").select_option("queue")
        page.get_by_role("button", name="Add a rule").click()
        queue = page.get_by_role("group", name="Queue")
        queue.get_by_label("How many or more").fill("0")
        queue.get_by_label("Only these classes").fill("car, bus")
        name = page.get_by_label("Id").first
        name.fill("pavement")
        name.blur()
        expect(queue).to_contain_text("car, bus: 0 or more waiting behind each other in pavement")
        page.get_by_role("button", name="Save to the file").click()
        seat.expect("422")
        expect(page.get_by_role("alert")).to_contain_text("at_least")
        queue.get_by_label("How many or more").fill("3")
        page.get_by_role("button", name="Save to the file").click()
        expect(page.get_by_role("alert")).to_contain_text("Restart the node")
        seat.accessible()
        page.screenshot(path=tmp_path / f"rules-{theme}.png", full_page=True)

        camera = load(box.file)[0].cameras[0]
        assert [mask.polygon[0] for mask in camera.masks] == [(0.05, 0.1)]
        assert [setting.watch for setting in camera.watch] == [
            Loitering(zone="pavement", after_s=45),
            SlowChange(zone="pavement", every_s=1),
            WrongWay(zone="pavement", a=(0.4, 0.55), b=(0.605, 0.55)),
            Queue(zone="pavement", at_least=3, for_s=20, classes=frozenset({"car", "bus"})),
        ]
        expect(loitering).not_to_contain_text("Takes effect once it is saved.")

        page.get_by_role("button", name="What is there now is clean: pavement").click()
        expect(page.get_by_role("alert")).to_contain_text("Learning anew")
        page.get_by_role("button", name="Remove: Queue pavement").click()
        page.get_by_role("button", name="Remove: Mask 1").click()
        page.get_by_role("button", name="Save to the file").click()
        expect(page.get_by_role("alert")).to_contain_text("Restart the node")
        camera = load(box.file)[0].cameras[0]
        assert (camera.masks, len(camera.watch)) == ((), 3)
        assert "# as the ward asked" in box.file.read_text("utf-8")


@pytest.mark.e2e
@pytest.mark.timeout(180)
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_somebody_draws_a_zone_and_a_line_and_saves_them(  # noqa: PLR0915 - one visit, from coming to going
    box: Box, tmp_path: Path, theme: Theme, width: int
) -> None:
    with visit(box, theme, width) as seat:
        page = seat.page
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

        page.get_by_label("Id").first.fill("no such id")
        page.get_by_role("button", name="Save to the file").click()
        seat.expect("422")
        expect(page.get_by_role("alert")).to_contain_text("cameras.0.zones.0: zone 'no such id'")
        assert yaml.safe_load(box.file.read_text("utf-8"))["cameras"][0]["zones"][0]["id"] == "walk"
