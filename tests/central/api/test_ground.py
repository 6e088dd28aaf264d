"""The ground under the map: checked when the centre starts, served to who is signed in, tiles by ranges."""

import json
import struct
from pathlib import Path

import pytest

from central import basemap, config
from central.store.database import Database
from streams.documents import DocumentRefused
from tests.central.office import CREW, Office, problem
from tests.central.test_config import CENTRE, mistakes, town

ON_SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # no row is asked for
RING = [[108.2, 16.0], [108.3, 16.0], [108.3, 16.1], [108.2, 16.0]]
WARD = {"kind": "boundary", "name": "Hải Châu"}


def feature(properties: object = WARD, ring: object = RING) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def written(folder: Path, *features: object) -> Path:
    path = folder / "ground.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def tiles(folder: Path, told: int = 1000) -> Path:
    path = folder / "ground.pmtiles"
    header = b"PMTiles\x03" + struct.pack("<8Q", 127, 10, 137, 0, 137, 0, 137, told - 137)
    path.write_bytes(header.ljust(127, b"\0") + bytes(range(256)) * 3 + b"x" * 105)
    return path


def refusals(path: Path) -> list[str]:
    with pytest.raises(DocumentRefused) as refused:
        basemap.read(path)
    return [f"{mistake.where}: {mistake.message}" for mistake in refused.value.mistakes]


@ON_SQLITE
def test_a_map_is_served_whole_to_whoever_is_signed_in_and_once(database: Database, tmp_path: Path) -> None:
    ground = basemap.read(written(tmp_path, feature()))
    with Office(database, tmp_path, ground=ground) as office:
        assert problem(office.anybody().get("/v1/map")) == (401, "not_signed_in")
        crew = office.person(CREW)
        told = crew.get("/v1/map")
        assert told.headers["content-type"] == "application/geo+json"
        assert told.json()["features"][0]["properties"] == WARD
        again = crew.http.get("/v1/map", headers={"If-None-Match": told.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert problem(crew.get("/v1/map/tiles.pmtiles")) == (404, "map_not_configured")


@ON_SQLITE
def test_tiles_are_read_by_ranges(database: Database, tmp_path: Path) -> None:
    path = tiles(tmp_path)
    content = path.read_bytes()
    with Office(database, tmp_path, ground=basemap.read(path)) as office:
        http = office.person(CREW).http
        assert http.get("/v1/map").json() == {"type": "pmtiles", "url": "/v1/map/tiles.pmtiles"}
        where = "/v1/map/tiles.pmtiles"
        part = http.get(where, headers={"Range": "bytes=100-199"})
        assert (part.status_code, part.content) == (206, content[100:200])
        assert part.headers["content-range"] == "bytes 100-199/1000"
        assert http.get(where, headers={"Range": "bytes=900-5000"}).content == content[900:]
        for wrong in ("bytes=1000-", "bytes=5-2", "bytes=-5", "lines=1-2"):
            beyond = http.get(where, headers={"Range": wrong})
            assert problem(beyond) == (416, "range_refused")
            assert beyond.headers["content-range"] == "bytes */1000"
        whole = http.get(where)
        assert (whole.status_code, whole.content) == (200, content)
        assert office.anybody().get(where).status_code == 401


@ON_SQLITE
def test_where_no_map_is_named_there_is_none(office: Office) -> None:
    assert problem(office.person(CREW).get("/v1/map")) == (404, "map_not_configured")


@pytest.mark.parametrize(
    ("features", "told"),
    [
        ([], "features: List should have at least 1 item after validation, not 0"),
        ([feature({"kind": "volcano"})], "features.0.properties.kind: Input should be 'boundary', 'water', 'street'"),
        ([feature(ring=[[16.0, 108.2], *RING[1:]])], "a position is longitude, then latitude, in degrees"),
        ([feature(ring=[*RING[:-1], [108.0, 16.0]])], "a ring ends where it begins"),
    ],
    ids=["empty", "kind", "turned round", "open"],
)
def test_a_ground_that_cannot_be_drawn_is_refused_with_the_place(
    tmp_path: Path, features: list[object], told: str
) -> None:
    (mistake,) = refusals(written(tmp_path, *features))
    assert told in mistake


def test_a_file_that_is_no_map_is_refused(tmp_path: Path) -> None:
    lying = tmp_path / "ground.pmtiles"
    lying.write_bytes(b"GIF89a" * 100)
    assert refusals(lying) == [": is no PMTiles archive of version 3"]
    assert "is cut short" in refusals(tiles(tmp_path, told=5000))[0]
    assert "cannot be read" in refusals(tmp_path / "nothing.geojson")[0]
    (tmp_path / "map.png").write_bytes(b"x")
    assert refusals(tmp_path / "map.png") == [": a map is a .geojson or a .pmtiles file"]


def test_the_centres_file_names_its_map_and_what_is_wrong_with_it(tmp_path: Path) -> None:
    written(tmp_path, feature())
    named = town(tmp_path, CENTRE + "map: {folder}/ground.geojson\n")
    ground = config.read(named).ground
    assert ground is not None
    assert ground.form is basemap.Form.GEOJSON
    written(tmp_path, feature({"kind": "street", "name": 7}))
    assert mistakes(named) == ["ground.geojson:1: features.0.properties.name: Input should be a valid string"]
