"""The ground under the console's map: one file of the city's own, read and checked when the centre starts.

No map comes from elsewhere: a ward's network may be closed, and where its operators look is nobody else's business. A
small place is a GeoJSON FeatureCollection, drawn by the client in its own colours; a city is a PMTiles archive, read
by ranges. What a file claims is checked here once, so that a broken map is a clear refusal and not a grey screen.

Sources: RFC 7946; the PMTiles specification, version 3 (header of 127 bytes, little endian).
"""

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from streams.documents import DocumentRefused, Mistake
from streams.wire.words import Finite

MOST_BYTES: Final = 20 * 1024 * 1024
FARTHEST_EAST: Final = 180.0
FARTHEST_NORTH: Final = 90.0
MOST_MISTAKES: Final = 20
HEADER: Final = 127
_HEAD_OF_TAG: Final = 16 * 1024
_MAGIC: Final = b"PMTiles\x03"


class Kind(StrEnum):
    """What a feature of the ground is."""

    BOUNDARY = "boundary"
    WATER = "water"
    STREET = "street"
    PARK = "park"
    BUILDING = "building"


class Form(StrEnum):
    """How the ground is told."""

    GEOJSON = "geojson"
    PMTILES = "pmtiles"


@dataclass(frozen=True, slots=True)
class BaseMap:
    """The ground: `tag` changes with the file; `content` is a GeoJSON file whole, empty for an archive of tiles."""

    form: Form
    path: Path
    tag: str
    size: int
    content: bytes = b""


def _on_earth(position: list[float]) -> list[float]:
    if abs(position[0]) > FARTHEST_EAST or abs(position[1]) > FARTHEST_NORTH:
        raise ValueError("a position is longitude, then latitude, in degrees")
    return position


def _closed(ring: list[list[float]]) -> list[list[float]]:
    if ring[0] != ring[-1]:
        raise ValueError("a ring ends where it begins")
    return ring


_Position = Annotated[list[Finite], Field(min_length=2, max_length=3), AfterValidator(_on_earth)]
_Way = Annotated[list[_Position], Field(min_length=2)]
_Ring = Annotated[list[_Position], Field(min_length=4), AfterValidator(_closed)]
_Area = Annotated[list[_Ring], Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Point(_Part):
    type: Literal["Point"]
    coordinates: _Position


class _Line(_Part):
    type: Literal["LineString"]
    coordinates: _Way


class _Lines(_Part):
    type: Literal["MultiLineString"]
    coordinates: list[_Way]


class _Polygon(_Part):
    type: Literal["Polygon"]
    coordinates: _Area


class _Polygons(_Part):
    type: Literal["MultiPolygon"]
    coordinates: list[_Area]


class _Properties(_Part):
    kind: Kind
    name: Annotated[str, Field(max_length=200)] | None = None


class _Feature(_Part):
    type: Literal["Feature"]
    properties: _Properties
    geometry: Annotated[_Point | _Line | _Lines | _Polygon | _Polygons, Field(discriminator="type")]


class _Ground(_Part):
    type: Literal["FeatureCollection"]
    features: Annotated[list[_Feature], Field(min_length=1)]


def read(path: Path) -> BaseMap:
    """The map in a file, checked. Raises DocumentRefused with what is wrong with it."""
    try:
        size = path.stat().st_size
        match path.suffix.lower():
            case ".geojson" | ".json":
                return _ground(path, size)
            case ".pmtiles":
                return _tiles(path, size)
    except OSError as error:
        raise _refused(path, f"cannot be read: {error}") from error
    raise _refused(path, "a map is a .geojson or a .pmtiles file")


def _ground(path: Path, size: int) -> BaseMap:
    if size > MOST_BYTES:
        raise _refused(path, f"{size} bytes; a GeoJSON map holds {MOST_BYTES} at most: make a .pmtiles file of it")
    content = path.read_bytes()
    try:
        _Ground.model_validate_json(content)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)[:MOST_MISTAKES]
        raise DocumentRefused([_mistake(path, one["loc"], one["msg"]) for one in found]) from error
    return BaseMap(Form.GEOJSON, path, hashlib.sha256(content).hexdigest()[:32], size, content)


def _tiles(path: Path, size: int) -> BaseMap:
    with path.open("rb") as file:
        head = file.read(_HEAD_OF_TAG)
    if len(head) < HEADER or not head.startswith(_MAGIC):
        raise _refused(path, "is no PMTiles archive of version 3")
    places = struct.unpack_from("<8Q", head, 8)
    if any(start + length > size for start, length in zip(places[::2], places[1::2], strict=True)):
        raise _refused(path, f"is cut short: {size} bytes are fewer than its own header tells")
    return BaseMap(Form.PMTILES, path, hashlib.sha256(head + size.to_bytes(8, "big")).hexdigest()[:32], size)


def _mistake(path: Path, loc: Sequence[int | str], message: str) -> Mistake:
    return Mistake(str(path), 1, ".".join(str(part) for part in loc), message)


def _refused(path: Path, message: str) -> DocumentRefused:
    return DocumentRefused([Mistake(str(path), 1, "", message)])
