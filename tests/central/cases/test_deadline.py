"""Deadlines on a Vietnamese calendar. Instants are written as the city's clocks show them."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.durations import Clock, Deadline
from central.cases.calendar import calendar, load
from central.cases.deadline import CITY_ZONE, Calendar, Due, NotLater, deadline, extend
from streams.documents import DocumentRefused
from tests.conftest import ROOT

TET = Calendar(holidays=frozenset(date(2026, 2, day) for day in range(16, 21)), swapped=frozenset({date(2026, 8, 22)}))
HOURS = Deadline(4, "h", Clock.WORKING)
DAYS = Deadline(3, "d", Clock.WORKING)


def there(told: str) -> datetime:
    return datetime.fromisoformat(told).replace(tzinfo=CITY_ZONE)


@pytest.mark.parametrize(
    ("opened", "allowed", "due"),
    [
        ("2026-03-02 08:00", HOURS, "2026-03-02 14:00"),  # lunch is not worked
        ("2026-03-02 15:00", HOURS, "2026-03-03 09:30"),  # nor is the night
        ("2026-03-02 07:30", HOURS, "2026-03-02 11:30"),  # a shift's last minute is still today
        ("2026-03-02 12:15", HOURS, "2026-03-03 08:00"),  # opened at lunch, counts from half past one
        ("2026-03-06 16:00", HOURS, "2026-03-09 10:30"),  # Friday to Monday
        ("2026-03-07 10:00", HOURS, "2026-03-09 11:30"),  # Saturday counts from Monday's opening
        ("2026-02-13 16:00", HOURS, "2026-02-23 10:30"),  # over Tết and both weekends around it
        ("2026-02-18 09:00", HOURS, "2026-02-23 11:30"),  # opened on the second day of Tết
        ("2026-08-21 16:00", HOURS, "2026-08-22 10:30"),  # a Saturday worked for a long weekend
        ("2026-03-02 09:00", DAYS, "2026-03-05 09:00"),
        ("2026-02-13 09:00", DAYS, "2026-02-25 09:00"),  # three working days over Tết are twelve of the wall
        ("2026-03-07 10:00", DAYS, "2026-03-12 07:30"),  # Saturday counts from Monday's opening
        ("2026-02-17 23:00", Deadline(30, "m", Clock.WALL), "2026-02-17 23:30"),  # urgent knows no Tết
        ("2026-02-14 09:00", Deadline(1, "d", Clock.WALL), "2026-02-15 09:00"),
        ("2026-03-02 11:15", Deadline(30, "m", Clock.WORKING), "2026-03-02 13:45"),
    ],
)
def test_a_deadline_counts_only_what_its_clock_counts(opened: str, allowed: Deadline, due: str) -> None:
    assert deadline(TET, there(opened), allowed) == Due(there(due), there(due))


@given(
    opened=st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1)),  # noqa: DTZ001 - made aware below
    minutes=st.integers(1, 60 * 40),
    more=st.integers(0, 600),
)
def test_more_time_is_never_due_earlier_and_always_falls_into_working_time(
    opened: datetime, minutes: int, more: int
) -> None:
    at = opened.replace(tzinfo=UTC)
    due, later = (TET.after_hours(at, timedelta(minutes=minutes + extra)) for extra in (0, more))
    assert at < due <= later
    local = due.astimezone(CITY_ZONE)
    assert TET.works(local.date())
    assert any(opens < local.time() <= closes for opens, closes in TET.shifts)


@given(opened=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)), minutes=st.integers(0, 2000))  # noqa: DTZ001
def test_waiting_before_counting_never_brings_the_deadline_forward(opened: datetime, minutes: int) -> None:
    at = opened.replace(tzinfo=UTC)
    span = timedelta(hours=4)
    assert TET.after_hours(at, span) <= TET.after_hours(at + timedelta(minutes=minutes), span)


def test_an_extension_keeps_the_first_date_and_only_goes_forward() -> None:
    due = deadline(TET, there("2026-03-02 08:00"), HOURS)
    extended = extend(due, due.now + timedelta(days=2))
    assert (extended.first, extended.now, extended.extended) == (due.first, due.now + timedelta(days=2), True)
    with pytest.raises(NotLater):
        extend(extended, due.now)


def test_the_calendar_that_ships_loads_and_knows_tet() -> None:
    shipped = load(ROOT / "configs" / "calendar.yaml")
    assert not shipped.works(date(2026, 2, 17))
    assert shipped.works(date(2026, 2, 23))
    assert shipped.works(date(2026, 8, 22))


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("shifts: [11:30-07:30]", 1, "after it begins"),
        ("holidays:\n  - {from: 2026-02-20, to: 2026-02-16}", 2, "ends after it begins"),
        ("zone: Asia/Da_Nang", 1, "no time zone"),
        ("weekdays: []", 1, "at least one weekday"),
        ("holiday: []", 1, "unknown setting"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused_with_its_line(text: str, line: int, says: str) -> None:
    with pytest.raises(DocumentRefused) as refused:
        calendar(text, "calendar.yaml")
    assert refused.value.mistakes[0].line == line
    assert says in str(refused.value)


def test_a_calendar_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none.yaml")
