"""Closer looks: what is too small for the whole picture is seen in a part of it, within what was allowed."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
import pytest
import uuid_utils.compat as uuid
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge.analytics.places import Zone
from edge.analytics.scene import Scene
from edge.analytics.watches import Occupancy
from edge.build import task_of
from edge.config import understand
from edge.eye import Eye, Task
from edge.gate import GateSetting
from edge.privacy import Groups, Region, grouped
from edge.seeing import Seen
from edge.telling import Witness
from edge.tiles import Tiles, TileSetting, cut
from models.detections import Detections
from streams.documents import DocumentRefused
from streams.frames import Frame
from streams.wire.records import ModelRef

Pixels = NDArray[np.uint8]
NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
WIDE, HIGH = 1280, 720
CANVAS = (160, 90)
WHITE = 230


class ShortSighted:
    """Sees white things, on a canvas of 160 x 90: what covers no whole pixel of that it does not see."""

    labels: Sequence[str] = ("person",)
    groups: Sequence[Groups] = grouped(("person",))
    model: ModelRef | None = None

    def __init__(self) -> None:
        self.shown: list[tuple[int, int]] = []

    def see(self, frame: Frame) -> Seen:
        self.shown.append(frame.size)
        canvas = cv2.resize(cv2.cvtColor(frame.pixels, cv2.COLOR_BGR2GRAY), CANVAS, interpolation=cv2.INTER_AREA)
        _, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray(canvas > WHITE, np.uint8))
        corners = np.array([[x, y, x + w, y + h] for x, y, w, h, _ in stats[1:]], np.float32).reshape(-1, 4)
        score = np.full(len(corners), 0.9, np.float32)
        shares = np.asarray(corners / (CANVAS * 2), np.float32)
        return Seen(Detections(shares, score, np.zeros(len(corners), np.int32)), {"run": 1.0})

    def see_closely(self, frame: Frame) -> list[Region]:  # noqa: ARG002  no picture is asked for
        return []


def view(*things: tuple[int, int]) -> Pixels:
    """A dark wide view with white things of 7 x 7 pixels, by their top left corners."""
    shown = np.full((HIGH, WIDE, 3), 40, np.uint8)
    for x, y in things:
        shown[y : y + 7, x : x + 7] = 255
    return shown


def frame(at: float, pixels: Pixels) -> Frame:
    return Frame("gate", 0, NOON + timedelta(seconds=at), at, pixels)


def moved(*things: tuple[int, int]) -> NDArray[np.bool_]:
    """As the gate tells it."""
    where = np.zeros((180, 320), bool)
    for x, y in things:
        where[y // 4 : y // 4 + 4, x // 4 : x // 4 + 4] = True
    return where


def test_somebody_far_away_who_moves_is_seen_at_once_and_placed_right() -> None:
    tiles, eyes = Tiles(TileSetting(most=1, wide_px=320, sweep_s=3600)), ShortSighted()
    for at in range(40):
        tiles.see(frame(at, view()), eyes, moved())  # all parts once
    thing = (900, 300)
    seen = tiles.see(frame(41, view(thing)), eyes, moved(thing)).detections
    assert len(eyes.see(frame(41, view(thing))).detections) == 0, "the whole picture does not show it"
    (box,) = seen.xyxy * (WIDE, HIGH, WIDE, HIGH)
    assert box == pytest.approx([900, 300, 907, 307], abs=2)


def test_a_thing_on_the_seam_of_two_parts_is_told_once() -> None:
    parts = cut(WIDE, HIGH, 320)
    thing = (parts[0][2] - 15, 100)  # in the strip that two parts share
    tiles, eyes = Tiles(TileSetting(most=len(parts), wide_px=320)), ShortSighted()
    assert len(tiles.see(frame(0, view(thing)), eyes, None).detections) == 1


def test_what_stands_still_is_told_at_every_look_and_asked_for_only_when_its_turn_comes() -> None:
    tiles, eyes, thing = Tiles(TileSetting(most=4, wide_px=320, sweep_s=10)), ShortSighted(), (700, 500)
    parts = len(cut(WIDE, HIGH, 320))
    told = [len(tiles.see(frame(at, view(thing)), eyes, moved()).detections) for at in range(30)]
    assert told[parts // 4 :] == [1] * (30 - parts // 4)
    assert tiles.closer <= 3 * parts
    gone = tiles.see(frame(30, view()), eyes, moved(thing)).detections
    assert len(gone) == 0, "something moved where it had stood, and nothing is there now"


def test_a_picture_hardly_larger_than_a_part_is_looked_at_whole() -> None:
    assert cut(640, 360, 640) == []
    assert cut(768, 432, 640) == []
    assert len(cut(1920, 1080, 640)) == 16
    tiles, eyes = Tiles(TileSetting(most=3)), ShortSighted()
    tiles.see(frame(0, np.zeros((360, 640, 3), np.uint8)), eyes, None)
    assert eyes.shown == [(640, 360)]


def test_after_a_blind_spell_nothing_stands_still() -> None:
    tiles, eyes, thing = Tiles(TileSetting(most=32, wide_px=320, sweep_s=3600)), ShortSighted(), (700, 500)
    assert len(tiles.see(frame(0, view(thing)), eyes, None).detections) == 1
    tiles.forget()
    assert len(tiles.see(frame(1, view()), eyes, None).detections) == 0


@given(
    st.lists(st.lists(st.tuples(st.integers(0, 1260), st.integers(0, 700)), max_size=12), min_size=1, max_size=12),
    st.integers(1, 5),
)
@settings(max_examples=20, deadline=None)
def test_no_look_takes_more_parts_than_allowed_and_none_is_left_out_for_ever(
    scenes: list[list[tuple[int, int]]], most: int
) -> None:
    tiles, eyes = Tiles(TileSetting(most=most, wide_px=320, sweep_s=1)), ShortSighted()
    for at, things in enumerate(scenes):
        before = tiles.closer
        tiles.see(frame(at, view(*things)), eyes, moved(*things))
        assert tiles.closer - before <= most
    still = (1000, 600)
    for at in range(len(scenes), len(scenes) + 40):
        found = tiles.see(frame(at, view(still)), eyes, moved())
    assert len(found.detections) == 1


def test_an_eye_with_tiles_counts_who_is_too_far_for_one_without() -> None:
    yard = Zone(id="yard", polygon=((0, 0), (1, 0), (1, 1), (0, 1)))
    told = {}
    for most in (0, 2):
        task = Task(frozenset({"person"}), evidence=False, tiles=TileSetting(most=most, wide_px=320))
        eye = Eye(Witness("gate"), task, Scene([yard], [], [Occupancy(zone="yard", over=1, for_s=3)]), uuid.uuid7)
        looks = [eye.look(frame(at / 5, view((300 + 3 * at, 300))), ShortSighted()) for at in range(75)]
        told[most] = [event.kind for look in looks for event in look.events]
    assert told == {0: [], 2: ["occupancy"]}


CAMERA = """
node: n
ward: w
broker: {host: 127.0.0.1}
models: {detector: street-nano}
cameras:
  - id: gate
    source: {file: street.mp4}
    gate: {recheck_s: 30}
    tiles: {most: 2}
    zones: [{id: yard, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]}]
    watch:
      - loitering: {zone: yard, after_s: 60}
      - crowding: {zone: yard, at_least: 4, for_s: 60}
        look_every_s: 5
"""


def test_a_rule_s_own_looks_bind_the_gate_and_the_tiles() -> None:
    task = task_of(understand(CAMERA, "node.yaml").cameras[0])
    assert (task.gate.recheck_s, task.tiles.sweep_s) == (5, 5)
    late = task_of(understand(CAMERA.replace("look_every_s: 5", "look_every_s: 600"), "node.yaml").cameras[0])
    assert (late.gate.recheck_s, late.tiles.sweep_s) == (30, 20)
    ungated = task_of(understand(CAMERA.replace("recheck_s: 30", "recheck_s: 0"), "node.yaml").cameras[0])
    assert ungated.gate == GateSetting(recheck_s=0)


def test_tiles_of_a_drawn_street_are_refused() -> None:
    with pytest.raises(DocumentRefused, match="nothing to look at more closely"):
        understand(CAMERA.replace("{file: street.mp4}", "{drawn: 1}"), "node.yaml")
