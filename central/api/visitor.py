"""Who is asking: the session behind a cookie or a Bearer token, and what they may see and do.

A browser carries the token in an HttpOnly cookie and proves a change is its own with the session's CSRF value in a
header; a program carries the token as Bearer, which no other site can make a browser send.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends, Request

from central.api.context import Context, Here
from central.api.problems import Code, Refused
from central.auth.grants import EVERYONE, Account, Role
from central.auth.sessions import NoSession, Session, is_stale, seen_again, session_of
from central.auth.tokens import digest, same
from central.store.audit import Act
from central.store.scope import Scope

COOKIE: Final = "wardsense_session"
CSRF_HEADER: Final = "X-CSRF-Token"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody signed in, and where they call from."""

    session: Session
    origin: str

    @property
    def account(self) -> Account:
        """Who it is."""
        return self.session.account

    def scope(self, roles: AbstractSet[Role] = EVERYONE) -> Scope:
        """The wards they may see, playing any of these roles. Refuses who plays none of them anywhere."""
        if not any(grant.role in roles for grant in self.account.grants):
            raise _missing(roles)
        return self.account.scope(roles)

    def must(self, roles: AbstractSet[Role], ward: str | None) -> None:
        """Refuse unless they play one of these roles in that ward."""
        if not self.account.may(roles, ward):
            raise _missing(roles)

    def act(
        self,
        act: str,
        of: str,
        row: object,
        ward: str | None,
        why: str | None = None,
        params: dict[str, Any] | None = None,
    ) -> Act:
        """An audit entry of something they do; `params` are codes and ids."""
        return Act(act, of, str(row), self.origin, ward=ward, account=self.account.id, why=why, params=params)


def origin_of(request: Request) -> str:
    """The address a request comes from."""
    return request.client.host if request.client else "unknown"


def token_of(request: Request) -> tuple[str | None, bool]:
    """The session token a request carries, and whether it came by cookie."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip(), False
    return request.cookies.get(COOKIE), True


def _visitor(request: Request, here: Here) -> Visitor:
    token, by_cookie = token_of(request)
    if not token:
        raise _unknown(Code.NOT_SIGNED_IN)
    session = look_up(here, digest(token))
    if by_cookie and request.method not in _SAFE and not same(request.headers.get(CSRF_HEADER, ""), session.csrf):
        raise Refused(Code.CSRF)
    return Visitor(session, origin_of(request))


def look_up(here: Context, token_hash: str) -> Session:
    """The session of a token's hash, seen again. Refuses an unknown and an expired one, each by its own code."""
    now = here.now()
    with here.database.reading() as connection:
        session = session_of(connection, token_hash, now)
    if isinstance(session, NoSession):
        raise _unknown(Code.SESSION_EXPIRED if session is NoSession.EXPIRED else Code.NOT_SIGNED_IN)
    if is_stale(session, now):
        with here.database.writing() as connection:
            seen_again(connection, token_hash, now)
    return session


def _unknown(code: Code) -> Refused:
    return Refused(code, headers={"WWW-Authenticate": "Bearer"})


def _missing(roles: AbstractSet[Role]) -> Refused:
    return Refused(Code.ROLE_MISSING, {"roles": sorted(roles)})


SignedIn = Annotated[Visitor, Depends(_visitor)]
"""The visitor, as a route asks for it."""
