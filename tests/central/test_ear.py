"""What the centre could not hear it holds against nobody; it says that it is deaf instead."""

from central.ear import Ear
from central.ingest import Ingest
from central.judging import Judge
from central.store import changes
from central.store import schema as tables
from central.store.database import Database
from tests.central.town import NOW, Box, later, rows, rules, settled, tally, took


def passed(database: Database, ingest: Ingest, seconds: float) -> None:
    with database.writing() as connection:
        ingest.tick(connection, later(seconds), None)


def silent(database: Database) -> set[str]:
    return {row["id"] for row in rows(database, tables.device) if row["state"] == "silent"}


def deaf(database: Database) -> list[bool]:
    with database.reading() as connection:
        feed = [change for change in changes.after(connection, "hai-chau", 0) if change.kind == "ward"]
    return [bool((change.params or {})["deaf"]) for change in feed]


def test_no_box_falls_silent_while_the_centre_itself_has_no_line(database: Database) -> None:
    settled(database)
    ear, box = Ear(NOW), Box()
    ingest = Ingest(Judge(rules()), ear=ear)
    ear.turn(NOW, up=True)
    took(database, ingest, box.status(online=True), box.said(tally()))
    ear.turn(later(60), up=False)
    ear.turn(later(65), up=False)
    for seconds in range(61, 600, 20):
        passed(database, ingest, seconds)
    assert (silent(database), deaf(database)) == (set(), [True])
    assert {row["deaf_since"] for row in rows(database, tables.ward)} == {later(60)}
    ear.turn(later(600), up=True)
    passed(database, ingest, 601)
    assert (silent(database), deaf(database)) == (set(), [True, False])
    passed(database, ingest, 779)
    assert silent(database) == set()
    passed(database, ingest, 781)
    assert silent(database) == {"cam-1", "cam-2", "water-1"}


def test_a_goodbye_from_before_a_break_is_weighed_anew_once_the_line_has_been_up_for_the_grace(
    database: Database,
) -> None:
    settled(database)
    ear, box = Ear(NOW), Box()
    ingest = Ingest(Judge(rules()), ear=ear)
    ear.turn(NOW, up=True)
    took(database, ingest, box.status(online=True), box.said(tally()))
    took(database, ingest, box.status(online=False, at=later(10)))
    ear.turn(later(20), up=False)
    ear.turn(later(100), up=True)
    passed(database, ingest, 150)
    assert silent(database) == set()
    took(database, ingest, box.status(online=True, at=later(155)))
    passed(database, ingest, 170)
    assert silent(database) == set()


def test_a_line_that_comes_back_at_once_is_nobodys_news(database: Database) -> None:
    settled(database)
    ear = Ear(NOW)
    ingest = Ingest(Judge(rules()), ear=ear)
    passed(database, ingest, 9)
    ear.turn(later(9.5), up=True)
    passed(database, ingest, 11)
    assert deaf(database) == []
