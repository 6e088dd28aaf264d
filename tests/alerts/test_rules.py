from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.durations import Clock, Deadline
from alerts.rules import Disposition, Known, Severity, parse_rules
from streams.documents import DocumentRefused
from tests.alerts.timeline import event, reading, rule_of, rules_of

CITY = Known(
    units=frozenset({"doi-thoat-nuoc"}),
    wards=frozenset({"w1"}),
    cameras=frozenset({"cam-1"}),
    sensors=frozenset({"s1"}),
    measures={"water_level": frozenset({"m"})},
)
GOOD = """rules:
  water-level:
    title: {vi: Mực nước, en: Water level}
    when:
      reading: water_level
      unit: m
      above: 1.2
      clear: 1.0
    severity: major
    owner: doi-thoat-nuoc
    deadline: 4h working
    disposition: open_case
    budget: 10
"""


def mistakes(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(DocumentRefused) as refused:
        parse_rules(text, "rules.yaml", CITY)
    return [(mistake.line, mistake.where, mistake.message) for mistake in refused.value.mistakes]


def test_a_whole_contract_loads() -> None:
    rule = parse_rules(GOOD, "rules.yaml", CITY).rules["water-level"]
    assert (rule.id, rule.owner, rule.severity) == ("water-level", "doi-thoat-nuoc", Severity.MAJOR)
    assert rule.deadline == Deadline(4, "h", Clock.WORKING)
    assert str(rule.deadline) == "4h working"
    assert rule.disposition is Disposition.OPEN_CASE


@pytest.mark.parametrize("part", ["owner", "deadline", "disposition", "severity", "budget", "title", "when"])
def test_a_rule_without_a_part_of_the_contract_is_refused_at_its_line(part: str) -> None:
    lines = [line for line in GOOD.splitlines() if not line.startswith(f"    {part}:")]
    if part == "when":
        lines = [line for line in lines if not line.startswith("      ")]
    [(line, where, message)] = mistakes("\n".join(lines))
    assert (line, where) == (2, f"rules.water-level.{part}")
    assert "is required and missing" in message


def test_a_rule_that_nobody_owns_is_told_why_that_matters() -> None:
    [(_, _, message)] = mistakes(GOOD.replace("    owner: doi-thoat-nuoc\n", ""))
    assert "no unit owns" in message


@pytest.mark.parametrize(
    ("written", "wrong", "line", "says"),
    [
        ("owner: doi-thoat-nuoc", "owner: doi-ma", 10, "no such unit: doi-ma"),
        ("clear: 1.0", "clear: 1.2", 8, "wrong side"),
        ("clear: 1.0", "clear: 1.5", 8, "wrong side"),
        ("above: 1.2", "below: 1.2", 8, "wrong side"),
        ("above: 1.2", "sensors: [s9]", 4, "give either `above` or `below`"),
        ("unit: m", "unit: cm", 4, "they send it in m"),
        ("clear: 1.0", "clear: 1.0\n      sensors: [s9]", 4, "no such sensor: s9"),
        ("clear: 1.0", "clear: 1.0\n      at_least: 3\n      of: 2", 10, "3 of 2 readings can never be"),
        ("clear: 1.0", "clear: 1.0\n      sensor: s1", 9, "unknown setting"),
        ("deadline: 4h working", "deadline: 4h", 11, "4h working, 3d working or 30m wall"),
        ("budget: 10", "budget: 0", 13, "greater than or equal to 1"),
        ("budget: 10", "budget: 10\n    for: soon", 14, "write a duration as 30s, 10m, 4h or 3d"),
        ("budget: 10", "budget: 10\n    stale_after: 0s", 14, "longer than nothing"),
        ("budget: 10", "budget: 10\n    wards: [w1, w9]", 14, "no such ward: w9"),
        ("budget: 10", "budget: 10\n    owner_in: {w1: nobody}", 14, "no such unit: nobody"),
        ("budget: 10", "budget: 10\n    schedule:\n      - hours: 25:00-26:00", 15, "write hours as 22:00-05:00"),
        ("severity: major", "severity: grave", 9, "critical"),
        ("  water-level:", "  Water Level:", 2, "pattern"),
    ],
)
def test_a_mistake_is_told_with_its_line(written: str, wrong: str, line: int, says: str) -> None:
    found = mistakes(GOOD.replace(written, wrong))
    assert [(at, says in message) for at, _, message in found if says in message] == [(line, True)], found


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ("{}", "says what it listens for with one of"),
        ("{event: line_crossed}", "say after how long a quiet it is over"),
        ("{event: loitering, quiet: 5m}", "is for momentary kinds"),
        ("{event: loitering, at_least: 2, within: 5m}", "only momentary kinds are counted"),
        ("{event: line_crossed, at_least: 2, quiet: 5m}", "stated together"),
        ("{event: line_crossed, within: 2m, quiet: 5m}", "stated together"),
        ("{event: camera_state}", "camera_state: [blind, unfit]"),
        ("{camera_state: [live]}", "blind"),
    ],
)
def test_a_trigger_that_makes_no_sense_is_refused(when: str, says: str) -> None:
    with pytest.raises(DocumentRefused, match=r"rules\.yaml:3: ") as refused:
        rule_of(f"when: {when}")
    assert says in str(refused.value)


