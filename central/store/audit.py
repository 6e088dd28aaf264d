"""Who did what, on which row, when, from where and why: written in the transaction of the act, never changed after.

The database itself refuses UPDATE and DELETE on this table (triggers of the first migration), so a row stays even when
a program of ours has a mistake.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert
from uuid_utils.compat import uuid7

from central.store.schema import audit


@dataclass(frozen=True, slots=True)
class Act:
    """One thing done: `act`, on row `row` of table `of`, from `origin`: an address, `console`, `import`, `node`."""

    act: str
    of: str
    row: str
    origin: str
    ward: str | None = None  # none: an act on the whole city
    account: UUID | None = None
    node: str | None = None
    why: str | None = None
    params: dict[str, Any] | None = None


def append(connection: Connection, act: Act, at: datetime) -> None:
    """Add the row to the audit, in the transaction of the act itself."""
    connection.execute(
        insert(audit).values(
            id=uuid7(),
            ward_id=act.ward,
            at=at,
            account_id=act.account,
            node_id=act.node,
            act=act.act,
            of=act.of,
            row=act.row,
            origin=act.origin,
            why=act.why,
            params=act.params,
        )
    )
