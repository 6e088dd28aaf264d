"""Bring a database to the revision this release writes, one process at a time; refuse one outside the range it runs on.

A worker declares the oldest and the newest revision it can work with. Migrations expand first and contract a release
later, so that the workers of two releases overlap during an upgrade; outside that range a worker refuses to start and
says which way to go. Revisions are numbered, so that "older" has a meaning. Alembic is imported only to migrate: a
worker only reads the revision, and each of its starts would otherwise be a fifth longer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, inspect, text

from central.store.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

OLDEST: Final = "0009"
NEWEST: Final = "0011"
_LOCK: Final = 0x57617264  # "Ward": one migration at a time on a PostgreSQL server
_FOLDER: Final = Path(__file__).parent / "migrations"


class WrongRevisionError(RuntimeError):
    """The database stands outside the range of revisions this release runs on."""


def migrate(database: Database, to: str = "head") -> str:
    """Bring the database to the newest revision, or to that one, under a lock, in one transaction; returns it."""
    from alembic import command  # noqa: PLC0415 - half a second of every start, and only a migration needs it

    with _locked(database) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        return _revision(connection) or ""


def check(database: Database, oldest: str = OLDEST, newest: str = NEWEST) -> str:
    """The database's revision. Raises WrongRevisionError unless it lies from `oldest` to `newest`."""
    with database.reading() as connection:
        found = _revision(connection)
    if found is None:
        raise WrongRevisionError("the database is empty; run `wardsense central migrate` first")
    if found < oldest:
        raise WrongRevisionError(
            f"the database stands at revision {found}, this release runs on {oldest} to {newest}: "
            "run `wardsense central migrate` first"
        )
    if found > newest:
        raise WrongRevisionError(
            f"the database stands at revision {found}, this release runs on {oldest} to {newest}: "
            "a newer release has migrated it; install that release"
        )
    return found


def head() -> str:
    """The newest revision among the migrations of this release."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - only a migration needs it

    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def _config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - only a migration needs it

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    return config


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


@contextmanager
def _locked(database: Database) -> Iterator[Connection]:
    """A writing transaction nobody else migrates beside: SQLite's own write lock, PostgreSQL's advisory one."""
    with database.writing() as connection:
        if not database.sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        yield connection
