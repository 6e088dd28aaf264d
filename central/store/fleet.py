"""What the city owns and how it is, as people look at it: devices, nodes and their ledgers, readings, dead letters."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, Select, desc, func, literal, or_, select

from central.store.columns import folded
from central.store.keyset import Key, below
from central.store.schema import audit, dead_letter, device, intake, node, record, unit, ward
from central.store.scope import Scope, within
from streams.wire.records import Kind

EPOCHS: Final = 50  # a box begins one at each start
_FIRST: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which devices to list; what is None is not asked for."""

    ward: str | None = None
    kind: str | None = None
    state: str | None = None
    node: str | None = None
    text: str | None = None


def devices(connection: Connection, scope: Scope, wanted: Wanted, after: str | None, limit: int) -> Sequence[Row[Any]]:
    """Devices by id, retired ones left out."""
    asked = within(select(device), scope, device).where(device.c.retired_at.is_(None))
    for column, value in (
        (device.c.ward_id, wanted.ward),
        (device.c.kind, wanted.kind),
        (device.c.state, wanted.state),
        (device.c.node_id, wanted.node),
    ):
        asked = asked if value is None else asked.where(column == value)
    if wanted.text:
        like = f"%{folded(wanted.text)}%"
        asked = asked.where(or_(device.c.folded.like(like), device.c.id.like(like)))
    return connection.execute(asked.where(device.c.id > (after or "")).order_by(device.c.id).limit(limit)).all()


def one_device(connection: Connection, scope: Scope, device_id: str) -> Row[Any] | None:
    """A device, retired or not."""
    return connection.execute(within(select(device), scope, device).where(device.c.id == device_id)).one_or_none()


def nodes(connection: Connection, scope: Scope, after: str | None, limit: int) -> Sequence[Row[Any]]:
    """Nodes by id, each with since when its ward is deaf."""
    asked = within(_with_ward(), scope, node).where(node.c.retired_at.is_(None), node.c.id > (after or ""))
    return connection.execute(asked.order_by(node.c.id).limit(limit)).all()


def one_node(connection: Connection, scope: Scope, node_id: str) -> Row[Any] | None:
    """A node, retired or not, with since when its ward is deaf."""
    return connection.execute(within(_with_ward(), scope, node).where(node.c.id == node_id)).one_or_none()


def boxes(connection: Connection, names: Collection[str]) -> dict[str, Row[Any]]:
    """What the devices of these nodes rest on: whether each is online, its clock and its health."""
    asked: Select[Any] = select(node.c.id, node.c.online, node.c.clock, node.c.health)
    asked = asked.where(node.c.id.in_(sorted(names)))
    return {row.id: row for row in connection.execute(asked)}


def ledgers(connection: Connection, names: Sequence[str]) -> dict[str, list[Row[Any]]]:
    """The newest epochs of these nodes, at most `EPOCHS` of each, and older ones that still owe records."""
    epochs = intake.alias()
    last = select(epochs.c.epoch).where(epochs.c.node_id == node.c.id).order_by(desc(epochs.c.epoch))
    oldest = func.coalesce(last.offset(EPOCHS - 1).limit(1).scalar_subquery(), literal(_FIRST, intake.c.epoch.type))
    told = select(node.c.id, oldest.label("oldest")).where(node.c.id.in_(names)).subquery()
    mine = select(intake).join(told, told.c.id == intake.c.node_id)
    found: dict[str, list[Row[Any]]] = {name: [] for name in names}
    for asked in (
        mine.where(intake.c.epoch >= told.c.oldest),
        mine.where(intake.c.epoch < told.c.oldest, intake.c.outstanding),
    ):
        for row in connection.execute(asked) if names else ():
            found[row.node_id].append(row)
    return found


def readings(
    connection: Connection, scope: Scope, device_id: str, span: tuple[datetime, datetime], limit: int
) -> Sequence[Row[Any]]:
    """A sensor's readings within a span, oldest first; of a sensor that moved, those of the wards in the scope."""
    asked = _told_by(scope, device_id, Kind.READING, span)
    return connection.execute(asked.order_by(record.c.captured, record.c.seq).limit(limit)).all()


def tallies(
    connection: Connection, scope: Scope, device_id: str, span: tuple[datetime, datetime]
) -> Sequence[Row[Any]]:
    """A camera's tallies that were closed within a span, oldest first; scoped as readings are."""
    return connection.execute(_told_by(scope, device_id, Kind.TALLY, span).order_by(record.c.captured)).all()


def _with_ward() -> Select[Any]:
    return select(node, ward.c.deaf_since).join(ward, ward.c.id == node.c.ward_id)


def _told_by(scope: Scope, device_id: str, kind: Kind, span: tuple[datetime, datetime]) -> Select[Any]:
    asked: Select[Any] = select(record.c.captured, record.c.doubtful, record.c.body)
    return within(asked, scope, record).where(
        record.c.device_id == device_id,
        record.c.kind == kind,
        record.c.captured >= span[0],
        record.c.captured < span[1],
    )


def wards(connection: Connection, scope: Scope) -> Sequence[Row[Any]]:
    """The wards in the scope, by id."""
    return connection.execute(within(select(ward), scope, ward).order_by(ward.c.id)).all()


def units(connection: Connection, scope: Scope) -> Sequence[Row[Any]]:
    """Units of these wards, and those that serve the whole city."""
    asked = select(unit).order_by(unit.c.id)
    if scope.wards is not None:
        asked = asked.where(or_(unit.c.ward_id.in_(sorted(scope.wards)), unit.c.ward_id.is_(None)))
    return connection.execute(asked).all()


def dead_letters(connection: Connection, scope: Scope, after: Key | None, limit: int) -> Sequence[Row[Any]]:
    """What could not be taken in, newest first, by its size and not its content; of no ward: the whole city's."""
    told = (column for column in dead_letter.c if column.name != "payload")
    size = func.coalesce(dead_letter.c.size, func.length(dead_letter.c.payload)).label("bytes")
    asked = within(select(*told, size), scope, dead_letter)
    if after is not None:
        asked = asked.where(below(dead_letter.c.heard, dead_letter.c.id, after))
    return connection.execute(asked.order_by(desc(dead_letter.c.heard), desc(dead_letter.c.id)).limit(limit)).all()


@dataclass(frozen=True, slots=True)
class Sought:
    """Which acts to list; what is None is not asked for."""

    of: str | None = None
    row: str | None = None
    account: UUID | None = None
    act: str | None = None
    ward: str | None = None


def acts(connection: Connection, scope: Scope, sought: Sought, after: Key | None, limit: int) -> Sequence[Row[Any]]:
    """The audit trail, newest first; acts on the whole city only for those who may see all of it."""
    asked = within(select(audit), scope, audit)
    for column, value in (
        (audit.c.of, sought.of),
        (audit.c.row, sought.row),
        (audit.c.account_id, sought.account),
        (audit.c.act, sought.act),
        (audit.c.ward_id, sought.ward),
    ):
        asked = asked if value is None else asked.where(column == value)
    if after is not None:
        asked = asked.where(below(audit.c.at, audit.c.id, after))
    return connection.execute(asked.order_by(desc(audit.c.at), desc(audit.c.id)).limit(limit)).all()
