"""Turns: never more crops than were granted, and nobody is forgotten."""

from hypothesis import given
from hypothesis import strategies as st

from edge.turns import Turns, Wish

MANY = st.integers(1, 40)


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(1, 4)), min_size=1, max_size=3), MANY, MANY)
def test_no_look_asks_about_more_than_it_may_and_the_rest_is_counted(
    looks: list[tuple[float, int]], objects: int, times: int
) -> None:
    turns = Turns([every for every, _ in looks], [most for _, most in looks])
    wishes = [Wish(at, track) for at in range(len(looks)) for track in range(objects)]
    for look in range(times):
        chosen, waiting = turns.due(wishes, look / 5)
        for at, (_, most) in enumerate(looks):
            assert len([wish for wish in chosen if wish.look == at]) <= most
        assert len(set(chosen)) == len(chosen)
        assert len(chosen) + waiting <= len(wishes)
        for wish in chosen:
            turns.asked(wish, look / 5)


@given(MANY, st.integers(1, 4), st.integers(1, 4), st.floats(0, 2))
def test_everybody_is_asked_in_the_end_though_the_time_ends_after_one_of_them(
    objects: int, most: int, looks: int, every_s: float
) -> None:
    turns = Turns([every_s] * looks, [most] * looks)
    wishes = [Wish(at, track) for at in range(looks) for track in range(objects)]
    asked = set()
    for look in range(len(wishes)):
        chosen, _ = turns.due(wishes, look * 3.0)
        turns.asked(chosen[0], look * 3.0)
        asked.add(chosen[0])
    assert asked == set(wishes)


@given(st.floats(0.1, 10), st.lists(st.floats(0.01, 1), min_size=1, max_size=50))
def test_the_same_object_is_left_alone_in_between(every_s: float, steps: list[float]) -> None:
    turns, now, last = Turns([every_s], [2]), 0.0, None
    for step in steps:
        now += step
        chosen, _ = turns.due([Wish(0, 7)], now)
        if chosen:
            assert last is None or now - last >= every_s
            turns.asked(chosen[0], now)
            last = now


def test_who_is_gone_is_forgotten() -> None:
    turns = Turns([1, 1], [2, 2])
    wishes = [Wish(0, 1), Wish(1, 1), Wish(0, "plaza")]
    for wish in turns.due(wishes, 0.0)[0]:
        turns.asked(wish, 0.0)
    turns.forget([1, 2])
    assert len(turns) == 1