def test_every_mistake_is_listed_at_once() -> None:
    text = GOOD.replace("owner: doi-thoat-nuoc", "owner: doi-ma").replace("clear: 1.0", "clear: 2").replace("10", "no")
    assert [line for line, _, _ in mistakes(text)] == [8, 10, 13]


def test_the_rules_that_ship_load_and_every_one_has_an_owner() -> None:
    text = (Path(__file__).parents[2] / "configs" / "rules.yaml").read_text(encoding="utf-8")
    rules = parse_rules(text, "rules.yaml", Known()).rules
    assert {"loitering", "stopped-vehicle", "crowding", "water-level", "camera-blind", "sensor-silent"} <= set(rules)
    assert all(rule.owner for rule in rules.values())


def test_a_fact_meets_only_the_rules_that_listen_for_it() -> None:
    rules = rules_of("when: {event: loitering, zones: [gate], subjects: [person]}\nwards: [w1]")
    assert [rule.id for rule in rules.concerned(event("a", "opened", 0))] == ["trial"]
    assert not rules.concerned(event("a", "opened", 0, subject="dog"))
    assert not rules.concerned(event("a", "opened", 0, kind="crowding"))
    assert not rules.concerned(reading(0, 1.0))
    assert not rules_of("when: {event: loitering}\nwards: [w2]").concerned(event("a", "opened", 0))


def test_a_ward_may_have_an_owner_of_its_own() -> None:
    rule = rule_of("when: {event: loitering}\nowner_in: {w2: unit-b}")
    assert (rule.owner_for("w1"), rule.owner_for("w2")) == ("unit-a", "unit-b")


def test_severity_follows_the_peak_in_the_direction_of_the_trigger() -> None:
    high = rule_of("when: {event: crowding}\nworse: [{at: 5, severity: major}, {at: 9, severity: critical}]")
    assert [high.severity_at(peak) for peak in (None, 4, 5, 9)] == ["minor", "minor", "major", "critical"]
    low = rule_of("when: {reading: water_level, unit: m, below: 1, clear: 2}\nworse: [{at: 0.5, severity: major}]")
    assert [low.severity_at(peak) for peak in (0.9, 0.5)] == ["minor", "major"]


@pytest.mark.parametrize(
    ("hours", "local", "holds"),
    [
        ("22:00-05:00", (2026, 11, 20, 22, 0), True),  # a Friday
        ("22:00-05:00", (2026, 11, 21, 4, 59), True),  # the same night, Saturday by the calendar
        ("22:00-05:00", (2026, 11, 21, 5, 0), False),
        ("22:00-05:00", (2026, 11, 20, 4, 0), False),  # Thursday's night is not Friday's
        ("22:00-05:00", (2026, 11, 21, 22, 0), False),
        ("00:00-24:00", (2026, 11, 20, 23, 59), True),
        ("07:00-09:00", (2026, 11, 20, 7, 0), True),
    ],
)
def test_hours_are_the_citys_and_a_night_belongs_to_the_day_it_starts_on(
    hours: str,
    local: tuple[int, int, int, int, int],
    holds: bool,  # noqa: FBT001 - the expected answer
) -> None:
    rule = rule_of(f"when: {{event: loitering}}\nschedule: [{{days: [fri], hours: {hours}}}]")
    at = datetime(*local, tzinfo=UTC) - timedelta(hours=7)
    assert rule.schedule[0].holds(at) is holds
