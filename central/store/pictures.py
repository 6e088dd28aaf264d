"""Evidence as rows: what a node may send, what has come, and who may see it.

A node sends what one of its own events names; what comes before its event waits an hour in quarantine, seen by nobody.
A picture is found only through the alert or the case that names it, so its hash opens nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, Select, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from central.store.changes import News
from central.store.schema import alert_event, evidence, evidence_name

QUARANTINE: Final = timedelta(hours=1)
MOST_QUARANTINED: Final = 200
MEDIA_TYPES: Final = frozenset({"image/jpeg", "image/png", "image/webp", "video/mp4"})
COMING: Final = "coming"
HERE: Final = "here"
QUARANTINED: Final = "quarantined"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file whose hash agrees with its name."""

    node: str
    ward: str
    sha256: str
    media_type: str
    bytes: int


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
    naming = (
        select(alert_event.c.alert_id)
        .join(evidence_name, evidence_name.c.event_id == alert_event.c.event_id)
        .where(evidence_name.c.sha256 == sha256, evidence_name.c.ward_id == ward)
        .distinct()
    )
    alerts = connection.execute(naming).scalars().all()
    told = {"verb": "evidence", "sha256": sha256}
    return [News(ward, "evidence", sha256), *(News(ward, "alert", str(found), told) for found in alerts)]


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
        set_={"state": HERE, "here_at": now},
        where=evidence.c.state == COMING,
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
        .where(held.c.state == QUARANTINED, awaited.c.state == COMING)
    )
    return connection.execute(asked).all()


def expire(connection: Connection, now: datetime) -> list[tuple[str, str]]:
    """Forget what nobody named within the hour; returns (ward, sha256) of the files to delete."""
    old = delete(evidence).where(evidence.c.state == QUARANTINED, evidence.c.expires <= now)
    return [
        (row.ward_id, row.sha256) for row in connection.execute(old.returning(evidence.c.ward_id, evidence.c.sha256))
    ]
