"""Bringing people in from the console of the machine itself: the first administrator, and whoever lost their way in.

Whoever may run a command beside the database may do this; it is written to the audit as done from the `console`.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection
from uuid_utils.compat import uuid7

from central.auth import accounts
from central.auth.accounts import Entry, tidy
from central.auth.grants import Account, Grant, Role
from central.auth.nodes import enrol
from central.auth.sessions import make_link
from central.store.audit import Act, append

CONSOLE: Final = "console"
WHOLE_CITY: Final = "*"


class Unknown(LookupError):  # noqa: N818 - named after what was asked for
    """No such ward, unit, account or node. The message names it."""


def grant_told(told: str) -> Grant:
    """`operator@hai-chau` or, for the whole city, `admin@*`. Raises ValueError for anything else."""
    role, at, ward = told.partition("@")
    if not at or not ward or role not in Role.__members__.values():
        roles = ", ".join(Role)
        raise ValueError(f"{told!r}: write ROLE@WARD, or ROLE@* for the whole city; roles: {roles}")
    return Grant(Role(role), None if ward == WHOLE_CITY else ward)


def invite(
    connection: Connection, person: tuple[str, str, str | None], grants: tuple[Grant, ...], now: datetime
) -> str:
    """Add an account for (login, name, unit); returns the token of its sign-in link. Raises LoginTaken, Unknown."""
    login, name, unit = person
    unknown = accounts.unknown_wards(connection, [grant.ward for grant in grants if grant.ward])
    if unknown:
        raise Unknown(f"no ward {', '.join(unknown)}")
    if unit is not None and not accounts.unit_exists(connection, unit):
        raise Unknown(f"no unit {unit}")
    who = Account(uuid7(), tidy(login), name, unit, grants)
    accounts.add_account(connection, who, None, now)
    append(connection, Act("add", "account", str(who.id), CONSOLE), now)
    return make_link(connection, who.id, now)


def link(connection: Connection, login: str, now: datetime) -> str:
    """The token of a new sign-in link for an open account. Raises Unknown."""
    found = accounts.by_login(connection, login)
    if found is None or not found.active:
        raise Unknown(f"no open account {login!r}")
    append(connection, Act("link", "account", str(found.who.id), CONSOLE), now)
    return make_link(connection, found.who.id, now)


def everybody(connection: Connection) -> list[Entry]:
    """Every account, by login."""
    return accounts.entries(connection)


def admit(connection: Connection, node: str, now: datetime) -> str:
    """A new secret for a node's uploads; the old one opens nothing any more. Raises Unknown."""
    secret = enrol(connection, node)
    if secret is None:
        raise Unknown(f"no node {node!r}")
    append(connection, Act("renew_secret", "node", node, CONSOLE), now)
    return secret
