"""One engine, two databases. SQLite by default, PostgreSQL in production, the same functions on both.

The store is synchronous on purpose (a departure from the design, which names aiosqlite): one thread writes what
the nodes send, the API's routes run in FastAPI's thread pool, and an async driver would add a thread hop to every
SQLite statement. SQLite begins every writing transaction with BEGIN IMMEDIATE, so that two writers queue at the
door and no transaction fails half way; readers never wait (WAL).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.pool import QueuePool

BUSY_MS: Final = 15_000
_PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "recursive_triggers=ON",  # without it INSERT OR REPLACE deletes an audit row past its trigger
    f"busy_timeout={BUSY_MS}",
)


class Database:
    """The centre's database: `reading()` and `writing()` each give a connection inside a transaction."""

    def __init__(self, url: str) -> None:
        """Open `sqlite:///path` or `postgresql+psycopg://…`; nothing is read yet."""
        parsed = make_url(url)
        if parsed.get_backend_name() == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.sqlite = parsed.get_backend_name() == "sqlite"
        pool: dict[str, Any] = {"poolclass": QueuePool, "pool_size": 10, "max_overflow": 20}
        if self.sqlite:
            pool["connect_args"] = {"timeout": BUSY_MS / 1000, "check_same_thread": False}
        else:
            pool["pool_pre_ping"] = True
        self.url = parsed
        self.engine: Engine = create_engine(
            parsed, json_serializer=_document, json_deserializer=from_json, hide_parameters=True, **pool
        )
        if self.sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that may write; commits at the end, rolls back on any error."""
        with self.engine.connect() as connection:
            if self.sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            connection.commit()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads: one consistent view from its first statement on, no lock.

        PostgreSQL refuses a write in it; SQLite does not, and takes it back at the end.
        """
        with self.engine.connect() as connection:
            if self.sqlite:
                connection.exec_driver_sql("BEGIN")
            else:
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield connection
            connection.rollback()

    def close(self) -> None:
        """Let every connection go."""
        self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: Any) -> None:  # noqa: ANN401 - the driver's own types
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _document(value: object) -> str:
    return to_json(value).decode()
