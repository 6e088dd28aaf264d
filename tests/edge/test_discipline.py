"""The clock's word: asked without cost to whoever listens for steps."""

from edge.discipline import Discipline


def test_a_host_that_keeps_the_time_is_believed_and_is_off_by_nothing() -> None:
    word = Discipline("host").word()
    assert (word.synced, word.offset_ms) == (True, 0.0)


def test_what_health_tells_of_the_clock_is_what_a_batch_tells() -> None:
    discipline = Discipline("ntp")
    assert abs(discipline.offset_ms() - discipline.word().offset_ms) < 50
    assert discipline.word().step == 0.0
