"""Signing in and out, the one-time link, and who I am."""

import math
from datetime import datetime
from typing import Final

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from central.api.context import Context, Here
from central.api.deeds import Making
from central.api.problems import Code, Refused
from central.api.shapes.people import Me, NewPassword, RedeemLink, SignedInAnswer, SignIn, me_of
from central.api.visitor import COOKIE, SignedIn, origin_of
from central.auth.accounts import account_of, by_login, set_password, tidy
from central.auth.passwords import PasswordTooWeak
from central.auth.sessions import (
    Opened,
    came_by_link,
    end_all,
    end_session,
    open_session,
    password_of,
    redeem,
    void_links,
)
from central.store.audit import Act, append

router: Final = APIRouter(prefix="/v1", tags=["session"])


@router.post("/session", operation_id="sign_in")
def sign_in(told: SignIn, request: Request, response: Response, here: Here) -> SignedInAnswer:
    """Sign in with a password. Failed tries are slowed by login and by address."""
    login, origin, now = tidy(told.login), origin_of(request), here.now()
    _slow_down(here, login, origin)
    with here.database.reading() as connection:
        who, kept = password_of(connection, login)
    if not here.passwords.fits(told.password, kept) or who is None:
        here.throttle.failed(login, origin, now)
        _note_failure(here, login, origin)
        raise Refused(Code.WRONG_CREDENTIALS)
    here.throttle.succeeded(login)
    with here.database.writing() as connection:
        opened = _open(connection, here, Act("sign_in", "account", str(who), origin, account=who), now)
    return _answered(here, opened, response, bearer=told.bearer)


@router.post("/session/link", operation_id="redeem_link")
def redeem_link(told: RedeemLink, request: Request, response: Response, here: Here) -> SignedInAnswer:
    """Sign in with a one-time link."""
    origin, now = origin_of(request), here.now()
    _slow_down(here, "", origin)
    with here.database.writing() as connection:
        who = redeem(connection, told.token, now)
        if who is not None:
            act = Act("sign_in_link", "account", str(who.id), origin, account=who.id)
            opened = _open(connection, here, act, now)
    if who is None:
        here.throttle.failed(f"link {origin}", origin, now)
        raise Refused(Code.LINK_SPENT)
    return _answered(here, opened, response, bearer=told.bearer)


@router.delete("/session", operation_id="sign_out", status_code=204)
def sign_out(visitor: SignedIn, response: Response, here: Here) -> None:
    """Sign out: the token opens nothing any more."""
    with here.database.writing() as connection:
        end_session(connection, visitor.session.token_hash, here.now())
        append(connection, visitor.act("sign_out", "account", visitor.account.id, None), here.now())
    response.delete_cookie(COOKIE, path="/")


@router.get("/me", operation_id="get_me")
def get_me(visitor: SignedIn, here: Here) -> Me:
    """Who is signed in, what they may do, and the CSRF value their changes carry."""
    with here.database.reading() as connection:
        entry = by_login(connection, visitor.account.login)
    return me_of(visitor.session, has_password=entry is not None and entry.has_password)


@router.post("/me/password", operation_id="set_password")
def change_password(told: NewPassword, deed: Making) -> Me:
    """Choose a password. Every other session of the account ends."""
    here, visitor = deed.here, deed.visitor
    try:
        hashed = here.passwords.hash(told.password)
    except PasswordTooWeak:
        raise Refused(Code.PASSWORD_TOO_WEAK, {"shortest": 10, "longest": 200}) from None

    def act(connection: Connection) -> Me:
        _, kept = password_of(connection, visitor.account.login)
        lost = came_by_link(connection, visitor.session.token_hash, deed.now)
        if kept is not None and not lost and not here.passwords.fits(told.old_password or "", kept):
            here.throttle.failed(visitor.account.login, visitor.origin, deed.now)
            raise Refused(Code.WRONG_CREDENTIALS)
        set_password(connection, visitor.account.id, hashed)
        void_links(connection, visitor.account.id, deed.now)
        end_all(connection, visitor.account.id, deed.now, but=visitor.session.token_hash)
        append(connection, visitor.act("set_password", "account", visitor.account.id, None), deed.now)
        return me_of(visitor.session, has_password=True)

    _slow_down(here, visitor.account.login, visitor.origin)
    return deed.once(Me, act)


def _slow_down(here: Context, login: str, origin: str) -> None:
    if wait := here.throttle.wait(login, origin, here.now()):
        seconds = math.ceil(wait.total_seconds())
        raise Refused(Code.TOO_MANY_TRIES, {"seconds": seconds}, {"Retry-After": str(seconds)})


def _open(connection: Connection, here: Context, act: Act, now: datetime) -> Opened:
    """A session and its audit row, in one transaction with whatever earned it."""
    account = account_of(connection, act.account) if act.account else None
    if account is None:
        raise Refused(Code.WRONG_CREDENTIALS)
    opened = open_session(connection, account, here.session_life, now)
    append(connection, act, now)
    return opened


def _answered(here: Context, opened: Opened, response: Response, *, bearer: bool) -> SignedInAnswer:
    if not bearer:
        _set_cookie(response, here, opened)
    return SignedInAnswer(me=me_of(opened.session), token=opened.token if bearer else None)


def _set_cookie(response: Response, here: Context, opened: Opened) -> None:
    response.set_cookie(
        COOKIE,
        opened.token,
        max_age=int(here.session_life.total_seconds()),
        path="/",
        secure=here.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def _note_failure(here: Context, login: str, origin: str) -> None:
    with here.database.writing() as connection:
        append(connection, Act("sign_in_failed", "account", login[:80], origin), here.now())
