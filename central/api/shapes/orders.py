"""Orders to boxes, as the API takes and tells them: commands, configurations, and what became of each."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from re import compile as pattern
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import Row

from central.api.shapes.strange import ToldOrderState, ToldOutcome, known, object_of
from streams.wire.words import Free

SHORTEST_S: Final = 10
LONGEST_S: Final = 86_400
_SECRET_NAMES: Final = frozenset(
    {"password", "passwd", "passphrase", "secret", "token", "api_key", "apikey", "private_key", "credentials"}
)
_SECRET_ADDRESS: Final = pattern(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^/\s@]*:[^/\s@]+@")


class Verb(StrEnum):
    """What a box can be told to do: answer, tell how it is at once, or take what a camera shows now for clean.

    `relearn` names a `camera` and maybe a `rule` of slow change in its parameters. A box refuses what it does not know.
    """

    PING = "ping"
    REPORT = "report"
    RELEARN = "relearn"


class OrderKind(StrEnum):
    """Something to do once, or how to be from now on."""

    COMMAND = "command"
    CONFIG = "config"


_Why = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]


class NewCommand(BaseModel):
    """Something for a box to do once, within so many seconds, and why."""

    verb: Verb
    why: _Why
    params: Annotated[Free, Field(max_length=20)] = {}
    expires_in_s: Annotated[int, Field(ge=SHORTEST_S, le=LONGEST_S)] = 300


class NewConfig(BaseModel):
    """How a box should be from now on. It names secrets' files and holds no secret; a revision stands for one body."""

    revision: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")]
    why: _Why
    body: Free


class OrderShape(BaseModel):
    """An order and what became of it. `outcome` and `reasons` (codes with parameters) are the box's own words."""

    id: UUID
    node: str
    ward: str
    kind: Annotated[OrderKind, known(OrderKind, OrderKind.COMMAND)]
    state: ToldOrderState
    verb: str | None
    params: dict[str, Any] | None
    revision: str | None
    sha256: str | None
    issued: datetime
    expires: datetime | None
    account: UUID
    by: str
    why: str
    sent_at: datetime | None
    answered_at: datetime | None
    outcome: ToldOutcome
    reasons: list[dict[str, Any]]
    version: int


class ConfigShape(BaseModel):
    """The configuration a box should have, and the revision it says it runs on. Nothing sent: no `order`."""

    node: str
    running: str | None
    order: OrderShape | None
    body: dict[str, Any] | None


def order_shape(row: Row[Any]) -> OrderShape:
    """An order, from its row."""
    return OrderShape(
        id=row.id,
        node=row.node_id,
        ward=row.ward_id,
        kind=row.kind,
        state=row.state,
        verb=row.verb,
        params=object_of(row.params),
        revision=row.revision,
        sha256=row.sha256,
        issued=row.issued,
        expires=row.expires,
        account=row.account_id,
        by=row.by,
        why=row.why,
        sent_at=row.sent_at,
        answered_at=row.answered_at,
        outcome=row.outcome,
        reasons=row.reasons or [],
        version=row.version,
    )


def secrets_in(part: object, where: str = "") -> Iterator[str]:
    """Where a configuration holds a secret: under a telling name, or within an address."""
    if isinstance(part, str) and _SECRET_ADDRESS.match(part):
        yield where
    inner = part.items() if isinstance(part, Mapping) else enumerate(part) if isinstance(part, list | tuple) else ()
    for key, value in inner:
        at = f"{where}.{key}" if where else str(key)
        if str(key).lower() in _SECRET_NAMES and value is not None:
            yield at
        else:
            yield from secrets_in(value, at)
