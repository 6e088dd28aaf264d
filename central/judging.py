"""Facts become alerts here, in the transaction that stores them: load, ask the engine, write what it decided.

The engine (`alerts`) decides and knows no database; this module decides nothing. Where two workers raise the same
trouble at once the constraint lets one through; the other loads that alert and asks again. A fact, or an alert whose
time has come, whose judging fails is set aside and the others go on: `central.content` says why. What a node told is
stored all the same; only what it would have made of the alerts is missing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import Connection, Row, bindparam, select
from uuid_utils.compat import uuid7

from alerts.alert import Alert, Verb
from alerts.engine import hear, tick, touched
from alerts.facts import Fact, camera_told_of
from alerts.rules import Rule, RuleBook
from alerts.triggers import CameraTrigger
from central.content import each_or_all
from central.store import alerts as rows
from central.store.changes import News
from central.store.docket import Docket
from central.store.schema import device, node
from streams.wire.records import Event

MOST_DUE: Final = 100
ASIDE: Final = timedelta(hours=1)  # then it is tried again: by then a release may have mended it
_WATCHED: Final = (
    select(node.c.heard_at)
    .join(device, device.c.node_id == node.c.id)
    .where(device.c.id == bindparam("of"), device.c.state == "live", node.c.online)
)
_ATTEMPTS: Final = 5

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Judged:
    """What changed, to be numbered by the caller; whether more timers have come; how many were set aside."""

    news: list[News] = field(default_factory=list)
    more: bool = False
    aside: int = 0


class Judge:
    """The rules, applied to facts and to the passing of time."""

    def __init__(self, rules: RuleBook) -> None:
        self.rules = rules

    def hear(self, connection: Connection, facts: Iterable[Fact], now: datetime) -> Judged:
        """What these facts make of the alerts they touch; one whose judging fails is counted, and changes nothing."""
        told = Judged()

        def aside(fact: Fact, _: Exception) -> list[News]:
            _log.exception("fact set aside", ward=fact.ward, node=fact.node, at=fact.at.isoformat())
            told.aside += 1
            return []

        ordered = sorted(facts, key=lambda fact: fact.at)
        for news in each_or_all(connection, ordered, lambda some: self._hear(connection, some, now), aside):
            told.news += news
        return told

    def tick(self, connection: Connection, now: datetime, wards: Sequence[str] | None) -> Judged:
        """What the passing of time makes of alerts whose timer has come."""
        ringing = rows.due(connection, now, wards, MOST_DUE)
        told = Judged(more=len(ringing) == MOST_DUE)

        def aside(row: Row[Any], error: Exception) -> list[News]:
            _log.exception("alert set aside", alert=str(row.id), ward=row.ward_id, rule=row.rule)
            told.aside += 1
            rows.set_aside(connection, row, type(error).__name__, now, now + ASIDE)
            return [News(row.ward_id, "alert", str(row.id), {"verb": rows.SET_ASIDE})]

        for news in each_or_all(connection, ringing, lambda some: self._ring(connection, some, now), aside):
            told.news += news
        return told

    def _hear(self, connection: Connection, facts: Sequence[Fact], now: datetime) -> list[News]:
        told = [(fact, touched(fact, self.rules)) for fact in facts]
        docket = Docket(connection, {print_.key for _, concerned in told for _, print_ in concerned}, now)
        for fact, concerned in told:
            for rule, print_ in concerned:
                self._hear_one(docket, rule, fact, print_.key, now)
            camera = camera_told_of(fact)
            if camera is not None:
                docket.flush()
                for alert in rows.opened_on(connection, camera):
                    self._hear_of_camera(docket, fact, alert, now)
        return docket.close()

    def _ring(self, connection: Connection, ringing: Sequence[Row[Any]], now: datetime) -> list[News]:
        docket = Docket(connection, (), now)
        for alert in map(rows.read, ringing):
            rule = self.rules.rules.get(alert.fingerprint.rule)
            if rule is None:  # its rule is no longer in the book: it waits for a person
                rows.keep_quiet(connection, alert.id)
                continue
            decision = tick(rule, alert, now, _watched(connection, alert))
            if decision is not None:
                docket.keep(decision, None)
        return docket.close()

    def _hear_one(self, docket: Docket, rule: Rule, fact: Fact, key: str, now: datetime) -> None:
        for _ in range(_ATTEMPTS):
            decision = hear(rule, fact, docket.latest(key), now, uuid7)
            if decision.verb is not Verb.RAISE:
                docket.keep(decision, _event(fact))
                return
            if docket.add(decision, rule.owner_for(fact.ward), _event(fact)):
                return
            docket.load([key])
        raise RuntimeError(f"{key}: lost its place {_ATTEMPTS} times to an alert that was not there after")

    def _hear_of_camera(self, docket: Docket, fact: Fact, alert: Alert, now: datetime) -> None:
        rule = self.rules.rules.get(alert.fingerprint.rule)
        if rule is not None and not isinstance(rule.when, CameraTrigger):
            docket.keep(hear(rule, fact, alert, now, uuid7), None)


def _event(fact: Fact) -> UUID | None:
    """The stored event behind a fact; one the centre made up itself, of a node that fell silent, has none."""
    return fact.body.id if isinstance(fact.body, Event) and not _made_here(fact.body) else None


def _made_here(body: Event) -> bool:
    return any(note.code == "node_offline" for note in body.notes)


def _watched(connection: Connection, alert: Alert) -> datetime | None:
    """Up to when the alert's place is known to have been watched: its node's last batch, while the device is live."""
    place = alert.fingerprint.place
    watched: datetime | None = connection.execute(_WATCHED, {"of": place.sensor or place.camera}).scalar_one_or_none()
    return watched
