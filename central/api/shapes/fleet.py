"""What cameras watched and sensors measured, nodes, wards, units and dead letters, as the API tells them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Row

from central.api.shapes.strange import ToldQuality, object_of
from central.auth.grants import Role
from streams.wire.records import Quality


class Coverage(BaseModel):
    """How long a camera was watched, and how long it was blind by cause, in seconds."""

    device: str
    since: datetime
    until: datetime
    watched_s: float
    blind_s: dict[str, float]
    untold_s: float


class ReadingPoint(BaseModel):
    """One measurement; `value` is missing only from a bad one."""

    at: datetime
    value: float | None
    quality: ToldQuality
    reason: dict[str, Any] | None = None
    doubtful: bool = False


class Series(BaseModel):
    """A sensor's measurements, oldest first. `next` is the `since` of what follows, when there is more."""

    sensor: str
    quantity: str | None
    unit: str | None
    points: list[ReadingPoint]
    next: datetime | None = None


class Ledger(BaseModel):
    """Numbers of records: made = stored + dead_lettered + lost + merged + aside + outstanding (still on the node).

    Of the node's last fifty starts, and of those before that still owe records.
    """

    made: int = 0
    stored: int = 0
    dead_lettered: int = 0
    lost: int = 0
    merged: int = 0
    aside: int = 0
    outstanding: int = 0


class NodeShape(BaseModel):
    """A box: there or not since when, its clock, health and faults as it told them, and its ledger.

    `deaf_since`: since when the centre itself hears nothing of this ward; then `online` is what it knew before.
    """

    id: str
    ward: str
    name: str
    online: bool
    status_at: datetime | None
    heard_at: datetime | None
    session: UUID | None
    session_at: datetime | None
    clock: dict[str, Any] | None
    versions: dict[str, Any] | None
    config_rev: str | None
    outbox_records: int | None
    outbox_age_s: float | None
    deaf_since: datetime | None
    health: dict[str, Any] | None
    faults: Any
    enrolled: bool
    retired_at: datetime | None
    ledger: Ledger
    version: int


class NodeSecret(BaseModel):
    """A node's new secret, told only now; the old one opens nothing any more."""

    node: str
    secret: str | None = None


class WardShape(BaseModel):
    """A ward, its boundary (GeoJSON geometry), the newest number of its change feed, and the asker's roles in it.

    `deaf_since`: since when its worker has no line to the broker, none while it hears.
    """

    id: str
    name: str
    boundary: dict[str, Any] | None
    change_no: int
    deaf_since: datetime | None
    roles: list[Role]


class UnitShape(BaseModel):
    """Who does the work; without a ward, for the whole city."""

    id: str
    ward: str | None
    name: str


class DeadLetterShape(BaseModel):
    """What could not be taken in, why, and how often it came. `heard`: the first time."""

    id: UUID
    ward: str | None
    node: str | None
    epoch: UUID | None
    seq: int | None
    topic: str
    reason: str
    detail: str
    bytes: int
    heard: datetime
    times: int
    last_heard: datetime


def node_shape(row: Row[Any], epochs: Iterable[Row[Any]]) -> NodeShape:
    """A node, from its row and the ledgers of its epochs."""
    health = object_of(row.health)
    return NodeShape(
        id=row.id,
        ward=row.ward_id,
        name=row.name,
        online=row.online,
        status_at=row.status_at,
        heard_at=row.heard_at,
        session=row.session,
        session_at=row.session_at,
        clock=object_of(row.clock),
        versions=object_of(row.versions),
        config_rev=row.config_rev,
        outbox_records=(health or {}).get("outbox_records"),
        outbox_age_s=(health or {}).get("outbox_age_s"),
        deaf_since=row.deaf_since,
        health=health,
        faults=row.faults,
        enrolled=row.secret_hash is not None,
        retired_at=row.retired_at,
        ledger=ledger(epochs),
        version=row.version,
    )


def ledger(epochs: Iterable[Row[Any]]) -> Ledger:
    """What became of every number these epochs made. What is settled without being given up was stored or refused."""
    total = Ledger()
    for row in epochs:
        made = row.next - 1
        settled, lost, merged, aside = (_size(getattr(row, name)) for name in ("settled", "lost", "merged", "aside"))
        refused = sum(_size(spans) for spans in row.refused.values())
        total.made += made
        total.lost += lost
        total.merged += merged
        total.aside += aside
        total.dead_lettered += refused
        total.stored += settled - lost - merged - aside - refused
        total.outstanding += made - settled
    return total


def coverage(device: str, span: tuple[datetime, datetime], tallies: Sequence[Row[Any]]) -> Coverage:
    """Seconds watched and blind in a span of time, from the tallies that fell into it."""
    minutes = [minute for row in tallies for minute in row.body["minutes"]]
    blind: dict[str, float] = {}
    for minute in minutes:
        for cause, seconds in minute.get("blind", {}).items():
            blind[cause] = blind.get(cause, 0.0) + seconds
    watched = sum(minute["watched"] for minute in minutes)
    whole = (span[1] - span[0]).total_seconds()
    untold = max(0.0, whole - watched - sum(blind.values()))
    return Coverage(device=device, since=span[0], until=span[1], watched_s=watched, blind_s=blind, untold_s=untold)


def reading_point(row: Row[Any]) -> ReadingPoint:
    """A measurement, from its record."""
    body: Mapping[str, Any] = row.body
    return ReadingPoint(
        at=row.captured,
        value=body.get("value"),
        quality=body.get("quality", Quality.GOOD),
        reason=body.get("reason"),
        doubtful=row.doubtful,
    )


def dead_letter_shape(row: Row[Any]) -> DeadLetterShape:
    """A dead letter, from its row."""
    return DeadLetterShape(
        id=row.id,
        ward=row.ward_id,
        node=row.node_id,
        epoch=row.epoch,
        seq=row.seq,
        topic=row.topic,
        reason=row.reason,
        detail=row.detail,
        bytes=row.bytes,
        heard=row.heard,
        times=row.times,
        last_heard=row.last_heard or row.heard,
    )


def _size(spans: Iterable[Sequence[int]]) -> int:
    return sum(last - first + 1 for first, last in spans)
