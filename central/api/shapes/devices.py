"""Cameras and sensors as the API tells them: enough in one line for a fleet page and for a map."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel
from sqlalchemy import Row

from central.api.shapes.strange import ToldQuality, known, object_of
from central.store.watched import WATCHED


class DeviceKind(StrEnum):
    """What stands there."""

    CAMERA = "camera"
    SENSOR = "sensor"


class Watch(BaseModel):
    """How a camera's day went so far, in seconds: watched, blind by cause, and what nobody has told (yet)."""

    day: date
    watched_s: float
    blind_s: dict[str, float]
    untold_s: float


class DeviceShape(BaseModel):
    """A camera or sensor: where it stands, how it is, since when and why (`cause` is the reason's code).

    A sensor's `value` is its newest with its `quality`; a bad one may have left the value before it standing. Of its
    box: whether that is online, its clock's offset, and what was dropped of this camera since the box started.
    """

    id: str
    kind: Annotated[DeviceKind, known(DeviceKind, DeviceKind.SENSOR)]
    ward: str
    node: str
    name: str
    lat: float | None
    lon: float | None
    quantity: str | None
    unit: str | None
    state: str
    state_since: datetime | None
    state_reason: dict[str, Any] | None
    cause: str | None
    value: float | None
    value_at: datetime | None
    quality: ToldQuality | None
    today: Watch | None
    node_online: bool
    clock_offset_ms: float | None
    drops: dict[str, int]
    retired_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Around:
    """What a page of devices rests on: their boxes' rows, and how each camera's day of the city went so far."""

    boxes: Mapping[str, Row[Any]]
    watched: Mapping[str, Mapping[str, float]]
    midnight: datetime
    now: datetime


def device_shape(row: Row[Any], around: Around) -> DeviceShape:
    """A device, from its row and what stands around it."""
    box, reason = around.boxes[row.node_id], object_of(row.state_reason)
    return DeviceShape(
        id=row.id,
        kind=row.kind,
        ward=row.ward_id,
        node=row.node_id,
        name=row.name,
        lat=row.lat,
        lon=row.lon,
        quantity=row.quantity,
        unit=row.unit,
        state=row.state,
        state_since=row.state_since,
        state_reason=reason,
        cause=(reason or {}).get("code"),
        value=row.last_value,
        value_at=row.last_at,
        quality=row.last_quality,
        today=_today(row, around),
        node_online=box.online,
        clock_offset_ms=(object_of(box.clock) or {}).get("offset_ms"),
        drops=_drops(row.id, object_of(box.health) or {}),
        retired_at=row.retired_at,
        version=row.version,
    )


def _today(row: Row[Any], around: Around) -> Watch | None:
    if row.kind != DeviceKind.CAMERA:
        return None
    seconds = around.watched.get(row.id, {})
    blind = {cause: told for cause, told in seconds.items() if cause != WATCHED}
    whole = (around.now - around.midnight).total_seconds()
    return Watch(
        day=around.midnight.date(),
        watched_s=seconds.get(WATCHED, 0.0),
        blind_s=blind,
        untold_s=max(0.0, whole - sum(seconds.values())),
    )


def _drops(device: str, health: Mapping[str, Any]) -> dict[str, int]:
    """By queue: the box counts them as `queue.camera`."""
    named = ((name.rpartition("."), count) for name, count in (object_of(health.get("drops")) or {}).items())
    return {queue: count for (queue, _, of), count in named if of == device}
