"""Sessions and one-time links: random tokens whose hashes stand in the table.

A session ends after a week, after twelve hours in which nobody asked for anything, by signing out, or when the
account is closed: a shift goes through without a break, and a phone that was lost opens nothing the day after. A link
signs in once: its row is marked used in the transaction that opens the session, so that of two redemptions one fails.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from central.auth.accounts import account_of
from central.auth.grants import Account
from central.auth.tokens import digest, new_token
from central.store.schema import account, session, sign_in_link

SESSION_LIFE: Final = timedelta(days=7)
SESSION_IDLE: Final = timedelta(hours=12)
SEEN_EVERY: Final = timedelta(minutes=1)  # a row is not written for every request
LINK_LIFE: Final = timedelta(hours=24)
LINK_TRUST: Final = timedelta(minutes=15)  # how long a link stands for the password that was lost


class NoSession(StrEnum):
    """Why a token opens nothing."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in. `csrf` must come back in a header with every change made by cookie.

    `expires` is its end whatever they do; `seen` is when they last asked for something, to the minute.
    """

    token_hash: str
    account: Account
    csrf: str
    expires: datetime
    seen: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """A fresh session and its token, which is told this once."""

    token: str
    session: Session


def open_session(connection: Connection, who: Account, life: timedelta, now: datetime) -> Opened:
    """Sign an account in."""
    token = new_token()
    made = Session(digest(token), who, digest(new_token()), now + life, now)
    connection.execute(
        insert(session).values(
            token_hash=made.token_hash,
            account_id=who.id,
            csrf=made.csrf,
            created_at=now,
            seen_at=now,
            expires=made.expires,
        )
    )
    return Opened(token, made)


def came_by_link(connection: Connection, token_hash: str, now: datetime) -> bool:
    """Whether a session was opened by a one-time link just now: both rows carry the same instant."""
    asked = select(session.c.token_hash).join(
        sign_in_link,
        (sign_in_link.c.account_id == session.c.account_id) & (sign_in_link.c.used_at == session.c.created_at),
    )
    fresh = asked.where(session.c.token_hash == token_hash, session.c.created_at > now - LINK_TRUST)
    return connection.execute(fresh.limit(1)).first() is not None


def session_of(connection: Connection, token_hash: str, now: datetime) -> Session | NoSession:
    """The open session of a token's hash, with the account as it stands now; or why there is none."""
    row = connection.execute(select(session).where(session.c.token_hash == token_hash)).one_or_none()
    if row is None:
        return NoSession.UNKNOWN
    if row.ended_at is not None or row.expires <= now or row.seen_at + SESSION_IDLE <= now:
        return NoSession.EXPIRED
    who = account_of(connection, row.account_id)
    return NoSession.EXPIRED if who is None else Session(token_hash, who, row.csrf, row.expires, row.seen_at)


def is_stale(found: Session, now: datetime) -> bool:
    """Whether it is time to write down that they are still there."""
    return now - found.seen >= SEEN_EVERY


def seen_again(connection: Connection, token_hash: str, now: datetime) -> None:
    """They ask for something: twelve hours from now."""
    later = update(session).where(session.c.token_hash == token_hash, session.c.seen_at < now)
    connection.execute(later.values(seen_at=now))


def end_session(connection: Connection, token_hash: str, now: datetime) -> None:
    """Sign out: the token opens nothing any more."""
    ending = update(session).where(session.c.token_hash == token_hash, session.c.ended_at.is_(None))
    connection.execute(ending.values(ended_at=now))


def end_all(connection: Connection, who: UUID, now: datetime, but: str | None = None) -> None:
    """Sign an account out everywhere, except in the session whose token hash is `but`."""
    ending = update(session).where(session.c.account_id == who, session.c.ended_at.is_(None))
    connection.execute((ending.where(session.c.token_hash != but) if but else ending).values(ended_at=now))


def make_link(connection: Connection, who: UUID, now: datetime, life: timedelta = LINK_LIFE) -> str:
    """A token that signs the account in once within `life`."""
    token = new_token()
    connection.execute(insert(sign_in_link).values(token_hash=digest(token), account_id=who, expires=now + life))
    return token


def void_links(connection: Connection, who: UUID, now: datetime) -> None:
    """No link of the account that is still unspent signs in any more."""
    unspent = update(sign_in_link).where(sign_in_link.c.account_id == who, sign_in_link.c.used_at.is_(None))
    connection.execute(unspent.where(sign_in_link.c.expires > now).values(expires=now))


def redeem(connection: Connection, token: str, now: datetime) -> Account | None:
    """Spend a link; the account it signs in, or None when it is unknown, used, too old, or its account closed."""
    spending = (
        update(sign_in_link)
        .where(
            sign_in_link.c.token_hash == digest(token), sign_in_link.c.used_at.is_(None), sign_in_link.c.expires > now
        )
        .values(used_at=now)
        .returning(sign_in_link.c.account_id)
    )
    who = connection.execute(spending).scalar_one_or_none()
    return None if who is None else account_of(connection, who)


def password_of(connection: Connection, login: str) -> tuple[UUID | None, str | None]:
    """The id and password hash of an open account, or nothing and nothing."""
    asked = select(account.c.id, account.c.password_hash).where(account.c.login == login, account.c.active)
    row = connection.execute(asked).one_or_none()
    return (None, None) if row is None else (row.id, row.password_hash)
