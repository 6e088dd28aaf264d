import pytest

from alerts.alert import Reason
from alerts.facts import Fact
from alerts.lifecycle import Condition
from alerts.rules import Severity
from tests.alerts.timeline import clock, event, event_id, night, reading

LOITERING = "when: {event: loitering}"
HELD = "when: {event: loitering}\nfor: 60s"
WATER = "when: {reading: water_level, unit: m, above: 1.2, clear: 1.0, at_least: 2, of: 3}\nstale_after: 10m"
WRONG_WAY = "when: {event: line_crossed, at_least: 3, within: 10m, quiet: 15m}"
BLIND = "when: {camera_state: [blind, unfit]}\nfor: 60s"
SILENT = "when: {silent: water_level, after: 15m}"


# --- what lasts


def test_an_event_that_opens_raises_an_active_alert_and_calls_somebody_once() -> None:
    n = night(LOITERING).at(0).event("a", "opened").expect(Condition.ACTIVE, Reason.FIRST_EVIDENCE, occurrences=1)
    n.at(30).event("a", "updated", began=0).expect(Condition.ACTIVE, Reason.SEEN_AGAIN)
    assert n.pages == 1
    assert n.alert.events == (event_id("a"),)
    assert (n.alert.first_seen, n.alert.last_seen) == (clock(0), clock(30))


def test_an_alert_clears_when_its_last_event_closes_and_not_before() -> None:
    n = night(LOITERING).at(0).event("a", "opened").at(5).event("b", "opened")
    n.at(10).event("a", "closed", began=0).expect(Condition.ACTIVE)
    n.at(20).event("b", "closed", began=5).expect(Condition.CLEARED, Reason.ALL_CLOSED, cleared=clock(20))


def test_silence_makes_an_alert_stale_and_never_clears_it() -> None:
    n = night(LOITERING).at(0).event("a", "opened")
    n.at(300).expect(Condition.STALE, Reason.SOURCE_SILENT)
    n.at(30 * 86_400).expect(Condition.STALE)


def test_a_stale_alert_comes_back_with_evidence_and_clears_only_with_evidence() -> None:
    n = night(LOITERING).at(0).event("a", "opened").at(400).expect(Condition.STALE)
    n.event("a", "updated", began=0).expect(Condition.ACTIVE, Reason.EVIDENCE_CAME_BACK)
    n.at(900).expect(Condition.STALE).event("a", "closed", began=0).expect(Condition.CLEARED, Reason.ALL_CLOSED)


def test_an_event_of_unknown_end_is_stale_until_a_later_one_proves_that_somebody_watches_again() -> None:
    n = night(LOITERING).at(0).event("a", "opened").at(10).event("a", "unknown", began=0)
    n.expect(Condition.STALE, Reason.SOURCE_UNKNOWN)
    n.at(60).event("b", "opened").expect(Condition.ACTIVE, occurrences=2)
    n.at(90).event("b", "closed", began=60).expect(Condition.CLEARED)


def test_an_event_first_heard_of_as_unknown_raises_a_stale_alert() -> None:
    night(LOITERING).at(10).event("a", "unknown", began=0).expect(Condition.STALE, Reason.FIRST_EVIDENCE, paged=0)


def test_a_dwell_matures_by_the_timer_and_a_short_one_is_dropped() -> None:
    n = night(HELD).at(0).event("a", "opened").expect(Condition.PENDING, due=clock(60))
    n.at(60).expect(Condition.ACTIVE, Reason.HELD_LONG_ENOUGH, paged=1)
    n = night(HELD).at(0).event("a", "opened").at(59).event("a", "closed", began=0)
    n.expect(Condition.DROPPED, Reason.NEVER_MATURED, due=None)
    assert n.pages == 0
    n.at(70).event("b", "opened").expect(Condition.PENDING)
    assert len(n.rows) == 2


def test_the_same_trouble_back_inside_the_window_is_the_same_alert_and_later_a_new_one() -> None:
    n = night(LOITERING).at(0).event("a", "opened").at(10).event("a", "closed", began=0)
    n.at(300).event("b", "opened").expect(Condition.ACTIVE, Reason.HAPPENED_AGAIN, occurrences=2)
    n.at(310).event("b", "closed", began=300).expect(Condition.CLEARED, due=clock(910))
    n.at(910).expect(Condition.CLEARED, Reason.REOPEN_WINDOW_OVER)
    first = n.alert.id
    n.at(911).event("c", "opened").expect(Condition.ACTIVE, Reason.FIRST_EVIDENCE, occurrences=1)
    assert n.alert.id != first
    assert n.pages == 3


