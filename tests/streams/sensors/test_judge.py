from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.sensors.judge import Judge, Limits
from streams.sensors.reading import Quality

T0 = datetime(2026, 3, 1, tzinfo=UTC)


def judged(values: list[float], limits: Limits, every_s: float = 60) -> list[Quality]:
    judge = Judge(limits)
    return [judge.judge(value, T0 + timedelta(seconds=n * every_s))[0] for n, value in enumerate(values)]


def test_a_possible_value_that_moves_is_good() -> None:
    assert judged([1.0, 1.2, 1.1], Limits(0, 5, timedelta(minutes=1))) == [Quality.GOOD] * 3


def test_a_value_outside_the_sensors_range_is_bad_and_says_the_range() -> None:
    quality, reason = Judge(Limits(0, 5)).judge(7, T0)
    assert quality is Quality.BAD
    assert reason is not None
    assert (reason.code, dict(reason.params)) == ("out_of_range", {"value": 7, "least": 0, "most": 5})


def test_a_value_that_stands_still_too_long_is_suspect_until_it_moves() -> None:
    limits = Limits(0, 5, timedelta(minutes=3), stuck_within=0.01)
    good, suspect = Quality.GOOD, Quality.SUSPECT
    assert judged([1, 1.005, 1, 1, 1, 1.5, 1.5], limits) == [good, good, good, suspect, suspect, good, good]


def test_a_bad_value_does_not_free_one_that_is_stuck() -> None:
    limits = Limits(0, 5, timedelta(minutes=2))
    assert judged([1, 99, 1], limits) == [Quality.GOOD, Quality.BAD, Quality.SUSPECT]


def test_an_empty_range_is_refused() -> None:
    with pytest.raises(ValueError, match="empty range"):
        Limits(5, 5)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=30))
def test_nothing_impossible_is_ever_good(values: list[float]) -> None:
    for value, quality in zip(values, judged(values, Limits(-10, 10)), strict=True):
        assert (quality is Quality.GOOD) == (-10 <= value <= 10)
