"""A case's photos: sent from a phone (as often as it takes), listed, and looked at, which is written down."""

import hashlib
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, File, Response, UploadFile
from fastapi.responses import FileResponse
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import Connection, Row, func, insert, select
from uuid_utils.compat import uuid7

from central.api.casework import find_case
from central.api.context import Context, Here
from central.api.deeds import lock
from central.api.problems import Code, Refused
from central.api.shapes.cases import PhotoRole, PhotoShape, photo_shape
from central.api.visitor import SignedIn, Visitor
from central.auth.grants import CREW, JUDGES
from central.cases.book import photos_of
from central.cases.lifecycle import OPEN
from central.cases.photos import MOST_BYTES, Developed, Fault, PhotoRefused, Told, away_m
from central.store.audit import append
from central.store.changes import News, announce
from central.store.schema import case, photo

router: Final = APIRouter(prefix="/v1/cases/{case_id}/photos", tags=["photos"])
MOST_PHOTOS: Final = 40


class PhotoForm(BaseModel):
    """A photo and what the phone knows of it. What the picture itself tells (EXIF) goes before what the phone says."""

    model_config = {"extra": "forbid"}

    file: UploadFile
    client_id: UUID
    role: PhotoRole
    taken_at: AwareDatetime | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    accuracy_m: Annotated[float, Field(ge=0, le=1e6)] | None = None


@router.post(
    "",
    operation_id="add_photo",
    status_code=201,
    responses={200: {"model": PhotoShape, "description": "It was here already"}},
)
def add_photo(
    case_id: UUID,
    sent: Annotated[PhotoForm, File(media_type="multipart/form-data")],
    here: Here,
    visitor: SignedIn,
    response: Response,
) -> PhotoShape:
    """Add a photo. The phone names it (`client_id`), so sending it again after a lost answer makes no second one."""
    with here.database.reading() as connection:
        row = _open_to(connection, visitor, case_id)
        known = _by_client(connection, case_id, sent.client_id)
    if known is None:
        data = sent.file.file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise PhotoRefused(Fault.TOO_MANY_BYTES, most=MOST_BYTES)
        developed = here.studio.develop(data)
        sha256 = hashlib.sha256(developed.jpeg).hexdigest()
        here.photos.keep(row.ward_id, sha256, developed.jpeg)
        values = _values(sent, developed, row) | {"sha256": sha256, "by": visitor.account.id}
        known = _store(here, visitor, values)
        if known is None:
            return photo_shape(_read(here, case_id, sent.client_id))
    response.status_code = 200
    return photo_shape(known)


@router.get("", operation_id="list_photos")
def list_photos(case_id: UUID, here: Here, visitor: SignedIn) -> list[PhotoShape]:
    """Every photo of the case, oldest first."""
    with here.database.reading() as connection:
        find_case(connection, visitor.scope(), case_id)
        return [photo_shape(row) for row in photos_of(connection, [case_id])]


@router.get(
    "/{photo_id}",
    operation_id="get_photo",
    response_class=FileResponse,
    responses={200: {"content": {"image/jpeg": {}}, "description": "The picture"}},
)
def get_photo(case_id: UUID, photo_id: UUID, here: Here, visitor: SignedIn) -> FileResponse:
    """Look at a photo; the look is written down."""
    with here.database.writing() as connection:
        row = find_case(connection, visitor.scope(), case_id)
        asked = select(photo).where(photo.c.id == photo_id, photo.c.case_id == case_id)
        found = connection.execute(asked).one_or_none()
        if found is None:
            raise Refused(Code.NOT_FOUND)
        append(connection, visitor.act("look", "photo", photo_id, row.ward_id), here.now())
    path = here.photos.path(found.ward_id, found.sha256)
    if not path.exists():
        raise Refused(Code.EVIDENCE_NOT_HERE, {"state": "lost"})
    return FileResponse(path, media_type="image/jpeg", headers={"Cache-Control": "private, no-store"})


def _open_to(connection: Connection, visitor: Visitor, case_id: UUID) -> Row[Any]:
    row = find_case(connection, visitor.scope(), case_id)
    visitor.must(CREW | JUDGES, row.ward_id)
    if not visitor.account.may(JUDGES, row.ward_id) and visitor.account.unit != row.unit_id:
        raise Refused(Code.NOT_YOUR_UNIT, {"unit": row.unit_id})
    if row.state not in OPEN:
        raise Refused(Code.CASE_FINISHED, {"state": row.state})
    return row


def _by_client(connection: Connection, case_id: UUID, client_id: UUID) -> Row[Any] | None:
    asked = select(photo).where(photo.c.case_id == case_id, photo.c.client_id == client_id)
    return connection.execute(asked).one_or_none()


def _read(here: Context, case_id: UUID, client_id: UUID) -> Row[Any]:
    with here.database.reading() as connection:
        found = _by_client(connection, case_id, client_id)
    if found is None:
        raise LookupError("the photo just stored is gone")
    return found


def _store(here: Context, visitor: Visitor, values: dict[str, Any]) -> Row[Any] | None:
    """Store the photo; when the same one was stored meanwhile by a repeat, returns that one instead."""
    now = here.now()
    with here.database.writing() as connection:
        lock(connection, case, id=values["case_id"])
        row = _open_to(connection, visitor, values["case_id"])
        if (known := _by_client(connection, values["case_id"], values["client_id"])) is not None:
            return known
        asked = select(func.count()).select_from(photo).where(photo.c.case_id == row.id)
        if connection.execute(asked).scalar_one() >= MOST_PHOTOS:
            raise Refused(Code.TOO_MANY_PHOTOS, {"most": MOST_PHOTOS})
        connection.execute(insert(photo).values(**values, at=now))
        append(connection, visitor.act("add", "photo", values["id"], row.ward_id), now)
        news = News(row.ward_id, "case", str(row.id), {"verb": "photo", "photo": str(values["id"])})
        announce(connection, [news], now)
    return None


def _values(sent: PhotoForm, developed: Developed, row: Row[Any]) -> dict[str, Any]:
    told = _believed(sent, developed.told)
    return {
        "id": uuid7(),
        "ward_id": row.ward_id,
        "case_id": row.id,
        "client_id": sent.client_id,
        "role": sent.role,
        "bytes": len(developed.jpeg),
        "width": developed.width,
        "height": developed.height,
        "taken_at": told.taken_at,
        "lat": told.lat,
        "lon": told.lon,
        "accuracy_m": told.accuracy_m,
        "away_m": away_m(told, row.lat, row.lon),
        "camera_model": told.camera_model,
    }


def _believed(sent: PhotoForm, told: Told) -> Told:
    """The picture's own word, else the phone's: a phone that paints faces over sends a picture without EXIF."""
    placed = told.lat is not None
    said: datetime | None = sent.taken_at.astimezone(UTC) if sent.taken_at else None
    return Told(
        told.taken_at or said,
        told.lat if placed else sent.lat,
        told.lon if placed else sent.lon,
        told.accuracy_m if placed else sent.accuracy_m,
        told.camera_model,
    )
