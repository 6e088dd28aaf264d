"""Orders to boxes as rows: an API worker writes one, the ward's worker sends it, the box's own record answers it.

A row is the outbox: whoever holds the ward looks for those that wait, and notes the sending after the broker has taken
it. A centre that falls in between sends it again, and the box, which journals what it has done, does it once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, Select, desc, insert, select, update

from central.store.changes import News
from central.store.keyset import Key, below
from central.store.schema import node, node_order
from central.store.scope import Scope, within
from streams.wire.records import Outcome, Reply
from streams.wire.words import Reason

MOST_AT_ONCE: Final = 200
COMMAND: Final = "command"
CONFIG: Final = "config"


class State(StrEnum):
    """Where an order is. An answer that comes late still answers an expired or replaced one."""

    WAITING = "waiting"
    SENT = "sent"
    ANSWERED = "answered"
    EXPIRED = "expired"
    REPLACED = "replaced"


OPEN: Final = (State.WAITING, State.SENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order as it is written down: a command with its verb and end, or a configuration with its revision."""

    id: UUID
    ward: str
    node: str
    kind: str
    issued: datetime
    account: UUID
    by: str
    why: str
    verb: str | None = None
    params: Mapping[str, Any] | None = None
    expires: datetime | None = None
    revision: str | None = None
    sha256: str | None = None
    body: Mapping[str, Any] | None = None


def write(connection: Connection, order: Order) -> News:
    """Write an order down to be sent; a configuration replaces the ones before it that nobody answered."""
    mine = node_order.c.node_id == order.node
    if order.kind == CONFIG:
        unanswered = update(node_order).where(mine, node_order.c.kind == CONFIG, node_order.c.state.in_(OPEN))
        connection.execute(unanswered.values(state=State.REPLACED, version=node_order.c.version + 1))
    connection.execute(
        insert(node_order).values(
            id=order.id,
            ward_id=order.ward,
            node_id=order.node,
            kind=order.kind,
            state=State.WAITING,
            verb=order.verb,
            params=None if order.params is None else dict(order.params),
            revision=order.revision,
            sha256=order.sha256,
            body=None if order.body is None else dict(order.body),
            issued=order.issued,
            expires=order.expires,
            account_id=order.account,
            by=order.by,
            why=order.why,
        )
    )
    return _news(order.ward, order.node, order.id, State.WAITING)


def waiting(connection: Connection, wards: Sequence[str] | None) -> Sequence[Row[Any]]:
    """Orders to be sent, the oldest first, with the ward their box is routed through now."""
    asked = select(node_order, node.c.ward_id.label("routed")).join(node, node.c.id == node_order.c.node_id)
    asked = asked.where(node_order.c.state == State.WAITING)
    if wards is not None:
        asked = asked.where(node.c.ward_id.in_(wards))
    return connection.execute(asked.order_by(node_order.c.issued, node_order.c.id).limit(MOST_AT_ONCE)).all()


def sent(connection: Connection, order: Row[Any], at: datetime) -> News:
    """The broker has it."""
    return _moved(connection, order, State.SENT, {"sent_at": at})


def expired(connection: Connection, now: datetime, wards: Sequence[str] | None) -> list[News]:
    """Commands whose time is over and that nobody answered."""
    late = select(node_order).where(node_order.c.state.in_(OPEN), node_order.c.expires <= now)
    if wards is not None:
        late = late.where(node_order.c.ward_id.in_(wards))
    return [_moved(connection, order, State.EXPIRED, {}) for order in connection.execute(late).all()]


def unsendable(connection: Connection, order: Row[Any]) -> News:
    """It cannot be put into words, now or later, so it never leaves: expired, and `reasons` say so."""
    why = Reason(code="unsendable").model_dump(mode="json")
    return _moved(connection, order, State.EXPIRED, {"outcome": Outcome.FAILED, "reasons": [why]})


def answered(connection: Connection, node_id: str, reply: Reply, at: datetime) -> list[News]:
    """What the box says became of an order; nothing for one of somebody else's making, or one answered before."""
    asked = select(node_order).where(node_order.c.node_id == node_id, node_order.c.answered_at.is_(None))
    if reply.command is not None:
        asked = asked.where(node_order.c.id == reply.command)
    elif reply.config_rev is not None:
        asked = asked.where(node_order.c.kind == CONFIG, node_order.c.revision == reply.config_rev)
    else:
        return []
    told = {
        "answered_at": at,
        "outcome": reply.outcome,
        "reasons": [reason.model_dump(mode="json") for reason in reply.reasons],
    }
    newest = connection.execute(asked.order_by(desc(node_order.c.issued)).limit(1).with_for_update()).one_or_none()
    return [] if newest is None else [_moved(connection, newest, State.ANSWERED, told)]


def page(connection: Connection, scope: Scope, node_id: str, after: Key | None, limit: int) -> Sequence[Row[Any]]:
    """What a box was asked, the newest first, without the bodies of configurations."""
    asked = _of(scope, node_id).with_only_columns(*(column for column in node_order.c if column.name != "body"))
    if after is not None:
        asked = asked.where(below(node_order.c.issued, node_order.c.id, after))
    return connection.execute(asked.order_by(desc(node_order.c.issued), desc(node_order.c.id)).limit(limit)).all()


def newest_config(connection: Connection, scope: Scope, node_id: str) -> Row[Any] | None:
    """The configuration a box should have; none where the centre never sent one."""
    asked = _of(scope, node_id).where(node_order.c.kind == CONFIG)
    return connection.execute(asked.order_by(desc(node_order.c.issued), desc(node_order.c.id)).limit(1)).one_or_none()


def one(connection: Connection, id_: UUID) -> Row[Any]:
    """An order that is there."""
    return connection.execute(select(node_order).where(node_order.c.id == id_)).one()


def revision_taken(connection: Connection, node_id: str, revision: str, sha256: str) -> bool:
    """Whether a box was sent another configuration under this revision."""
    asked = select(node_order.c.id).where(node_order.c.node_id == node_id, node_order.c.revision == revision)
    return connection.execute(asked.where(node_order.c.sha256 != sha256).limit(1)).first() is not None


def _of(scope: Scope, node_id: str) -> Select[Any]:
    return within(select(node_order), scope, node_order).where(node_order.c.node_id == node_id)


def _moved(connection: Connection, order: Row[Any], state: State, values: Mapping[str, Any]) -> News:
    raised = {**values, "state": state, "version": node_order.c.version + 1}
    connection.execute(update(node_order).where(node_order.c.id == order.id).values(raised))
    return _news(order.ward_id, order.node_id, order.id, state)


def _news(ward: str, node_id: str, id_: UUID, state: State) -> News:
    return News(ward, "node", node_id, {"order": str(id_), "state": state})
