"""The ground under the map, for whoever is signed in: whole where it is small, by ranges where it is a city."""

import re
from typing import Annotated, Final

from fastapi import APIRouter, Header, Response
from fastapi.responses import FileResponse, JSONResponse

from central.api.context import Context, Here
from central.api.problems import Code, Refused
from central.api.visitor import SignedIn
from central.basemap import BaseMap, Form

router: Final = APIRouter(prefix="/v1/map", tags=["map"])
TILES: Final = "/v1/map/tiles.pmtiles"
MOST_AT_ONCE: Final = 8 * 1024 * 1024
_RANGE: Final = re.compile(r"bytes=(\d{1,15})-(\d{1,15})?")
_Tag = Annotated[str | None, Header(alias="If-None-Match", max_length=500)]


@router.get(
    "",
    operation_id="get_map",
    response_class=Response,
    responses={
        200: {"content": {"application/geo+json": {}, "application/json": {}}, "description": "The ground"},
        304: {"description": "What you have is the newest"},
    },
)
def get_map(here: Here, visitor: SignedIn, known: _Tag = None) -> Response:
    """A GeoJSON FeatureCollection (`kind` boundary, water, street, park, building; `name`); or where its tiles are.

    For tiles the answer is `{"type": "pmtiles", "url": …}`.
    """
    ground = _ground(here, visitor)
    headers = _headers(ground)
    if known is not None and (known.strip() == "*" or headers["ETag"] in known):
        return Response(status_code=304, headers=headers)
    if ground.form is Form.PMTILES:
        return JSONResponse({"type": Form.PMTILES.value, "url": TILES}, headers=headers)
    return Response(ground.content, media_type="application/geo+json", headers=headers)


@router.get(
    "/tiles.pmtiles",
    operation_id="get_map_tiles",
    response_class=Response,
    responses={
        200: {"content": {"application/vnd.pmtiles": {}}, "description": "The whole archive"},
        206: {"content": {"application/vnd.pmtiles": {}}, "description": "The bytes that `Range` asked for"},
    },
)
def get_map_tiles(
    here: Here, visitor: SignedIn, span: Annotated[str | None, Header(alias="Range", max_length=100)] = None
) -> Response:
    """The archive, or the bytes `Range` asks for, at most 8 MiB at once."""
    ground = _ground(here, visitor)
    if ground.form is not Form.PMTILES:
        raise Refused(Code.MAP_NOT_CONFIGURED)
    headers = {**_headers(ground), "Accept-Ranges": "bytes"}
    if span is None:
        return FileResponse(ground.path, media_type="application/vnd.pmtiles", headers=headers)
    first, last = _span(span, ground.size)
    with ground.path.open("rb") as file:
        file.seek(first)
        content = file.read(last - first + 1)
    headers["Content-Range"] = f"bytes {first}-{last}/{ground.size}"
    return Response(content, 206, headers, "application/vnd.pmtiles")


def _ground(here: Context, _visitor: SignedIn) -> BaseMap:
    if here.ground is None:
        raise Refused(Code.MAP_NOT_CONFIGURED)
    return here.ground


def _headers(ground: BaseMap) -> dict[str, str]:
    return {"ETag": f'"{ground.tag}"', "Cache-Control": "private, no-cache"}


def _span(told: str, size: int) -> tuple[int, int]:
    """First and last byte, both included. One range, from its start on; else 416 with the size."""
    found = _RANGE.fullmatch(told.strip())
    first = int(found[1]) if found else size
    last = min(size - 1, first + MOST_AT_ONCE - 1, int(found[2]) if found and found[2] else size - 1)
    if first > last:
        raise Refused(Code.RANGE_REFUSED, {"bytes": size}, {"Content-Range": f"bytes */{size}"})
    return first, last
