"""The alerts one transaction is about: loaded together, changed in memory, written together.

A rain burst raises thousands of alerts in a minute, and four statements for each were most of what one cost. Here the
latest alert of every fingerprint a group touches is read and locked by one statement, and links, history and changed
rows leave together in `close`. Only a new alert is written at once, because the constraint decides there and then
whether it won its place; who lost loads the winner and judges again.
"""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, case, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from uuid_utils.compat import uuid7

from alerts.alert import Alert, Decision, Verb
from central.store.alerts import OPEN, columns, read
from central.store.changes import News
from central.store.portions import portions
from central.store.schema import alert, alert_event, alert_history

_QUIET: Final = frozenset({Verb.TOUCH, Verb.IGNORE})
_PLACES: Final = (
    select(
        alert.c.id,
        func.row_number()
        .over(
            partition_by=alert.c.fingerprint,
            order_by=(case((alert.c.condition.in_(OPEN), 0), else_=1), alert.c.first_seen.desc(), alert.c.id.desc()),
        )
        .label("place"),
    )
    .where(alert.c.fingerprint.in_(bindparam("wanted", expanding=True)))
    .subquery()
)
_LATEST: Final = (
    select(alert)
    .where(alert.c.id.in_(select(_PLACES.c.id).where(_PLACES.c.place == 1)))
    .order_by(alert.c.fingerprint)
    .with_for_update()
)
_CHANGED: Final = update(alert).where(alert.c.id == bindparam("of")).values(version=alert.c.version + 1)


class Docket:
    """Alerts by fingerprint: the open one, else the newest, under its row's lock. `close` writes what is left to."""

    def __init__(self, connection: Connection, fingerprints: Collection[str], at: datetime) -> None:
        """Load these; `at` is the time of every change."""
        self._connection = connection
        self._at = at
        self._known: dict[str, Alert | None] = dict.fromkeys(fingerprints)
        self._changed: dict[UUID, Alert] = {}
        self._links: dict[tuple[UUID, UUID], str] = {}
        self._history: list[dict[str, Any]] = []
        self._news: list[News] = []
        self.load(fingerprints)

    def latest(self, fingerprint: str) -> Alert | None:
        """The open alert of a fingerprint that was loaded, else its newest; None where there never was one."""
        return self._known[fingerprint]

    def load(self, fingerprints: Collection[str]) -> None:
        """Read these from the database, again where they were there already."""
        for wanted in portions(sorted(fingerprints)):
            for row in self._connection.execute(_LATEST, {"wanted": wanted}):
                self._known[row.fingerprint] = read(row)

    def add(self, decision: Decision, owner: str, event: UUID | None) -> bool:
        """Insert the alert a decision raises; False when another open alert of its fingerprint won the place."""
        raised = _whole(decision)
        before = self._known.get(raised.fingerprint.key)
        if before is not None and before.id in self._changed:
            self.flush()  # its place is held in the database by one that is over in memory only
        row = {"id": raised.id, "unit_id": owner, **columns(raised)}
        if self._connection.execute(_adding(self._connection.dialect.name), row).one_or_none() is None:
            return False
        self._tell(decision, raised, event)
        return True

    def keep(self, decision: Decision, event: UUID | None) -> None:
        """Take in an alert that a decision changed; nothing for one that was ignored."""
        if decision.verb is Verb.IGNORE or decision.alert is None:
            return
        self._changed[decision.alert.id] = decision.alert
        self._tell(decision, decision.alert, event)

    def flush(self) -> None:
        """Write the changed rows, so that the database says what is known here."""
        if self._changed:
            rows = [{"of": id_, **columns(self._changed[id_])} for id_ in sorted(self._changed)]
            self._connection.execute(_CHANGED, rows)
            self._changed.clear()

    def close(self) -> list[News]:
        """Write everything that waits; returns what changed, to be numbered last."""
        self.flush()
        if self._links:
            links = [
                {"alert_id": alert_id, "event_id": event_id, "ward_id": ward}
                for (alert_id, event_id), ward in self._links.items()
            ]
            self._connection.execute(_linking(self._connection.dialect.name), links)
        if self._history:
            self._connection.execute(insert(alert_history), self._history)
        return self._news

    def _tell(self, decision: Decision, changed: Alert, event: UUID | None) -> None:
        ward = changed.fingerprint.ward
        self._known[changed.fingerprint.key] = changed
        if event is not None:
            self._links[changed.id, event] = ward
        if decision.verb not in _QUIET:
            self._write_down(decision, changed)
        self._news.append(News(ward, "alert", str(changed.id), {"verb": decision.verb, "page": decision.page}))

    def _write_down(self, decision: Decision, changed: Alert) -> None:
        params: dict[str, Any] = {"steps": list(decision.steps), "page": decision.page, "late": decision.late}
        self._history.append(
            {
                "id": uuid7(),
                "alert_id": changed.id,
                "ward_id": changed.fingerprint.ward,
                "at": self._at,
                "step": decision.verb,
                "reason": decision.reason,
                "params": params,
            }
        )


def _whole(decision: Decision) -> Alert:
    if decision.alert is None:
        raise ValueError("a decision that raises holds the alert it raises")
    return decision.alert


@cache
def _adding(dialect: str) -> Any:  # noqa: ANN401 - an Insert of either dialect
    return _insert(dialect)(alert).on_conflict_do_nothing().returning(alert.c.id)


@cache
def _linking(dialect: str) -> Any:  # noqa: ANN401 - an Insert of either dialect
    return _insert(dialect)(alert_event).on_conflict_do_nothing()


def _insert(dialect: str) -> Any:  # noqa: ANN401 - each dialect's own `insert`, alike in what is used here
    return postgresql.insert if dialect == "postgresql" else sqlite.insert
