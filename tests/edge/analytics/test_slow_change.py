"""Slow change: a ramp over minutes is seen, light and passers-by are not taken for one."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge.analytics.happening import Kind, Phase
from edge.analytics.places import Zone
from edge.analytics.scene import Scene
from edge.analytics.watches import SlowChange
from models.detections import Detections

Picture = NDArray[np.uint8]
Floats = NDArray[np.float64]

KERB = Zone(id="kerb", polygon=((0.4, 0.6), (0.6, 0.6), (0.6, 0.9), (0.4, 0.9)))
RULE = SlowChange(zone="kerb")
PATCH = (slice(115, 155), slice(135, 185))
"""Rows and columns of something that lies in the zone and covers two thirds of it."""


def street(seed: int = 1) -> Floats:
    """A still picture with light and dark places, (180, 320)."""
    coarse = np.random.default_rng(seed).uniform(40, 180, (18, 32))
    return np.asarray(np.kron(coarse, np.ones((10, 10))), np.float64)


def taken(exact: Floats, look: int) -> Picture:
    """What a camera makes of it: noise, and whole grey levels."""
    noise = np.random.default_rng(look).normal(0, 3, exact.shape)
    return np.asarray(np.clip(exact + noise, 0, 255), np.uint8)


def told(
    pictures: list[Picture], boxes: list[tuple[float, float, float, float]] | None = None
) -> list[tuple[str, int]]:
    """Phases, and at which look (one every `every_s`), the last boxes being somebody in every picture."""
    scene, count, found = Scene([KERB], watches=[RULE]), len(boxes or ()), []
    for look, picture in enumerate(pictures):
        somebody = Detections(
            np.array(boxes or [], np.float32).reshape(-1, 4),
            np.full(count, 0.9, np.float32),
            np.zeros(count, np.int32),
            np.arange(1, count + 1, dtype=np.int64),
        )
        found += scene.observe(somebody, ["person"], look * RULE.every_s, picture=partial(np.copy, picture))
    said = [happening for happening in found if happening.kind is Kind.SLOW_CHANGE]
    return [(one.phase.value, int(one.elapsed / RULE.every_s)) for one in said if one.phase is not Phase.UPDATED]


def ramp(levels: float, seconds: float, looks: int) -> list[Picture]:
    """A patch that begins to brighten after five looks."""
    pictures = []
    for look in range(looks):
        exact = street()
        exact[PATCH] += levels * np.clip((look - 5) * RULE.every_s / seconds, 0, 1)
        pictures.append(taken(exact, look))
    return pictures


def test_a_ramp_over_five_minutes_is_seen_within_two_looks_of_being_visible() -> None:
    # 60 levels in 300 s: at 6 levels a look the bound of 12 is passed with the third.
    (opened,) = told(ramp(60, 300, 30))
    assert opened[0] == Phase.OPENED
    assert 5 + 3 <= opened[1] <= 5 + 3 + 1


def test_what_was_cleared_away_is_over() -> None:
    pictures = [*ramp(60, 300, 20), *(taken(street(), look) for look in range(100, 105))]
    assert [phase for phase, _ in told(pictures)] == ["opened", "closed"]


@settings(max_examples=15)
@given(gain=st.floats(0.5, 1.3), offset=st.floats(-20, 20))
def test_another_light_is_no_change(gain: float, offset: float) -> None:
    light = [(1 + (gain - 1) * min(look / 20, 1), offset * min(look / 20, 1)) for look in range(30)]
    assert told([taken(street() * by + more, look) for look, (by, more) in enumerate(light)]) == []


def test_a_picture_that_is_another_everywhere_says_nothing() -> None:
    assert (
        told([*(taken(street(), look) for look in range(6)), *(taken(street(2), look) for look in range(6, 20))]) == []
    )


def test_somebody_who_stands_there_has_changed_nothing() -> None:
    shown = street()
    shown[PATCH] = 20
    before = [taken(street(), look) for look in range(6)]
    after = [taken(shown, look) for look in range(6, 20)]
    assert told([*before, *after], [(135 / 320, 115 / 180, 185 / 320, 155 / 180)]) == []
    assert [phase for phase, _ in told([*before, *after])] == ["opened"]


def test_one_look_at_a_passer_by_nobody_detected_is_no_change() -> None:
    shown = street()
    shown[PATCH] = 20
    pictures = [taken(shown if look in (8, 12, 15) else street(), look) for look in range(20)]
    assert told(pictures) == []


def test_a_zone_in_which_nothing_can_be_seen_is_refused() -> None:
    speck = Zone(id="speck", polygon=((0.5, 0.5), (0.51, 0.5), (0.51, 0.51)))
    with pytest.raises(ValueError, match="too small"):
        Scene([speck], watches=[SlowChange(zone="speck")])
    with pytest.raises(ValueError, match="no more than 1"):
        SlowChange(zone="kerb", share=20)


def test_no_picture_is_made_between_looks() -> None:
    scene, made = Scene([KERB], watches=[RULE]), []

    def picture() -> Picture:
        made.append(1)
        return taken(street(), 1)

    for at in range(100):
        scene.observe(Detections.none(), ["person"], float(at), picture=picture)
    assert len(made) == 4
