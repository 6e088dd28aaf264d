"""What becomes of a piece of evidence that came in: gathered, hashed, shown or held in quarantine."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row

from central.api.context import Context
from central.api.problems import Code, Refused, busy
from central.api.uploads import (
    MOST_GATHERED,
    PARTS_KEPT,
    forget_stale,
    gather,
    gathered,
    hash_of,
    opens_as,
    part_file,
)
from central.auth.nodes import Known
from central.store import audit, pictures
from central.store.changes import News, announce
from central.store.files import Folder
from central.store.pictures import Arrived

QUARANTINE_FULL_S: Final = 300


@dataclass(frozen=True, slots=True)
class Sent:
    """Which file a proved node is sending."""

    node: Known
    sha256: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of it, where they start, and how long the whole is."""

    start: int
    total: int
    data: bytes


def take_in(here: Context, sent: Sent, piece: Piece) -> tuple[int, int]:
    """Take in a piece; returns the HTTP status (200, 201, 202) and how many bytes are here."""
    with here.database.reading() as connection:
        states = pictures.wards_awaiting(connection, sent.node.id, sent.sha256)
        held = 0 if states else pictures.quarantined(connection, sent.node.id)
    if states and not pictures.AWAITED & set(states.values()):
        return 200, piece.total
    full = gathered(here.evidence.root, sent.node.id) + len(piece.data) > MOST_GATHERED
    if full or held >= pictures.MOST_QUARANTINED:
        raise busy(QUARANTINE_FULL_S)
    path = part_file(here.evidence.root, sent.node.id, sent.sha256)
    got = gather(path, piece.start, piece.data)
    if got < piece.total:
        return 202, got
    if got > piece.total or hash_of(path) != sent.sha256:
        path.unlink()
        raise Refused(Code.EVIDENCE_HASH_DIFFERS, headers={"Upload-Offset": "0"})
    if not opens_as(path, sent.media_type):
        path.unlink()
        raise Refused(Code.EVIDENCE_TYPE_REFUSED, {"allowed": sorted(pictures.MEDIA_TYPES)})
    _settle(here, sent, got)
    return 201, got


def sweep(here: Context) -> int:
    """Delete what nobody named within the hour or went on sending, and move what was named in another ward.

    Returns how many files nobody named.
    """
    now = here.now()
    forget_stale(here.evidence.root, now - PARTS_KEPT)
    with here.database.writing() as connection:
        news = [item for row in pictures.named_elsewhere(connection) for item in _moved(connection, here, row, now)]
        gone = pictures.expire(connection, now)
        for one in gone:
            audit.append(connection, one.receipt, now)
        announce(connection, news, now)
    for one in gone:
        here.evidence.path(one.ward, one.sha256).unlink(missing_ok=True)
    return len(gone)


def _settle(here: Context, sent: Sent, size: int) -> None:
    """The hash agrees: into its place on disk first, then into the rows, so that no row promises a missing file."""
    now = here.now()
    path = part_file(here.evidence.root, sent.node.id, sent.sha256)
    with here.database.writing() as connection:
        states = pictures.wards_awaiting(connection, sent.node.id, sent.sha256)
        wards = [ward for ward, state in states.items() if state in pictures.AWAITED]
        for ward in wards[1:]:
            here.evidence.keep(ward, sent.sha256, path.read_bytes())
        here.evidence.take(wards[0] if wards else sent.node.ward, sent.sha256, path)
        if not states:
            arrived = Arrived(sent.node.id, sent.node.ward, sent.sha256, sent.media_type, size)
            pictures.hold(connection, arrived, now)
        announce(
            connection, [item for ward in wards for item in pictures.settle(connection, ward, sent.sha256, now)], now
        )


def _moved(connection: Connection, here: Context, row: Row[Any], now: datetime) -> list[News]:
    folder: Folder = here.evidence
    held = folder.path(row.from_ward, row.sha256)
    if not held.exists():
        return []
    folder.keep(row.ward_id, row.sha256, held.read_bytes())
    return pictures.settle(connection, row.ward_id, row.sha256, now)
