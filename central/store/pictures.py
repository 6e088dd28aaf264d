"""Evidence as rows: what a node may send, what has come, and who may see it.

A node sends what one of its own events names; what comes before its event waits an hour in quarantine, seen by nobody.
A picture is found only through the alert or the case that names it, so its hash opens nothing. What is lost, because
its node gave it up or never sent it, is here after all when it comes. Every deletion leaves a row in the audit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from central.store.alerts import OPEN
from central.store.audit import Act
from central.store.changes import News
from central.store.schema import alert, alert_event, case, evidence, evidence_name, node

QUARANTINE: Final = timedelta(hours=1)
MOST_QUARANTINED: Final = 200
MEDIA_TYPES: Final = frozenset({"image/jpeg", "image/png", "image/webp", "video/mp4"})
COMING: Final = "coming"
HERE: Final = "here"
LOST: Final = "lost"
DELETED: Final = "deleted"
QUARANTINED: Final = "quarantined"
AWAITED: Final = frozenset({COMING, LOST})
NEVER_CAME: Final = "never_came"
NODE_RETIRED: Final = "node_retired"
EXPIRED: Final = "expired"
ORPHANED: Final = "orphaned"
NEVER_NAMED: Final = "never_named"
_OVER: Final = ("closed", "rejected")


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file whose hash agrees with its name."""

    node: str
    ward: str
    sha256: str
    media_type: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Deleted:
    """A file that goes, and why."""

    ward: str
    sha256: str
    node: str
    media_type: str
    bytes: int
    code: str

    @property
    def receipt(self) -> Act:
        """The audit's row for it."""
        told = {"bytes": self.bytes, "media_type": self.media_type}
        return Act("delete", "evidence", self.sha256, "housekeeping", self.ward, None, self.node, self.code, told)


Key = tuple[str, str]
"""A ward, and the hash of a content in it."""

_NAMED: Final = and_(evidence_name.c.sha256 == evidence.c.sha256, evidence_name.c.ward_id == evidence.c.ward_id)
_UNNAMED: Final = and_(evidence.c.state != QUARANTINED, ~select(evidence_name.c.sha256).where(_NAMED).exists())
_UNSHOWN: Final = and_(
    evidence.c.state == HERE,
    ~select(alert.c.id)
    .join(alert_event, alert_event.c.alert_id == alert.c.id)
    .join(evidence_name, evidence_name.c.event_id == alert_event.c.event_id)
    .outerjoin(case, case.c.alert_id == alert.c.id)
    .where(_NAMED, or_(alert.c.condition.in_(OPEN), case.c.state.not_in(_OVER)))
    .exists(),
)
_TOLD: Final = (
    evidence.c.ward_id,
    evidence.c.sha256,
    evidence.c.node_id,
    evidence.c.media_type,
    evidence.c.bytes,
)


def wards_awaiting(connection: Connection, node: str, sha256: str) -> dict[str, str]:
    """The wards in which this node's content is known, and its state in each."""
    asked = select(evidence.c.ward_id, evidence.c.state).where(evidence.c.sha256 == sha256, evidence.c.node_id == node)
    return {row.ward_id: row.state for row in connection.execute(asked)}


def quarantined(connection: Connection, node: str) -> int:
    """How many files of a node wait for an event to name them."""
    asked = select(func.count()).select_from(evidence)
    return int(
        connection.execute(asked.where(evidence.c.node_id == node, evidence.c.state == QUARANTINED)).scalar_one()
    )


def settle(connection: Connection, ward: str, sha256: str, now: datetime) -> list[News]:
    """The content is here; returns the news for every alert that shows it."""
    here = update(evidence).where(evidence.c.ward_id == ward, evidence.c.sha256 == sha256)
    connection.execute(here.values(state=HERE, here_at=now, reason=None))
    return _news(connection, ward, sha256, HERE)


def lose(connection: Connection, node_id: str, sha256: str, code: str) -> list[News]:
    """The node will never send what it named, because; the news of that. What is here stays."""
    awaited = (evidence.c.node_id == node_id) & (evidence.c.sha256 == sha256) & evidence.c.state.in_(AWAITED)
    return _lost(connection, awaited, code)


def give_up(connection: Connection, before: datetime, most: int) -> list[News]:
    """What was named before then and never came from a node that is here, or that was retired, is lost."""
    news: list[News] = []
    for whose, code in ((node.c.online, NEVER_CAME), (node.c.retired_at.is_not(None), NODE_RETIRED)):
        asked = select(evidence.c.ward_id, evidence.c.sha256).join(node, node.c.id == evidence.c.node_id)
        late = asked.where(evidence.c.state == COMING, evidence.c.named_at < before, whose).limit(most)
        for row in connection.execute(late).all():
            news += _lost(connection, _key(row.ward_id, row.sha256) & (evidence.c.state == COMING), code)
    return news


