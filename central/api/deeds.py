"""A change, done once: one transaction, the version it expects, and the same answer however often it is asked for.

Every change carries an `Idempotency-Key`. Its row is taken first in the transaction of the change, so of two equal
requests the second waits and is given the first one's answer; a refusal rolls the row back with the rest. A change to
an existing row carries `If-Match` with the version it was decided on.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, TypeVar

from fastapi import Depends, Header, Request
from pydantic import BaseModel
from sqlalchemy import ColumnElement, Connection, Table, select, update
from sqlalchemy.dialects import postgresql, sqlite

from central.api.context import Context, Here
from central.api.problems import Code, Refused
from central.api.visitor import SignedIn, Visitor
from central.store.schema import idempotency

_Answer = TypeVar("_Answer", bound=BaseModel)
_SECRETS: Final = re.compile(r"/v1/(?:.+/)?(?:password|link|secret)")
"""Routes whose body may hold a secret: a hash of it without salt would be as good as the secret to a guesser."""
_TAG: Final = re.compile(r'(?:W/)?"?(\d{1,9})"?')


@dataclass(frozen=True, slots=True)
class Deed:
    """One change by one visitor. `now` is taken once; `version` is what `If-Match` told, if it was asked."""

    here: Context
    visitor: Visitor
    key: str
    route: str
    now: datetime
    version: int | None = None

    def once(self, model: type[_Answer], act: Callable[[Connection], _Answer], secret: Iterable[str] = ()) -> _Answer:
        """Do it in one transaction and remember the answer, less its `secret` fields; or give the remembered one."""
        with self.here.database.writing() as connection:
            if not self._first(connection):
                return self._again(connection, model)
            answer = act(connection)
            kept = answer.model_dump(mode="json", exclude=set(secret))
            connection.execute(update(idempotency).where(*self._mine).values(body=kept))
            return answer

    def check(self, version: int) -> None:
        """Refuse unless the row is still what the visitor saw."""
        if self.version != version:
            raise Refused(Code.VERSION_DIFFERS, {"version": version})

    def _first(self, connection: Connection) -> bool:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        taken = dialect.insert(idempotency).values(
            account_id=self.visitor.account.id, key=self.key, route=self.route, status=200, at=self.now
        )
        made = taken.on_conflict_do_nothing().returning(idempotency.c.key)
        return connection.execute(made).one_or_none() is not None

    def _again(self, connection: Connection, model: type[_Answer]) -> _Answer:
        row = connection.execute(select(idempotency).where(*self._mine)).one()
        if row.route != self.route:
            raise Refused(Code.IDEMPOTENCY_KEY_REUSED)
        return model.model_validate(row.body)

    @property
    def _mine(self) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return idempotency.c.account_id == self.visitor.account.id, idempotency.c.key == self.key


async def _deed(
    request: Request,
    here: Here,
    visitor: SignedIn,
    key: Annotated[str, Header(alias="Idempotency-Key", min_length=8, max_length=80)],
) -> Deed:
    path = request.url.path
    body = "" if _SECRETS.fullmatch(path) else hashlib.sha256(await request.body()).hexdigest()
    route = f"{request.method} {path} {request.headers.get('if-match', '')} {body}"
    return Deed(here, visitor, key, route, here.now())


async def _versioned(
    deed: Annotated[Deed, Depends(_deed)], tag: Annotated[str, Header(alias="If-Match", max_length=20)]
) -> Deed:
    found = _TAG.fullmatch(tag.strip())
    if found is None:
        raise Refused(Code.VERSION_REQUIRED)
    return Deed(deed.here, deed.visitor, deed.key, deed.route, deed.now, int(found[1]))


Making = Annotated[Deed, Depends(_deed)]
"""A change that makes something new: `Idempotency-Key`."""
Changing = Annotated[Deed, Depends(_versioned)]
"""A change to what is there: `Idempotency-Key` and `If-Match`."""


def tag(version: int) -> dict[str, str]:
    """The header that tells a row's version."""
    return {"ETag": f'"{version}"'}


def lock(connection: Connection, table: Table, **key: object) -> None:
    """Hold a row until the transaction ends, so that what is decided on it stays true (SQLite holds the whole file)."""
    if connection.dialect.name == "postgresql":
        wanted = (table.c[name] == value for name, value in key.items())
        connection.execute(select(1).select_from(table).where(*wanted).with_for_update())
