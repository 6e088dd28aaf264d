"""Evidence: taken in from nodes by its hash, shown to people only through the alert or the case that names it.

A node sends up to 1 MiB in one request, more in parts of 256 KiB with `Content-Range`; `HEAD` tells how far it got
(`Upload-Offset`). 201: here, and our own hash agrees. 200: was here already. 202: part taken, more expected. 409: the
hash differs, all parts are thrown away. 413 and 415: refused for good. 416: a part that leaves a hole. 503: later. What
a node will never send it says so of (`lost`), so that nobody waits for it.
"""

import re
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel
from sqlalchemy import Connection, Row

from central.api.alert_views import find
from central.api.casework import find_case
from central.api.context import Context, Here
from central.api.intaking import Piece, Sent, take_in
from central.api.problems import Code, Refused, busy
from central.api.uploads import MOST_BYTES, ONE_REQUEST, PART, received
from central.api.visitor import SignedIn, Visitor, origin_of
from central.auth.grants import DESK
from central.auth.nodes import Known, claim, prove
from central.store import pictures
from central.store.audit import append
from central.store.changes import announce
from central.store.pictures import MEDIA_TYPES
from streams.wire.words import SLUG
from streams.wire.words import Code as ReasonCode

router: Final = APIRouter(prefix="/v1", tags=["evidence"])
_RANGE: Final = re.compile(r"bytes (\d{1,12})-(\d{1,12})/(\d{1,12})")

Hash = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
NodeId = Annotated[str, Path(pattern=SLUG)]
_HARMLESS: Final = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
}
_PICTURE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {kind: {} for kind in sorted(MEDIA_TYPES)}, "description": "The picture or clip"}
}


def _node(request: Request, here: Here, node: NodeId) -> Known:
    claimed = claim(request.headers.get("authorization"))
    if claimed is None:
        raise Refused(Code.NOT_SIGNED_IN, headers={"WWW-Authenticate": 'Basic realm="node"'})
    origin, now = origin_of(request), here.now()
    if here.throttle.wait(None, origin, now):  # by address alone: else a stranger could shut a box out
        raise busy(60)
    with here.database.reading() as connection:
        known = prove(connection, claimed, node)
    if known is None:
        here.throttle.failed(None, origin, now)
        raise Refused(Code.WRONG_CREDENTIALS, headers={"WWW-Authenticate": 'Basic realm="node"'})
    if known.id != node:
        raise Refused(Code.NOT_YOUR_NODE)
    return known


ProvedNode = Annotated[Known, Depends(_node)]


async def _body(request: Request) -> bytes:
    return await request.body()


