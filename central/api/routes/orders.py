"""Orders to boxes: told here, written down and audited; the ward's worker sends them, and the box answers by a record.

A command runs once, within its time. A configuration stands until the next one: a box that is away finds it when it
comes back, takes it on when it is good, and otherwise stays as it is and answers with every reason.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path
from sqlalchemy import Connection, Row
from uuid_utils.compat import uuid7

from central.api.context import Here
from central.api.deeds import Deed, Making
from central.api.pages import After, Limit, Page, cut, timed, timed_cursor
from central.api.problems import Code, Refused
from central.api.shapes.orders import ConfigShape, NewCommand, NewConfig, OrderShape, order_shape, secrets_in
from central.api.visitor import SignedIn, Visitor
from central.auth.grants import ADMINS, DESK, INSPECTORS
from central.store import fleet, orders
from central.store.audit import append
from central.store.changes import announce
from central.store.orders import Order
from streams.wire.canonical import canonical, sha256_of
from streams.wire.words import SLUG

router: Final = APIRouter(prefix="/v1/nodes/{node}", tags=["orders"])
MOST_CONFIG_BYTES: Final = 200 * 1024  # with its envelope it fits into one message to the box
_Node = Annotated[str, Path(pattern=SLUG)]


@router.get("/orders", operation_id="list_node_orders")
def list_orders(node: _Node, here: Here, visitor: SignedIn, after: After = None, limit: Limit = 50) -> Page[OrderShape]:
    """What this box was asked to do and to be, the newest first, and what it answered."""
    with here.database.reading() as connection:
        _box(connection, visitor, node)
        found = orders.page(connection, visitor.scope(DESK), node, timed(after), limit + 1)
    rows, more = cut(found, limit)
    following = timed_cursor(rows[-1].issued, rows[-1].id) if more else None
    return Page(items=[order_shape(row) for row in rows], next=following)


@router.post("/commands", operation_id="send_command", status_code=201)
def send_command(node: _Node, told: NewCommand, deed: Making) -> OrderShape:
    """Have the box do something once."""

    def act(connection: Connection) -> OrderShape:
        order = _order(connection, deed, node, told.why)
        expires = deed.now + timedelta(seconds=told.expires_in_s)
        command = replace(order, kind=orders.COMMAND, verb=told.verb, params=told.params, expires=expires)
        return _written(connection, deed, command, {"verb": told.verb, "order": str(order.id)})

    return deed.once(OrderShape, act)


@router.get("/config", operation_id="get_node_config")
def get_config(node: _Node, here: Here, visitor: SignedIn) -> ConfigShape:
    """The configuration this box should have, and whether it runs on it."""
    with here.database.reading() as connection:
        row = _box(connection, visitor, node)
        visitor.must(INSPECTORS, row.ward_id)
        found = orders.newest_config(connection, visitor.scope(INSPECTORS), node)
    shape = None if found is None else order_shape(found)
    return ConfigShape(node=node, running=row.config_rev, order=shape, body=None if found is None else found.body)


@router.put("/config", operation_id="put_node_config", status_code=201)
def put_config(node: _Node, told: NewConfig, deed: Making) -> OrderShape:
    """Have the box be so from now on. Refused where the body holds a secret: name the file on the box instead."""

    def act(connection: Connection) -> OrderShape:
        order = _order(connection, deed, node, told.why)
        sha256 = sha256_of(told.body)
        if where := sorted(secrets_in(told.body)):
            raise Refused(Code.CONFIG_HOLDS_SECRET, {"where": where[:20]})
        if len(canonical(told.body)) > MOST_CONFIG_BYTES:
            raise Refused(Code.BODY_TOO_LARGE, {"most": MOST_CONFIG_BYTES})
        if orders.revision_taken(connection, node, told.revision, sha256):
            raise Refused(Code.REVISION_TAKEN, {"revision": told.revision})
        config = replace(order, kind=orders.CONFIG, revision=told.revision, sha256=sha256, body=told.body)
        return _written(connection, deed, config, {"revision": told.revision, "sha256": sha256})

    return deed.once(OrderShape, act)


def _box(connection: Connection, visitor: Visitor, node: str) -> Row[Any]:
    row = fleet.one_node(connection, visitor.scope(), node)
    if row is None:
        raise Refused(Code.NOT_FOUND)
    visitor.must(DESK, row.ward_id)
    return row


def _order(connection: Connection, deed: Deed, node: str, why: str) -> Order:
    """An order still to say what; refuses 404, then 403, then a box that is retired."""
    row = _box(connection, deed.visitor, node)
    deed.visitor.must(ADMINS, row.ward_id)
    if row.retired_at is not None:
        raise Refused(Code.NODE_RETIRED, {"node": node})
    who = deed.visitor.account
    return Order(
        id=uuid7(), ward=row.ward_id, node=node, kind="", issued=deed.now, account=who.id, by=who.login, why=why
    )


def _written(connection: Connection, deed: Deed, order: Order, params: dict[str, Any]) -> OrderShape:
    news = orders.write(connection, order)
    act = deed.visitor.act(f"order_{order.kind}", "node", order.node, order.ward, order.why, params)
    append(connection, act, deed.now)
    announce(connection, [news], deed.now)
    return order_shape(orders.one(connection, order.id))
