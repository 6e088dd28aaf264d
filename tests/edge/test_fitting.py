"""A box is held against what is asked of it: cores for everything, sessions for the looks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.fitting import FULL, Part, Price, fit


def test_the_dearest_part_is_the_bottleneck_where_the_cores_are_full_first() -> None:
    found = fit([(Price(decode_ms=400, run_ms=10, rest_ms=1), 5.0)] * 4, cores=2, sessions=2)
    assert (found.fits, found.bottleneck) == (False, Part.DECODE)
    assert found.cores == pytest.approx((4 * 0.4 + 4 * 5 * 0.011) / 2)


def test_too_few_sessions_are_the_bottleneck_of_a_box_with_many_cores() -> None:
    found = fit([(Price(decode_ms=10, run_ms=20, rest_ms=2), 5.0)] * 10, cores=16, sessions=1)
    assert (found.fits, found.bottleneck) == (False, "sessions")


def test_a_box_without_cameras_carries_them() -> None:
    assert fit([], cores=1, sessions=1).fits


def test_where_decoding_alone_is_too_much_no_rate_is_carried() -> None:
    assert fit([(Price(2000, 10, 1), 5.0)], cores=2, sessions=2).most_fps == 0


@given(
    prices=st.lists(st.builds(Price, st.floats(0, 100), st.floats(1, 50), st.floats(0.1, 10)), min_size=1, max_size=9),
    cores=st.integers(1, 16),
    sessions=st.integers(1, 16),
)
def test_at_the_rate_that_is_told_for_all_the_box_is_just_full(prices: list[Price], cores: int, sessions: int) -> None:
    rate = fit([(price, 1.0) for price in prices], cores, sessions).most_fps
    if rate > 0:
        assert fit([(price, rate) for price in prices], cores, sessions).share == pytest.approx(FULL)
