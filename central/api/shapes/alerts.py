"""Alerts as the API tells them: the line in the queue, the whole, and what a step needs."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints
from sqlalchemy import Row

from alerts.lifecycle import Condition, DismissReason, Handling
from alerts.rules import Severity
from central.api.shapes.strange import ToldCondition, ToldHandling, ToldReason, ToldSeverity, ToldSuppression
from central.store.queue import Order
from streams.wire.records import Box
from streams.wire.words import Slug

Note = Annotated[str, StringConstraints(max_length=2000, strip_whitespace=True)]


class EvidenceState(StrEnum):
    """Where a picture is: on its way, to be seen, or never to come."""

    COMING = "coming"
    HERE = "here"
    LOST = "lost"
    DELETED = "deleted"


_SHOWN: Final = {state.value: state for state in EvidenceState}


class EvidenceRef(BaseModel):
    """A picture or clip by its content; fetch it at the `evidence/<sha256>` of the alert or case.

    `boxes` are what the node saw in this very picture, normalised to 0..1.
    """

    sha256: str
    role: str
    media_type: str
    bytes: int
    state: EvidenceState
    reason: dict[str, Any] | None = None
    boxes: list[Box] = []


class DeviceRef(BaseModel):
    """The camera or sensor, and where it stands (WGS 84)."""

    id: str
    kind: str | None
    name: str | None
    lat: float | None
    lon: float | None


class AlertLine(BaseModel):
    """An alert as the queue shows it. Boxes are normalised to 0..1 of the picture `evidence` names first.

    `deadline`: when its case would be due, had it been confirmed the moment it was raised. `zone_name`: what people
    call the zone or line, where the city's file names it.
    """

    id: UUID
    ward: str
    rule: str
    unit: str
    device: DeviceRef
    zone: str | None
    zone_name: str | None = None
    subject: str | None
    severity: ToldSeverity
    condition: ToldCondition
    handling: ToldHandling
    suppression: ToldSuppression
    reason: ToldReason
    case_id: UUID | None
    first_seen: datetime
    last_seen: datetime
    raised_at: datetime | None
    cleared_at: datetime | None
    handled_at: datetime | None
    occurrences: int
    late: bool
    peak: float | None
    handler: UUID | None
    handler_name: str | None = None
    deadline: datetime | None = None
    version: int
    kind: str | None = None
    score: float | None = None
    dwell: float | None = None
    count: int | None = None
    boxes: list[Box] = []
    evidence: list[EvidenceRef] = []


class HistoryEntry(BaseModel):
    """A step in the life of an alert: by whom (none: the engine) and why, as codes."""

    at: datetime
    actor: UUID | None
    actor_name: str | None
    step: str
    reason: str | None
    params: dict[str, Any] | None


class EventShape(BaseModel):
    """What a node asserted: one event behind the alert, in its newest revision."""

    id: UUID
    kind: str
    phase: str
    rev: int
    camera: str
    zone: str | None
    subject: str | None
    began: datetime
    captured: datetime
    heard: datetime
    doubtful: bool
    body: dict[str, Any]
    evidence: list[EvidenceRef]


class AlertDetail(AlertLine):
    """An alert whole. `undo_until` is set while the last verdict can be taken back."""

    history: list[HistoryEntry]
    events: list[EventShape]
    undo_until: datetime | None = None


class AlertQuery(BaseModel):
    """Which alerts to list, by which instant, and from where on. `since` is of that instant, too."""

    ward: Slug | None = None
    handling: list[Handling] = []
    condition: list[Condition] = []
    severity: list[Severity] = []
    rule: Slug | None = None
    device: Slug | None = None
    zone: Slug | None = None
    unit: Slug | None = None
    suppressed: bool | None = None
    q: Annotated[str, StringConstraints(max_length=100)] | None = None
    since: AwareDatetime | None = None
    order: Order = Order.RAISED
    after: Annotated[str, StringConstraints(max_length=300)] | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class Dismissal(BaseModel):
    """Why it wants no doing. The first two reasons train different thresholds."""

    reason: DismissReason
    note: Note | None = None


class Remark(BaseModel):
    """A step without anything but, perhaps, a remark."""

    note: Note | None = None


_OF_THE_ROW: Final = (
    *("id", "rule", "zone", "zone_name", "subject", "severity", "condition", "handling", "suppression", "reason"),
    *(
        "case_id",
        "first_seen",
        "last_seen",
        "raised_at",
        "cleared_at",
        "handled_at",
        "occurrences",
        "late",
        "peak",
        "version",
    ),
)


def line(row: Row[Any], events: Sequence[Row[Any]], evidence: Mapping[UUID, Sequence[Row[Any]]]) -> AlertLine:
    """An alert's line, from its row, its events (newest first) and their evidence."""
    body: Mapping[str, Any] = events[0].body if events else {}
    pictures = refs(item for event in events for item in evidence.get(event.id, ()))
    return AlertLine(
        **{name: getattr(row, name) for name in _OF_THE_ROW},
        ward=row.ward_id,
        unit=row.unit_id,
        device=device_ref(row),
        handler=row.handler_id,
        kind=body.get("kind"),
        score=body.get("score"),
        dwell=body.get("dwell"),
        count=body.get("count", 1) if events else None,
        boxes=pictures[0].boxes if pictures else [],
        evidence=pictures,
    )


def device_ref(row: Row[Any]) -> DeviceRef:
    """The device of a row that was joined with it."""
    return DeviceRef(
        id=row.device_id, kind=row.device_kind, name=row.device_name, lat=row.device_lat, lon=row.device_lon
    )


def refs(rows: Iterable[Row[Any]]) -> list[EvidenceRef]:
    """Evidence as an alert or case shows it: what is in quarantine, or in a state of another release, is not."""
    return [
        EvidenceRef(
            sha256=row.sha256,
            role=row.role,
            media_type=row.media_type,
            bytes=row.bytes,
            state=_SHOWN[row.state],
            reason=row.reason,
            boxes=row.boxes or [],
        )
        for row in rows
        if row.state in _SHOWN
    ]


def event_shape(row: Row[Any], evidence: Sequence[Row[Any]]) -> EventShape:
    """An event behind an alert."""
    return EventShape(
        id=row.id,
        kind=row.kind,
        phase=row.phase,
        rev=row.rev,
        camera=row.camera_id,
        zone=row.zone,
        subject=row.subject,
        began=row.began,
        captured=row.captured,
        heard=row.heard,
        doubtful=row.doubtful,
        body=row.body,
        evidence=refs(evidence),
    )


def history_entry(row: Row[Any], names: Mapping[UUID, str]) -> HistoryEntry:
    """A line of history, with the person's name."""
    return HistoryEntry(
        at=row.at,
        actor=row.actor,
        actor_name=names.get(row.actor),
        step=row.step,
        reason=row.reason,
        params=row.params,
    )
