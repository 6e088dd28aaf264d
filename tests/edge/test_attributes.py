"""What an object also is: by the answers of many looks, not by one."""

from hypothesis import given
from hypothesis import strategies as st

from edge.attributes import Votes

BARE = {"helmet": 0.1, "no_helmet": 0.9}
COVERED = {"helmet": 0.9, "no_helmet": 0.1}


def test_one_answer_is_not_believed() -> None:
    votes = Votes({"no_helmet": 0.6}, after=2)
    votes.add(1, BARE, one_of_them=True)
    assert votes.told(1) == frozenset()
    votes.add(1, BARE, one_of_them=True)
    assert votes.told(1) == {"no_helmet"}


def test_answers_for_something_else_are_votes_against() -> None:
    votes = Votes({"no_helmet": 0.6}, after=2)
    for scores in (BARE, COVERED) * 4:
        votes.add(1, scores, one_of_them=True)
    assert votes.told(1) == frozenset()


def test_what_was_told_is_held_against_one_answer_and_given_up_after_many() -> None:
    votes = Votes({"no_helmet": 0.6}, after=2)
    for _ in range(8):
        votes.add(1, BARE, one_of_them=True)
    votes.add(1, COVERED, one_of_them=True)
    assert votes.told(1) == {"no_helmet"}
    for _ in range(8):
        votes.add(1, COVERED, one_of_them=True)
    assert votes.told(1) == frozenset()


def test_classes_that_do_not_exclude_each_other_are_told_together() -> None:
    votes = Votes({"helmet": 0.5, "cargo": 0.5, "child": 0.5}, after=1)
    votes.add(1, {"helmet": 0.9, "cargo": 0.8, "child": 0.1}, one_of_them=False)
    assert votes.told(1) == {"helmet", "cargo"}


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.integers(1, 5), st.floats(0.1, 1))
def test_an_object_is_told_nothing_that_no_answer_reached(answers: list[float], after: int, bound: float) -> None:
    votes = Votes({"bare": bound}, after)
    for score in answers:
        votes.add(1, {"bare": score}, one_of_them=False)
    if max(answers) < bound - 1e-6 or len(answers) < after:
        assert votes.told(1) == frozenset()
    if min(answers) >= bound + 1e-6 and len(answers) >= after:
        assert votes.told(1) == {"bare"}


def test_who_is_gone_is_forgotten() -> None:
    votes = Votes({"no_helmet": 0.6}, after=1)
    for track in range(1000):
        votes.add(track, BARE, one_of_them=True)
        votes.forget([track])
    assert len(votes) == 0
