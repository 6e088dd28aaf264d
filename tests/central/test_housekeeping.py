"""The job that removes what is over: each kind after its own time, nothing before, one process at a time."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from sqlalchemy import Connection, delete, insert, text, update
from sqlalchemy.event import listen
from uuid_utils.compat import uuid7

from central.config import Retention
from central.housekeeping import Housekeeping, Removed, limits
from central.store import letters, partitions, pictures
from central.store import schema as tables
from central.store.changes import News, after, announce
from central.store.database import Database
from central.store.files import Folder
from central.store.letters import Letter
from central.store.orders import State, newest_config
from central.store.scope import Scope
from streams.clocks import ScriptedClock
from streams.wire.records import Event, Health, Phase
from tests.central.town import NOW, Box, count, later, level, loitering, picture, rows, settled, tally, took

HEALTH = Health(cpu=0.5, memory=0.5, disk=0.5)
PATIENCE = timedelta(hours=24)


def house(
    database: Database, folder: Path, days: float = 0, stop: threading.Event | None = None, **kept: int | None
) -> Housekeeping:
    """The job as it is so many days later."""
    return Housekeeping(
        database,
        Folder(folder / "evidence"),
        Retention.model_validate(kept),
        PATIENCE,
        removed=Removed(CollectorRegistry()),
        clock=ScriptedClock(NOW + timedelta(days=days)),
        stop=stop or threading.Event(),
    )


def town(database: Database) -> None:
    """The town, and nothing to tell of it."""
    settled(database)
    with database.writing() as connection:
        connection.execute(delete(tables.change))
        connection.execute(update(tables.ward).values(change_no=0))


def told(database: Database) -> None:
    """One record of each kind, heard now."""
    ingest = settled(database)
    with database.writing() as connection:
        partitions.make(connection, NOW, days=1)
    took(database, ingest, Box().said(HEALTH, tally(), level(0.1), loitering(), at=NOW))


def kinds(database: Database) -> set[str]:
    return {row["kind"] for row in rows(database, tables.record)}


def acts(database: Database, act: str = "expire") -> list[tuple[str, int]]:
    found = [row for row in rows(database, tables.audit) if row["act"] == act]
    return [(row["of"], (row["params"] or {}).get("number", 0)) for row in found]


@pytest.mark.parametrize(
    ("days", "left"),
    [
        (14, {"health", "tally", "reading", "event"}),
        (15, {"tally", "reading", "event"}),
        (60, {"tally", "reading", "event"}),
        (61, {"reading", "event"}),
        (366, {"event"}),
        (9999, {"event"}),
    ],
)
def test_each_kind_goes_after_its_own_time(database: Database, tmp_path: Path, days: int, left: set[str]) -> None:
    told(database)
    house(database, tmp_path, days).run()
    assert kinds(database) == left
    assert sum(number for of, number in acts(database) if of in {"health", "tallies", "readings"}) == 4 - len(left)
    assert house(database, tmp_path, days).run() == {}


def test_a_day_of_which_nothing_is_kept_is_dropped_whole(database: Database, tmp_path: Path) -> None:
    told(database)
    gone = house(database, tmp_path, 400, events=30).run() or {}
    assert count(database, tables.record) == 0
    with database.reading() as connection:
        assert partitions.names(connection) == []
    if not database.sqlite:
        assert gone["days"] == 2
        assert ("days", 2) in acts(database)


def test_a_day_that_lost_the_last_of_its_kinds_goes_with_it(database: Database, tmp_path: Path) -> None:
    ingest = settled(database)
    with database.writing() as connection:
        partitions.make(connection, NOW, days=0)
    took(database, ingest, Box().said(HEALTH))
    gone = house(database, tmp_path, 20).run() or {}
    assert gone["health"] == 1
    with database.reading() as connection:
        assert partitions.names(connection) == []


def test_a_day_that_holds_nothing_of_a_kind_any_more_is_not_searched_again(database: Database, tmp_path: Path) -> None:
    told(database)
    keeper = house(database, tmp_path, 15)
    assert (keeper.run() or {})["health"] == 1
    asked: list[str] = []
    listen(database.engine, "before_cursor_execute", lambda *of: asked.append(of[2]))
    assert keeper.run() == {}
    searched = {line.split('"')[1] for line in asked if line.startswith('DELETE FROM "record_on')}
    assert searched == set()


def test_events_are_kept_for_ever_unless_somebody_says_otherwise_and_those_behind_an_alert_always(
    database: Database, tmp_path: Path
) -> None:
    ingest, box, quiet = settled(database), Box(), "wrong_way"
    alone = Event(id=uuid7(), kind=quiet, phase=Phase.OPENED, rev=1, camera="cam-1", began=NOW, evidence=(picture(),))
    took(database, ingest, box.said(loitering(), alone))
    assert house(database, tmp_path, 5000).run() is not None
    assert count(database, tables.event) == 2
    house(database, tmp_path, 31, events=30).run()
    assert [row["kind"] for row in rows(database, tables.event)] == ["loitering"]
    assert (count(database, tables.record), count(database, tables.evidence_name)) == (0, 0)
    assert rows(database, tables.evidence) == []
    assert [row["why"] for row in rows(database, tables.audit) if row["act"] == "delete"] == ["orphaned"]


def account(connection: Connection) -> UUID:
    who = uuid7()
    connection.execute(insert(tables.account).values(id=who, login=str(who), name="A", created_at=NOW, active=True))
    return who


def lasting(database: Database) -> None:
    """A session, a link, an answer and a letter, all of today."""
    with database.writing() as connection:
        who, day = account(connection), timedelta(days=1)
        session = {"account_id": who, "csrf": "", "created_at": NOW, "seen_at": NOW}
        over: list[dict[str, Any]] = [
            {**session, "token_hash": "a", "expires": NOW + 30 * day, "ended_at": NOW},
            {**session, "token_hash": "b", "expires": NOW, "ended_at": None},
            {**session, "token_hash": "c", "expires": NOW + 30 * day, "ended_at": None},
        ]
        connection.execute(insert(tables.session), over)
        links = [
            {"token_hash": "a", "account_id": who, "expires": NOW + 30 * day, "used_at": NOW},
            {"token_hash": "b", "account_id": who, "expires": NOW, "used_at": None},
            {"token_hash": "c", "account_id": who, "expires": NOW + 30 * day, "used_at": None},
        ]
        connection.execute(insert(tables.sign_in_link), links)
        answer = {"account_id": who, "key": "k" * 8, "route": "POST /v1", "status": 200, "at": NOW}
        connection.execute(insert(tables.idempotency).values(answer))
        letters.lay(connection, [Letter("t", "invalid", "", b"x", NOW)])


@pytest.mark.parametrize(
    ("days", "left"), [(0.9, (3, 3, 1, 1)), (1.1, (3, 3, 0, 1)), (7.1, (1, 1, 0, 1)), (91, (0, 0, 0, 0))]
)
def test_sessions_links_answers_and_letters_go_when_they_are_over(
    database: Database, tmp_path: Path, days: float, left: tuple[int, ...]
) -> None:
    lasting(database)
    house(database, tmp_path, days).run()
    kept = (tables.session, tables.sign_in_link, tables.idempotency, tables.dead_letter)
    assert tuple(count(database, table) for table in kept) == left


def test_how_long_cameras_were_watched_is_kept_for_two_years(database: Database, tmp_path: Path) -> None:
    took(database, settled(database), Box().said(tally()))
    assert count(database, tables.watch_day) > 0
    assert "coverage" not in (house(database, tmp_path, 729).run() or {})
    assert (house(database, tmp_path, 732).run() or {})["coverage"] > 0
    assert count(database, tables.watch_day) == 0


def order(state: State, days: float, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - columns of the order
    """An order issued so many days after the first."""
    at = NOW + timedelta(days=days)
    who = {"account_id": uuid7(), "by": "boss", "why": "because", "ward_id": "hai-chau", "node_id": "box-1"}
    return {"id": uuid7(), "kind": "command", "state": state, "issued": at, **who, **more}


def test_orders_go_once_they_are_over_but_what_a_box_should_have_stays(database: Database, tmp_path: Path) -> None:
    settled(database)
    with database.writing() as connection:
        for row in (
            order(State.ANSWERED, 0, verb="restart", answered_at=NOW),
            order(State.EXPIRED, 0, verb="restart", expires=NOW + timedelta(days=1)),
            order(State.SENT, 0, verb="restart"),
            order(State.ANSWERED, 0, verb="late", answered_at=NOW + timedelta(days=300)),
            order(State.REPLACED, 0, kind="config", revision="r1"),
            order(State.ANSWERED, 1, kind="config", revision="r2", answered_at=NOW + timedelta(days=1)),
        ):
            connection.execute(insert(tables.node_order).values(row))
    assert "orders" not in (house(database, tmp_path, 364).run() or {})
    assert (house(database, tmp_path, 400).run() or {})["orders"] == 3
    left = rows(database, tables.node_order)
    assert sorted((row["state"], row["verb"] or row["revision"]) for row in left) == [
        ("answered", "late"),
        ("answered", "r2"),
        ("sent", "restart"),
    ]
    with database.reading() as connection:
        kept = newest_config(connection, Scope.city(), "box-1")
    assert kept is not None
    assert kept.revision == "r2"


def test_a_letter_that_still_comes_is_kept(database: Database, tmp_path: Path) -> None:
    with database.writing() as connection:
        letters.lay(connection, [Letter("t", "invalid", "", b"x", NOW)])
        letters.lay(connection, [Letter("t", "invalid", "", b"x", NOW + timedelta(days=80))])
    house(database, tmp_path, 100).run()
    assert count(database, tables.dead_letter) == 1


def test_the_feed_is_cut_at_its_beginning_and_goes_on_counting(database: Database, tmp_path: Path) -> None:
    town(database)
    for day in range(10):
        with database.writing() as connection:
            news = [News(ward, "node", str(day)) for ward in ("hai-chau", "thanh-khe")]
            announce(connection, news, NOW + timedelta(days=day))
    gone = house(database, tmp_path, 9.5).run() or {}
    assert gone["changes"] == 6
    with database.reading() as connection:
        assert [change.no for change in after(connection, "hai-chau", 0)] == [4, 5, 6, 7, 8, 9, 10]


def test_more_than_a_portion_goes_in_many_and_is_told_once(database: Database, tmp_path: Path) -> None:
    town(database)
    with database.writing() as connection:
        announce(connection, [News("hai-chau", "node", str(number)) for number in range(4_500)], NOW)
    assert (house(database, tmp_path, 8).run() or {})["changes"] == 4_500
    assert acts(database) == [("changes", 4_500)]


def test_a_round_that_is_told_to_stop_ends_and_the_next_goes_on(database: Database, tmp_path: Path) -> None:
    town(database)
    with database.writing() as connection:
        announce(connection, [News("hai-chau", "node", str(number)) for number in range(4_500)], NOW)
    stopped = threading.Event()
    stopped.set()
    house(database, tmp_path, 8, stopped).run()
    assert 0 < count(database, tables.change) < 4_500
    house(database, tmp_path, 8).run()
    assert count(database, tables.change) == 0
    assert sum(number for _, number in acts(database)) == 4_500


def test_only_one_process_is_at_it(database: Database, tmp_path: Path) -> None:
    told(database)
    if database.sqlite:
        assert house(database, tmp_path, 400).run()
        return
    with database.engine.connect() as other:
        other.execute(text("SELECT pg_advisory_lock(hashtextextended('wardsense/housekeeping', 0))"))
        assert house(database, tmp_path, 400).run() is None
        assert count(database, tables.record) == 4
        other.execute(text("SELECT pg_advisory_unlock_all()"))
    assert house(database, tmp_path, 400).run()
    assert house(database, tmp_path, 400).run() == {}


def raised(database: Database, sha256: str = "a" * 64) -> None:
    took(database, settled(database), Box().said(loitering(evidence=(picture(sha256),))))


def states(database: Database) -> list[tuple[str, Any]]:
    return [(row["state"], (row["reason"] or {}).get("code")) for row in rows(database, tables.evidence)]


def test_what_a_living_node_never_sent_is_lost_and_the_feed_says_so(database: Database, tmp_path: Path) -> None:
    raised(database)
    with database.writing() as connection:
        connection.execute(update(tables.node).values(online=False))
    house(database, tmp_path, 2).run()
    assert states(database) == [("coming", None)]  # a node that is away may still send it
    with database.writing() as connection:
        connection.execute(update(tables.node).values(online=True))
    house(database, tmp_path, 0.9).run()
    assert states(database) == [("coming", None)]
    assert house(database, tmp_path, 1.1).run() == {"lost": 1}
    assert states(database) == [("lost", "never_came")]
    with database.reading() as connection:
        news = [(change.kind, change.params) for change in after(connection, "hai-chau", 0)][-2:]
    assert Counter(kind for kind, _ in news) == {"evidence": 1, "alert": 1}
    assert all(params is not None and params["state"] == "lost" for _, params in news)


def test_what_a_retired_node_never_sent_is_lost(database: Database, tmp_path: Path) -> None:
    raised(database)
    with database.writing() as connection:
        connection.execute(update(tables.node).values(online=False, retired_at=NOW))
    house(database, tmp_path, 2).run()
    assert states(database) == [("lost", "node_retired")]


def test_expired_evidence_is_deleted_once_no_open_alert_shows_it_and_leaves_a_receipt(
    database: Database, tmp_path: Path
) -> None:
    raised(database)
    files = Folder(tmp_path / "evidence")
    files.keep("hai-chau", "a" * 64, b"picture")
    with database.writing() as connection:
        pictures.settle(connection, "hai-chau", "a" * 64, NOW)
    house(database, tmp_path, 9999).run()
    house(database, tmp_path, 40, evidence=30).run()
    assert states(database) == [("here", None)]
    with database.writing() as connection:
        connection.execute(update(tables.alert).values(condition="cleared", cleared_at=later(60)))
    house(database, tmp_path, 40, evidence=30).run()
    assert states(database) == [("deleted", "expired")]
    assert not files.path("hai-chau", "a" * 64).exists()
    (receipt,) = [row for row in rows(database, tables.audit) if row["act"] == "delete"]
    assert (receipt["of"], receipt["row"], receipt["ward_id"]) == ("evidence", "a" * 64, "hai-chau")
    assert (receipt["origin"], receipt["why"], receipt["node_id"]) == ("housekeeping", "expired", "box-1")


@given(st.integers(1, 36_500), st.datetimes(datetime(2200, 1, 1), datetime(2300, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - given a zone beside it
def test_nothing_is_over_before_its_days_are_full(days: int, now: datetime) -> None:
    over = limits(Retention(tallies=days, sessions=days, health=None), now)
    assert "health" not in over
    assert over["sessions"] == now - timedelta(days=days)
    assert timedelta() <= now - timedelta(days=days) - over["tallies"] < timedelta(days=1)
