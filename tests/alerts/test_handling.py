from datetime import timedelta
from uuid import UUID

import pytest

from alerts.handling import (
    UNDO_WINDOW,
    UndoTooLate,
    acknowledge,
    confirm,
    dismiss,
    give_back,
    lift,
    merge,
    shelve,
    undo,
    visible,
    witness,
)
from alerts.lifecycle import Condition, DismissReason, Handling, IllegalStep, Suppression
from tests.alerts.timeline import clock, night

NOW = clock(10)


def test_an_alert_is_taken_given_back_and_confirmed() -> None:
    alert = night("when: {event: loitering}").event("a", "opened").alert
    taken = acknowledge(alert, NOW)
    assert taken.handling is Handling.ACKNOWLEDGED
    assert give_back(taken, NOW).handling is Handling.NEW
    assert confirm(taken, NOW).handling is Handling.CONFIRMED
    assert confirm(alert, NOW).handling is Handling.CONFIRMED


def test_a_dismissal_keeps_its_reason_and_undoing_takes_it_back_within_the_window() -> None:
    alert = night("when: {event: loitering}").event("a", "opened").alert
    gone = dismiss(alert, DismissReason.FALSE_DETECTION, NOW)
    assert (gone.handling, gone.dismissed) == (Handling.DISMISSED, DismissReason.FALSE_DETECTION)
    assert not visible(gone)
    back = undo(gone, NOW + UNDO_WINDOW)
    assert (back.handling, back.dismissed) == (Handling.ACKNOWLEDGED, None)
    with pytest.raises(UndoTooLate):
        undo(gone, NOW + UNDO_WINDOW + timedelta(microseconds=1))


def test_a_verdict_cannot_be_given_twice_nor_before_the_alert_is_ripe() -> None:
    alert = night("when: {event: loitering}").event("a", "opened").alert
    with pytest.raises(IllegalStep, match="handling confirmed: no step dismiss"):
        dismiss(confirm(alert, NOW), DismissReason.TEST, NOW)
    unripe = night("when: {event: loitering}\nfor: 1m").event("a", "opened").alert
    with pytest.raises(IllegalStep, match="condition pending: no step confirm"):
        confirm(unripe, NOW)
    assert not visible(unripe)


def test_a_merged_alert_names_the_one_it_went_into() -> None:
    alert = night("when: {event: loitering}").event("a", "opened").alert
    merged = merge(alert, UUID(int=9), NOW)
    assert (merged.handling, merged.merged_into) == (Handling.MERGED, UUID(int=9))
    assert undo(merged, NOW).merged_into is None


def test_a_shelved_alert_leaves_the_queue_and_comes_back() -> None:
    alert = night("when: {event: loitering}").event("a", "opened").alert
    away = shelve(alert, clock(100), "lan")
    assert visible(alert)
    assert not visible(away)
    assert (away.suppression, away.suppressed_by, away.due) == (Suppression.SHELVED, "lan", clock(100))
    assert lift(away, NOW).suppression is Suppression.NONE
    with pytest.raises(IllegalStep):
        shelve(away, clock(200), "lan")


def test_what_is_over_needs_no_witness() -> None:
    n = night("when: {event: loitering}").event("a", "opened").at(5).event("a", "closed", began=0)
    assert witness(n.alert, NOW) is n.alert
    assert n.alert.condition is Condition.CLEARED
