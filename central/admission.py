"""Whether a node may say what it says, and when what it says happened: pure, from the registry's word.

A whole batch is refused when the node is unknown or its topic runs through another ward; a single record, when it
names a camera or sensor that the registry does not give this node, or an event that another node minted. Time is
doubtful when a record was captured more than a minute ahead of being heard, or on a clock nobody disciplines; such a
record is kept and ordered by when it was heard.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from central.arrivals import Arrived
from central.store.facts import Told
from central.store.letters import Why
from central.store.registry import Box
from streams.wire.codec import Rejected
from streams.wire.records import Event, Reading, Record, Tally

AHEAD: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that is not taken in: a code for the node's receipt, and words for a person."""

    seq: int
    reason: str
    detail: str


def turned_away(arrived: Arrived, box: Box | None) -> tuple[Why, str] | None:
    """Why the whole batch is refused; None when it may come in."""
    if box is None:
        return Why.UNKNOWN_NODE, f"the registry knows no node {arrived.batch.node!r}"
    if arrived.topic.ward != box.ward:
        return Why.ANOTHER_WARD, f"node {box.id!r} belongs to {box.ward!r}, the topic says {arrived.topic.ward!r}"
    return None


def devices(arrived: Arrived) -> set[str]:
    """The cameras and sensors the batch speaks for."""
    named = (device_of(record) for record in arrived.records if isinstance(record, Record))
    return {device[0] for device in named if device is not None}


def event_ids(arrived: Arrived) -> list[UUID]:
    """The events the batch speaks of."""
    return [
        record.body.id for record in arrived.records if isinstance(record, Record) and isinstance(record.body, Event)
    ]


def admit(
    arrived: Arrived, record: Record | Rejected, box: Box, minters: Mapping[UUID, str], *, late: bool = False
) -> Told | Refusal:
    """One record as it is stored, or why it is not. `minters`: the nodes of known events; `late`: once given up."""
    if isinstance(record, Rejected):
        return Refusal(record.seq, record.code, record.detail)
    named = device_of(record)
    if named is not None:
        id_, kind = named
        known = box.devices.get(id_)
        if known is None or known.kind != kind:
            return Refusal(record.seq, Why.FOREIGN_DEVICE, f"{kind} {id_!r} is not one of node {box.id!r}")
    if isinstance(record.body, Event) and minters.get(record.body.id, box.id) != box.id:
        return Refusal(record.seq, Why.FOREIGN_EVENT, f"event {record.body.id} is another node's")
    batch, heard = arrived.batch, arrived.message.heard
    doubtful = record.captured - heard > AHEAD or not batch.clock.synced
    at = heard if doubtful else record.captured
    return Told(
        ward=box.devices[named[0]].ward(at) if named else box.ward,
        node=box.id,
        epoch=batch.epoch,
        device=named[0] if named else None,
        record=record,
        sent=batch.sent,
        heard=heard,
        doubtful=doubtful,
        backlog=batch.backlog,
        late=late,
    )


def device_of(record: Record) -> tuple[str, str] | None:
    """The device a record speaks for and its kind, camera or sensor; None when it speaks for the node itself."""
    match record.body:
        case Event(camera=camera) | Tally(camera=camera):
            return camera, "camera"
        case Reading(sensor=sensor):
            return sensor, "sensor"
        case _:
            return None
