"""A rule tried on facts that have already happened, before it may ring: how often would it have?

The same `hear` and `tick` over a virtual clock that stands at each fact's hearing; timers fall due in between, with
the node taken to be watching whenever facts of it were heard.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from alerts.alert import Alert, Decision, Reason, Verb
from alerts.engine import hear, tick, touched
from alerts.facts import Fact, camera_told_of
from alerts.lifecycle import ConditionStep
from alerts.rules import Rule, book


@dataclass(slots=True)
class Simulated:
    """What the rule would have done: alerts that became active, times a person was called, facts ignored by reason."""

    raised: int = 0
    paged: int = 0
    facts: int = 0
    ignored: dict[Reason, int] = field(default_factory=dict)
    alerts: dict[UUID, Alert] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)

    def count(self, decision: Decision) -> None:
        """Adds one decision."""
        self.decisions.append(decision)
        if decision.verb is Verb.IGNORE:
            self.ignored[decision.reason] = self.ignored.get(decision.reason, 0) + 1
        elif decision.alert is not None:
            self.alerts[decision.alert.id] = decision.alert
        self.raised += ConditionStep.MATURE in decision.steps
        self.paged += decision.page


def simulate(rule: Rule, facts: Iterable[Fact], until: datetime | None = None) -> Simulated:
    """Replays facts through one rule, in the order they were heard, and runs its timers up to `until`."""
    done, latest = Simulated(), dict[str, Alert]()
    ids = _numbered()
    for fact in sorted(facts, key=lambda fact: fact.heard):
        _pass_time(rule, latest, fact.heard, done)
        done.facts += 1
        for key in _keys(rule, fact, latest):
            decision = hear(rule, fact, latest.get(key), fact.heard, lambda: next(ids))
            done.count(decision)
            if decision.alert is not None:
                latest[key] = decision.alert
    if until is not None:
        _pass_time(rule, latest, until, done)
    return done


def _keys(rule: Rule, fact: Fact, latest: dict[str, Alert]) -> list[str]:
    own = [print_.key for _, print_ in touched(fact, book({rule.id: rule}))]
    camera = camera_told_of(fact)
    return own or [key for key, alert in latest.items() if camera and alert.fingerprint.place.camera == camera]


def _pass_time(rule: Rule, latest: dict[str, Alert], now: datetime, done: Simulated) -> None:
    """Every timer due by `now`, each at its own instant and in order."""
    while due := [(alert.due, key) for key, alert in latest.items() if alert.due is not None and alert.due <= now]:
        at, key = min(due)
        decision = tick(rule, latest[key], at, watched=at)
        if decision is None or decision.alert is None:
            return
        done.count(decision)
        latest[key] = decision.alert


def _numbered() -> Iterator[UUID]:
    number = 0
    while True:
        number += 1
        yield UUID(int=number)
