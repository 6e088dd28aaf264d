"""A node that is gone says nothing, and that is something to say: its cameras are blind, its sensors silent.

Silence is told to the alert engine as the camera's own word would be, with the reason `node_offline`: alerts resting on
the camera become stale, never cleared, and the rule about blind cameras raises. What the node tells of itself again,
a tally that watched or an event, ends it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection
from uuid_utils.compat import uuid7

from alerts.facts import CAMERA_STATE, LIVE, Fact
from central.store import nodes
from central.store.changes import News
from central.store.facts import Told
from streams.wire.records import Event, Phase, Tally
from streams.wire.words import Reason

BLIND: Final = "blind"
OFFLINE: Final = "node_offline"


def fallen(
    connection: Connection, before: datetime, now: datetime, wards: Sequence[str] | None
) -> tuple[list[Fact], list[News]]:
    """Mark silent what belongs to nodes gone since before then; facts for the engine, and what changed."""
    facts: list[Fact] = []
    news: list[News] = []
    for standing in nodes.fallen_silent(connection, before, wards):
        for id_, kind, ward in nodes.silence(connection, standing.id, now):
            news.append(News(ward, "device", id_, {"state": nodes.SILENT}))
            if kind == "camera":
                facts.append(_said(id_, ward, standing.id, BLIND, now))
    return facts, news


def broken(connection: Connection, told: Sequence[Told]) -> list[Fact]:
    """Cameras that were silent and have watched since: mark them live, and tell the engine so."""
    watched = {
        body.camera: word
        for word in told
        if isinstance(body := word.record.body, Tally) and any(minute.watched for minute in body.minutes)
    }
    back = nodes.heard_again(connection, {camera: word.at for camera, word in watched.items()})
    return [_said(camera, watched[camera].ward, watched[camera].node, LIVE, watched[camera].at) for camera in back]


def _said(camera: str, ward: str, node: str, state: str, at: datetime) -> Fact:
    body = Event(
        id=uuid7(),
        kind=CAMERA_STATE,
        phase=Phase.OPENED,
        rev=1,
        camera=camera,
        began=at,
        subject=state,
        notes=(Reason(code=OFFLINE, params={"node": node}),),
    )
    return Fact(body=body, ward=ward, node=node, captured=at, heard=at)
