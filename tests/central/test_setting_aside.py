"""One alert that cannot be judged, one record that meets it or one silence stops no other; it is set aside, once."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import timedelta
from functools import partial

from sqlalchemy import update

from central.content import each_or_all
from central.settling import Outcome
from central.store import schema as tables
from central.store.database import Database
from tests.central.town import Box, count, later, level, loitering, rows, settled, tally, took


def poisoned(database: Database, device: str) -> None:
    with database.writing() as connection:
        values = {"severity": "nobody-knows", "due": later(300)}
        connection.execute(update(tables.alert).where(tables.alert.c.device_id == device).values(values))


def conditions(database: Database) -> dict[tuple[str, str], str]:
    return {(row["rule"], row["device_id"]): row["condition"] for row in rows(database, tables.alert)}


def test_an_alert_that_cannot_be_judged_is_set_aside_and_the_others_go_on(database: Database) -> None:
    ingest, box, other = settled(database), Box(), Box("box-2", "thanh-khe")
    took(database, ingest, box.said(loitering()), other.said(loitering("cam-3")))
    poisoned(database, "cam-1")

    def passed(seconds: float) -> Outcome:
        took(database, ingest, box.batch(heard=later(seconds)), other.batch(heard=later(seconds)), now=later(seconds))
        with database.writing() as connection:
            return ingest.tick(connection, later(seconds), None)

    assert passed(302).aside == 1
    assert conditions(database) == {("loitering", "cam-1"): "active", ("loitering", "cam-3"): "stale"}
    (waiting,) = [row for row in rows(database, tables.alert) if row["device_id"] == "cam-1"]
    assert waiting["due"] == later(302) + timedelta(hours=1)
    assert passed(303).aside == 0
    assert passed(302 + 3600).aside == 1
    noted = [row for row in rows(database, tables.alert_history) if row["step"] == "set_aside"]
    assert [(row["alert_id"], row["reason"], row["params"]) for row in noted] == [
        (waiting["id"], "cannot_be_judged", {"error": "ValueError"})
    ]


def test_of_a_batch_only_the_record_that_meets_an_alert_that_cannot_be_judged_is_set_aside(database: Database) -> None:
    ingest, box, other = settled(database), Box(), Box("box-2", "thanh-khe")
    took(database, ingest, box.said(loitering()))
    poisoned(database, "cam-1")
    met = [box.said(level(0.3), loitering("cam-2"), loitering(), level(1.5), tally()), other.said(loitering("cam-3"))]
    outcome = took(database, ingest, *met)
    assert (outcome.aside, sum(outcome.letters.values()), len(outcome.answers)) == (1, 0, 2)
    assert count(database, tables.record) == 7, "what was told is stored, whatever becomes of its judging"
    assert conditions(database) == {
        ("loitering", "cam-1"): "active",
        ("loitering", "cam-2"): "active",
        ("loitering", "cam-3"): "active",
        ("water", "water-1"): "active",
    }
    assert took(database, ingest, *met).aside == 0, "a repeat is no news, and is judged by nobody"


def test_of_many_that_are_set_aside_together_the_others_are_judged_in_their_order(database: Database) -> None:
    with database.writing() as connection:
        for bad in ({0}, {6}, {2, 3}, set(range(7)), set[int]()):
            found = list(each_or_all(connection, range(7), partial(_refusing, bad), lambda one, _: [f"aside {one}"]))
            told = [item for some in found for item in some]
            assert told == [f"aside {one}" if one in bad else str(one) for one in range(7)]


def _refusing(bad: AbstractSet[int], items: Sequence[int]) -> list[str]:
    if bad & set(items):
        raise ValueError(items)
    return [str(one) for one in items]


def test_a_silence_that_cannot_be_told_to_one_camera_is_told_to_the_others(database: Database) -> None:
    ingest, box, other = settled(database), Box(), Box("box-2", "thanh-khe")
    took(database, ingest, box.status(online=True), box.said(loitering(), tally(), tally("cam-2")))
    took(database, ingest, other.status(online=True), other.said(tally("cam-3")))
    poisoned(database, "cam-1")
    took(database, ingest, box.status(online=False, at=later(10)), other.status(online=False, at=later(10)))
    with database.writing() as connection:
        outcome = ingest.tick(connection, later(80), None)
    assert outcome.aside == 1
    assert {row["state"] for row in rows(database, tables.device) if row["kind"] == "camera"} == {"silent"}
    assert conditions(database) == {
        ("loitering", "cam-1"): "active",
        ("camera-blind", "cam-2"): "active",
        ("camera-blind", "cam-3"): "active",
    }
