"""A view as a file: read as it was written, refused where it tells nothing of this camera now, whatever is in it."""

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.analytics.slow_change import ACROSS, DOWN
from edge.config import CameraSetting
from edge.known_view import MOST_AGE, MOST_BYTES, MOST_RULES, Known, Mark, ViewRefused, mark_of, read, written
from edge.view import COLUMNS, ROWS, Measured

NOW: Final = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
HERE: Final = Mark("0" * 64, (640, 360))
RULE: Final = "slow_change/kerb/any"


def known(seed: int = 1, rules: int = 1) -> Known:
    dice = np.random.default_rng(seed)
    field = dice.uniform(0, 1, (ROWS, COLUMNS)) * np.exp(1j * dice.uniform(0, 7, (ROWS, COLUMNS)))
    blocks = dice.uniform(0, 255, (DOWN, ACROSS))
    blocks[3, :5] = np.nan
    usual = Measured(light=120.0, burnt=0.1, edge=3.5, fine=0.4, field=field.astype(np.complex64))
    return Known(usual, {RULE if rules == 1 else f"{RULE}{number}": blocks for number in range(rules)})


def changed(**words: object) -> bytes:
    told = json.loads(written(known(), HERE, NOW))
    return json.dumps({**told, **words}).encode()


@given(st.integers(0, 2**32))
def test_what_is_written_is_read_again(seed: int) -> None:
    before = known(seed)
    after = read(written(before, HERE, NOW), HERE, NOW)
    assert (after.usual.edge, after.usual.fine) == (3.5, 0.4)
    assert np.abs(after.usual.field - before.usual.field).max() < 1e-3
    assert after.clean.keys() == before.clean.keys()
    np.testing.assert_allclose(after.clean[RULE], before.clean[RULE], atol=0.07)
    assert (after.usual.light, after.usual.burnt) == (0.0, 0.0), "of light nothing is kept"


def test_it_stays_small_however_many_rules_there_are() -> None:
    assert len(written(known(), HERE, NOW)) < 90_000
    content = written(known(rules=MOST_RULES + 1), HERE, NOW)
    assert len(content) < MOST_BYTES
    assert len(read(content, HERE, NOW).clean) == MOST_RULES


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "form"),
        (b"{}", "form"),
        (b"\xff\xfe", "form"),
        (changed(version=2), "form"),
        (changed(more=1), "form"),
        (changed(edge=-1), "form"),
        (changed(at="2026-11-23T05:00:00"), "form"),
        (changed(edges="not base64"), "whole"),
        (changed(edges=b64encode(b"short").decode()), "whole"),
        (changed(edges=b64encode(np.full(2 * ROWS * COLUMNS, 3, "<f2").tobytes()).decode()), "scale"),
        (changed(edges=b64encode(np.full(2 * ROWS * COLUMNS, np.nan, "<f2").tobytes()).decode()), "scale"),
        (changed(clean={RULE: b64encode(np.full(ACROSS * DOWN, -1, "<f2").tobytes()).decode()}), "scale"),
        (changed(clean={RULE: b64encode(np.zeros(7, "<f2").tobytes()).decode()}), "whole"),
        (written(known(), HERE, NOW)[:-100], "form"),
        (b" " * (MOST_BYTES + 1), "too long"),
        (written(known(), Mark("1" * 64, HERE.size), NOW), "source"),
        (written(known(), Mark(HERE.view, (1920, 1080)), NOW), "1920"),
        (written(known(), HERE, NOW - MOST_AGE - timedelta(seconds=1)), "too old"),
    ],
    ids=range(18),
)
def test_what_tells_nothing_of_this_camera_now_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(ViewRefused, match=why):
        read(content, HERE, NOW)


@given(st.binary(max_size=200), st.integers(0, 70_000))
def test_a_damaged_file_is_refused_and_nothing_else_happens(damage: bytes, place: int) -> None:
    content = bytearray(written(known(), HERE, NOW))
    content[place : place + len(damage)] = damage
    try:
        read(bytes(content), HERE, NOW)
    except ViewRefused:
        return


def test_a_box_whose_clock_starts_in_the_past_believes_what_it_wrote() -> None:
    assert read(written(known(), HERE, NOW), HERE, datetime(1970, 1, 1, tzinfo=UTC)).clean


def test_another_source_or_mask_is_another_view_and_another_rule_is_not() -> None:
    def mark(**words: object) -> str:
        return mark_of(CameraSetting.model_validate({"id": "cam-1", "source": {"drawn": 1}, **words}), (640, 360)).view

    square = ((0, 0), (0.2, 0), (0.2, 0.2))
    zone = {"id": "kerb", "polygon": ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9))}
    assert mark() == mark(fps=10, zones=[zone], watch=[{"slow_change": {"zone": "kerb"}}])
    sub = {"rtsp": "rtsp://10.0.0.7/sub"}
    assert mark(source=sub) == mark(source={**sub, "main": "rtsp://10.0.0.7/main"})
    assert len({mark(), mark(source={"drawn": 2}), mark(masks=[{"polygon": square}])}) == 3
