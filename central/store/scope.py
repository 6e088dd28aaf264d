"""Who may see which wards, and the one function that puts it into a query.

Every row of the city carries `ward_id`. A route never writes the condition itself: it asks `within`, and what it gets
back cannot see another ward. What is asked for and lies outside is then simply not found, so that an answer never tells
whether a row of another ward exists.
"""

from dataclasses import dataclass
from typing import Any, Self, TypeVar

from sqlalchemy import Delete, Select, Table, Update, false

_Statement = TypeVar("_Statement", Select[Any], Update, Delete)


@dataclass(frozen=True, slots=True)
class Scope:
    """The wards an act may touch; `wards` is None for the whole city."""

    wards: frozenset[str] | None

    @classmethod
    def city(cls) -> Self:
        """Everything."""
        return cls(None)

    @classmethod
    def of(cls, *wards: str) -> Self:
        """These wards and no other; none at all when none is named."""
        return cls(frozenset(wards))

    def __contains__(self, ward: str | None) -> bool:
        """Whether a row of this ward lies inside; a row of no ward is the whole city's."""
        return self.wards is None or ward in self.wards


def within(statement: _Statement, scope: Scope, table: Table) -> _Statement:
    """The statement, blind to rows of `table` outside the scope. `ward` itself is scoped by its id."""
    if scope.wards is None:
        return statement
    column = table.c.id if table.name == "ward" else table.c.ward_id
    if not scope.wards:
        return statement.where(false())
    return statement.where(column.in_(sorted(scope.wards)))
