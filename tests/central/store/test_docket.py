"""The alerts of one transaction: the constraint decides who has the place, the rest is written together."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from alerts.alert import Alert, Decision, Reason, Verb
from alerts.fingerprint import Fingerprint, Spot
from alerts.lifecycle import Condition
from alerts.memory import Memory
from alerts.rules import Severity
from central.store import events, registry
from central.store import schema as tables
from central.store.database import Database
from central.store.docket import Docket
from tests.central.town import NOW, later, rows, settled

PRINT = Fingerprint(rule="loitering", ward="hai-chau", place=Spot(camera="cam-1", zone="gate"), subject="person")


def raised(first_seen: datetime = NOW, condition: Condition = Condition.ACTIVE) -> Decision:
    fresh = Alert(
        id=uuid7(),
        fingerprint=PRINT,
        node="box-1",
        severity=Severity.MINOR,
        first_seen=first_seen,
        last_seen=first_seen,
        memory=Memory(),
        condition=condition,
    )
    return Decision(verb=Verb.RAISE, reason=Reason.FIRST_EVIDENCE, alert=fresh)


def moved(decision: Decision, verb: Verb, condition: Condition) -> Decision:
    assert decision.alert is not None
    return Decision(verb=verb, reason=Reason.FIRST_EVIDENCE, alert=replace(decision.alert, condition=condition))


def the_id(decision: Decision) -> UUID:
    assert decision.alert is not None
    return decision.alert.id


def test_who_comes_second_to_a_fingerprint_is_told_so_and_loads_the_winner(database: Database) -> None:
    settled(database)
    won, lost = raised(), raised()
    with database.writing() as connection:
        late = Docket(connection, [PRINT.key], NOW)
        winner = Docket(connection, [PRINT.key], NOW)
        assert winner.add(won, "patrol", None)
        winner.close()
        assert late.latest(PRINT.key) is None
        assert not late.add(lost, "patrol", None)
        late.load([PRINT.key])
        found = late.latest(PRINT.key)
        assert (found.id if found else None) == the_id(won)
        assert late.close() == []
    assert [row["id"] for row in rows(database, tables.alert)] == [the_id(won)]


def test_one_that_is_over_in_memory_only_gives_up_its_place_before_the_next_is_raised(database: Database) -> None:
    settled(database)
    first, second = raised(), raised(later(60))
    with database.writing() as connection:
        docket = Docket(connection, [PRINT.key], NOW)
        assert docket.add(first, "patrol", None)
        docket.keep(moved(first, Verb.CLEAR, Condition.CLEARED), None)
        assert docket.add(second, "patrol", None)
        news = docket.close()
    assert [(item.params or {})["verb"] for item in news] == ["raise", "clear", "raise"]
    assert {row["id"]: row["condition"] for row in rows(database, tables.alert)} == {
        the_id(first): "cleared",
        the_id(second): "active",
    }
    assert [row["step"] for row in rows(database, tables.alert_history)] == ["raise", "clear", "raise"]


def test_the_latest_is_the_open_one_else_the_newest(database: Database) -> None:
    settled(database)
    old, newer = raised(condition=Condition.CLEARED), raised(later(60), Condition.CLEARED)
    open_ = raised(later(30))
    with database.writing() as connection:
        docket = Docket(connection, [], NOW)
        assert docket.add(old, "patrol", None)
        assert docket.add(newer, "patrol", None)
        newest = Docket(connection, [PRINT.key, "another"], NOW)
        assert (getattr(newest.latest(PRINT.key), "id", None), newest.latest("another")) == (the_id(newer), None)
        assert docket.add(open_, "patrol", None)
        assert getattr(Docket(connection, [PRINT.key], NOW).latest(PRINT.key), "id", None) == the_id(open_)
        docket.close()


def test_many_changes_of_one_alert_leave_one_row_and_all_of_its_history(database: Database) -> None:
    settled(database)
    first = raised()
    with database.writing() as connection:
        Docket(connection, [], NOW).add(first, "patrol", None)
    with database.writing() as connection:
        docket = Docket(connection, [PRINT.key], NOW)
        for verb, condition in ((Verb.STALE, Condition.STALE), (Verb.CLEAR, Condition.CLEARED)):
            docket.keep(moved(first, verb, condition), None)
        docket.close()
    (row,) = rows(database, tables.alert)
    assert (row["condition"], row["version"]) == ("cleared", 2)
    assert [row["step"] for row in rows(database, tables.alert_history)] == ["stale", "clear"]


def test_more_names_than_a_statement_binds_are_looked_up_in_portions(database: Database) -> None:
    settled(database)
    many = [f"none-{number}" for number in range(70_000)]
    with database.writing() as connection:
        assert Docket(connection, [*many, PRINT.key], NOW).latest(PRINT.key) is None
        assert events.minters(connection, [UUID(int=number) for number in range(70_000)]) == {}
        assert list(registry.boxes(connection, ["box-1"], [*many, "cam-1"])["box-1"].devices) == ["cam-1"]
