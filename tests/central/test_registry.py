"""The city's file: every mistake with its line, and applied as often as one likes."""

from pathlib import Path

import pytest
from sqlalchemy import select

from central import registry
from central.store import registry as stored
from central.store import schema as tables
from central.store.database import Database
from streams.documents import DocumentRefused
from tests.central.town import CITY, NOW, count, later, rows

SHIPPED = Path(__file__).parents[2] / "configs" / "city.yaml"


def applied(database: Database, text: str, seconds: float = 0) -> int:
    with database.writing() as connection:
        return stored.apply(connection, registry.read(text, "city.yaml"), later(seconds), "import")


def test_the_shipped_city_loads_with_two_wards_and_one_box_in_both() -> None:
    city = registry.read(SHIPPED.read_text("utf-8"), "city.yaml")
    assert len(city.wards) == 2
    (node,) = city.nodes.values()
    assert {device.ward for device in registry.devices(node).values()} == set(city.wards)
    assert (len(node.cameras), len(node.sensors)) == (3, 2)


def test_every_mistake_is_listed_with_its_line() -> None:
    text = """wards:
  hai-chau: {name: Hải Châu}
units:
  patrol: {name: Đội, ward: nowhere}
nodes:
  box-1:
    name: One
    ward: elsewhere
    cameras:
      cam-1: {name: One, ward: hai-chau}
      cam-2: {name: Two, ward: faraway}
  box-2:
    name: Two
    ward: hai-chau
    sensors:
      cam-1: {name: Again, ward: hai-chau, quantity: water_level, unit: m}
"""
    with pytest.raises(DocumentRefused) as refused:
        registry.read(text, "city.yaml")
    told = [str(mistake) for mistake in refused.value.mistakes]
    assert told == [
        "city.yaml:4: units.patrol.ward: no ward 'nowhere' in this city",
        "city.yaml:8: nodes.box-1.ward: no ward 'elsewhere' in this city",
        "city.yaml:11: nodes.box-1.cameras.cam-2.ward: no ward 'faraway' in this city",
        "city.yaml:16: nodes.box-2.sensors.cam-1: 'cam-1' already stands under cameras of node box-1",
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("ward: hai-chau\n    cameras", "wards: hai-chau\n    cameras", 10, "unknown setting"),
        ("unit: m}", "unit: m, colour: red}", 15, "unknown setting"),
        ("  box-2:", "  Box 2:", 16, "pattern"),
        ("{name: One, ward: hai-chau}", "{name: One, ward: hai-chau, zones: {Cổng: Cổng}}", 12, "pattern"),
        ("{name: One, ward: hai-chau}", "{name: One, ward: hai-chau, zones: {gate: ''}}", 12, "at least 1 character"),
        (
            "{name: One, ward: hai-chau}",
            "{name: One, ward: hai-chau, lines: {gate: " + "g" * 201 + "}}",
            12,
            "at most 200",
        ),
        (
            "{name: One, ward: hai-chau}",
            "{name: One, ward: hai-chau, zones: {g: A}, lines: {g: B}}",
            12,
            "already a zone",
        ),
    ],
)
def test_a_slip_is_told_with_file_and_line(old: str, new: str, line: int, message: str) -> None:
    assert old in CITY
    with pytest.raises(DocumentRefused) as refused:
        registry.read(CITY.replace(old, new), "city.yaml")
    assert any(message in mistake.message for mistake in refused.value.mistakes)
    assert line in [mistake.line for mistake in refused.value.mistakes]


def test_applying_twice_changes_nothing_the_second_time(database: Database) -> None:
    assert applied(database, CITY) == 9
    audited, history = count(database, tables.audit), count(database, tables.device_ward)
    assert (audited, history) == (9, 4)
    assert applied(database, CITY, 10) == 0
    assert (count(database, tables.audit), count(database, tables.device_ward)) == (audited, history)


def test_a_camera_that_moves_keeps_the_ward_it_had(database: Database) -> None:
    applied(database, CITY)
    applied(database, CITY.replace("cam-1: {name: One, ward: hai-chau}", "cam-1: {name: One, ward: thanh-khe}"), 100)
    with database.reading() as connection:
        camera = stored.boxes(connection, ["box-1"], ["cam-1"])["box-1"].devices["cam-1"]
    assert [camera.ward(later(seconds)) for seconds in (-50, 0, 99, 100, 500)] == [
        *["hai-chau"] * 3,
        *["thanh-khe"] * 2,
    ]
    (changed,) = [row for row in rows(database, tables.audit) if row["act"] == "changed"]
    assert (changed["row"], changed["params"]) == ("cam-1", {"fields": ["ward_id"]})


def test_what_leaves_the_file_is_retired_and_may_not_speak_any_more(database: Database) -> None:
    applied(database, CITY)
    applied(database, CITY[: CITY.index("  box-2:")], 10)
    with database.reading() as connection:
        assert list(stored.boxes(connection, ["box-1", "box-2"], [])) == ["box-1"]
        retired = connection.execute(select(tables.device.c.id).where(tables.device.c.retired_at.is_not(None)))
        assert list(retired.scalars()) == ["cam-3"]
    assert applied(database, CITY, 20) == 2
    with database.reading() as connection:
        assert sorted(stored.boxes(connection, ["box-1", "box-2"], [])) == ["box-1", "box-2"]


def test_a_cameras_zones_and_lines_are_called_what_the_file_calls_them_now(database: Database) -> None:
    def told(names: str, seconds: float) -> int:
        return applied(
            database, CITY.replace("{name: One, ward: hai-chau}", f"{{name: One, ward: hai-chau{names}}}"), seconds
        )

    told(", zones: {gate: Cổng chợ}, lines: {curb: Mép đường}", 0)
    named = sorted(rows(database, tables.zone), key=lambda row: str(row["id"]))
    assert [(row["device_id"], row["id"], row["name"], row["folded"]) for row in named] == [
        ("cam-1", "curb", "Mép đường", "mep duong"),
        ("cam-1", "gate", "Cổng chợ", "cong cho"),
    ]
    assert told(", zones: {gate: Cổng chợ}, lines: {curb: Mép đường}", 10) == 0
    assert told(", zones: {gate: Cổng bắc}", 20) == 1
    assert [(row["id"], row["name"]) for row in rows(database, tables.zone)] == [("gate", "Cổng bắc")]
    changed = [row for row in rows(database, tables.audit) if row["at"] == later(20)]
    assert [(row["act"], row["of"], row["row"], row["params"]) for row in changed] == [
        ("changed", "device", "cam-1", {"fields": ["zones"]})
    ]
    assert told("", 30) == 1
    assert count(database, tables.zone) == 0


def test_names_are_found_without_diacritics(database: Database) -> None:
    applied(database, CITY)
    assert sorted(row["folded"] for row in rows(database, tables.ward)) == ["hai chau", "thanh khe"]
    assert rows(database, tables.device_ward)[0]["since"] == NOW
