"""Coverage: every second is either watched or blind for a cause, once."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.coverage import ENOUGH, LOOKS_MISSED, PATIENCE_S, Coverage
from streams.wire.records import Tally

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


def at(second: float) -> datetime:
    return NOON + timedelta(seconds=second)


def test_a_camera_that_is_looked_at_all_the_time_watched_all_the_time() -> None:
    coverage = Coverage("gate", 5, NOON)
    for fifth in range(1, 5 * 301):
        coverage.looked(at(fifth / 5), "overload")
    ((start, tally),) = coverage.complete(at(301))
    assert start == NOON
    assert [minute.watched for minute in tally.minutes] == [60.0] * 5
    assert all(not minute.blind for minute in tally.minutes)


def test_a_gap_is_blind_for_its_cause_and_only_there() -> None:
    coverage = Coverage("gate", 5, NOON)
    coverage.looked(at(1), "overload")
    coverage.passed(at(2), "no_signal")
    coverage.passed(at(31), "no_signal")
    coverage.looked(at(32), "overload")
    ((_, tally),) = coverage.flush()
    assert tally.minutes[0].blind == {"no_signal": 30.0}
    assert tally.minutes[0].watched == 2.0


def test_a_pause_shorter_than_patience_is_watched() -> None:
    coverage = Coverage("gate", 5, NOON)
    coverage.passed(at(1.9), "no_signal")
    coverage.looked(at(1.9), "overload")
    ((_, tally),) = coverage.flush()
    assert tally.minutes[0].watched == 1.9


def test_counts_stand_in_their_minute_and_peaks_are_not_summed() -> None:
    coverage = Coverage("gate", 5, NOON)
    coverage.counted(at(10), {("kerb", "car", "in"): 2, ("plaza", "person", "peak"): 4})
    coverage.counted(at(20), {("kerb", "car", "in"): 1, ("plaza", "person", "peak"): 3})
    coverage.counted(at(70), {("kerb", "car", "in"): 5})
    ((_, tally),) = coverage.flush()
    told = {(c.what, c.place, c.minute): c.n for c in tally.counts}
    assert told == {("passed", "kerb", 0): 3, ("peak", "plaza", 0): 4, ("passed", "kerb", 1): 5}


def test_more_counts_than_a_record_holds_go_into_several_and_time_is_told_once() -> None:
    coverage = Coverage("gate", 5, NOON)
    coverage.looked(at(1), "overload")
    coverage.counted(at(1), {(f"line-{index}", "car", "in"): 1 for index in range(1200)})
    tallies = [tally for _, tally in coverage.flush()]
    assert [len(tally.counts) for tally in tallies] == [500, 500, 200]
    assert sum(minute.watched for tally in tallies for minute in tally.minutes) == 1.0


def test_a_clock_that_steps_back_walks_no_second_twice() -> None:
    coverage = Coverage("gate", 5, NOON)
    coverage.looked(at(1), "overload")
    coverage.looked(at(0.5), "overload")
    coverage.looked(at(1.5), "overload")
    ((_, tally),) = coverage.flush()
    assert tally.minutes[0].watched == 1.5


def seconds(tallies: list[tuple[datetime, Tally]]) -> dict[datetime, float]:
    told: dict[datetime, float] = {}
    for start, tally in tallies:
        for index, minute in enumerate(tally.minutes):
            at_minute = start + timedelta(minutes=index)
            told[at_minute] = told.get(at_minute, 0.0) + minute.watched + sum(minute.blind.values())
    return told


def test_a_clock_that_steps_days_forward_claims_nothing_for_the_gap() -> None:
    coverage, later = Coverage("gate", 5, NOON), 90 * 86_400
    coverage.looked(at(1), "overload")
    coverage.passed(at(later), "no_signal")
    coverage.looked(at(later + 1), "overload")
    tallies = coverage.complete(at(later + 301))
    assert [start for start, _ in tallies] == [NOON]
    assert sum(seconds(tallies + coverage.flush()).values()) == 2.0


def test_a_clock_that_was_a_year_ahead_is_followed_back_and_its_minutes_are_told_at_once() -> None:
    ahead = 365 * 86_400
    coverage = Coverage("gate", 5, at(ahead))
    coverage.looked(at(ahead + 2), "overload")
    coverage.passed(at(0), "overload")
    assert sum(seconds(coverage.complete(at(0))).values()) == 2.0
    for fifth in range(1, 5 * 301):
        coverage.looked(at(fifth / 5), "overload")
    ((start, tally),) = coverage.complete(at(301))
    assert start == NOON
    assert [minute.watched for minute in tally.minutes] == [60.0] * 5


def test_a_tenth_of_the_looks_is_a_fifth_of_the_time_watched_and_says_why() -> None:
    coverage = Coverage("gate", 5, NOON)
    for even in range(2, 602, 2):
        coverage.looked(at(even), "overload")
    tallies = [tally for _, tally in coverage.complete(at(602))]
    assert [minute.watched for minute in tallies[1].minutes] == pytest.approx([12.0] * 5)
    assert [minute.blind for minute in tallies[1].minutes] == [{"overload": pytest.approx(48.0)}] * 5


@pytest.mark.parametrize("fps", [0.01, 0.5, 5, 25])
def test_half_of_the_looks_is_all_of_the_time_watched(fps: float) -> None:
    coverage = Coverage("gate", fps, NOON)
    for look in range(1, round(1200 * fps / 2) + 2):
        coverage.looked(at(look * 2 / fps), "overload")
    tallies = [tally for _, tally in coverage.flush()]
    assert not any(minute.blind for tally in tallies for minute in tally.minutes)


@given(st.floats(0.05, 30), st.lists(st.floats(0.001, 80), min_size=1, max_size=80))
def test_no_more_is_watched_than_the_looks_can_vouch_for(fps: float, gaps: list[float]) -> None:
    coverage, second = Coverage("gate", fps, NOON), 0.0
    for gap in gaps:
        second += gap
        coverage.looked(at(second), "overload")
    minutes = [minute for _, tally in coverage.flush() for minute in tally.minutes]
    watched = sum(minute.watched for minute in minutes)
    patience = max(PATIENCE_S, LOOKS_MISSED / fps)
    assert watched <= patience + len(gaps) / (fps * ENOUGH) + 0.01 * len(minutes)
    assert watched + sum(sum(minute.blind.values()) for minute in minutes) == pytest.approx(
        second, abs=1 + len(minutes) / 50
    )


@given(st.floats(0.05, 30), st.lists(st.floats(0.01, 1), min_size=1, max_size=80))
def test_who_looks_often_enough_watches_all_the_time(fps: float, shares: list[float]) -> None:
    coverage, second = Coverage("gate", fps, NOON), 0.0
    for share in shares:
        second += share / (fps * ENOUGH)
        coverage.looked(at(second), "overload")
    minutes = [minute for _, tally in coverage.flush() for minute in tally.minutes]
    assert not any(minute.blind for minute in minutes)


@given(st.lists(st.one_of(st.floats(0.1, 90), st.floats(-900, 7200)), min_size=1, max_size=60))
def test_no_minute_is_told_longer_than_it_is_however_the_clock_steps(steps: list[float]) -> None:
    coverage, second = Coverage("gate", 5, NOON), 0.0
    tallies = []
    for step in steps:
        second += step
        coverage.passed(at(second), "no_signal")
        coverage.looked(at(second), "overload")
        tallies += coverage.complete(at(second))
    tallies += coverage.flush()
    assert all(told <= 60.01 for told in seconds(tallies).values())


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=60))
def test_watched_and_blind_add_up_to_the_time_that_passed(gaps: list[float]) -> None:
    coverage, second = Coverage("gate", 5, NOON), 0.0
    tallies = []
    for gap in gaps:
        second += gap
        coverage.looked(at(second), "overload")
        tallies += coverage.complete(at(second))
    tallies += coverage.flush()
    total = sum(m.watched + sum(m.blind.values()) for _, tally in tallies for m in tally.minutes)
    assert abs(total - second) < 0.01 * len(tallies) * 5 + 0.01
    assert len({start for start, _ in tallies}) == len(tallies)
