"""Accounts and their grants, as rows. Nobody has a password until they set one: a fresh account signs in by link."""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, delete, exists, insert, or_, select, true, update
from sqlalchemy.dialects import postgresql, sqlite
from uuid_utils.compat import uuid7

from central.auth.grants import CREW, Account, Grant, Role
from central.store.schema import account, grant, unit, ward
from central.store.scope import Scope


class LoginTaken(Exception):  # noqa: N818 - the name says what is wrong
    """Somebody has that login already."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An account as an administrator sees it."""

    who: Account
    active: bool
    has_password: bool
    created_at: datetime
    version: int


def tidy(login: str) -> str:
    """A login as it is kept and compared: NFC, lower case, no spaces around it."""
    return unicodedata.normalize("NFC", login).strip().casefold()


def add_account(connection: Connection, who: Account, password_hash: str | None, now: datetime) -> None:
    """Store a new account with its grants. Raises LoginTaken."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    adding = dialect.insert(account).values(
        id=who.id, login=who.login, name=who.name, unit_id=who.unit, password_hash=password_hash, created_at=now
    )
    made = adding.on_conflict_do_nothing(index_elements=[account.c.login]).returning(account.c.id)
    if connection.execute(made).one_or_none() is None:  # of two at once the second waits for the first, and loses
        raise LoginTaken(who.login)
    set_grants(connection, who.id, who.grants)


def set_grants(connection: Connection, who: UUID, grants: Collection[Grant]) -> None:
    """Replace everything an account may do."""
    connection.execute(delete(grant).where(grant.c.account_id == who))
    rows = [{"id": uuid7(), "account_id": who, "role": given.role.value, "ward_id": given.ward} for given in grants]
    if rows:
        connection.execute(insert(grant), rows)


def set_password(connection: Connection, who: UUID, password_hash: str) -> None:
    """Keep a new password's hash."""
    raised = {"password_hash": password_hash, "version": account.c.version + 1}
    connection.execute(update(account).where(account.c.id == who).values(**raised))


def change(connection: Connection, who: UUID, values: Mapping[str, Any]) -> None:
    """Set columns of an account and raise its version."""
    connection.execute(update(account).where(account.c.id == who).values(**values, version=account.c.version + 1))


def account_of(connection: Connection, who: UUID) -> Account | None:
    """An open account with its grants."""
    found = entries(connection, account.c.id == who)
    return found[0].who if found and found[0].active else None


def entry_of(connection: Connection, who: UUID, scope: Scope) -> Entry | None:
    """An account that has a grant within the scope (any account at all for the whole city)."""
    found = entries(connection, account.c.id == who, _visible(scope))
    return found[0] if found else None


def page(connection: Connection, scope: Scope, after: str | None, limit: int) -> list[Entry]:
    """Accounts visible within the scope, by login, from after that login on."""
    return entries(connection, _visible(scope), account.c.login > (after or ""), limit=limit)


def by_login(connection: Connection, login: str) -> Entry | None:
    """The account with that login, closed or not."""
    found = entries(connection, account.c.login == tidy(login))
    return found[0] if found else None


def entries(connection: Connection, *where: ColumnElement[bool], limit: int | None = None) -> list[Entry]:
    """Accounts that match, with their grants, by login."""
    rows = connection.execute(select(account).where(*where).order_by(account.c.login).limit(limit)).all()
    granted: dict[UUID, list[Grant]] = {row.id: [] for row in rows}
    asked = select(grant).where(grant.c.account_id.in_(granted)).order_by(grant.c.role, grant.c.ward_id)
    for row in connection.execute(asked) if granted else ():
        if row.role in tuple(Role):  # one of another release grants nothing this one knows of
            granted[row.account_id].append(Grant(Role(row.role), row.ward_id))
    return [
        Entry(
            Account(row.id, row.login, row.name, row.unit_id, tuple(granted[row.id])),
            row.active,
            row.password_hash is not None,
            row.created_at,
            row.version,
        )
        for row in rows
    ]


def crew_of(connection: Connection, unit_id: str, ward_id: str) -> list[Account]:
    """The people of a unit with an open account who work in that ward, by name."""
    of_unit = [one.who for one in entries(connection, account.c.unit_id == unit_id, account.c.active.is_(True))]
    return sorted((who for who in of_unit if who.may(CREW, ward_id)), key=lambda who: who.name)


def names(connection: Connection, ids: Collection[UUID]) -> dict[UUID, str]:
    """What the people with these ids are called."""
    if not ids:
        return {}
    return {
        row.id: row.name
        for row in connection.execute(select(account.c.id, account.c.name).where(account.c.id.in_(ids)))
    }


def unknown_wards(connection: Connection, wards: Sequence[str]) -> list[str]:
    """Those of the wards the city does not have."""
    known = set(connection.execute(select(ward.c.id).where(ward.c.id.in_(wards))).scalars())
    return sorted(set(wards) - known)


def unit_exists(connection: Connection, unit_id: str) -> bool:
    """Whether the city has that unit."""
    return connection.execute(select(unit.c.id).where(unit.c.id == unit_id)).first() is not None


def unit_in(connection: Connection, unit_id: str, ward_id: str) -> bool:
    """Whether that unit serves the ward, alone or as one of the whole city."""
    serves = or_(unit.c.ward_id == ward_id, unit.c.ward_id.is_(None))
    return connection.execute(select(unit.c.id).where(unit.c.id == unit_id, serves)).first() is not None


def _visible(scope: Scope) -> ColumnElement[bool]:
    if scope.wards is None:
        return true()
    granted = select(grant.c.id).where(grant.c.account_id == account.c.id)
    return exists(granted.where(grant.c.ward_id.in_(sorted(scope.wards))))
