from alerts.alert import Reason, Verb
from alerts.engine import hear
from alerts.handling import witness
from alerts.lifecycle import Condition, Suppression
from tests.alerts.timeline import clock, event, event_id, night

LOITERING = "when: {event: loitering}"
WATER = "when: {reading: water_level, unit: m, above: 1.2, clear: 1.0, at_least: 2, of: 3}\nstale_after: 10m"
BLIND = "when: {camera_state: [blind, unfit]}\nfor: 60s"
SILENT = "when: {silent: water_level, after: 15m}"


# --- cameras


def test_a_blind_camera_raises_its_own_alert_and_only_live_ends_it() -> None:
    n = night(BLIND).at(0).camera("a", "blind").expect(Condition.PENDING).at(60).expect(Condition.ACTIVE)
    n.at(90_000).expect(Condition.ACTIVE).camera("b", "unfit").expect(Condition.ACTIVE)
    n.at(90_100).camera("c", "live").expect(Condition.CLEARED)


def test_a_blind_camera_makes_its_alerts_stale_and_quiet_until_it_lives_and_shows_evidence() -> None:
    n = night(LOITERING).at(0).event("a", "opened").at(10).camera("s1", "blind")
    n.expect(Condition.STALE, Reason.CAMERA_BLIND, suppression=Suppression.INHIBITED)
    assert n.alert.suppressed_by == f"camera_state:{event_id('s1')}"
    n.at(20).camera("s2", "live").expect(Condition.STALE, Reason.CAMERA_LIVE, suppression=Suppression.NONE)
    n.at(30).event("a", "updated", began=0).expect(Condition.ACTIVE, Reason.EVIDENCE_CAME_BACK)
    n.at(40).event("a", "closed", began=0).expect(Condition.CLEARED)


def test_an_end_told_while_the_camera_was_blind_is_not_believed() -> None:
    n = night(LOITERING).at(0).event("a", "opened").at(10).camera("s1", "blind")
    n.at(15).event("a", "closed", began=0).expect(Condition.STALE, Reason.CAMERA_BLIND)
    n.at(40).camera("s2", "live").expect(Condition.STALE)


def test_a_camera_that_is_no_concern_of_the_alert_is_ignored_by_name() -> None:
    n = night(WATER).at(0).reading(1.3).at(5).camera("s1", "blind").expect(Condition.PENDING, Reason.NOT_CONCERNED)
    decision = hear(
        n.rule, event("s1", "opened", 5, kind="camera_state", subject="blind"), None, n.now, lambda: event_id("x")
    )
    assert (decision.verb, decision.reason, decision.alert) == (Verb.IGNORE, Reason.NOT_CONCERNED, None)


# --- silence


def test_a_sensor_that_has_spoken_and_falls_silent_raises_an_alert_that_its_voice_ends() -> None:
    n = night(SILENT).at(0).reading(0.2).expect(Condition.PENDING, due=clock(900))
    n.at(600).reading(0.2).expect(Condition.PENDING, due=clock(1500))
    n.at(1500).expect(Condition.ACTIVE, paged=1)
    n.at(1600).reading(0.2).expect(Condition.CLEARED, Reason.SENSOR_SENDS_AGAIN)
    n.at(2500).expect(Condition.ACTIVE, occurrences=2)
    n.at(2600).reading(0.2).at(3300).reading(0.2).expect(Condition.PENDING)
    assert len(n.rows) == 2


def test_a_node_that_tells_blind_and_live_under_one_event_id_ends_its_alert() -> None:
    n = night(BLIND).at(0).event("a", "opened", kind="camera_state", subject="blind").at(90).expect(Condition.ACTIVE)
    n.event("a", "closed", kind="camera_state", subject="live", began=0).expect(Condition.CLEARED, cleared=clock(90))
    n.at(100).event("b", "closed", kind="camera_state", subject="live").expect(Condition.CLEARED)


def test_a_person_who_saw_the_end_outweighs_an_event_that_nobody_closed() -> None:
    n = night(LOITERING).at(0).event("a", "opened").at(400).expect(Condition.STALE)
    n.rows[n.alert.id] = witness(n.alert, n.now)
    n.at(401).event("b", "opened").at(410).event("b", "closed", began=401)
    n.expect(Condition.CLEARED, Reason.ALL_CLOSED)
