from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from streams.cameras.clock import MAX_DELAY_S, USUAL_LATE_S, Arrival, FileClock, LiveClock, Stamp
from streams.frames import TimedBy, Timing

T0 = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def arrival(second: float, producer: float | None = None) -> Arrival:
    made = None if producer is None else T0 + timedelta(seconds=producer)
    return Arrival(1000 + second, T0 + timedelta(seconds=second), made)


def play(pictures: Sequence[tuple[float | None, float]]) -> list[Stamp]:
    clock = LiveClock()
    return [clock.stamp(pts, arrival(second)) for pts, second in pictures]


def seconds(stamp: Stamp) -> float:
    return (stamp.captured - T0).total_seconds()


def test_a_steady_stream_is_timed_by_its_arrival() -> None:
    stamps = play([(7 + n * 0.04, n * 0.04) for n in range(100)])
    assert all(abs(seconds(stamp) - n * 0.04) < 1e-5 for n, stamp in enumerate(stamps))
    assert all(abs(stamp.elapsed - n * 0.04) < 1e-5 for n, stamp in enumerate(stamps))


def test_a_picture_held_up_on_the_way_keeps_the_time_it_was_made() -> None:
    late = [(n * 0.1, n * 0.1 + (1.5 if n == 50 else 0)) for n in range(51)]
    assert abs(seconds(play(late)[-1]) - 5.0) < 1e-5


def test_a_burst_after_a_stall_is_spread_over_the_time_it_was_made_in() -> None:
    stamps = play([(n * 0.1, n * 0.1 if n <= 20 else 6.0 + n * 0.001) for n in range(60)])
    assert abs(seconds(stamps[30]) - 3.0) < 1e-3
    assert abs(stamps[30].elapsed - 3.0) < 1e-5


def test_a_slow_drift_of_the_cameras_clock_never_becomes_a_delay() -> None:
    # 200 ppm, worse than any camera: an hour drifts 0.72 s.
    stamps = play([(second * (1 - 200e-6), float(second)) for second in range(3600)])
    assert abs(seconds(stamps[-1]) - 3599) < 0.02


def test_a_missing_pts_is_bridged_by_the_arrival() -> None:
    stamps = play([(None, 0.0), (0.0, 0.1), (0.1, 0.2), (None, 0.3), (0.3, 0.4)])
    assert [round(stamp.elapsed, 3) for stamp in stamps] == [0, 0.1, 0.2, 0.3, 0.4]


def test_a_pts_that_wraps_or_jumps_either_way_moves_time_by_the_arrival_only() -> None:
    wrap = 2**33 / 90_000
    stamps = play([(wrap - 0.1, 0.0), (0.0, 0.1), (5000.0, 0.2), (5000.1, 0.3), (2.0, 0.4)])
    assert [round(stamp.elapsed, 3) for stamp in stamps] == [0, 0.1, 0.2, 0.3, 0.4]


def test_the_cameras_own_time_is_used_within_two_seconds_of_ours() -> None:
    clock = LiveClock()
    clock.stamp(0.0, arrival(0.0))
    near = clock.stamp(0.1, arrival(0.1, producer=-0.3))
    assert near.captured > T0  # it never runs backwards
    later = clock.stamp(1.0, arrival(1.0, producer=0.6))
    assert abs(seconds(later) - 0.6) < 1e-5
    assert abs((later.clock_offset or 0) + 0.4) < 1e-5


def test_a_camera_whose_clock_is_off_is_timed_by_ours_and_its_offset_is_told() -> None:
    stamp = LiveClock().stamp(0.0, arrival(0.0, producer=3600.0))
    assert seconds(stamp) == 0
    assert stamp.clock_offset == 3600


def test_every_picture_says_by_what_it_was_timed_and_how_far_off_that_may_be() -> None:
    assert LiveClock().stamp(0.0, arrival(0.0)).timing == Timing(TimedBy.ARRIVAL, USUAL_LATE_S)
    assert LiveClock(late_s=10).stamp(0.0, arrival(0.0)).timing == Timing(TimedBy.ARRIVAL, 10)
    assert FileClock(T0).stamp(0.0).timing == Timing(TimedBy.FILE)
    assert LiveClock().stamp(0.0, arrival(0.0, producer=3600.0)).timing == Timing(TimedBy.ARRIVAL, USUAL_LATE_S)


