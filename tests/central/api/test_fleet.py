"""Cameras, sensors, boxes and their ledgers, as people see them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from uuid_utils.compat import uuid7

from central.store.fleet import EPOCHS
from central.store.schema import dead_letter, intake
from streams.wire.messages import Clock, ClockSource
from streams.wire.records import Health, Minute, Quality, Reading, Tally
from tests.central.office import ADMIN, CITY_ADMIN, OPERATOR, Office, problem
from tests.central.town import NOW, gone, later, level, tally, took

HEALTH = Health(cpu=0.5, memory=0.5, disk=0.5)


def test_a_box_tells_what_became_of_everything_it_made(office: Office) -> None:
    took(office.database, office.ingest, office.box.said(level(0.4), level(0.5)))
    office.box.next = 8
    took(office.database, office.ingest, office.box.batch(gone=(gone(3, 4),), floor=1))
    node = office.person(OPERATOR).get("/v1/nodes/box-1").json()
    ledger = node["ledger"]
    assert ledger["made"] == 7
    assert (ledger["stored"], ledger["lost"], ledger["outstanding"]) == (2, 2, 3)
    assert ledger["made"] == sum(value for name, value in ledger.items() if name != "made")
    assert node["enrolled"] is True
    assert "secret" not in str(node)


def test_a_box_of_many_starts_tells_its_newest_and_what_an_old_one_still_owes(office: Office) -> None:
    empty: dict[str, Any] = {name: [] for name in ("lost", "merged", "aside")}
    past = {"node_id": "box-1", "ward_id": "hai-chau", "session": uuid7(), "heard": 9, "next": 11, "over": True}
    with office.database.writing() as connection:
        for number in range(1, EPOCHS + 21):
            owes = number == 3
            settled = [[1, 6]] if owes else [[1, 10]]
            told = {"epoch": UUID(int=number), "outstanding": owes, "settled": settled, "refused": {}, "heard_at": NOW}
            connection.execute(insert(intake).values(**past, **empty, **told))
    operator = office.person(OPERATOR)
    (listed,) = operator.get("/v1/nodes").json()["items"]
    assert listed["ledger"] == operator.get("/v1/nodes/box-1").json()["ledger"]
    made = 10 * (EPOCHS + 1)
    assert (listed["ledger"]["made"], listed["ledger"]["stored"], listed["ledger"]["outstanding"]) == (
        made,
        made - 4,
        4,
    )


def test_readings_come_oldest_first_and_go_on_where_they_were_cut(office: Office) -> None:
    for minute in range(5):
        took(office.database, office.ingest, office.box.said(level(minute / 10), at=later(60 * minute)))
    office.clock.move(hours=1)
    operator = office.person(OPERATOR)
    first = operator.get("/v1/sensors/water-1/readings", limit=3).json()
    assert [point["value"] for point in first["points"]] == [0.0, 0.1, 0.2]
    assert (first["quantity"], first["unit"]) == ("water_level", "m")
    rest = operator.get("/v1/sensors/water-1/readings", since=first["next"]).json()
    assert [point["value"] for point in rest["points"]] == [0.3, 0.4]
    assert rest["next"] is None
    backwards = operator.get("/v1/sensors/water-1/readings", since="2026-03-03T00:00:00Z", until="2026-03-01T00:00:00Z")
    assert problem(backwards) == (422, "invalid_request")


def test_coverage_counts_what_was_watched_and_what_nobody_told(office: Office) -> None:
    took(office.database, office.ingest, office.box.said(tally(), at=later(300)))
    office.clock.move(minutes=10)
    told = office.person(OPERATOR).get("/v1/devices/cam-1/coverage", since=NOW.isoformat()).json()
    assert (told["watched_s"], told["blind_s"], told["untold_s"]) == (300, {}, 300)


def test_a_line_of_the_fleet_says_how_a_camera_is_and_how_its_day_went(office: Office) -> None:
    blind = Tally(camera="cam-1", start=later(300), minutes=(Minute(watched=20, blind={"no_signal": 40}),) * 5)
    health = HEALTH.model_copy(update={"drops": {"slot.cam-1": 7, "packets.cam-1": 2, "slot.cam-2": 9}})
    clock = Clock(source=ClockSource.NTP, synced=True, offset_ms=12.5)
    took(office.database, office.ingest, office.box.status(online=True))
    took(office.database, office.ingest, office.box.said(tally(), blind, health, at=later(600), clock=clock))
    office.clock.move(minutes=20)
    operator = office.person(OPERATOR)
    camera, _ = operator.get("/v1/devices").json()["items"]
    assert (camera["state"], camera["node_online"], camera["clock_offset_ms"]) == ("live", True, 12.5)
    assert camera["drops"] == {"slot": 7, "packets": 2}
    told = 9 * 3600 + 20 * 60  # of the city's day, at twenty past nine
    assert camera["today"] == {
        "day": "2026-03-02",
        "watched_s": 400,
        "blind_s": {"no_signal": 200},
        "untold_s": told - 600,
    }
    assert operator.get("/v1/devices/cam-1").json() == camera
    took(office.database, office.ingest, office.box.status(online=False, at=later(700)))
    with office.database.writing() as connection:
        office.ingest.tick(connection, later(800), None)
    camera = operator.get("/v1/devices/cam-1").json()
    assert (camera["state"], camera["cause"], camera["node_online"]) == ("silent", "node_offline", False)


def test_a_minute_counts_for_the_day_of_the_city_it_was_watched_on(office: Office) -> None:
    midnight = NOW.replace(hour=17)  # in Da Nang
    night = Tally(camera="cam-1", start=midnight - timedelta(minutes=3), minutes=(Minute(watched=60),) * 5)
    took(office.database, office.ingest, office.box.said(night, at=midnight + timedelta(minutes=2)))
    office.clock.at = midnight + timedelta(minutes=5)
    today = office.person(OPERATOR).get("/v1/devices/cam-1").json()["today"]
    assert (today["day"], today["watched_s"], today["untold_s"]) == ("2026-03-03", 120, 180)


def test_a_sensor_shows_its_newest_value_and_how_far_to_believe_it(office: Office) -> None:
    def shown() -> tuple[float, str, str]:
        told = office.person(OPERATOR).get("/v1/devices/water-1").json()
        return told["value"], told["unit"], told["quality"]

    bad = Reading(sensor="water-1", quantity="water_level", unit="m", quality=Quality.BAD)
    took(office.database, office.ingest, office.box.said(level(0.4)))
    assert shown() == (0.4, "m", "good")
    took(office.database, office.ingest, office.box.said(bad, at=later(10)))
    assert shown() == (0.4, "m", "bad")
    took(office.database, office.ingest, office.box.said(level(0.5), at=later(20)))
    took(office.database, office.ingest, office.box.said(bad, at=later(15), heard=later(25)))
    assert shown() == (0.5, "m", "good")


def test_a_box_tells_its_revision_and_what_waits_in_its_outbox(office: Office) -> None:
    health = HEALTH.model_copy(update={"outbox_records": 42, "outbox_age_s": 17.5})
    took(office.database, office.ingest, office.box.status(online=True), office.box.said(health))
    (box,) = office.person(OPERATOR).get("/v1/nodes").json()["items"]
    told = (box["outbox_records"], box["outbox_age_s"], box["config_rev"], box["deaf_since"], box["online"])
    assert told == (42, 17.5, None, None, True)


def test_devices_are_filtered_searched_and_paged(office: Office) -> None:
    mayor = office.person(CITY_ADMIN)
    for asked, found in (
        ({}, ["cam-1", "cam-2", "cam-3", "water-1"]),
        ({"kind": "sensor"}, ["water-1"]),
        ({"ward": "thanh-khe"}, ["cam-2", "cam-3"]),
        ({"q": "three"}, ["cam-3"]),
        ({"node": "box-2"}, ["cam-3"]),
    ):
        assert [item["id"] for item in mayor.get("/v1/devices", **asked).json()["items"]] == found
    page = mayor.get("/v1/devices", limit=3).json()
    assert [item["id"] for item in mayor.get("/v1/devices", after=page["next"]).json()["items"]] == ["water-1"]


def test_wards_units_and_rules_are_told_in_words_of_both_languages(office: Office) -> None:
    operator = office.person(OPERATOR)
    assert [(ward["id"], ward["name"], ward["roles"]) for ward in operator.get("/v1/wards").json()] == [
        ("hai-chau", "Hải Châu", ["operator"])
    ]
    assert operator.get("/v1/units").json() == [{"id": "patrol", "ward": None, "name": "Đội trật tự"}]
    rule = next(rule for rule in operator.get("/v1/rules").json() if rule["id"] == "loitering")
    assert (rule["title_vi"], rule["title_en"], rule["deadline"]) == ("Lảng vảng", "Loitering", "4h working")


def test_a_sensors_rule_tells_the_two_lines_of_its_chart(office: Office) -> None:
    rules = {rule["id"]: rule for rule in office.person(OPERATOR).get("/v1/rules").json()}
    assert rules["water"]["limits"] == {
        "quantity": "water_level",
        "unit": "m",
        "sensors": [],
        "side": "above",
        "raise_at": 1.2,
        "clear_at": 1.0,
        "at_least": 1,
        "of": 1,
        "worse": [],
    }
    assert [(rule["listens"], rule["kind"], rule["limits"] is None) for rule in rules.values()] == [
        ("event", "loitering", True),
        ("reading", "water_level", False),
        ("camera_state", None, True),
    ]
    assert (rules["water"]["severity"], rules["water"]["owner"], rules["water"]["deadline"]) == (
        "major",
        "patrol",
        "30m wall",
    )


def test_a_new_secret_shuts_the_old_one_out(office: Office) -> None:
    renewed = office.person(ADMIN).change("/v1/nodes/box-1/secret").json()["secret"]
    assert problem(office.upload()) == (401, "wrong_credentials")
    office.secret = renewed
    assert office.upload().status_code == 201


def test_dead_letters_of_no_ward_are_the_citys(office: Office) -> None:
    with office.database.writing() as connection:
        for ward in ("hai-chau", None):
            connection.execute(
                insert(dead_letter).values(
                    id=uuid7(), ward_id=ward, topic="t", reason="not_a_topic", detail="", payload=b"1234", heard=NOW
                )
            )
    seen = {login: office.person(login).get("/v1/dead-letters").json()["items"] for login in (ADMIN, CITY_ADMIN)}
    assert [item["ward"] for item in seen[ADMIN]] == ["hai-chau"]
    assert len(seen[CITY_ADMIN]) == 2
    assert seen[ADMIN][0]["bytes"] == 4
