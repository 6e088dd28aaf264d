"""Cases as the API tells them: a card on the board, the whole, the photos, and what each step needs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints
from sqlalchemy import Row

from central.api.shapes.alerts import DeviceRef, EvidenceRef, Note, device_ref
from central.api.shapes.strange import ToldSeverity, ToldState, known
from central.cases.lifecycle import State, Step, Why
from streams.wire.words import Slug


class PhotoRole(StrEnum):
    """When a photo was taken: before the work, or as its proof."""

    BEFORE = "before"
    AFTER = "after"


class CaseQuery(BaseModel):
    """Which cases to list, and from where on. `overdue` asks for those late now."""

    ward: Slug | None = None
    state: list[State] = []
    unit: Slug | None = None
    assignee: UUID | None = None
    kind: Slug | None = None
    overdue: bool = False
    q: Annotated[str, StringConstraints(max_length=100)] | None = None
    after: Annotated[str, StringConstraints(max_length=300)] | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class CaseLine(BaseModel):
    """A case as the board and the task list show it. `steps` are those the asker may take now."""

    id: UUID
    ward: str
    number: int
    kind: str
    rule: str | None
    unit: str
    unit_name: str | None
    assignee: UUID | None
    assignee_name: str | None
    state: ToldState
    severity: ToldSeverity
    device: DeviceRef | None
    zone: str | None
    zone_name: str | None = None
    lat: float | None
    lon: float | None
    words: str | None
    opened_at: datetime
    deadline: datetime
    first_deadline: datetime
    overdue: bool
    resolved_at: datetime | None
    closed_at: datetime | None
    alert_id: UUID | None
    version: int
    steps: list[Step]


class CaseHistoryEntry(BaseModel):
    """A step in the life of a case: by whom, from which state to which, with what words."""

    at: datetime
    actor: UUID | None
    actor_name: str | None
    step: str
    before: ToldState | None
    after: ToldState
    note: str | None
    params: dict[str, Any] | None


class PhotoShape(BaseModel):
    """A photo and what it told of itself before it was made anew. `away_m`: metres from the case's place."""

    id: UUID
    client_id: UUID
    role: Annotated[PhotoRole, known(PhotoRole, PhotoRole.BEFORE)]
    sha256: str
    bytes: int
    width: int
    height: int
    taken_at: datetime | None
    lat: float | None
    lon: float | None
    accuracy_m: float | None
    away_m: float | None
    camera_model: str | None
    by: UUID
    at: datetime


class CaseDetail(CaseLine):
    """A case whole. Evidence is fetched at `/v1/cases/<id>/evidence/<sha256>`."""

    history: list[CaseHistoryEntry]
    photos: list[PhotoShape]
    evidence: list[EvidenceRef]


class PersonShape(BaseModel):
    """Somebody a case may be given to."""

    id: UUID
    name: str


class Assignment(BaseModel):
    """Whose work it is; `assignee` is a member of that unit, or nobody yet."""

    unit: Slug
    assignee: UUID | None = None
    note: Note | None = None


class Reasoned(BaseModel):
    """A step that needs a reason."""

    reason: Why
    note: Note | None = None


class Resolution(BaseModel):
    """What was done, in the crew's own words."""

    words: Annotated[str, StringConstraints(max_length=4000, strip_whitespace=True)]


class Extension(BaseModel):
    """A later deadline; the first one is kept."""

    until: AwareDatetime
    reason: Why
    note: Note | None = None


def case_line(row: Row[Any], people: Mapping[UUID, str], steps: Sequence[Step], *, overdue: bool) -> CaseLine:
    """A case's card, from its row."""
    return CaseLine(
        id=row.id,
        ward=row.ward_id,
        number=row.number,
        kind=row.kind,
        rule=row.rule,
        unit=row.unit_id,
        unit_name=row.unit_name,
        assignee=row.assignee_id,
        assignee_name=people.get(row.assignee_id),
        state=row.state,
        severity=row.severity,
        device=None if row.device_id is None else device_ref(row),
        zone=row.zone,
        zone_name=row.zone_name,
        lat=row.lat,
        lon=row.lon,
        words=row.words,
        opened_at=row.opened_at,
        deadline=row.deadline,
        first_deadline=row.first_deadline,
        overdue=overdue,
        resolved_at=row.resolved_at,
        closed_at=row.closed_at,
        alert_id=row.alert_id,
        version=row.version,
        steps=list(steps),
    )


def case_history(row: Row[Any], people: Mapping[UUID, str]) -> CaseHistoryEntry:
    """A line of a case's history."""
    return CaseHistoryEntry(
        at=row.at,
        actor=row.actor,
        actor_name=people.get(row.actor),
        step=row.step,
        before=row.before,
        after=row.after,
        note=row.note,
        params=row.params,
    )


def photo_shape(row: Row[Any]) -> PhotoShape:
    """A photo, from its row."""
    return PhotoShape(
        id=row.id,
        client_id=row.client_id,
        role=row.role,
        sha256=row.sha256,
        bytes=row.bytes,
        width=row.width,
        height=row.height,
        taken_at=row.taken_at,
        lat=row.lat,
        lon=row.lon,
        accuracy_m=row.accuracy_m,
        away_m=row.away_m,
        camera_model=row.camera_model,
        by=row.by,
        at=row.at,
    )