def test_an_echo_of_an_old_event_does_not_haunt_the_next_alert() -> None:
    n = night(LOITERING).at(0).event("a", "opened").at(10).event("a", "closed", began=0)
    n.at(2000).event("b", "opened").at(2001).hear(event("a", "updated", 5, began=0))
    n.expect(Condition.ACTIVE, Reason.OLD_REVISION)
    n.at(2010).event("b", "closed", began=2000).expect(Condition.CLEARED)


def test_clearing_waits_as_long_as_the_rule_says() -> None:
    n = night(LOITERING + "\nclear_after: 30s").at(0).event("a", "opened").at(10).event("a", "closed", began=0)
    n.expect(Condition.ACTIVE, due=clock(40))
    n.at(39).event("b", "opened").expect(Condition.ACTIVE, occurrences=1)
    n.at(50).event("b", "closed", began=39).at(80).expect(Condition.CLEARED, occurrences=1)


# --- order, repeats, lateness


def test_an_end_heard_before_its_beginning_leaves_a_cleared_alert_and_no_ghost() -> None:
    n = night(LOITERING).at(10).event("a", "closed", began=0).expect(Condition.CLEARED, Reason.FIRST_EVIDENCE)
    n.hear(event("a", "opened", 0)).expect(Condition.CLEARED, Reason.OLD_REVISION)
    assert len(n.rows) == 1
    assert n.pages == 0


def test_a_late_end_cannot_clear_what_began_after_it() -> None:
    n = night(LOITERING).at(0).event("a", "opened").at(50).event("b", "opened")
    n.at(60).hear(event("a", "closed", 20, began=0)).expect(Condition.ACTIVE, occurrences=2)


def test_the_same_fact_twice_changes_nothing() -> None:
    n = night(LOITERING).at(0).event("a", "opened")
    before = n.alert
    n.event("a", "opened").expect(Condition.ACTIVE, Reason.DUPLICATE)
    assert n.alert is before


def test_late_facts_are_kept_and_marked_and_call_nobody_until_one_on_time_agrees() -> None:
    n = night(LOITERING).at(1000).hear(event("a", "opened", 0, heard=1000))
    n.expect(Condition.ACTIVE, late=True, paged=0)
    assert n.decisions[-1].late
    n.at(1010).event("a", "updated", began=0).expect(Condition.ACTIVE, late=False, paged=1)


def test_a_fact_of_doubtful_time_is_ordered_by_its_hearing_and_still_calls_somebody() -> None:
    told = event("a", "opened", 9_000, heard=10)
    doubtful = Fact(body=told.body, ward="w1", node="n1", captured=told.captured, heard=told.heard, time_doubtful=True)
    n = night(LOITERING).at(10).hear(doubtful)
    n.expect(Condition.ACTIVE, first_seen=clock(10), paged=1)


def test_outside_its_hours_a_rule_raises_nothing_but_still_hears_the_end() -> None:
    text = LOITERING + "\nschedule: [{hours: 20:00-20:10}]"  # the night starts at 20:00 in the city
    n = night(text).at(599).event("a", "opened").expect(Condition.ACTIVE)
    n.at(700).event("a", "closed", began=599).expect(Condition.CLEARED)
    n.at(710).event("b", "opened").expect(Condition.CLEARED, Reason.OUT_OF_SCHEDULE)


# --- readings


def test_water_rises_on_two_readings_of_three_and_falls_below_another_line() -> None:
    n = night(WATER).at(0).reading(1.3).expect(Condition.PENDING)
    n.at(60).reading(1.1).at(120).reading(1.25).expect(Condition.ACTIVE, Reason.ENOUGH_EVIDENCE, peak=1.3)
    for minute in range(3, 8):
        n.at(60 * minute).reading(1.05).expect(Condition.ACTIVE)
    n.at(480).reading(0.9).expect(Condition.ACTIVE).at(540).reading(0.95)
    n.expect(Condition.CLEARED, Reason.PAST_CLEAR_THRESHOLD)
    n.at(600).reading(0.9).expect(Condition.CLEARED, Reason.NOTHING_TO_CLEAR)


def test_one_high_reading_alone_is_dropped_once_outvoted_or_followed_by_silence() -> None:
    n = night(WATER).at(0).reading(1.3)
    for minute in (1, 2, 3):
        n.at(60 * minute).reading(0.5)
    n.expect(Condition.DROPPED, Reason.NEVER_MATURED)
    night(WATER).at(0).reading(1.3).at(600).expect(Condition.DROPPED)


def test_a_sensor_that_falls_silent_in_a_flood_leaves_the_alert_stale() -> None:
    n = night(WATER).at(0).reading(1.3).at(60).reading(1.4).at(700).expect(Condition.STALE, Reason.SOURCE_SILENT)
    n.reading(0.5).expect(Condition.ACTIVE).at(760).reading(0.5).expect(Condition.CLEARED)


