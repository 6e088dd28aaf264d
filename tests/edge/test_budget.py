"""A day's bytes: never more in any 24 hours, and nothing waits for ever."""

from hypothesis import given
from hypothesis import strategies as st

from edge.budget import DAY_S, Budget


@given(st.integers(1, 1000), st.lists(st.tuples(st.floats(0, DAY_S), st.integers(1, 500)), max_size=60))
def test_no_day_carries_more_than_its_budget_but_for_a_piece_that_goes_alone(
    most: int, asked: list[tuple[float, int]]
) -> None:
    budget, now, gone = Budget(most), 0.0, list[tuple[float, int]]()
    for gap, size in asked:
        now += gap
        if budget.allows(size, now):
            budget.spend(size, now)
            gone.append((now, size))
    for at, _ in gone:
        day = [size for when, size in gone if at - DAY_S < when <= at]
        assert sum(day) <= most or len(day) == 1


def test_a_piece_larger_than_a_day_goes_after_a_day_of_nothing() -> None:
    budget = Budget(10)
    budget.spend(5, 0.0)
    assert not budget.allows(100, DAY_S - 1)
    assert budget.allows(100, DAY_S)


def test_what_did_not_go_out_is_not_spent() -> None:
    budget = Budget(10)
    budget.spend(8, 0.0)
    assert not budget.allows(8, 1.0)
    budget.give_back(8)
    assert budget.allows(8, 1.0)


def test_without_a_budget_everything_goes() -> None:
    budget = Budget(None)
    budget.spend(10**12, 0.0)
    assert budget.allows(10**12, 0.0)
