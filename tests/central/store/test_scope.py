"""One place adds the ward condition, for every table that has one."""

import pytest
from sqlalchemy import Table, select, update

from central.store import schema as tables
from central.store.database import Database
from central.store.scope import Scope, within
from tests.central.town import settled

SCOPED = [table for table in tables.metadata.sorted_tables if "ward_id" in table.c]


@pytest.mark.parametrize("table", [*SCOPED, tables.ward], ids=lambda table: table.name)
def test_every_table_of_a_ward_can_be_scoped(table: Table) -> None:
    statement = str(within(select(table), Scope.of("hai-chau"), table))
    assert f"{'id' if table is tables.ward else 'ward_id'} IN" in statement
    assert "WHERE" not in str(within(select(table), Scope.city(), table))


def test_a_scope_shows_its_own_wards_and_no_other(database: Database) -> None:
    settled(database)
    with database.reading() as connection:

        def seen(scope: Scope) -> list[str]:
            query = within(select(tables.device.c.id), scope, tables.device).order_by(tables.device.c.id)
            return list(connection.execute(query).scalars())

        assert seen(Scope.of("hai-chau")) == ["cam-1", "water-1"]
        assert seen(Scope.of("hai-chau", "thanh-khe")) == seen(Scope.city()) == ["cam-1", "cam-2", "cam-3", "water-1"]
        assert seen(Scope.of()) == []


def test_a_change_outside_the_scope_changes_nothing(database: Database) -> None:
    settled(database)
    with database.writing() as connection:
        renaming = update(tables.device).values(name="x").where(tables.device.c.id == "cam-3")
        assert connection.execute(within(renaming, Scope.of("hai-chau"), tables.device)).rowcount == 0


def test_the_whole_city_holds_what_belongs_to_no_ward_and_a_ward_does_not() -> None:
    assert None in Scope.city()
    assert None not in Scope.of("hai-chau")
    assert "hai-chau" in Scope.of("hai-chau")
    assert "thanh-khe" not in Scope.of("hai-chau")