def test_doubtful_readings_may_raise_and_never_clear_and_bad_ones_do_neither() -> None:
    n = night(WATER).at(0).reading(1.3, "suspect").at(60).reading(1.3, "suspect").expect(Condition.ACTIVE)
    n.at(120).reading(0.1, "suspect").at(180).reading(0.1, "suspect").at(240).reading(0.1, "suspect")
    n.expect(Condition.ACTIVE)
    n.at(250).reading(None, "bad").expect(Condition.ACTIVE, Reason.BAD_QUALITY)
    n.at(260).reading(20, unit="cm").expect(Condition.ACTIVE, Reason.WRONG_UNIT)


def test_severity_rises_with_the_peak_and_stays_when_the_water_falls() -> None:
    n = night(WATER + "\nworse: [{at: 1.5, severity: critical}]").at(0).reading(1.3).at(60).reading(1.6)
    n.expect(Condition.ACTIVE, severity=Severity.CRITICAL)
    n.at(120).reading(1.1).expect(Condition.ACTIVE, severity=Severity.CRITICAL, peak=1.6)


def test_a_level_that_is_too_low_raises_as_well() -> None:
    n = night("when: {reading: water_level, unit: m, below: 0.2, clear: 0.3}").at(0).reading(0.25)
    assert not n.rows
    n.at(1).reading(0.1).expect(Condition.ACTIVE, peak=0.1).at(2).reading(0.05).expect(Condition.ACTIVE, peak=0.05)
    n.at(3).reading(0.4).expect(Condition.CLEARED, peak=0.05)


# --- moments


def test_moments_are_counted_within_a_time_and_end_after_a_watched_quiet() -> None:
    n = night(WRONG_WAY).at(0).moment("a").at(60).moment("b").expect(Condition.PENDING)
    n.at(120).moment("c").expect(Condition.ACTIVE, paged=1).at(300).moment("d").expect(Condition.ACTIVE)
    n.at(1199).expect(Condition.ACTIVE).at(1200).expect(Condition.CLEARED, Reason.QUIET_LONG_ENOUGH)


def test_too_few_moments_are_dropped_when_their_time_is_over() -> None:
    night(WRONG_WAY).at(0).moment("a").at(60).moment("b").at(660).expect(Condition.DROPPED, Reason.NEVER_MATURED)


def test_a_quiet_that_nobody_watched_proves_nothing() -> None:
    n = night(WRONG_WAY, watched=False).at(0).moment("a").at(1).moment("b").at(2).moment("c")
    n.at(902).expect(Condition.ACTIVE, Reason.WAITING_FOR_WATCH)
    n.at(1300).expect(Condition.STALE, Reason.SOURCE_SILENT)
    n.watched = True
    n.at(1400).expect(Condition.CLEARED, Reason.QUIET_LONG_ENOUGH)


# --- memory


def test_a_crowd_of_events_is_folded_and_still_clears_with_the_last_of_them() -> None:
    n = night(LOITERING).at(0).event("keeper", "opened")
    for number in range(300):
        n.at(number + 1).event(f"e{number}", "opened").at(number + 1.5).event(f"e{number}", "closed", began=number + 1)
    n.event("keeper", "updated", began=0).expect(Condition.ACTIVE, occurrences=1)
    assert len(n.alert.memory.marks) <= 64
    n.event("e200", "opened", began=201, rev=1).expect(Condition.ACTIVE, Reason.OLD_REVISION)
    n.at(400).event("keeper", "closed", began=0).expect(Condition.CLEARED, occurrences=1, first_seen=clock(0))


@pytest.mark.parametrize("values", [(1.3, 1.1), (1.3, 1.3)])
def test_a_long_flood_is_folded_and_still_clears(values: tuple[float, float]) -> None:
    n = night(WATER).at(0).reading(1.3).at(30).reading(1.3)
    for number in range(2, 200):
        n.at(30 * number).reading(values[number % 2])
    n.expect(Condition.ACTIVE, occurrences=1)
    assert len(n.alert.memory.samples) <= 64
    n.hear(reading(60, 1.3)).expect(Condition.ACTIVE, Reason.TOO_OLD)
    n.at(6000).reading(0.5).at(6030).reading(0.5).expect(Condition.CLEARED, cleared=clock(6030))


def test_events_that_never_close_do_not_fill_the_memory_and_leave_the_alert_stale() -> None:
    n = night(LOITERING)
    for number in range(300):
        n.at(number * 10).event(f"e{number}", "opened")
    assert len(n.alert.memory.marks) <= 64
    n.at(10_000).expect(Condition.STALE, Reason.SOURCE_SILENT, occurrences=1)
