"""Sessions, accounts and the audit trail, as the API tells them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from central.auth.accounts import Entry
from central.auth.grants import Account, Grant, Role
from central.auth.sessions import Session
from streams.wire.words import Slug

Login = Annotated[str, StringConstraints(min_length=2, max_length=80, strip_whitespace=True)]
PersonName = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Password = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Token = Annotated[str, StringConstraints(min_length=20, max_length=100)]


class SignIn(BaseModel):
    """A login and its password. `bearer` asks for a token in the answer instead of a cookie: for programs."""

    login: Login
    password: Password
    bearer: bool = False


class RedeemLink(BaseModel):
    """The token of a one-time sign-in link."""

    token: Token
    bearer: bool = False


class GrantShape(BaseModel):
    """A role in one ward; without a ward, in the whole city."""

    role: Role
    ward: Slug | None = None


class Me(BaseModel):
    """Who is signed in. `csrf` goes into `X-CSRF-Token` with every change a browser makes."""

    id: UUID
    login: str
    name: str
    unit: str | None
    grants: list[GrantShape]
    csrf: str
    expires: datetime
    has_password: bool | None = None


class SignedInAnswer(BaseModel):
    """The session that was opened; `token` only where it was asked for."""

    me: Me
    token: str | None = None


class NewPassword(BaseModel):
    """A new password; the old one is asked for where there is one."""

    password: Password
    old_password: Password | None = None


class AccountShape(BaseModel):
    """An account, for administrators."""

    id: UUID
    login: str
    name: str
    unit: str | None
    active: bool
    has_password: bool
    grants: list[GrantShape]
    created_at: datetime
    version: int


class NewAccount(BaseModel):
    """Somebody new. They sign in by the link that is answered and choose a password themselves."""

    login: Login
    name: PersonName
    unit: Slug | None = None
    grants: Annotated[list[GrantShape], Field(min_length=1, max_length=50)]


class AccountChange(BaseModel):
    """What to change of an account; what is absent stays."""

    name: PersonName | None = None
    unit: Slug | None = None
    active: bool | None = None
    grants: Annotated[list[GrantShape], Field(min_length=1, max_length=50)] | None = None


class SignInLink(BaseModel):
    """A token that signs in once, told only now. The page at `/#/link/<token>` redeems it."""

    account: AccountShape
    token: str | None = None
    expires: datetime


class AuditEntry(BaseModel):
    """One act: who, what, on which row, when, from where, why."""

    id: UUID
    ward: str | None
    at: datetime
    account: UUID | None
    account_name: str | None
    node: str | None
    act: str
    of: str
    row: str
    origin: str
    why: str | None
    params: dict[str, Any] | None


def me_of(session: Session, *, has_password: bool | None = None) -> Me:
    """The person of a session."""
    who = session.account
    return Me(
        id=who.id,
        login=who.login,
        name=who.name,
        unit=who.unit,
        grants=grants_of(who),
        csrf=session.csrf,
        expires=session.expires,
        has_password=has_password,
    )


def grants_of(who: Account) -> list[GrantShape]:
    """What an account may do."""
    return [GrantShape(role=grant.role, ward=grant.ward) for grant in who.grants]


def grants_in(told: list[GrantShape]) -> tuple[Grant, ...]:
    """The same, inside; each once."""
    return tuple(dict.fromkeys(Grant(grant.role, grant.ward) for grant in told))


def account_shape(entry: Entry) -> AccountShape:
    """An account as an administrator sees it."""
    who = entry.who
    return AccountShape(
        id=who.id,
        login=who.login,
        name=who.name,
        unit=who.unit,
        active=entry.active,
        has_password=entry.has_password,
        grants=grants_of(who),
        created_at=entry.created_at,
        version=entry.version,
    )
