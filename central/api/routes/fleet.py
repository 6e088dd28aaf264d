"""Cameras, sensors and the boxes they hang on: where, how, since when and why; what they measured and watched."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime
from sqlalchemy import Connection, Row

from central.api.context import Context, Here
from central.api.deeds import Making
from central.api.pages import After, Limit, Page, cursor, cut, key_of
from central.api.problems import Code, Refused
from central.api.shapes.devices import Around, DeviceKind, DeviceShape, device_shape
from central.api.shapes.fleet import (
    Coverage,
    NodeSecret,
    NodeShape,
    Series,
    coverage,
    node_shape,
    reading_point,
)
from central.api.visitor import SignedIn, Visitor
from central.auth.grants import ADMINS, DESK
from central.auth.nodes import enrol
from central.store import fleet, watched
from central.store.audit import append
from central.store.fleet import Wanted
from central.store.scope import Scope
from streams.wire.words import SLUG, Slug

router: Final = APIRouter(prefix="/v1", tags=["fleet"])
DAY: Final = timedelta(days=1)
MOST_DEVICES: Final = 1000
LONGEST: Final = timedelta(days=400)

Id = Annotated[str, Path(pattern=SLUG)]


@router.get("/devices", operation_id="list_devices")
def list_devices(  # noqa: PLR0913, PLR0917 - each filter is a parameter of its own in the contract
    here: Here,
    visitor: SignedIn,
    ward: Slug | None = None,
    kind: DeviceKind | None = None,
    state: Annotated[str | None, Query(max_length=40)] = None,
    node: Slug | None = None,
    q: Annotated[str | None, Query(max_length=100)] = None,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=MOST_DEVICES, description="How many at most")] = 200,
) -> Page[DeviceShape]:
    """Cameras and sensors, by id, each with how its day went so far: what a fleet page or a map needs."""
    with here.database.reading() as connection:
        wanted = Wanted(ward, kind, state, node, q)
        found = fleet.devices(connection, visitor.scope(), wanted, _id_after(after), limit + 1)
        rows, more = cut(found, limit)
        items = _shapes(connection, here, visitor, rows)
    return Page(items=items, next=cursor(rows[-1].id) if more else None)


@router.get("/devices/{device_id}", operation_id="get_device")
def get_device(device_id: Id, here: Here, visitor: SignedIn) -> DeviceShape:
    """One camera or sensor."""
    with here.database.reading() as connection:
        return _shapes(connection, here, visitor, [_device(connection, visitor.scope(), device_id)])[0]


@router.get("/devices/{device_id}/coverage", operation_id="get_coverage")
def get_coverage(
    device_id: Id,
    here: Here,
    visitor: SignedIn,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> Coverage:
    """How long a camera was watched and how long blind, by cause; since midnight in the city when not told."""
    now = here.now()
    span = _span(since or watched.midnight(now), until or now)
    with here.database.reading() as connection:
        row = _device(connection, visitor.scope(), device_id)
        return coverage(row.id, span, fleet.tallies(connection, visitor.scope(), row.id, span))


@router.get("/sensors/{sensor_id}/readings", operation_id="list_readings")
def list_readings(
    sensor_id: Id,
    here: Here,
    visitor: SignedIn,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    limit: Annotated[int, Query(ge=1, le=5000)] = 2000,
) -> Series:
    """What a sensor measured, oldest first; the last 24 hours when not told."""
    span = _span(since or (until or here.now()) - DAY, until or here.now() + timedelta(minutes=1))
    with here.database.reading() as connection:
        row = _device(connection, visitor.scope(), sensor_id)
        rows, more = cut(fleet.readings(connection, visitor.scope(), row.id, span, limit + 1), limit)
    points = [reading_point(point) for point in rows]
    following = points[-1].at + timedelta(microseconds=1) if more else None
    return Series(sensor=row.id, quantity=row.quantity, unit=row.unit, points=points, next=following)


@router.get("/nodes", operation_id="list_nodes")
def list_nodes(here: Here, visitor: SignedIn, after: After = None, limit: Limit = 100) -> Page[NodeShape]:
    """Boxes by id, each with what became of everything it made."""
    with here.database.reading() as connection:
        found = fleet.nodes(connection, visitor.scope(DESK), _id_after(after), limit + 1)
        rows, more = cut(found, limit)
        epochs = fleet.ledgers(connection, [row.id for row in rows])
    shapes = [node_shape(row, epochs[row.id]) for row in rows]
    return Page(items=shapes, next=cursor(rows[-1].id) if more else None)


@router.get("/nodes/{node}", operation_id="get_node")
def get_node(node: Id, here: Here, visitor: SignedIn) -> NodeShape:
    """One box."""
    with here.database.reading() as connection:
        row = fleet.one_node(connection, visitor.scope(DESK), node)
        if row is None:
            raise Refused(Code.NOT_FOUND)
        return node_shape(row, fleet.ledgers(connection, [node])[node])


@router.post("/nodes/{node}/secret", operation_id="renew_node_secret")
def renew_secret(node: Id, deed: Making) -> NodeSecret:
    """Give a box a new secret for its uploads; it is told only now."""

    def act(connection: Connection) -> NodeSecret:
        row = fleet.one_node(connection, deed.visitor.scope(), node)
        if row is None:
            raise Refused(Code.NOT_FOUND)
        deed.visitor.must(ADMINS, row.ward_id)
        append(connection, deed.visitor.act("renew_secret", "node", node, row.ward_id), deed.now)
        return NodeSecret(node=node, secret=enrol(connection, node))

    return deed.once(NodeSecret, act, secret={"secret"})


def _shapes(connection: Connection, here: Context, visitor: Visitor, rows: Sequence[Row[Any]]) -> list[DeviceShape]:
    """A page of devices: two more queries, however many there are."""
    now = here.now()
    cameras = [row.id for row in rows if row.kind == DeviceKind.CAMERA]
    today = watched.on(connection, visitor.scope(), cameras, watched.day_of(now))
    boxes = fleet.boxes(connection, {row.node_id for row in rows})
    around = Around(boxes, today, watched.midnight(now), now)
    return [device_shape(row, around) for row in rows]


def _device(connection: Connection, scope: Scope, device_id: str) -> Row[Any]:
    row = fleet.one_device(connection, scope, device_id)
    if row is None:
        raise Refused(Code.NOT_FOUND)
    return row


def _id_after(told: str | None) -> str | None:
    key = key_of(told, str)
    return None if key is None else str(key[0])


def _span(since: datetime, until: datetime) -> tuple[datetime, datetime]:
    if not timedelta() < until - since <= LONGEST:
        raise Refused(Code.INVALID_REQUEST, {"errors": [{"at": "query.until", "code": "span"}]})
    return since, until
