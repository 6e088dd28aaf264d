"""The rules that ship, played: what a node tells of each lasting kind raises one alert, and ends as the file says."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
import yaml

from alerts.durations import Clock
from alerts.lifecycle import Condition
from alerts.rules import Disposition, Known, RuleBook, Severity, parse_rules
from alerts.triggers import EventTrigger
from edge.analytics.happening import MOMENTS, UPDATE_S, Kind
from tests.alerts.timeline import Night

CONFIGS = Path(__file__).parents[2] / "configs"
WITHOUT_RULE: Final = frozenset({Kind.OCCUPANCY})
"""How many are too many, or too few, means nothing until the place says so."""
COUNTED: Final = frozenset({Kind.CROWDING, Kind.OCCUPANCY, Kind.QUEUE, Kind.CONGESTION})
"""What many do together; every other kind is told of one, and its count never passes 1."""
STALE_S: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A rule, what it listens for, and what it should make of that. Seconds."""

    rule: str
    kind: Kind
    subject: str
    hold: float
    clear_after: float
    severity: Severity
    disposition: Disposition
    worse: tuple[tuple[int, Severity], ...] = ()


PLAYED = (
    Played(
        rule="wrong-way",
        kind=Kind.WRONG_WAY,
        subject="motorcycle",
        hold=0,
        clear_after=900,
        severity=Severity.MINOR,
        disposition=Disposition.OPEN_CASE,
    ),
    Played(
        rule="queue",
        kind=Kind.QUEUE,
        subject="car",
        hold=60,
        clear_after=120,
        severity=Severity.MINOR,
        disposition=Disposition.DISPATCH_PATROL,
        worse=((19, Severity.MINOR), (20, Severity.MAJOR)),
    ),
    Played(
        rule="congestion",
        kind=Kind.CONGESTION,
        subject="car",
        hold=120,
        clear_after=300,
        severity=Severity.MINOR,
        disposition=Disposition.DISPATCH_PATROL,
        worse=((29, Severity.MINOR), (30, Severity.MAJOR)),
    ),
    Played(
        rule="speeding",
        kind=Kind.SPEEDING,
        subject="car",
        hold=0,
        clear_after=900,
        severity=Severity.INFO,
        disposition=Disposition.RECORD_ONLY,
    ),
    Played(
        rule="object-left",
        kind=Kind.OBJECT_LEFT,
        subject="suitcase",
        hold=60,
        clear_after=30,
        severity=Severity.MAJOR,
        disposition=Disposition.DISPATCH_PATROL,
    ),
    Played(
        rule="object-removed",
        kind=Kind.OBJECT_REMOVED,
        subject="bicycle",
        hold=30,
        clear_after=0,
        severity=Severity.MINOR,
        disposition=Disposition.OPEN_CASE,
    ),
    Played(
        rule="slow-change",
        kind=Kind.SLOW_CHANGE,
        subject="any",
        hold=300,
        clear_after=300,
        severity=Severity.MINOR,
        disposition=Disposition.OPEN_CASE,
    ),
)


def shipped() -> RuleBook:
    units = yaml.safe_load((CONFIGS / "city.yaml").read_text("utf-8"))["units"]
    return parse_rules((CONFIGS / "rules.yaml").read_text("utf-8"), "rules.yaml", Known(units=frozenset(units)))


def night(rule: str) -> Night:
    book = shipped()
    return Night(book.rules[rule], book)


