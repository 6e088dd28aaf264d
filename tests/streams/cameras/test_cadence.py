import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.cameras.cadence import Cadence


@pytest.mark.parametrize("source", [10.0, 12.5, 24.0, 25.0, 29.97, 30.0])
def test_a_stream_is_thinned_to_the_wanted_rate_on_average(source: float) -> None:
    cadence = Cadence(5)
    looked = sum(cadence.due(number / source) for number in range(int(source * 60)))
    assert abs(looked - 300) <= 2


def test_without_a_rate_every_picture_is_looked_at() -> None:
    cadence = Cadence(None)
    assert all(cadence.due(number / 25) for number in range(50))


def test_a_stream_slower_than_the_rate_is_looked_at_whole() -> None:
    cadence = Cadence(5)
    assert all(cadence.due(number / 4) for number in range(50))


def test_after_a_gap_nothing_is_caught_up() -> None:
    cadence = Cadence(5)
    assert cadence.due(0.0)
    assert [cadence.due(100 + n * 0.04) for n in range(10)] == [n % 5 == 0 for n in range(10)]


def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        Cadence(0)


@given(st.lists(st.floats(0.001, 3), max_size=100), st.floats(0.5, 30))
def test_two_looks_are_never_closer_than_half_a_beat_on_average(steps: list[float], fps: float) -> None:
    cadence, elapsed, looks = Cadence(fps), 0.0, []
    for step in steps:
        elapsed += step
        if cadence.due(elapsed):
            looks.append(elapsed)
    assert len(looks) <= (elapsed + 0.01) * fps + 1
