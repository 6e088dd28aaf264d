"""A virtual clock and a scripted night: `night.at(0).event("a", "opened")`, `night.at(30).expect(Condition.ACTIVE)`.

Plays the part of the store: one latest alert per fingerprint, a new row only where none is open, timers when due.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from alerts.alert import Alert, Decision, Reason, Verb
from alerts.engine import hear, tick, touched
from alerts.facts import CAMERA_STATE, Fact, camera_told_of
from alerts.lifecycle import CONDITION, Condition, advance
from alerts.memory import from_memory, to_memory
from alerts.rules import Known, Rule, RuleBook, parse_rules
from streams.wire.records import Event, Phase, Quality, Reading

START = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
CONTRACT = """
    title: {vi: Thử, en: Trial}
    severity: minor
    owner: unit-a
    deadline: 4h working
    disposition: open_case
    budget: 10
"""


def rule_of(text: str) -> Rule:
    """The rule `trial` with these lines in front of an ordinary contract."""
    return rules_of(text).rules["trial"]


def rules_of(text: str) -> RuleBook:
    indented = "\n".join(f"    {line.strip()}" for line in text.strip().splitlines())
    return parse_rules(f"rules:\n  trial:\n{indented}{CONTRACT}", "rules.yaml", Known())


def event_id(name: str) -> UUID:
    """A version 7 id that stands for a name, the same each time."""
    return UUID(int=(0x7 << 76) | (0x2 << 62) | int.from_bytes(name.encode()[:7], "big"))


def clock(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def event(  # noqa: PLR0913 - the words of one scripted event, all by name
    name: str,
    phase: str,
    captured: float,
    *,
    began: float | None = None,
    rev: int | None = None,
    kind: str = "loitering",
    subject: str = "person",
    heard: float | None = None,
    count: int = 1,
) -> Fact:
    """An event of one camera and zone, told at `captured` seconds."""
    body = Event(
        id=event_id(name),
        kind=kind,
        phase=Phase(phase),
        rev=rev or {"opened": 1, "updated": 2, "unknown": 3, "closed": 4}[phase],
        camera="cam-1",
        zone=None if kind == CAMERA_STATE else "gate",
        subject=subject,
        count=count,
        began=clock(captured if began is None else began),
    )
    at = clock(captured)
    return Fact(body=body, ward="w1", node="n1", captured=at, heard=at if heard is None else clock(heard))


def reading(captured: float, value: float | None, quality: str = "good", unit: str = "m") -> Fact:
    """A water level in metres, told at `captured` seconds."""
    body = Reading(sensor="s1", quantity="water_level", unit=unit, value=value, quality=Quality(quality))
    return Fact(body=body, ward="w1", node="n1", captured=clock(captured), heard=clock(captured))


class Night:
    """What one rule makes of a scripted night; every alert goes through JSON between two facts, as in the store."""

    def __init__(self, rule: Rule, rules: RuleBook, *, watched: bool = True) -> None:
        self.rule = rule
        self.rules = rules
        self.watched = watched
        self.now = START
        self.rows: dict[UUID, Alert] = {}
        self.decisions: list[Decision] = []
        self._ids = (UUID(int=number) for number in range(1, 10_000))

    def at(self, seconds: float) -> "Night":
        """Time passes to `seconds`; every timer due by then rings at its own instant."""
        until = clock(seconds)
        while due := [(alert.due, alert.id) for alert in self.rows.values() if alert.due and alert.due <= until]:
            instant, id_ = min(due)
            decision = tick(self.rule, self.rows[id_], instant, instant if self.watched else None)
            assert decision is not None
            self._keep(decision)
        self.now = max(self.now, until)
        return self

    def event(self, name: str, phase: str, **words: object) -> "Night":
        return self.hear(event(name, phase, (self.now - START).total_seconds(), **words))  # type: ignore[arg-type] # the words of `event`

    def moment(self, name: str) -> "Night":
        return self.event(name, "closed", kind="line_crossed")

    def camera(self, name: str, state: str) -> "Night":
        return self.event(name, "opened", kind=CAMERA_STATE, subject=state)

    def reading(self, value: float | None, quality: str = "good", unit: str = "m") -> "Night":
        return self.hear(reading((self.now - START).total_seconds(), value, quality, unit))

    def hear(self, fact: Fact) -> "Night":
        """One fact, decided for every fingerprint and every sibling it touches."""
        for alert in list(self._concerned(fact)):
            self._keep(hear(self.rule, fact, alert, self.now, lambda: next(self._ids)))
        return self

    def expect(self, condition: Condition, reason: Reason | None = None, **columns: object) -> "Night":
        """The latest alert stands so, and the last decision was for this reason."""
        assert self.alert.condition is condition
        assert reason is None or self.decisions[-1].reason is reason
        for name, value in columns.items():
            assert getattr(self.alert, name) == value, name
        return self

    @property
    def alert(self) -> Alert:
        return list(self.rows.values())[-1]

    @property
    def pages(self) -> int:
        return sum(decision.page for decision in self.decisions)

    def _concerned(self, fact: Fact) -> Iterator[Alert | None]:
        for _, print_ in touched(fact, self.rules):
            yield next((alert for alert in reversed(self.rows.values()) if alert.fingerprint == print_), None)
        if camera_told_of(fact) and not touched(fact, self.rules):
            yield from [alert for alert in self.rows.values() if alert.open]

    def _keep(self, decision: Decision) -> None:
        self.decisions.append(decision)
        alert = decision.alert
        if decision.verb is Verb.IGNORE or alert is None:
            assert alert is None or alert == self.rows[alert.id]
            return
        before = self.rows.get(alert.id)
        condition = before.condition if before else Condition.PENDING
        for step in decision.steps:
            condition = advance(CONDITION, condition, step)
        assert condition is alert.condition
        assert (before is None) is (decision.verb is Verb.RAISE)
        assert from_memory(to_memory(alert.memory)) == alert.memory
        self.rows[alert.id] = alert
        opened = [row.fingerprint.key for row in self.rows.values() if row.open]
        assert len(opened) == len(set(opened)), "two open alerts under one fingerprint"


def night(text: str, *, watched: bool = True) -> Night:
    """A night under the rule with these lines."""
    rules = rules_of(text)
    return Night(rules.rules["trial"], rules, watched=watched)
