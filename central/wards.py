"""A ward has one worker at a time: the process that holds its lock, on the very connection that writes.

On PostgreSQL that is an advisory lock of the session: when the connection dies the lock dies with it, so a worker that
has lost its place cannot write any more, and a standby that asks every second has it. On SQLite one process holds every
ward, through the same code.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, InvalidRequestError

from central.store import registry
from central.store.database import Database

_TAKE = text("SELECT pg_try_advisory_lock(hashtextextended('wardsense/ward/' || :ward, 0))")
_UNLOCK = text("SELECT pg_advisory_unlock_all()")


class Wards:
    """The wards this process works for, and the one connection it writes on. Belongs to the writing thread."""

    def __init__(
        self,
        database: Database,
        wanted: Collection[str] | None = None,
        changed: Callable[[frozenset[str]], None] | None = None,
    ) -> None:
        """`wanted`: None for every ward of the registry; `changed` hears of the wards held, in the writing thread."""
        self._database = database
        self._wanted = wanted
        self._changed = changed
        self._held: frozenset[str] = frozenset()
        self._connection: Connection | None = None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction on the connection that holds the locks; when that one is gone, so are the wards."""
        if self._database.sqlite:
            with self._database.writing() as connection:
                yield connection
            return
        if self._connection is None:
            self.renew()
        connection = self._line()
        try:
            with connection.begin():
                yield connection
        except DBAPIError as error:
            if error.connection_invalidated or connection.closed or connection.invalidated:
                self.let_go()
            raise

    def holds(self, ward: str) -> bool:
        """Whether this process works for the ward now."""
        return ward in self._held

    def wards(self) -> list[str]:
        """The wards held now, in order."""
        return sorted(self._held)

    def renew(self) -> None:
        """Take every wanted ward that is free. Raises what the database raises when it is away."""
        if self._database.sqlite:
            with self._database.reading() as connection:
                self._hold(frozenset(self._sought(connection)))
            return
        connection = self._line()
        try:
            with connection.begin():
                free = [ward for ward in self._sought(connection) if ward not in self._held]
                taken = [ward for ward in free if connection.execute(_TAKE, {"ward": ward}).scalar_one()]
        except DBAPIError:
            self.let_go()
            raise
        self._hold(self._held | frozenset(taken))

    def let_go(self) -> None:
        """Drop the connection, and every ward with it. Where it still answers, a standby has them at once."""
        connection, self._connection = self._connection, None
        if connection is not None:
            _unlock(connection)
            connection.invalidate()  # closed for good: a pooled one would keep its locks
            connection.close()
        self._hold(frozenset())

    def _line(self) -> Connection:
        if self._connection is None:
            self._connection = self._database.engine.connect()
        return self._connection

    def _sought(self, connection: Connection) -> list[str]:
        known = registry.ward_names(connection)
        return known if self._wanted is None else [ward for ward in known if ward in self._wanted]

    def _hold(self, held: frozenset[str]) -> None:
        if held != self._held:
            self._held = held
            if self._changed is not None:
                self._changed(held)


def _unlock(connection: Connection) -> None:
    """Give the locks back now: the server notices a closed connection only some time later."""
    with suppress(DBAPIError, InvalidRequestError), connection.begin():  # a dead connection has lost them already
        connection.execute(_UNLOCK)
