"""What nodes told, written down: every record, and what its content means for events and devices.

Rows are inserted many at a time. Values a device shows follow the time that orders its facts, so that a late record
never turns them back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, insert, or_, update

from central.store import events, watched
from central.store.schema import device, record
from streams.wire.records import Event, Reading, Record, Tally, Unknown

CAMERA_STATE: Final = "camera_state"
LIVE: Final = "live"


@dataclass(frozen=True, slots=True)
class Told:
    """A record with everything the centre adds to it. `late` says that it had been given up as lost."""

    ward: str
    node: str
    epoch: UUID
    device: str | None
    record: Record
    sent: datetime
    heard: datetime
    doubtful: bool
    backlog: bool
    late: bool = False

    @property
    def at(self) -> datetime:
        """The instant that orders it among others: captured, or heard where its time is doubtful."""
        return self.heard if self.doubtful else self.record.captured


def write(connection: Connection, told: Sequence[Told]) -> None:
    """Store these records and what they say. Each must be new: that is the ledger's word, not this module's."""
    if not told:
        return
    connection.execute(insert(record), [_row(item) for item in told])
    heard = [
        events.Heard(item.ward, item.node, body, item.at, item.heard, item.doubtful) for item, body in _events(told)
    ]
    events.write(connection, heard)
    _show_states(connection, told)
    _show_values(connection, told)
    watched.add(connection, [(item.ward, item.record.body) for item in told if isinstance(item.record.body, Tally)])


def _events(told: Sequence[Told]) -> list[tuple[Told, Event]]:
    return [(item, item.record.body) for item in told if isinstance(item.record.body, Event)]


def _row(item: Told) -> dict[str, Any]:
    body = item.record.body
    content = body.body if isinstance(body, Unknown) else body.model_dump(mode="json", exclude_defaults=True)
    return {
        "ward_id": item.ward,
        "node_id": item.node,
        "epoch": item.epoch,
        "seq": item.record.seq,
        "kind": item.record.kind,
        "device_id": item.device,
        "captured": item.record.captured,
        "sent": item.sent,
        "heard": item.heard,
        "doubtful": item.doubtful,
        "backlog": item.backlog,
        "body": content,
    }


def _show_states(connection: Connection, told: Sequence[Told]) -> None:
    """A camera's newest word on its own health."""
    said: list[dict[str, Any]] = [
        {"of": body.camera, "now": body.subject or "unknown", "at": item.at, "why": _why(body)}
        for item, body in sorted(_events(told), key=lambda pair: pair[0].at)
        if body.kind == CAMERA_STATE
    ]
    newer = or_(device.c.state_since.is_(None), device.c.state_since <= bindparam("at"))
    changing = update(device).where(device.c.id == bindparam("of"), newer)
    if said:
        shown: dict[str, Any] = {"state": bindparam("now"), "state_since": bindparam("at")}
        connection.execute(changing.values(state_reason=bindparam("why"), **shown), said)


def _why(body: Event) -> dict[str, Any] | None:
    return body.notes[0].model_dump(mode="json") if body.notes else None


def _show_values(connection: Connection, told: Sequence[Told]) -> None:
    newest: dict[str, dict[str, Any]] = {}
    for item in told:
        body = item.record.body
        if isinstance(body, Reading) and body.value is not None:
            known = newest.get(body.sensor)
            if known is None or known["at"] <= item.at:
                said = {"at": item.at, "value": body.value, "quality": body.quality}
                newest[body.sensor] = {"of": body.sensor, **said}
    newer = or_(device.c.last_at.is_(None), device.c.last_at <= bindparam("at"))
    changing = update(device).where(device.c.id == bindparam("of"), newer)
    if newest:
        shown = {"last_value": bindparam("value"), "last_at": bindparam("at"), "state": LIVE}
        shown["last_quality"] = bindparam("quality")
        connection.execute(changing.values(shown), [newest[sensor] for sensor in sorted(newest)])
    if missing := _without_value(told):
        connection.execute(changing.values(last_quality=bindparam("quality")), missing)


def _without_value(told: Sequence[Told]) -> list[dict[str, Any]]:
    """Bad readings that hold no value: the value before them stays, and is no longer called good."""
    said = [(item.at, item.record.body) for item in told if isinstance(item.record.body, Reading)]
    return [
        {"of": body.sensor, "at": at, "quality": body.quality}
        for at, body in sorted(said, key=lambda pair: (pair[0], pair[1].sensor))
        if body.value is None
    ]
