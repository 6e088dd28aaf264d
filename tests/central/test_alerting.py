"""Facts become alerts in the transaction that stores them; silence is told, and time passes by rows."""

from datetime import timedelta

from uuid_utils.compat import uuid7

from central import silence
from central.ingest import Ingest
from central.store import changes
from central.store import schema as tables
from central.store.database import Database
from streams.wire.records import Phase
from tests.central.town import NOW, Box, count, later, level, loitering, rows, settled, tally, took


def passed(database: Database, ingest: Ingest, seconds: float) -> int:
    with database.writing() as connection:
        return ingest.tick(connection, later(seconds), None).changes


def alerts(database: Database) -> dict[tuple[str, str], str]:
    return {(row["rule"], row["device_id"]): row["condition"] for row in rows(database, tables.alert)}


def states(database: Database) -> dict[str, str]:
    return {row["id"]: row["state"] for row in rows(database, tables.device)}


def test_an_event_raises_one_alert_and_its_repeat_none(database: Database) -> None:
    ingest, box = settled(database), Box()
    message = box.said(loitering())
    took(database, ingest, message)
    took(database, ingest, message)
    took(database, ingest, box.said(loitering(), at=later(5)))
    (alert,) = rows(database, tables.alert)
    assert (alert["condition"], alert["handling"], alert["ward_id"], alert["unit_id"]) == (
        "active",
        "new",
        "hai-chau",
        "patrol",
    )
    assert count(database, tables.alert_event) == 2
    assert [row["step"] for row in rows(database, tables.alert_history)] == ["raise"]


def test_an_alert_clears_when_its_event_closes_and_the_feed_tells_both(database: Database) -> None:
    ingest, box, id_ = settled(database), Box(), uuid7()
    took(database, ingest, box.said(loitering(id_=id_)))
    took(database, ingest, box.said(loitering(id_=id_, rev=2, phase=Phase.CLOSED), at=later(30)))
    assert alerts(database) == {("loitering", "cam-1"): "cleared"}
    with database.reading() as connection:
        feed = [change for change in changes.after(connection, "hai-chau", 0) if change.kind == "alert"]
    assert [(change.params or {})["verb"] for change in feed] == ["raise", "clear"]


def test_high_water_raises_and_low_water_clears(database: Database) -> None:
    ingest, box = settled(database), Box()
    took(database, ingest, box.said(level(1.1), level(1.3)))
    assert alerts(database) == {("water", "water-1"): "active"}
    took(database, ingest, box.said(level(0.9), at=later(60)))
    assert alerts(database) == {("water", "water-1"): "cleared"}


def test_silence_makes_an_alert_stale_and_never_cleared(database: Database) -> None:
    ingest, box = settled(database), Box()
    took(database, ingest, box.said(loitering()))
    took(database, ingest, box.batch(heard=later(190)), now=later(190))
    assert passed(database, ingest, 200) == 0
    assert passed(database, ingest, 301) == 1
    assert alerts(database) == {("loitering", "cam-1"): "stale"}


def test_a_box_that_is_gone_makes_its_cameras_blind_and_their_alerts_stale(database: Database) -> None:
    ingest, box = settled(database), Box()
    took(database, ingest, box.status(online=True), box.said(loitering(), tally(), tally("cam-2")))
    took(database, ingest, box.status(online=False, at=later(10)))
    assert passed(database, ingest, 60) == 0
    passed(database, ingest, 80)
    assert states(database) == {"cam-1": "silent", "cam-2": "silent", "water-1": "silent", "cam-3": "unknown"}
    assert alerts(database) == {
        ("loitering", "cam-1"): "stale",
        ("camera-blind", "cam-1"): "active",
        ("camera-blind", "cam-2"): "active",
    }
    took(database, ingest, box.status(online=True, at=later(90)), box.said(tally(start=later(60)), at=later(90)))
    assert states(database)["cam-1"] == "live"
    assert alerts(database)["camera-blind", "cam-1"] == "cleared"
    assert alerts(database)["camera-blind", "cam-2"] == "active"


def test_a_box_that_vanishes_without_its_will_is_gone_after_three_keep_alives(database: Database) -> None:
    ingest, box = settled(database), Box()
    took(database, ingest, box.status(online=True), box.said(tally()))
    took(database, ingest, box.batch(heard=later(60)), now=later(60))
    passed(database, ingest, 239)
    assert states(database)["cam-1"] != "silent"
    passed(database, ingest, 241)
    assert states(database)["cam-1"] == "silent"
    assert [row["online"] for row in rows(database, tables.node) if row["id"] == "box-1"] == [False]
    took(database, ingest, box.batch(heard=later(250)), now=later(250))
    assert [row["online"] for row in rows(database, tables.node) if row["id"] == "box-1"] == [True]


def test_a_centre_that_has_just_come_back_holds_no_silence_of_its_own_against_a_box(database: Database) -> None:
    ingest, box = settled(database), Box()
    took(database, ingest, box.status(online=True), box.said(tally()))
    for now, found in ((later(600), 0), (later(679), 0), (later(680), 1)):
        with database.writing() as connection:
            _, news = silence.fallen(connection, now - timedelta(seconds=60), now, None, later(500))
        assert sum(item.kind == "node" for item in news) == found


def test_a_live_event_ends_the_silence_of_its_camera_and_one_of_the_backlog_does_not(database: Database) -> None:
    ingest, box = settled(database), Box()
    took(database, ingest, box.status(online=True), box.said(tally()))
    took(database, ingest, box.status(online=False, at=later(10)))
    passed(database, ingest, 80)
    took(database, ingest, box.said(loitering(), at=later(90), backlog=True))
    assert states(database)["cam-1"] == "silent"
    took(database, ingest, box.said(loitering(), at=later(95)))
    assert states(database)["cam-1"] == "live"
    assert alerts(database)["camera-blind", "cam-1"] == "cleared"


def test_an_old_will_never_darkens_a_new_connection(database: Database) -> None:
    ingest, old, new = settled(database), Box(), Box()
    took(database, ingest, old.status(online=True), new.status(online=True, at=later(1)))
    took(database, ingest, old.status(online=False, at=later(2)))
    assert [row["online"] for row in rows(database, tables.node) if row["id"] == "box-1"] == [True]
    took(database, ingest, new.status(online=False, at=later(3)))
    assert [row["online"] for row in rows(database, tables.node) if row["id"] == "box-1"] == [False]


def test_a_rule_no_longer_in_the_book_leaves_its_alerts_to_a_person(database: Database) -> None:
    ingest, box = settled(database), Box()
    took(database, ingest, box.said(loitering()))
    with database.writing() as connection:
        connection.execute(tables.alert.update().values(rule="gone", due=NOW + timedelta(seconds=1)))
    assert passed(database, ingest, 100) == 0
    assert [row["due"] for row in rows(database, tables.alert)] == [None]
