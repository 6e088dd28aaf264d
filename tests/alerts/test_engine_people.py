from datetime import timedelta

from alerts.alert import Reason
from alerts.engine import tick
from alerts.handling import dismiss, shelve, undo, witness
from alerts.lifecycle import Condition, DismissReason, Handling, Suppression
from tests.alerts.timeline import clock, night

LOITERING = "when: {event: loitering}"
HELD = "when: {event: loitering}\nfor: 60s"


# --- timers and people


def test_a_timer_that_is_not_due_decides_nothing() -> None:
    n = night(HELD).at(0).event("a", "opened")
    assert tick(n.rule, n.alert, clock(59)) is None


def test_nobody_reviewed_it_in_time_is_a_failure_of_its_own_and_can_be_undone() -> None:
    n = night(LOITERING + "\nreview_within: 1h").at(0).event("a", "opened").at(5).event("a", "closed", began=0)
    n.at(3599).expect(Condition.CLEARED, handling=Handling.NEW)
    n.at(3600).expect(Condition.CLEARED, Reason.REVIEW_TOO_LATE, handling=Handling.EXPIRED)
    assert undo(n.alert, clock(3700)).handling is Handling.ACKNOWLEDGED


def test_what_still_burns_is_never_too_late_to_look_at() -> None:
    n = night(LOITERING + "\nreview_within: 1h").at(0).event("a", "opened")
    n.at(7200).expect(Condition.STALE, handling=Handling.NEW)


def test_a_dismissed_alert_stays_quiet_while_it_lasts_and_asks_again_when_it_returns_long_after() -> None:
    n = night(LOITERING).at(0).event("a", "opened").at(10).event("a", "unknown", began=0)
    n.rows[n.alert.id] = dismiss(n.alert, DismissReason.PERMITTED, n.now)
    n.at(60).event("b", "opened").expect(Condition.ACTIVE, handling=Handling.DISMISSED)
    assert n.pages == 1
    n.at(70).event("b", "unknown", began=60).at(5000).event("c", "opened")
    n.expect(Condition.ACTIVE, handling=Handling.NEW)
    assert n.pages == 2


def test_a_person_who_saw_that_it_is_over_ends_a_stale_alert() -> None:
    n = night(LOITERING).at(0).event("a", "opened").at(400).expect(Condition.STALE)
    n.rows[n.alert.id] = witness(n.alert, n.now)
    n.at(401).expect(Condition.CLEARED, Reason.WITNESSED_OVER)


def test_a_shelved_alert_is_quiet_until_its_time_and_then_calls() -> None:
    n = night(HELD).at(0).event("a", "opened")
    n.rows[n.alert.id] = shelve(n.alert, clock(200), "lan")
    n.at(100).expect(Condition.ACTIVE, suppression=Suppression.SHELVED, paged=0)
    n.at(200).expect(Condition.ACTIVE, suppression=Suppression.NONE, paged=1)


def test_a_rule_on_trial_calls_nobody() -> None:
    assert night(LOITERING + "\nshadow: true").at(0).event("a", "opened").pages == 0


def test_an_alert_names_its_review_its_undo_and_its_reopening_in_one_due_time() -> None:
    n = night(LOITERING).at(0).event("a", "opened")
    n.rows[n.alert.id] = dismiss(n.alert, DismissReason.TEST, n.now)
    assert n.alert.due == clock(300)
    n.at(10).event("a", "closed", began=0).expect(Condition.CLEARED, due=clock(600))
    n.at(600).expect(Condition.CLEARED, Reason.UNDO_WINDOW_OVER, due=clock(610))
    n.at(610).expect(Condition.CLEARED, Reason.REOPEN_WINDOW_OVER, due=None)
    assert n.alert.cleared == n.alert.first_seen + timedelta(seconds=10)
