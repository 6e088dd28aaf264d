"""`wardsense edge look`: what it answers, and what is drawn and set there saved in the node's file."""

import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.config import load
from edge.durable import guard
from tests.parts.look_box import Box, looking
from tests.parts.until import until


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    with looking(tmp_path) as opened:
        yield opened


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
