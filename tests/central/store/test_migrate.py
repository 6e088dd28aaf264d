"""The migrations make what the schema says, on both databases, once at a time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Executable, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError, StatementError
from uuid_utils.compat import uuid7

from central.store import audit, migrate
from central.store import schema as tables
from central.store.audit import Act
from central.store.database import Database
from tests.parts.postgres import Postgres

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        cluster: Postgres = request.getfixturevalue("cluster")
        url = cluster.url(cluster.create())
    opened = Database(url)
    yield opened
    opened.close()


def test_the_migrations_make_exactly_what_the_schema_says(database: Database) -> None:
    with database.reading() as connection:
        options = {"compare_type": True, "include_name": lambda name, kind, _: kind != "table" or "record_" not in name}
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), tables.metadata)
    assert differences == []


def test_one_open_alert_is_a_partial_index_of_the_database(database: Database) -> None:
    where = "sqlite_master WHERE name" if database.sqlite else "pg_indexes WHERE indexname"
    column = "sql" if database.sqlite else "indexdef"
    with database.reading() as connection:
        made = connection.execute(text(f"SELECT {column} FROM {where} = 'one_open_alert'")).scalar_one()  # noqa: S608 - our own words
    assert "UNIQUE" in made
    assert all(condition in made for condition in ("pending", "active", "stale"))


def test_an_empty_database_is_refused_until_it_is_migrated(empty: Database) -> None:
    with pytest.raises(migrate.WrongRevisionError, match="empty; run `wardsense central migrate`"):
        migrate.check(empty)
    assert migrate.migrate(empty) == migrate.NEWEST == migrate.head()
    assert migrate.check(empty) == migrate.NEWEST


def test_a_database_outside_the_range_is_refused_with_the_way_to_go(database: Database) -> None:
    with pytest.raises(migrate.WrongRevisionError, match="runs on 9998 to 9999: run `wardsense central migrate`"):
        migrate.check(database, oldest="9998", newest="9999")
    with pytest.raises(migrate.WrongRevisionError, match="a newer release has migrated it"):
        migrate.check(database, oldest="0001", newest="0002")


def test_answers_about_passwords_are_forgotten_on_the_way(empty: Database) -> None:
    assert migrate.migrate(empty, "0005") == "0005"
    with empty.writing() as connection:
        for number, route in enumerate(("POST /v1/me/password  5e884898", "POST /v1/alerts/1/confirm 1 5e884898")):
            answer = {"account_id": uuid7(), "key": f"key-{number}", "route": route, "status": 200, "at": NOW}
            connection.execute(insert(tables.idempotency).values(answer))
    migrate.migrate(empty)
    with empty.reading() as connection:
        assert connection.execute(select(tables.idempotency.c.key)).scalars().all() == ["key-1"]


def test_a_letter_of_the_release_before_counts_once_whether_laid_before_the_migration_or_after(empty: Database) -> None:
    letter = {"topic": "t", "reason": "invalid", "detail": "", "payload": b"x", "heard": NOW}
    for revision in ("0005", "head"):
        migrate.migrate(empty, revision)
        with empty.writing() as connection:
            connection.execute(insert(tables.dead_letter).values(id=uuid7(), **letter))
    with empty.reading() as connection:
        assert connection.execute(select(tables.dead_letter.c.times)).scalars().all() == [1, 1]


def test_two_migrations_at_once_end_as_one(empty: Database) -> None:
    with ThreadPoolExecutor(2) as both:
        assert list(both.map(migrate.migrate, [empty, empty])) == [migrate.NEWEST] * 2


def test_the_database_itself_refuses_to_change_the_audit(database: Database) -> None:
    with database.writing() as connection:
        audit.append(connection, Act("made", "ward", "hai-chau", "import"), NOW)
    statements: list[Executable] = [update(tables.audit).values(why="never mind"), delete(tables.audit)]
    if database.sqlite:
        statements.append(text("INSERT OR REPLACE INTO audit SELECT * FROM audit"))
    for statement in statements:
        with pytest.raises(DBAPIError, match="append-only"), database.writing() as connection:
            connection.execute(statement)
    with database.reading() as connection:
        assert connection.execute(select(tables.audit.c.row)).scalars().all() == ["hai-chau"]


def test_a_naive_time_is_refused_and_an_instant_comes_back_to_the_microsecond(database: Database) -> None:
    at = NOW.replace(microsecond=123457)
    with database.writing() as connection:
        audit.append(connection, Act("made", "ward", "x", "import"), at)
    with database.reading() as connection:
        assert connection.execute(select(tables.audit.c.at)).scalar_one() == at
    with pytest.raises(StatementError, match="aware UTC"), database.writing() as connection:
        audit.append(connection, Act("made", "ward", "x", "import"), at.replace(tzinfo=None))
