from alerts.alert import Reason
from alerts.lifecycle import Condition
from alerts.simulate import simulate
from tests.alerts.timeline import clock, event, reading, rule_of


def test_a_rule_on_trial_says_how_often_it_would_have_rung() -> None:
    facts = [
        event(f"e{n}", phase, 3600 * n + at, began=3600 * n)
        for n in range(5)
        for phase, at in (("opened", 0), ("closed", 9))
    ]
    done = simulate(rule_of("when: {event: loitering}"), facts)
    assert (done.raised, done.paged, done.facts) == (5, 5, 10)
    held = simulate(rule_of("when: {event: loitering}\nfor: 10s"), facts)
    assert (held.raised, held.paged) == (0, 0)


def test_its_timers_run_on_the_virtual_clock() -> None:
    rule = rule_of("when: {silent: water_level, after: 15m}")
    done = simulate(rule, [reading(0, 0.1), reading(60, 0.1), reading(4000, 0.1)], until=clock(4100))
    assert done.raised == 1
    quiet = rule_of("when: {event: line_crossed, quiet: 1m}")
    done = simulate(quiet, [event("a", "closed", 0, kind="line_crossed")], until=clock(100))
    assert [alert.condition for alert in done.alerts.values()] == [Condition.CLEARED]


def test_a_blind_camera_and_what_is_ignored_are_counted_too() -> None:
    facts = [
        event("a", "opened", 0),
        event("a", "opened", 0),
        event("s", "opened", 5, kind="camera_state", subject="blind"),
    ]
    done = simulate(rule_of("when: {event: loitering}"), facts)
    assert done.ignored == {Reason.DUPLICATE: 1}
    assert [alert.condition for alert in done.alerts.values()] == [Condition.STALE]
