"""A node that is gone says nothing, and that is something to say: its cameras are blind, its sensors silent.

Silence is told to the alert engine as the camera's own word would be, with the reason `node_offline`: alerts resting on
the camera become stale, never cleared, and the rule about blind cameras raises. What the node tells of itself again,
a tally that watched or a live event, ends it.

A box is gone when its last will says so, or when nothing of it came for three of its keep-alives: a broker that falls
with it passes no will on.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
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
UNHEARD: Final = timedelta(seconds=180)  # a box sends a batch, if an empty one, every 60 s


def fallen(
    connection: Connection, before: datetime, now: datetime, wards: Sequence[str] | None, listens: datetime | None
) -> tuple[list[Fact], list[News]]:
    """Mark silent what belongs to nodes gone since before then; facts for the engine, and what changed.

    `listens`: since when this centre hears anything without a break; what it could not hear is held against nobody,
    and a box that said goodbye before may have come back unheard.
    """
    if listens is not None and listens > before:
        return [], []
    unheard = now - UNHEARD if listens is None or now - listens >= UNHEARD else None
    facts: list[Fact] = []
    news: list[News] = []
    for standing in nodes.fallen_silent(connection, before, unheard, wards):
        if standing.online:
            nodes.give_up(connection, standing.id)
            news.append(News(standing.ward, "node", standing.id, {"online": False}))
        for id_, kind, ward in nodes.silence(connection, standing.id, now):
            news.append(News(ward, "device", id_, {"state": nodes.SILENT}))
            if kind == "camera":
                facts.append(_said(id_, ward, standing.id, BLIND, now))
    return facts, news


def broken(connection: Connection, told: Sequence[Told]) -> list[Fact]:
    """Cameras that were silent and have told since that they watch: mark them live, and tell the engine so."""
    seen = {camera: word for word in told if (camera := _watching(word)) is not None}
    back = nodes.heard_again(connection, {camera: word.at for camera, word in seen.items()})
    return [_said(camera, seen[camera].ward, seen[camera].node, LIVE, seen[camera].at) for camera in back]


def _watching(word: Told) -> str | None:
    """The camera this shows at work. What a camera says of its own state is that state, and an old word is no sign."""
    match word.record.body:
        case Tally(camera=camera, minutes=minutes) if any(minute.watched for minute in minutes):
            return camera
        case Event(camera=camera, kind=kind) if kind != CAMERA_STATE and not word.backlog:
            return camera
    return None


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