@given(st.floats(-1.99, 0), st.floats(0, 0.4))
def test_a_camera_s_word_is_off_by_no_more_than_it_is_said_to_be(said: float, way: float) -> None:
    stamp = LiveClock(late_s=0.4).stamp(0.0, arrival(0.0, producer=said))
    assert stamp.timing is not None
    assert stamp.timing.by is TimedBy.RTCP
    made = -way  # it came straight through, having been on its way for so long
    assert abs(seconds(stamp) - made) <= (stamp.timing.within_s or 0) + 1e-5


def test_a_picture_that_waits_for_a_clock_that_stepped_back_is_off_by_that_too() -> None:
    clock = LiveClock()
    clock.stamp(0.0, Arrival(1000.0, T0))
    stepped = clock.stamp(0.2, Arrival(1000.2, T0 - timedelta(seconds=20)))
    assert stepped.timing is not None
    assert (stepped.timing.within_s or 0) > 20


def test_no_picture_is_made_after_it_came() -> None:
    assert seconds(LiveClock().stamp(0.0, arrival(0.0, producer=1.5))) == 0


def test_a_camera_that_is_opened_again_goes_on_after_its_last_picture() -> None:
    later = T0 + timedelta(seconds=5)
    assert LiveClock(not_before=later).stamp(0.0, arrival(0.0)).captured > later


def test_captured_waits_for_a_small_step_back_of_the_nodes_clock_and_follows_a_large_one() -> None:
    clock = LiveClock()
    clock.stamp(0.0, Arrival(1000.0, T0))
    small = clock.stamp(0.2, Arrival(1000.2, T0 - timedelta(seconds=20)))
    assert small.captured == T0 + timedelta(microseconds=1)
    year_ago = T0 - timedelta(days=365)
    large = [clock.stamp(n / 5, Arrival(1000 + n / 5, year_ago + timedelta(seconds=n / 5))) for n in range(2, 7)]
    assert abs((large[-1].captured - year_ago).total_seconds() - 1.2) < 1e-5
    assert all(a.captured < b.captured and a.elapsed < b.elapsed for a, b in pairwise(large))


pictures = st.lists(
    st.tuples(
        st.one_of(st.none(), st.floats(-1e7, 1e7)),
        st.floats(0, 12),
        st.one_of(st.none(), st.floats(-1e5, 1e5)),
    ),
    min_size=1,
    max_size=60,
)


@given(pictures)
def test_whatever_the_stream_claims_both_times_grow_and_captured_stays_within_the_delay(
    told: list[tuple[float | None, float, float | None]],
) -> None:
    clock, second, before = LiveClock(), 0.0, None
    for pts, waited, ahead in told:
        second += waited
        stamp = clock.stamp(pts, arrival(second, None if ahead is None else second + ahead))
        assert stamp.captured.utcoffset() == timedelta(0)
        assert second - MAX_DELAY_S - 2.001 <= seconds(stamp) <= second + 0.001
        if before is not None:
            assert stamp.captured > before.captured
            assert stamp.elapsed > before.elapsed
        before = stamp


@given(st.lists(st.floats(0, 0.5), min_size=2, max_size=60), st.floats(-1e6, 1e6))
def test_jitter_on_the_way_never_touches_the_durations(jitters: list[float], origin: float) -> None:
    arrived, stamps, clock = 0.0, [], LiveClock()
    for number, jitter in enumerate(jitters):
        arrived = max(arrived, number * 0.1 + jitter)
        stamps.append(clock.stamp(origin + number * 0.1, arrival(arrived)))
    assert all(abs(stamp.elapsed - number * 0.1) < 1e-5 for number, stamp in enumerate(stamps))


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True)), min_size=2, max_size=60))
def test_a_files_times_grow_whatever_its_pts_and_over_every_lap(told: list[float | None]) -> None:
    clock = FileClock(T0)
    stamps = []
    for _lap in range(2):
        stamps += [clock.stamp(pts) for pts in told]
        clock.again()
    assert all(a.elapsed < b.elapsed and a.captured <= b.captured for a, b in pairwise(stamps))
    assert all(stamp.captured == T0 + timedelta(seconds=stamp.elapsed) for stamp in stamps)


def test_a_files_lap_ends_one_frame_before_the_next_begins() -> None:
    clock = FileClock(T0, frame_s=0.1)
    first = [clock.stamp(pts).elapsed for pts in (5.0, 5.1, 5.2)]
    clock.again()
    second = [clock.stamp(pts).elapsed for pts in (5.0, 5.1, 5.2)]
    assert [round(elapsed, 3) for elapsed in first + second] == [0, 0.1, 0.2, 0.3, 0.4, 0.5]
