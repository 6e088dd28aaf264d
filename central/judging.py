"""Facts become alerts here, in the transaction that stores them: load, ask the engine, write what it decided.

The engine (`alerts`) decides and knows no database; this module decides nothing. Where two workers raise the same
trouble at once the constraint lets one through; the other loads that alert and asks again.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select
from uuid_utils.compat import uuid7

from alerts.alert import Alert, Decision, Verb
from alerts.engine import hear, tick, touched
from alerts.facts import Fact, camera_told_of
from alerts.rules import Rule, RuleBook
from alerts.triggers import CameraTrigger
from central.store import alerts as rows
from central.store.changes import News
from central.store.schema import device, node
from streams.wire.records import Event

MOST_DUE: Final = 100
_ATTEMPTS: Final = 5


class Judge:
    """The rules, applied to facts and to the passing of time."""

    def __init__(self, rules: RuleBook) -> None:
        self.rules = rules

    def hear(self, connection: Connection, facts: Iterable[Fact], now: datetime) -> list[News]:
        """What these facts make of the alerts they touch; returns what changed, to be numbered by the caller."""
        news: list[News] = []
        for fact in sorted(facts, key=lambda fact: fact.at):
            for rule, print_ in touched(fact, self.rules):
                news += self._hear_one(connection, rule, fact, print_.key, now)
            camera = camera_told_of(fact)
            for alert in rows.opened_on(connection, camera) if camera is not None else ():
                news += self._hear_of_camera(connection, fact, alert, now)
        return news

    def tick(self, connection: Connection, now: datetime, wards: Sequence[str] | None) -> tuple[list[News], bool]:
        """What the passing of time makes of alerts whose timer has come; and whether more are waiting."""
        news: list[News] = []
        ringing = rows.due(connection, now, wards, MOST_DUE)
        for alert in ringing:
            rule = self.rules.rules.get(alert.fingerprint.rule)
            if rule is None:  # its rule is no longer in the book: it waits for a person
                rows.keep_quiet(connection, alert.id)
                continue
            decision = tick(rule, alert, now, _watched(connection, alert))
            if decision is not None:
                news += rows.keep(connection, decision, None, now)
        return news, len(ringing) == MOST_DUE

    def _hear_one(self, connection: Connection, rule: Rule, fact: Fact, key: str, now: datetime) -> list[News]:
        for _ in range(_ATTEMPTS):
            decision = hear(rule, fact, rows.latest(connection, key), now, uuid7)
            if decision.verb is not Verb.RAISE:
                return rows.keep(connection, decision, _event(fact), now)
            news = rows.add(connection, decision, rule.owner_for(fact.ward), _event(fact), now)
            if news is not None:
                return news
        raise RuntimeError(f"{key}: lost its place {_ATTEMPTS} times to an alert that was not there after")

    def _hear_of_camera(self, connection: Connection, fact: Fact, alert: Alert, now: datetime) -> list[News]:
        rule = self.rules.rules.get(alert.fingerprint.rule)
        if rule is None or isinstance(rule.when, CameraTrigger):
            return []
        decision: Decision = hear(rule, fact, alert, now, uuid7)
        return rows.keep(connection, decision, None, now)


def _event(fact: Fact) -> UUID | None:
    """The stored event behind a fact; one the centre made up itself, of a node that fell silent, has none."""
    return fact.body.id if isinstance(fact.body, Event) and not _made_here(fact.body) else None


def _made_here(body: Event) -> bool:
    return any(note.code == "node_offline" for note in body.notes)


def _watched(connection: Connection, alert: Alert) -> datetime | None:
    """Up to when the alert's place is known to have been watched: its node's last batch, while the device is live."""
    place = alert.fingerprint.place
    query = (
        select(node.c.heard_at)
        .join(device, device.c.node_id == node.c.id)
        .where(device.c.id == (place.sensor or place.camera), device.c.state == "live", node.c.online)
    )
    watched: datetime | None = connection.execute(query).scalar_one_or_none()
    return watched
