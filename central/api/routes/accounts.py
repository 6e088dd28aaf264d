"""Accounts, for administrators: each sees and changes those of their own wards and gives no more than they may."""

from collections.abc import Collection, Iterable
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import Connection
from uuid_utils.compat import uuid7

from central.api.context import Here
from central.api.deeds import Changing, Deed, Making, lock
from central.api.pages import After, Limit, Page, cursor, cut, key_of
from central.api.problems import Code, Refused
from central.api.shapes.people import (
    AccountChange,
    AccountShape,
    GrantShape,
    NewAccount,
    SignInLink,
    account_shape,
    grants_in,
)
from central.api.visitor import SignedIn, Visitor
from central.auth import accounts
from central.auth.accounts import Entry, LoginTaken, tidy
from central.auth.grants import ADMINS, Account, Grant
from central.auth.inviting import WHOLE_CITY
from central.auth.sessions import LINK_LIFE, end_all, make_link
from central.store.audit import append
from central.store.schema import account

router: Final = APIRouter(prefix="/v1/accounts", tags=["accounts"])


@router.get("", operation_id="list_accounts")
def list_accounts(here: Here, visitor: SignedIn, after: After = None, limit: Limit = 100) -> Page[AccountShape]:
    """Accounts with a grant in your wards, by login."""
    key = key_of(after, str)
    with here.database.reading() as connection:
        start = None if key is None else str(key[0])
        rows, more = cut(accounts.page(connection, visitor.scope(ADMINS), start, limit + 1), limit)
    return Page(items=[account_shape(row) for row in rows], next=cursor(rows[-1].who.login) if more else None)


@router.get("/{account_id}", operation_id="get_account")
def get_account(account_id: UUID, here: Here, visitor: SignedIn) -> AccountShape:
    """One account."""
    with here.database.reading() as connection:
        return account_shape(_entry(connection, visitor, account_id))


@router.post("", operation_id="add_account", status_code=201)
def add_account(told: NewAccount, deed: Making) -> SignInLink:
    """Somebody new; the answer holds the one-time link by which they sign in and choose a password."""

    def act(connection: Connection) -> SignInLink:
        deed.visitor.scope(ADMINS)
        grants = _given(connection, deed.visitor, told.grants)
        _check_unit(connection, told.unit)
        who = Account(uuid7(), tidy(told.login), told.name, told.unit, grants)
        try:
            accounts.add_account(connection, who, None, deed.now)
        except LoginTaken:
            raise Refused(Code.LOGIN_TAKEN) from None
        given = {"given": _told(grants, ()), "unit": told.unit}
        append(connection, deed.visitor.act("add", "account", who.id, _ward(who), params=given), deed.now)
        return _linked(connection, deed, who.id)

    return deed.once(SignInLink, act, secret={"token"})


@router.patch("/{account_id}", operation_id="change_account")
def change_account(account_id: UUID, told: AccountChange, deed: Changing) -> AccountShape:
    """Rename, move, close, or grant anew. Closing ends every session; so does any change of grants."""

    def act(connection: Connection) -> AccountShape:
        entry = _own(connection, deed, account_id)
        deed.check(entry.version)
        values: dict[str, Any] = told.model_dump(exclude_none=True, exclude={"grants", "unit"})
        if "unit" in told.model_fields_set:
            _check_unit(connection, told.unit)
            values["unit_id"] = told.unit
        if told.grants is not None:
            accounts.set_grants(connection, account_id, _given(connection, deed.visitor, told.grants))
        if told.grants is not None or told.active is False:
            end_all(connection, account_id, deed.now, but=deed.visitor.session.token_hash)
        accounts.change(connection, account_id, values)
        after = _again(connection, account_id)
        changed = _changed(entry, after)
        append(
            connection, deed.visitor.act("change", "account", account_id, _ward(entry.who), params=changed), deed.now
        )
        return account_shape(after)

    return deed.once(AccountShape, act)


@router.post("/{account_id}/link", operation_id="make_sign_in_link")
def make_sign_in_link(account_id: UUID, deed: Making) -> SignInLink:
    """A new one-time sign-in link, for whoever lost their password."""

    def act(connection: Connection) -> SignInLink:
        entry = _own(connection, deed, account_id)
        append(connection, deed.visitor.act("link", "account", account_id, _ward(entry.who)), deed.now)
        return _linked(connection, deed, account_id)

    return deed.once(SignInLink, act, secret={"token"})


def _entry(connection: Connection, visitor: Visitor, account_id: UUID) -> Entry:
    found = accounts.entry_of(connection, account_id, visitor.scope(ADMINS))
    if found is None:
        raise Refused(Code.NOT_FOUND)
    return found


def _own(connection: Connection, deed: Deed, account_id: UUID) -> Entry:
    """The account, held; refused where it also plays a part outside the administrator's wards."""
    lock(connection, account, id=account_id)
    entry = _entry(connection, deed.visitor, account_id)
    if not all(deed.visitor.account.may(ADMINS, grant.ward) for grant in entry.who.grants):
        raise Refused(Code.BEYOND_YOUR_WARDS)
    return entry


def _given(connection: Connection, visitor: Visitor, told: list[GrantShape]) -> tuple[Grant, ...]:
    grants = grants_in(told)
    for grant in grants:
        if not visitor.account.may(ADMINS, grant.ward):
            raise Refused(Code.BEYOND_YOUR_WARDS, {"ward": grant.ward})
    if unknown := accounts.unknown_wards(connection, [grant.ward for grant in grants if grant.ward]):
        raise Refused(Code.WARD_UNKNOWN, {"wards": unknown})
    return grants


def _check_unit(connection: Connection, unit: str | None) -> None:
    if unit is not None and not accounts.unit_exists(connection, unit):
        raise Refused(Code.UNIT_UNKNOWN, {"unit": unit})


def _again(connection: Connection, account_id: UUID) -> Entry:
    return accounts.entries(connection, account.c.id == account_id)[0]


def _linked(connection: Connection, deed: Deed, account_id: UUID) -> SignInLink:
    token = make_link(connection, account_id, deed.now)
    shape = account_shape(_again(connection, account_id))
    return SignInLink(account=shape, token=token, expires=deed.now + LINK_LIFE)


def _changed(before: Entry, after: Entry) -> dict[str, Any]:
    """What a change came to, for the audit: every field that differs, before and after, and the grants by name."""
    fields: dict[str, tuple[Any, Any]] = {
        "name": (before.who.name, after.who.name),
        "unit": (before.who.unit, after.who.unit),
    }
    fields["active"] = (before.active, after.active)
    told: dict[str, Any] = {name: {"from": old, "to": new} for name, (old, new) in fields.items() if old != new}
    given = _told(after.who.grants, before.who.grants)
    removed = _told(before.who.grants, after.who.grants)
    return told | ({"given": given} if given else {}) | ({"removed": removed} if removed else {})


def _told(grants: Iterable[Grant], but: Collection[Grant]) -> list[str]:
    """Grants as the console of the machine writes them, `operator@hai-chau`, without those of `but`."""
    return sorted(f"{grant.role}@{grant.ward or WHOLE_CITY}" for grant in grants if grant not in but)


def _ward(who: Account) -> str | None:
    """The ward an act on an account belongs to: the only one it plays a part in, else the whole city."""
    wards = {grant.ward for grant in who.grants}
    return wards.pop() if len(wards) == 1 else None
