"""A fault of a box is noted when it shows and taken off when it has ended; who comes back is announced."""

from datetime import timedelta

import pytest

from central import faults
from central.ingest import Ingest
from central.store import changes
from central.store import schema as tables
from central.store.database import Database
from streams.wire.records import Health
from tests.central.town import NOW, Box, later, rows, settled, tally, took

HEALTH = Health(cpu=0.5, memory=0.5, disk=0.5)
SHOWN = {"at": NOW.isoformat()}


def passed(database: Database, ingest: Ingest, seconds: float) -> None:
    with database.writing() as connection:
        ingest.tick(connection, later(seconds), None)


def noted(database: Database, name: str = "box-1") -> set[str]:
    (row,) = [row for row in rows(database, tables.node) if row["id"] == name]
    return set(row["faults"] or ())


def announced(database: Database, ward: str = "hai-chau") -> list[dict[str, object]]:
    with database.reading() as connection:
        return [change.params or {} for change in changes.after(connection, ward, 0) if change.kind == "node"]


@pytest.mark.parametrize("code", ["two_boxes", "another_ward", "foreign_device", "foreign_event", "fragmented"])
def test_a_fault_ends_once_the_box_has_spoken_long_enough_without_it(code: str) -> None:
    soon, long = NOW + timedelta(minutes=9), NOW + timedelta(minutes=15)
    assert faults.over({code: SHOWN}, soon, soon) == []
    assert faults.over({code: SHOWN}, soon, NOW + timedelta(days=9)) == []
    assert faults.over({code: SHOWN}, None, NOW + timedelta(days=9)) == []
    assert faults.over({code: SHOWN, "newer": SHOWN}, long, long) == [code]


def test_the_fault_of_a_name_that_is_retired_ends_by_the_clock() -> None:
    assert faults.over({"unknown_node": SHOWN}, None, NOW + timedelta(minutes=10)) == ["unknown_node"]


def test_two_boxes_are_no_longer_a_fault_once_one_of_them_has_been_gone_for_ten_minutes(database: Database) -> None:
    ingest, old, new = settled(database), Box(), Box()
    took(database, ingest, old.said(HEALTH))
    took(database, ingest, new.said(HEALTH, at=later(60)))
    took(database, ingest, old.batch(heard=later(200)), now=later(200))
    assert noted(database) == {"two_boxes"}
    for minute in range(4, 15):
        took(database, ingest, new.batch(heard=later(60 * minute)), now=later(60 * minute))
        passed(database, ingest, 60 * minute)
        assert noted(database) == ({"two_boxes"} if minute < 14 else set())
    assert announced(database)[-2:] == [{"fault": "two_boxes"}, {"fault_over": "two_boxes"}]
    acts = [row["act"] for row in rows(database, tables.audit) if row["node_id"] == "box-1"]
    assert acts == ["two_boxes", "fault_over"]


def test_a_foreign_camera_is_forgiven_after_fifteen_minutes_of_own_ones(database: Database) -> None:
    ingest, box = settled(database), Box()
    took(database, ingest, box.said(tally("cam-3")))
    assert noted(database) == {"foreign_device"}
    took(database, ingest, box.said(HEALTH, at=later(899)))
    passed(database, ingest, 5000)
    assert noted(database) == {"foreign_device"}
    took(database, ingest, box.said(HEALTH, at=later(900)))
    passed(database, ingest, 5001)
    assert noted(database) == set()
    (row,) = [row for row in rows(database, tables.node) if row["id"] == "box-1"]
    assert row["faults"] is None


def test_a_box_that_was_given_up_and_sends_a_batch_again_is_announced_as_back(database: Database) -> None:
    ingest, box = settled(database), Box()
    took(database, ingest, box.status(online=True), box.said(tally()))
    passed(database, ingest, 300)
    assert announced(database)[-1] == {"online": False}
    took(database, ingest, box.batch(heard=later(310)), now=later(310))
    assert announced(database)[-1] == {"online": True}
    took(database, ingest, box.batch(heard=later(320)), now=later(320))
    assert sum("online" in told for told in announced(database)) == 3