@router.put("/nodes/{node}/evidence/{sha256}", operation_id="put_evidence", status_code=201, response_class=Response)
def put_evidence(
    sha256: Hash,
    known: ProvedNode,
    here: Here,
    data: Annotated[bytes, Depends(_body)],
    *,
    content_type: Annotated[str, Header()] = "",
    content_range: Annotated[str | None, Header()] = None,
) -> Response:
    """Take in a file, or a part of it."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type not in MEDIA_TYPES:
        raise Refused(Code.EVIDENCE_TYPE_REFUSED, {"allowed": sorted(MEDIA_TYPES)})
    sent = Sent(known, sha256, media_type)
    with here.uploads.room(known.id, sha256):
        status, offset = take_in(here, sent, _piece(content_range, data))
    return Response(status_code=status, headers={"Upload-Offset": str(offset)})


@router.head("/nodes/{node}/evidence/{sha256}", operation_id="head_evidence", response_class=Response)
def head_evidence(sha256: Hash, known: ProvedNode, here: Here) -> Response:
    """How far a file has got: 200 it is here, 202 `Upload-Offset` bytes are, 404 nothing is."""
    with here.database.reading() as connection:
        states = pictures.wards_awaiting(connection, known.id, sha256)
    if states and not set(states.values()) & pictures.AWAITED:
        return Response(status_code=200)
    got = received(here.evidence.root, known.id, sha256)
    return Response(status_code=202 if got else 404, headers={"Upload-Offset": str(got)})


class Lost(BaseModel):
    """Why a file will never come."""

    reason: ReasonCode


@router.post("/nodes/{node}/evidence/{sha256}/lost", operation_id="lose_evidence", status_code=204)
def lose_evidence(sha256: Hash, known: ProvedNode, told: Lost, here: Here) -> None:
    """The node has given a file up. 204 noted, however often; 404 no event names it yet: say it again later."""
    with here.database.reading() as connection:
        if not pictures.wards_awaiting(connection, known.id, sha256):
            raise Refused(Code.NOT_FOUND)
    with here.database.writing() as connection:
        announce(connection, pictures.lose(connection, known.id, sha256, told.reason), here.now())


@router.get(
    "/alerts/{alert_id}/evidence/{sha256}",
    operation_id="get_alert_evidence",
    response_class=FileResponse,
    responses=_PICTURE,
)
def get_alert_evidence(alert_id: UUID, sha256: Hash, here: Here, visitor: SignedIn) -> FileResponse:
    """Look at a picture of an alert; the look is written down."""
    with here.database.writing() as connection:
        row = find(connection, visitor.scope(), alert_id)
        visitor.must(DESK, row.ward_id)
        found = _look(connection, here, visitor, (row, row.id), sha256)
    return _shown(here, found)


@router.get(
    "/cases/{case_id}/evidence/{sha256}",
    operation_id="get_case_evidence",
    response_class=FileResponse,
    responses=_PICTURE,
)
def get_case_evidence(case_id: UUID, sha256: Hash, here: Here, visitor: SignedIn) -> FileResponse:
    """Look at a picture of the alert that opened a case; the look is written down."""
    with here.database.writing() as connection:
        row = find_case(connection, visitor.scope(), case_id)
        found = _look(connection, here, visitor, (row, row.alert_id), sha256)
    return _shown(here, found)


def _look(
    connection: Connection, here: Context, visitor: Visitor, through: tuple[Row[Any], UUID | None], sha256: str
) -> Row[Any]:
    row, alert_id = through
    found = pictures.of_alert(connection, alert_id, row.ward_id, sha256) if alert_id else None
    if found is None:
        raise Refused(Code.NOT_FOUND)
    if found.state != pictures.HERE:
        raise Refused(Code.EVIDENCE_NOT_HERE, {"state": found.state, "reason": found.reason})
    append(connection, visitor.act("look", "evidence", sha256, row.ward_id, f"through {row.id}"), here.now())
    return found


def _shown(here: Context, found: Row[Any]) -> FileResponse:
    path = here.evidence.path(found.ward_id, found.sha256)
    if not path.exists():
        raise Refused(Code.EVIDENCE_NOT_HERE, {"state": "lost", "reason": None})
    known = found.media_type in MEDIA_TYPES
    return FileResponse(
        path,
        media_type=found.media_type if known else "application/octet-stream",
        headers=_HARMLESS,
        filename=f"{found.sha256[:16]}.{found.media_type.rpartition('/')[2] if known else 'bin'}",
        content_disposition_type="inline" if known else "attachment",
    )


def _piece(told: str | None, data: bytes) -> Piece:
    if told is None:
        if len(data) > ONE_REQUEST:
            raise Refused(Code.EVIDENCE_TOO_LARGE, {"most": ONE_REQUEST, "part": PART})
        return Piece(0, len(data), data)
    found = _RANGE.fullmatch(told.strip())
    if found is None:
        raise Refused(Code.EVIDENCE_RANGE_REFUSED)
    start, end, total = (int(number) for number in found.groups())
    if total > MOST_BYTES or len(data) > ONE_REQUEST:
        raise Refused(Code.EVIDENCE_TOO_LARGE, {"most": MOST_BYTES, "part": PART})
    if end - start + 1 != len(data) or end >= total:
        raise Refused(Code.EVIDENCE_RANGE_REFUSED)
    return Piece(start, total, data)
