"""The registry in the database: applied from the city's file as often as one likes, read by ingest on every group.

Applying changes only what differs, writes one audit row for each row it made, changed or retired, and deletes nothing:
a node or device no longer in the file is retired, because history still names it. Where a device moves to another ward,
the move gets a row of its own with its time, so that facts keep the ward they had. Names of zones are no history:
they are as the file has them now.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update

from central.registry import City, devices
from central.store import audit
from central.store.audit import Act
from central.store.changes import News, announce
from central.store.columns import folded
from central.store.portions import portions
from central.store.schema import device, device_ward, node, unit, ward, zone

_TOLD: Final = frozenset({"node", "device"})
_KNOWN: Final = select(node.c.id, node.c.ward_id).where(
    node.c.id.in_(bindparam("names", expanding=True)), node.c.retired_at.is_(None)
)
_HELD: Final = (
    select(device.c.id, device.c.kind, device.c.node_id, device_ward.c.since, device_ward.c.ward_id)
    .join(device_ward, device_ward.c.device_id == device.c.id)
    .where(
        device.c.id.in_(bindparam("named", expanding=True)),
        device.c.node_id.in_(bindparam("names", expanding=True)),
        device.c.retired_at.is_(None),
    )
    .order_by(device.c.id, device_ward.c.since)
)


@dataclass(frozen=True, slots=True)
class Device:
    """A camera or sensor a node may speak for, and every ward it was in since when, oldest first."""

    id: str
    kind: str
    wards: tuple[tuple[datetime, str], ...]

    def ward(self, at: datetime) -> str:
        """The ward it was in then; before its first row, the first."""
        return next((name for since, name in reversed(self.wards) if since <= at), self.wards[0][1])


@dataclass(frozen=True, slots=True)
class Box:
    """A node the registry knows: the ward its topics run through, and what it may speak for, of what was asked."""

    id: str
    ward: str
    devices: Mapping[str, Device]


@dataclass(frozen=True, slots=True)
class _Row:
    table: Table
    id: str
    values: dict[str, Any]

    @property
    def ward(self) -> str | None:
        return self.id if self.table is ward else self.values.get("ward_id")


def apply(connection: Connection, city: City, at: datetime, origin: str) -> int:
    """Bring the registry to what the file says; returns how many rows were made, changed or retired."""
    acts = [act for row in _rows(city) if (act := _lay(connection, row, origin)) is not None]
    for table in (node, device):
        named = {row.id for row in _rows(city) if row.table is table}
        acts += _retire(connection, table, named, at, origin)
    acts += _name_zones(connection, city, origin)
    _keep_wards(connection, city, at)
    for act in acts:
        audit.append(connection, act, at)
    announce(connection, [News(act.ward, act.of, act.row) for act in acts if act.of in _TOLD and act.ward], at)
    return len(acts)


def boxes(connection: Connection, names: Sequence[str], named: Sequence[str]) -> dict[str, Box]:
    """The nodes of these names that the registry knows and has not retired, each with those of its devices `named`."""
    wards = {row.id: row.ward_id for some in portions(names) for row in connection.execute(_KNOWN, {"names": some})}
    held: dict[str, dict[str, Device]] = {name: {} for name in wards}
    asked = [{"names": some, "named": things} for some in portions(wards) for things in portions(named)]
    for row in (row for one in asked for row in connection.execute(_HELD, one)):
        before = held[row.node_id].get(row.id)
        spans = (*(before.wards if before else ()), (row.since, row.ward_id))
        held[row.node_id][row.id] = Device(row.id, row.kind, spans)
    return {name: Box(name, wards[name], held[name]) for name in wards}


def ward_names(connection: Connection) -> list[str]:
    """The id of every ward, in order."""
    return list(connection.execute(select(ward.c.id).order_by(ward.c.id)).scalars())


def deafen(connection: Connection, since: datetime | None, wards: Sequence[str] | None) -> list[News]:
    """Note since when these wards' worker hears nothing (None: it hears); news of those that were otherwise before.

    It holds the wards' rows, as numbering changes does: call it just before that.
    """
    other = ward.c.deaf_since.is_not(None) if since is None else ward.c.deaf_since.is_(None)
    asked = select(ward.c.id).where(other).order_by(ward.c.id).with_for_update()
    turned = list(connection.execute(asked if wards is None else asked.where(ward.c.id.in_(wards))).scalars())
    for some in portions(turned):
        connection.execute(update(ward).where(ward.c.id.in_(some)).values(deaf_since=since))
    return [News(name, "ward", name, {"deaf": since is not None}) for name in turned]


def _rows(city: City) -> Iterator[_Row]:
    for id_, part in city.wards.items():
        yield _Row(ward, id_, {"name": part.name, "folded": folded(part.name), "boundary": part.boundary})
    for id_, team in city.units.items():
        yield _Row(unit, id_, {"name": team.name, "folded": folded(team.name), "ward_id": team.ward})
    for id_, box in city.nodes.items():
        yield _Row(node, id_, {"name": box.name, "ward_id": box.ward, "retired_at": None})
    for node_id, box in city.nodes.items():
        for id_, thing in devices(box).items():
            yield _Row(
                device,
                id_,
                {
                    "kind": "camera" if id_ in box.cameras else "sensor",
                    "ward_id": thing.ward,
                    "node_id": node_id,
                    "name": thing.name,
                    "folded": folded(thing.name),
                    "lat": thing.place.lat if thing.place else None,
                    "lon": thing.place.lon if thing.place else None,
                    "quantity": getattr(thing, "quantity", None),
                    "unit": getattr(thing, "unit", None),
                    "retired_at": None,
                },
            )


def _lay(connection: Connection, row: _Row, origin: str) -> Act | None:
    table = row.table
    there = connection.execute(select(table).where(table.c.id == row.id).with_for_update()).mappings().one_or_none()
    if there is None:
        connection.execute(insert(table).values(id=row.id, **row.values))
        return Act("made", table.name, row.id, origin, row.ward)
    changed = {name: value for name, value in row.values.items() if there[name] != value}
    if not changed:
        return None
    values = {**changed, "version": there["version"] + 1}
    connection.execute(update(table).where(table.c.id == row.id).values(values))
    return Act("changed", table.name, row.id, origin, row.ward, params={"fields": sorted(changed)})


def _retire(connection: Connection, table: Table, named: set[str], at: datetime, origin: str) -> list[Act]:
    standing = select(table.c.id, table.c.ward_id).where(table.c.retired_at.is_(None))
    gone = [row for row in connection.execute(standing) if row.id not in named]
    for row in gone:
        retired = update(table).where(table.c.id == row.id)
        connection.execute(retired.values(retired_at=at, version=table.c.version + 1))
    return [Act("retired", table.name, row.id, origin, row.ward_id) for row in gone]


def _keep_wards(connection: Connection, city: City, at: datetime) -> None:
    """A history row for each device whose newest one names another ward, or that has none."""
    told = select(device_ward.c.device_id, device_ward.c.ward_id).order_by(device_ward.c.since)
    newest = {row.device_id: row.ward_id for row in connection.execute(told)}
    for box in city.nodes.values():
        for id_, thing in devices(box).items():
            if newest.get(id_) != thing.ward:
                connection.execute(insert(device_ward).values(device_id=id_, since=at, ward_id=thing.ward))


def _name_zones(connection: Connection, city: City, origin: str) -> list[Act]:
    """What the zones and lines of each camera in the file are called."""
    known: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in connection.execute(select(zone)):
        known[row.device_id][row.id] = row.name
    cameras = {id_: camera for box in city.nodes.values() for id_, camera in box.cameras.items()}
    renamed = {id_: camera.named for id_, camera in cameras.items() if camera.named != known[id_]}
    for id_, names in renamed.items():
        connection.execute(delete(zone).where(zone.c.device_id == id_))
        rows = [{"device_id": id_, "id": of, "name": name, "folded": folded(name)} for of, name in names.items()]
        if rows:
            connection.execute(insert(zone), rows)
    return [Act("changed", "device", id_, origin, cameras[id_].ward, params={"fields": ["zones"]}) for id_ in renamed]
