"""Ranges against a plain set of numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.wire.ranges import Ranges

numbers = st.sets(st.integers(1, 60))
places = st.integers(-2, 63)


def well_formed(ranges: Ranges) -> Ranges:
    for first, last in ranges.spans:
        assert first <= last
    for (_, last), (first, _) in zip(ranges.spans, ranges.spans[1:], strict=False):
        assert last + 1 < first, "ranges never touch and stand in order"
    return ranges


@given(numbers)
def test_holds_the_numbers_it_was_made_of(these: set[int]) -> None:
    ranges = well_formed(Ranges.these(these))
    assert list(ranges) == sorted(these)
    assert len(ranges) == len(these)
    assert bool(ranges) == bool(these)
    assert (ranges.bottom, ranges.top) == (min(these, default=0), max(these, default=0))
    assert {n for n in range(-1, 64) if n in ranges} == these


@given(numbers, numbers)
def test_union_difference_and_intersection_are_those_of_sets(left: set[int], right: set[int]) -> None:
    mine, theirs = Ranges.these(left), Ranges.these(right)
    assert set(well_formed(mine | theirs)) == left | right
    assert set(well_formed(mine - theirs)) == left - right
    assert set(well_formed(mine & theirs)) == left & right


@given(numbers, st.integers(1, 60))
def test_adding_a_number_adds_that_number(these: set[int], number: int) -> None:
    assert set(well_formed(Ranges.these(these).add(number))) == these | {number}


@given(numbers, places, places)
def test_within_and_missing_cut_the_set(these: set[int], first: int, last: int) -> None:
    ranges = Ranges.these(these)
    window = set(range(first, last + 1))
    assert set(well_formed(ranges.within(first, last))) == these & window
    assert set(well_formed(ranges.missing(first, last))) == window - these


@given(numbers, places, places)
def test_touching_gives_whole_ranges(these: set[int], first: int, last: int) -> None:
    ranges = Ranges.these(these)
    expected = tuple(span for span in ranges.spans if first <= last and span[0] <= last and span[1] >= first)
    assert ranges.touching(first, last).spans == expected


@given(numbers, st.integers(0, 70))
def test_first_and_lowest_cut_from_below(these: set[int], how_many: int) -> None:
    ranges = Ranges.these(these)
    assert list(ranges.first(how_many)) == sorted(these)[:how_many]
    assert ranges.lowest(how_many).spans == ranges.spans[:how_many]


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 9)), max_size=30))
def test_of_accepts_overlapping_ranges_in_any_order(pairs: list[tuple[int, int]]) -> None:
    spans = [(first, first + more) for first, more in pairs]
    union = {n for first, last in spans for n in range(first, last + 1)}
    assert set(well_formed(Ranges.of(*spans))) == union


def test_a_range_that_runs_down_is_refused() -> None:
    with pytest.raises(ValueError, match="upwards"):
        Ranges.of((5, 4))
