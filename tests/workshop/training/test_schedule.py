"""A training ends when its budget does, and learns slowest then."""

import math

from hypothesis import given
from hypothesis import strategies as st

from workshop.training.schedule import LAST_SHARE, RATE, WARM_UP_STEPS, Budget, rate


def test_whichever_limit_comes_first_ends_it() -> None:
    budget = Budget(seconds=100, pictures=1000)
    assert budget.spent(500, 10) == 0.5
    assert budget.spent(500, 90) == 0.9
    assert budget.spent(2000, 90) == 1


def test_the_time_left_follows_the_pace_so_far() -> None:
    assert Budget(pictures=400).left_s(100, 30) == 90
    assert Budget(seconds=60).left_s(0, 0) == math.inf


def test_the_rate_climbs_then_falls_to_a_fiftieth() -> None:
    assert rate(0, 0) < RATE / 100
    assert rate(WARM_UP_STEPS, 0) == RATE
    assert math.isclose(rate(10_000, 1.0), RATE * LAST_SHARE)


@given(st.floats(0, 1), st.floats(0, 1))
def test_after_the_warm_up_more_spent_is_never_faster(one: float, other: float) -> None:
    assert rate(WARM_UP_STEPS, max(one, other)) <= rate(WARM_UP_STEPS, min(one, other)) + 1e-12