def lasts(n: Night, played: Played, name: str, begins: float, ends: float, subject: str | None = None) -> Night:
    """An event from `begins` to `ends`, told again as often as a node does."""
    words = {"kind": played.kind, "subject": subject or played.subject}
    n.at(begins).event(name, "opened", **words)
    for rev in range(2, 2 + int((ends - begins) // UPDATE_S)):
        n.at(begins + (rev - 1) * UPDATE_S).event(name, "updated", began=begins, rev=rev, **words)
    return n.at(ends).event(name, "closed", began=begins, rev=1000, **words)


by_rule = pytest.mark.parametrize("played", PLAYED, ids=[played.rule for played in PLAYED])


def test_every_kind_that_lasts_has_a_rule_that_listens_for_it() -> None:
    listened = {kind for topic, kind in shipped().by_topic if topic == "event"}
    assert set(Kind) - MOMENTS - WITHOUT_RULE <= listened


def test_no_rule_listens_for_a_kind_that_no_node_tells() -> None:
    assert {kind for topic, kind in shipped().by_topic if topic == "event"} <= set(Kind) | {"camera_state"}


@by_rule
def test_what_holds_long_enough_raises_one_alert_and_calls_once(played: Played) -> None:
    n = night(played.rule)
    lasts(n, played, "a", 0, played.hold + 45)
    n.expect(Condition.ACTIVE if played.clear_after else Condition.CLEARED, severity=played.severity)
    assert n.pages == 1
    assert n.alert.fingerprint.key == f"{played.rule}/w1/camera/cam-1/gate/{played.subject}"
    n.at(played.hold + 45 + played.clear_after).expect(Condition.CLEARED)
    assert n.pages == 1


@pytest.mark.parametrize("played", [played for played in PLAYED if played.hold], ids=lambda played: played.rule)
def test_what_is_over_sooner_calls_nobody(played: Played) -> None:
    n = night(played.rule)
    lasts(n, played, "a", 0, played.hold - 1)
    n.at(3600).expect(Condition.DROPPED)
    assert n.pages == 0


@by_rule
def test_another_one_before_it_is_over_is_the_same_trouble(played: Played) -> None:
    n = night(played.rule)
    lasts(n, played, "a", 0, played.hold + 60)
    again = played.hold + 60 + max(played.clear_after - 1, 0)
    lasts(n, played, "b", again, again + played.hold + 60)
    assert len(n.rows) == 1
    assert n.pages == 1


@by_rule
def test_one_of_another_day_is_another_trouble(played: Played) -> None:
    n = night(played.rule)
    lasts(n, played, "a", 0, played.hold + 60)
    lasts(n, played, "b", 86_400, 86_400 + played.hold + 60)
    assert (len(n.rows), n.pages) == (2, 2)


@by_rule
def test_a_camera_that_falls_silent_leaves_it_unknown_and_not_over(played: Played) -> None:
    n = night(played.rule).at(0)
    n.event("a", "opened", kind=played.kind, subject=played.subject).at(played.hold)
    n.event("a", "updated", began=0, kind=played.kind, subject=played.subject).expect(Condition.ACTIVE)
    n.at(played.hold + STALE_S).expect(Condition.STALE)


@by_rule
def test_who_does_what_by_when_is_written_down(played: Played) -> None:
    rule = shipped().rules[played.rule]
    assert (rule.severity, rule.disposition) == (played.severity, played.disposition)
    assert rule.hold == timedelta(seconds=played.hold)
    assert rule.title.vi != rule.title.en
    assert rule.deadline.clock is (
        Clock.WALL if played.disposition is Disposition.DISPATCH_PATROL else Clock.WORKING
    ), "who goes out goes out at night too"


@pytest.mark.parametrize("played", [played for played in PLAYED if played.worse], ids=lambda played: played.rule)
def test_more_vehicles_make_it_worse(played: Played) -> None:
    for count, severity in played.worse:
        n = night(played.rule).at(0).event("a", "opened", kind=played.kind, subject=played.subject, count=count)
        n.at(played.hold).event("a", "updated", began=0, kind=played.kind, subject=played.subject, count=count)
        n.expect(Condition.ACTIVE, severity=severity)


def test_no_rule_grows_worse_by_a_count_that_its_events_never_reach() -> None:
    growing = [rule for rule in shipped().rules.values() if rule.worse and isinstance(rule.when, EventTrigger)]
    assert growing
    assert {rule.when.event for rule in growing if isinstance(rule.when, EventTrigger)} <= COUNTED


def test_a_motorcycle_and_a_car_on_the_wrong_side_are_two_troubles() -> None:
    n = night("wrong-way")
    played = PLAYED[0]
    lasts(n, played, "a", 0, 10)
    lasts(n, played, "b", 20, 30, subject="car")
    assert {row.fingerprint.subject for row in n.rows.values()} == {"motorcycle", "car"}
