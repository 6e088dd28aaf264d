"""Sight: going blind opens, coming back closes, and saying the same twice says nothing."""

from datetime import UTC, datetime

import uuid_utils.compat as uuid

from edge.fitness import Unfit
from edge.sight import OVERLOAD, SLOW_STREAM, Sights
from edge.telling import after_restart
from edge.watch import Cause, Change, Sight
from streams.wire.records import Event, Phase

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
LIVE = Change("gate", Sight.LIVE)
DARK = Change("gate", Sight.BLIND, Cause.NO_SIGNAL)
REFUSED = Change("gate", Sight.BLIND, Cause.REFUSED)


def told(*changes: Change) -> list[Event | None]:
    sights = Sights(["gate"], uuid.uuid7)
    return [sights.changed(change, NOON) for change in changes]


def test_a_camera_that_starts_says_that_it_is_live() -> None:
    (event,) = told(LIVE)
    assert event is not None
    assert (event.kind, event.subject, event.phase, event.rev) == ("camera_state", "live", Phase.CLOSED, 1)


def test_blindness_opens_is_updated_and_closes_under_one_id() -> None:
    events = [event for event in told(LIVE, DARK, REFUSED, LIVE) if event]
    assert [event.phase for event in events] == [Phase.CLOSED, Phase.OPENED, Phase.UPDATED, Phase.CLOSED]
    assert len({event.id for event in events[1:]}) == 1
    assert [event.rev for event in events[1:]] == [1, 2, 3]
    assert [event.notes[0].code if event.notes else None for event in events[1:]] == ["no_signal", "refused", None]


def test_the_same_again_is_no_event() -> None:
    assert told(DARK, DARK)[1] is None
    assert told(LIVE, LIVE)[1] is None


def test_the_next_blindness_is_another_event() -> None:
    events = [event for event in told(DARK, LIVE, DARK) if event]
    assert events[0].id == events[1].id != events[2].id


def test_a_gap_at_a_live_camera_is_want_of_time_or_of_pictures() -> None:
    sights = Sights(["gate"], uuid.uuid7)
    assert sights.cause("gate", crowded=True) == "starting"
    sights.changed(LIVE, NOON)
    assert sights.cause("gate", crowded=True) == OVERLOAD
    assert sights.cause("gate", crowded=False) == SLOW_STREAM
    sights.changed(DARK, NOON)
    assert sights.cause("gate", crowded=True) == "no_signal"


def test_what_was_open_at_the_last_end_is_closed_under_its_id_by_the_first_sight() -> None:
    (opened,) = told(DARK)
    assert opened is not None
    sights = Sights(["gate"], uuid.uuid7, [left := after_restart(opened)])
    assert sights.open == [left]
    closed = sights.changed(LIVE, NOON)
    assert closed is not None
    assert (closed.id, closed.rev, closed.phase, closed.began) == (opened.id, 3, Phase.CLOSED, opened.began)
    assert sights.open == []


def test_a_camera_still_blind_after_a_restart_goes_on_under_its_id() -> None:
    (opened,) = told(DARK)
    assert opened is not None
    event = Sights(["gate"], uuid.uuid7, [after_restart(opened)]).changed(DARK, NOON)
    assert event is not None
    assert (event.id, event.rev, event.phase) == (opened.id, 3, Phase.UPDATED)


def test_an_unfit_camera_is_told_with_its_trouble_and_closed_under_one_id() -> None:
    sights = Sights(["gate"], uuid.uuid7)
    sights.changed(LIVE, NOON)
    said = [sights.judged("gate", unfit, NOON) for unfit in (Unfit.COVERED, Unfit.DARK, Unfit.DARK, None, None)]
    events = [event for event in said if event]
    assert [event.phase for event in events] == [Phase.OPENED, Phase.UPDATED, Phase.CLOSED]
    assert [event.subject for event in events] == ["unfit", "unfit", "live"]
    assert [event.notes[0].code if event.notes else None for event in events] == ["covered", "dark", None]
    assert len({event.id for event in events}) == 1
    assert sights.live("gate")


def test_an_unfit_camera_that_goes_blind_and_comes_back_is_still_unfit() -> None:
    sights = Sights(["gate"], uuid.uuid7)
    sights.changed(LIVE, NOON)
    sights.judged("gate", Unfit.MOVED, NOON)
    events = [event for event in (sights.changed(DARK, NOON), sights.changed(LIVE, NOON)) if event]
    assert [(event.phase, event.subject) for event in events] == [(Phase.UPDATED, "blind"), (Phase.UPDATED, "unfit")]
    assert sights.cause("gate", crowded=True) == "moved"
    assert not sights.live("gate")


def test_a_judgement_about_a_blind_camera_is_kept_until_it_is_seen_again() -> None:
    sights = Sights(["gate"], uuid.uuid7)
    assert sights.judged("gate", Unfit.BLURRED, NOON) is None
    sights.changed(DARK, NOON)
    assert sights.judged("gate", Unfit.COVERED, NOON) is None
    seen = sights.changed(LIVE, NOON)
    assert seen is not None
    assert (seen.subject, seen.notes[0].code) == ("unfit", "covered")
