"""Tallies merged by the hour say as much as they can: coverage by the minute, counts whole."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from edge.coarsen import LONGEST_MINUTES, Numbered, coarser, mergeable
from streams.wire.ranges import Ranges
from tests.parts.facts import NOON, tally


def numbered(*nths: int, camera: str = "gate") -> list[Numbered]:
    return [Numbered(seq, NOON, tally(nth, camera, counted=nth + 1)) for seq, nth in enumerate(nths, start=1)]


def test_an_hour_of_one_camera_becomes_one_tally() -> None:
    group = mergeable(numbered(*range(20)))
    merged = coarser(group)
    assert [one.seq for one in group] == list(range(1, 13))
    assert len(merged.minutes) == LONGEST_MINUTES
    assert merged.minutes[4::5] == (tally().minutes[4],) * 12
    assert [count.n for count in merged.counts] == [sum(range(1, 13))]
    assert merged.merged == ((1, 12),)


def test_a_gap_between_two_tallies_stays_a_gap() -> None:
    merged = coarser(mergeable(numbered(0, 2)))
    assert [minute.watched for minute in merged.minutes[5:10]] == [0] * 5
    assert all(not minute.blind for minute in merged.minutes[5:10])


def test_cameras_are_never_mixed_and_merged_tallies_never_merged_again() -> None:
    assert mergeable([*numbered(0), *numbered(1, camera="bridge")]) == []
    merged = coarser(mergeable(numbered(0, 1)))
    assert mergeable([Numbered(9, NOON, merged), *numbered(2)]) == []


def test_a_tally_that_overlaps_the_one_before_is_left_alone() -> None:
    first, second = numbered(0, 1)
    shifted = second.tally.model_copy(update={"start": second.tally.start - timedelta(minutes=1)})
    assert mergeable([first, Numbered(2, NOON, shifted)]) == []


@given(st.lists(st.integers(0, 40), unique=True, min_size=2).map(sorted))
def test_nothing_counted_or_watched_is_lost_or_invented(nths: list[int]) -> None:
    tallies = numbered(*nths)
    group = mergeable(tallies)
    if group:
        merged = coarser(group)
        assert sum(c.n for c in merged.counts) == sum(c.n for one in group for c in one.tally.counts)
        assert sum(m.watched for m in merged.minutes) == 240 * len(group)
        assert Ranges.of(*merged.merged) == Ranges.these(one.seq for one in group)
        assert merged.start == group[0].tally.start
