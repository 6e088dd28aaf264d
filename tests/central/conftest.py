"""Databases for the centre's tests: SQLite always, PostgreSQL as well, each test with a migrated one of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from central.store.database import Database
from central.store.migrate import migrate
from tests.parts.postgres import Postgres


@pytest.fixture(scope="session")
def cluster() -> Iterator[Postgres]:
    """One PostgreSQL for the whole run."""
    with Postgres() as postgres:
        yield postgres


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy from."""
    path = tmp_path_factory.mktemp("store") / "migrated.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture(scope="session")
def migrated_database(cluster: Postgres) -> str:
    """A migrated PostgreSQL database to copy from."""
    name = cluster.create()
    database = Database(cluster.url(name))
    migrate(database)
    database.close()
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database."""
    if request.param == "sqlite":
        path = tmp_path / "wardsense.db"
        shutil.copy(request.getfixturevalue("migrated_file"), path)
        yield f"sqlite:///{path}"
        return
    cluster: Postgres = request.getfixturevalue("cluster")
    name = cluster.create(request.getfixturevalue("migrated_database"))
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A migrated, empty database."""
    opened = Database(url)
    yield opened
    opened.close()
