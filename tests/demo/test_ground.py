"""The ground of the demonstration: whole shapes, two wards side by side, and every device where its name says."""

import itertools
import json
from collections import Counter
from typing import Any

import pytest
import yaml
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

from demo import ground
from demo.stage import WARDS
from tests.conftest import ROOT

MOST_BYTES = 60_000
A_FEW_METRES = 15 / ground.METRES_A_DEGREE
FEATURES: list[dict[str, Any]] = json.loads(ground.FILE.read_text("utf-8"))["features"]
SHAPES: dict[str, BaseGeometry] = {one["properties"]["name"]: shape(one["geometry"]) for one in FEATURES}
(NODE,) = yaml.safe_load((ROOT / "configs" / "city.yaml").read_text("utf-8"))["nodes"].values()
DEVICES: dict[str, dict[str, Any]] = {**NODE["cameras"], **NODE["sensors"]}
STANDS_ON = {
    "cam-bach-dang": ("Bạch Đằng", "Cầu Lành"),
    "cam-tran-phu": ("Trần Phú",),
    "cam-dien-bien-phu": ("Điện Biên Phủ", "Hà Huy Tập"),
    "water-bach-dang": ("Sông Lành",),
    "water-ham-nghi": ("Hàm Nghi",),
}


def of(kind: str) -> list[dict[str, Any]]:
    return [one for one in FEATURES if one["properties"]["kind"] == kind]


def boundary(ward: str) -> BaseGeometry:
    (found,) = [one for one in of("boundary") if one["properties"]["ward"] == ward]
    return shape(found["geometry"])


def test_the_file_is_what_the_script_draws_and_small() -> None:
    text = ground.FILE.read_text("utf-8")
    assert text == ground.written(), "stale: python -m demo.ground"
    assert len(text.encode()) <= MOST_BYTES


def test_every_shape_is_whole_and_every_ring_turns_as_the_standard_says() -> None:
    for one in FEATURES:
        drawn = shape(one["geometry"])
        assert drawn.is_valid, one["properties"]
        assert drawn.is_simple, one["properties"]
        if drawn.geom_type == "Polygon":
            assert drawn.exterior.is_ccw, one["properties"]


def test_there_are_two_wards_water_parks_and_a_net_of_streets_with_names_of_their_own() -> None:
    kinds = Counter(one["properties"]["kind"] for one in FEATURES)
    assert {one["properties"]["ward"] for one in of("boundary")} == set(WARDS)
    assert kinds["boundary"] == 2
    assert kinds["water"] >= 3
    assert kinds["park"] >= 3
    assert 30 <= kinds["street"] <= 60
    names = [one["properties"]["name"] for one in FEATURES]
    assert len(set(names)) == len(names)
    assert {one["properties"]["class"] for one in of("street")} == {"main", "minor"}


def test_the_wards_touch_along_a_line_and_share_no_ground() -> None:
    one, other = (boundary(ward) for ward in WARDS)
    assert one.intersection(other).area == pytest.approx(0, abs=1e-12)
    assert one.intersection(other).length * ground.METRES_A_DEGREE > 1000


def test_what_belongs_to_a_ward_lies_in_it() -> None:
    for one in FEATURES:
        if (ward := one["properties"].get("ward")) is not None:
            assert boundary(ward).buffer(A_FEW_METRES / 10).covers(shape(one["geometry"])), one["properties"]


def test_every_street_meets_another_so_that_one_may_drive_everywhere() -> None:
    reached = {"Bạch Đằng"}
    streets = {one["properties"]["name"]: shape(one["geometry"]).buffer(A_FEW_METRES / 2) for one in of("street")}
    while found := {
        new
        for new, known in itertools.product(streets.keys() - reached, reached)
        if streets[new].intersects(streets[known])
    }:
        reached |= found
    assert reached == set(streets)


def test_only_main_streets_cross_water() -> None:
    wet = [shape(one["geometry"]) for one in of("water")]
    for one in of("street"):
        if one["properties"]["class"] == "minor":
            assert not any(shape(one["geometry"]).intersects(water) for water in wet), one["properties"]


def test_no_building_stands_in_water_or_on_a_street() -> None:
    others = [shape(one["geometry"]) for one in (*of("water"), *of("street"), *of("park"))]
    for one in of("building"):
        assert not any(shape(one["geometry"]).intersects(other) for other in others), one["properties"]


@pytest.mark.parametrize("device", DEVICES)
def test_a_device_stands_in_its_ward_on_the_street_or_water_of_its_name(device: str) -> None:
    told = DEVICES[device]
    spot = Point(told["place"]["lon"], told["place"]["lat"])
    assert boundary(told["ward"]).contains(spot)
    for name in STANDS_ON[device]:
        assert SHAPES[name].distance(spot) < A_FEW_METRES


def test_a_node_places_its_cameras_where_the_city_does() -> None:
    node = yaml.safe_load((ROOT / "configs" / "node.yaml").read_text("utf-8"))
    assert {camera["id"]: camera["place"] for camera in node["cameras"]} == {
        name: camera["place"] for name, camera in NODE["cameras"].items()
    }