def hold(connection: Connection, arrived: Arrived, now: datetime) -> None:
    """Put a file nobody has named yet into quarantine for an hour."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    held = dialect.insert(evidence).values(
        ward_id=arrived.ward,
        sha256=arrived.sha256,
        node_id=arrived.node,
        media_type=arrived.media_type,
        bytes=arrived.bytes,
        state=QUARANTINED,
        here_at=now,
        expires=now + QUARANTINE,
    )
    named_meanwhile = held.on_conflict_do_update(
        index_elements=[evidence.c.ward_id, evidence.c.sha256],
        set_={"state": HERE, "here_at": now, "reason": None},
        where=evidence.c.state.in_(AWAITED),
    )
    connection.execute(named_meanwhile)


def of_alert(connection: Connection, alert_id: UUID, ward: str, sha256: str) -> Row[Any] | None:
    """The evidence, when an event of that alert names it."""
    naming = (
        select(evidence_name.c.sha256)
        .join(alert_event, alert_event.c.event_id == evidence_name.c.event_id)
        .where(alert_event.c.alert_id == alert_id, evidence_name.c.sha256 == sha256, evidence_name.c.ward_id == ward)
    )
    if connection.execute(naming.limit(1)).first() is None:
        return None
    asked = select(evidence).where(evidence.c.ward_id == ward, evidence.c.sha256 == sha256)
    return connection.execute(asked.where(evidence.c.state != QUARANTINED)).one_or_none()


def named_elsewhere(connection: Connection) -> Sequence[Row[Any]]:
    """Files in quarantine that an event has meanwhile named in another ward: (from_ward, ward_id, sha256)."""
    held, awaited = evidence.alias("held"), evidence.alias("awaited")
    asked: Select[Any] = (
        select(held.c.ward_id.label("from_ward"), awaited.c.ward_id, awaited.c.sha256)
        .join(awaited, (awaited.c.sha256 == held.c.sha256) & (awaited.c.node_id == held.c.node_id))
        .where(held.c.state == QUARANTINED, awaited.c.state.in_(AWAITED))
    )
    return connection.execute(asked).all()


def expire(connection: Connection, now: datetime) -> list[Deleted]:
    """Forget what nobody named within the hour; returns the files to delete."""
    old = delete(evidence).where(evidence.c.state == QUARANTINED, evidence.c.expires <= now)
    return _deleted(connection.execute(old.returning(*_TOLD)), NEVER_NAMED)


def expired(connection: Connection, before: datetime, most: int) -> list[Key]:
    """What came before then and no open alert or case shows. To be looked for where nobody waits for us."""
    asked = select(evidence.c.ward_id, evidence.c.sha256)
    return _keys(connection, asked.where(evidence.c.here_at < before, _UNSHOWN).limit(most))


def let_go(connection: Connection, keys: Sequence[Key]) -> tuple[list[Deleted], list[News]]:
    """Of these, what still nobody shows: rows that say so, the files to delete, the news."""
    gone: list[Deleted] = []
    for ward, sha256 in keys:
        going = update(evidence).where(_key(ward, sha256), _UNSHOWN).values(state=DELETED, reason=_because(EXPIRED))
        gone += _deleted(connection.execute(going.returning(*_TOLD)), EXPIRED)
    return gone, [item for one in gone for item in _news(connection, one.ward, one.sha256, DELETED, EXPIRED)]


def orphans(connection: Connection, most: int) -> list[Key]:
    """What no event names any more. To be looked for where nobody waits for us."""
    return _keys(connection, select(evidence.c.ward_id, evidence.c.sha256).where(_UNNAMED).limit(most))


def forget(connection: Connection, keys: Sequence[Key]) -> tuple[list[Deleted], list[News]]:
    """Of these, what still nobody names: no rows any more, the files to delete, and no news."""
    gone: list[Deleted] = []
    for ward, sha256 in keys:
        going = delete(evidence).where(_key(ward, sha256), _UNNAMED).returning(*_TOLD)
        gone += _deleted(connection.execute(going), ORPHANED)
    return gone, []


def _keys(connection: Connection, asked: Select[Any]) -> list[Key]:
    return [(row.ward_id, row.sha256) for row in connection.execute(asked)]


def _lost(connection: Connection, which: ColumnElement[bool], code: str) -> list[News]:
    losing = update(evidence).where(which).values(state=LOST, reason=_because(code))
    lost = connection.execute(losing.returning(evidence.c.ward_id, evidence.c.sha256)).all()
    return [item for row in lost for item in _news(connection, row.ward_id, row.sha256, LOST, code)]


def _news(connection: Connection, ward: str, sha256: str, state: str, code: str | None = None) -> list[News]:
    """For the evidence itself, and for every alert that shows it."""
    naming = (
        select(alert_event.c.alert_id)
        .join(evidence_name, evidence_name.c.event_id == alert_event.c.event_id)
        .where(evidence_name.c.sha256 == sha256, evidence_name.c.ward_id == ward)
        .distinct()
    )
    alerts = connection.execute(naming).scalars().all()
    told = {"state": state} if code is None else {"state": state, "code": code}
    of_alert = {"verb": "evidence", "sha256": sha256, **told}
    return [News(ward, "evidence", sha256, told), *(News(ward, "alert", str(found), of_alert) for found in alerts)]


def _deleted(going: Iterable[Row[Any]], code: str) -> list[Deleted]:
    return [Deleted(row.ward_id, row.sha256, row.node_id, row.media_type, row.bytes, code) for row in going]


def _key(ward: str, sha256: str) -> ColumnElement[bool]:
    return and_(evidence.c.ward_id == ward, evidence.c.sha256 == sha256)


def _because(code: str) -> dict[str, Any]:
    return {"code": code, "params": {}}
