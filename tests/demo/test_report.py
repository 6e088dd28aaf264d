"""The reckoning: each thing that may be wrong, alone, and what holds for any two counts."""

from collections.abc import Sequence
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.report import Counted, Number, percentiles, reckon

ALL = [("one", seq) for seq in range(1, 8)] + [("two", seq) for seq in range(1, 4)]
GOOD = Counted(made=ALL, stored=ALL, whole_way=1)

numbers = st.tuples(st.sampled_from(["one", "two", "three"]), st.integers(1, 12))
sets = st.frozensets(numbers)


def test_two_equal_counts_have_nothing_wrong() -> None:
    reckoning = reckon(GOOD)
    assert reckoning.failures == ()
    assert (reckoning.made, reckoning.stored, reckoning.lost, reckoning.duplicated) == (10, 10, 0, 0)


@pytest.mark.parametrize(
    ("counted", "complaint"),
    [
        (replace(GOOD, made=(), stored=()), "nothing was made"),
        (replace(GOOD, stored=[number for number in ALL if number != ("one", 3)]), "1 made and not accounted for"),
        (replace(GOOD, stored=[*ALL, ("one", 8)]), "1 stored and never made"),
        (replace(GOOD, on_node=2), "2 records are still on the node"),
        (replace(GOOD, stored=ALL[1:], lost=frozenset(ALL[:1])), "1 lost although the outbox gave up 0"),
        (replace(GOOD, stored=ALL[2:], lost=frozenset(ALL[:2]), evicted=1), "2 lost although the outbox gave up 1"),
        (replace(GOOD, stored=ALL[1:], dead=ALL[:1]), "1 dead-lettered"),
        (replace(GOOD, stored=ALL[1:], aside=frozenset(ALL[:1])), "1 set aside on the node"),
        (replace(GOOD, made=[*ALL, ALL[2]]), "1 numbers given twice"),
        (replace(GOOD, stored=[*ALL, ALL[4]]), "1 numbers stored twice"),
        (replace(GOOD, events=[("e", 1), ("e", 2), ("e", 1)]), "1 events stored twice"),
        (replace(GOOD, open_fingerprints=["f", "g", "f"]), "1 fingerprints open twice"),
        (replace(GOOD, evidence_missing=["abc"]), "1 pictures named and not here, first abc"),
        (replace(GOOD, down={"node": [0.2, 5.2], "centre": [5.0]}), "node was started again after 5.2 s"),
        (replace(GOOD, whole_way=0), "no alert and case went the whole way"),
    ],
)
def test_each_thing_that_is_wrong_is_told_alone(counted: Counted, complaint: str) -> None:
    (failure,) = reckon(counted).failures
    assert failure.startswith(complaint)


@pytest.mark.parametrize(
    "counted",
    [
        replace(GOOD, stored=ALL[1:], merged=frozenset(ALL[:1])),
        replace(GOOD, stored=ALL[1:], lost=frozenset(ALL[:1]), evicted=1),
        replace(GOOD, events=[("e", 1), ("e", 2), ("f", 1)], open_fingerprints=["f", "g"]),
        replace(GOOD, lost=frozenset(ALL)),  # called lost once, and it came after all
    ],
)
def test_what_has_a_reason_is_no_failure(counted: Counted) -> None:
    assert reckon(counted).failures == ()


THREE = [*ALL, ("three", 1)]


def test_a_node_that_fell_may_have_left_the_last_number_of_an_epoch_unwritten() -> None:
    torn = [number for number in THREE if number not in {("one", 7), ("two", 3)}]
    reached = {"one": 7, "two": 3, "three": 2}
    twice = reckon(replace(GOOD, made=THREE, stored=torn, node_falls=2, reached=reached))
    assert (twice.unfinished, twice.failures) == (2, ())


def test_more_epochs_torn_than_the_node_fell_is_a_failure() -> None:
    torn = [number for number in THREE if number not in {("one", 7), ("two", 3)}]
    once = reckon(replace(GOOD, made=THREE, stored=torn, node_falls=1))
    assert once.unfinished == 0
    assert once.failures[0].startswith("2 made and not accounted for")


def test_a_last_number_that_the_ledger_knows_was_made_is_never_unfinished() -> None:
    torn = reckon(
        replace(GOOD, stored=[number for number in ALL if number != ("one", 7)], node_falls=1, reached={"one": 8})
    )
    assert (torn.unfinished, torn.unexplained) == (0, (("one", 7),))


def test_the_last_number_of_the_epoch_that_ended_in_good_order_is_never_unfinished() -> None:
    ended = reckon(replace(GOOD, stored=ALL[:-1], node_falls=1))
    assert (ended.unfinished, ended.unexplained) == (0, (("two", 3),))


def test_a_number_before_the_last_is_never_unfinished() -> None:
    holed = reckon(replace(GOOD, stored=[number for number in ALL if number != ("one", 6)], node_falls=5))
    assert holed.unfinished == 0
    assert holed.unexplained == (("one", 6),)


@given(sets, sets, sets, sets, sets, sets, st.integers(0, 3))
def test_every_number_made_is_in_exactly_one_place(  # noqa: PLR0913, PLR0917 - one for each side of the account
    made: frozenset[Number],
    stored: frozenset[Number],
    dead: frozenset[Number],
    lost: frozenset[Number],
    merged: frozenset[Number],
    aside: frozenset[Number],
    falls: int,
) -> None:
    dead, merged, aside = dead - stored, merged - lost, aside - lost - merged
    told = reckon(Counted(list(made), list(stored), list(dead), lost, merged, aside, node_falls=falls, whole_way=1))
    arrived = told.stored + told.dead_lettered - len(told.never_made)
    assert told.made == arrived + told.lost + told.merged + told.aside + told.unfinished + len(told.unexplained)
    balanced = made and not (told.unexplained or told.never_made or told.lost or dead or aside)
    assert (told.failures == ()) == bool(balanced)


@given(st.lists(numbers, min_size=1))
def test_counting_the_same_numbers_in_any_order_changes_nothing(made: Sequence[Number]) -> None:
    counted = Counted(made=made, stored=sorted(set(made)), whole_way=1)
    assert reckon(counted) == reckon(replace(counted, made=list(reversed(made))))


def test_percentiles_of_nothing_one_and_many() -> None:
    assert percentiles([]) == {"n": 0, "p50": None, "p95": None}
    assert percentiles([0.1234]) == {"n": 1, "p50": 0.123, "p95": 0.123}
    many = percentiles([second / 100 for second in range(1, 101)])
    assert many["p50"] == pytest.approx(0.505)
    assert many["p95"] == pytest.approx(0.96, abs=0.01)


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_no_percentile_lies_beyond_what_was_measured(seconds: list[float]) -> None:
    told = percentiles(seconds)
    for name in ("p50", "p95"):
        assert round(min(seconds), 3) <= (told[name] or 0) <= round(max(seconds), 3)


def test_every_side_of_the_account_is_told_by_name() -> None:
    told = {field.name for field in fields(reckon(GOOD))}
    assert {"made", "stored", "dead_lettered", "lost", "merged", "aside", "on_node", "unfinished"} <= told
