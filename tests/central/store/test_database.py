"""A reading transaction is one view of the whole database, whatever is committed beside it."""

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from central.store.database import Database
from central.store.schema import ward
from tests.central.town import count


def grow(database: Database, name: str) -> None:
    with database.writing() as connection:
        connection.execute(insert(ward).values(id=name, name=name, folded=name))


def test_what_is_committed_while_one_reads_is_not_there_until_the_next_reading(database: Database) -> None:
    grow(database, "one")
    with database.reading() as connection:
        before = connection.execute(text("SELECT count(*) FROM ward")).scalar_one()
        grow(database, "two")
        after = connection.execute(text("SELECT count(*) FROM ward")).scalar_one()
    assert (before, after, count(database, ward)) == (1, 1, 2)


def test_reading_leaves_nothing_written_and_the_connection_writes_again_after(database: Database) -> None:
    for name in ("one", "two", "three"):
        try:
            with database.reading() as connection:
                connection.execute(insert(ward).values(id="stray", name="x", folded="x"))
        except DBAPIError:
            assert not database.sqlite
        grow(database, name)
    assert count(database, ward) == 3


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_postgresql_refuses_a_write_in_a_reading_transaction(database: Database) -> None:
    with pytest.raises(DBAPIError, match="read-only"), database.reading() as connection:
        connection.execute(insert(ward).values(id="stray", name="x", folded="x"))
