"""What the centre knows of each box: there or not, since when, under which session, how well.

A last will names the session it belongs to; one of another session is an old connection's and darkens nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, Select, and_, bindparam, func, null, or_, select, update

from central.store.portions import portions
from central.store.schema import device, node
from streams.wire.messages import Status

SILENT: Final = "silent"
_DARK: Final = select(device.c.id, device.c.state, device.c.state_since).where(
    device.c.id.in_(bindparam("names", expanding=True)), device.c.state.in_([SILENT, "unknown"])
)


@dataclass(frozen=True, slots=True)
class Sign:
    """What a batch shows of the box that sent it: its clock, perhaps its health, and when it was heard."""

    node: str
    heard: datetime
    clock: dict[str, Any]
    health: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A node as its row has it. `session` counts for batches, `present` for coming and going."""

    id: str
    ward: str
    session: UUID | None
    since: datetime | None
    present: UUID | None
    online: bool
    status_at: datetime | None


def standing(connection: Connection, names: Iterable[str]) -> dict[str, Standing]:
    """These nodes as they stand, each row locked."""
    return {
        row.id: _standing(row)
        for some in portions(sorted(names))
        for row in connection.execute(_locked(), {"names": some})
    }


def heed(connection: Connection, status: Status, known: Standing, heard: datetime) -> Standing:
    """Take in a status; returns how the node stands then. A will of another session is not heeded."""
    if not status.online and known.present is not None and status.session != known.present:
        return known
    values: dict[str, Any] = {"online": status.online, "status_at": heard, "present": status.session}
    if status.versions:
        values["versions"] = dict(status.versions)
    if status.config_rev is not None:
        values["config_rev"] = status.config_rev
    connection.execute(update(node).where(node.c.id == known.id).values(values))
    return replace(known, online=status.online, status_at=heard, present=status.session)


def succeeded(known: Standing, session: UUID, since: datetime) -> Standing:
    """How the node stands once a new session speaks for it: here, whatever will the old one leaves."""
    return replace(known, session=session, since=since, present=session, online=True)


def supersede(connection: Connection, name: str, session: UUID, since: datetime, heard: datetime) -> None:
    """Write that a new session speaks for the node."""
    values = {"session": session, "session_at": since, "present": session, "online": True, "status_at": heard}
    connection.execute(update(node).where(node.c.id == name).values(values))


def show(connection: Connection, signs: Iterable[Sign]) -> None:
    """The newest sign of life of each box."""
    rows: dict[str, dict[str, Any]] = {}
    for sign in signs:
        row = rows.setdefault(sign.node, {"of": sign.node, "health": None})
        row.update(at=sign.heard, clock=sign.clock, health=sign.health or row["health"])
    ordered = [rows[name] for name in sorted(rows)]
    plain = update(node).where(node.c.id == bindparam("of"))
    shown: dict[str, Any] = {"heard_at": bindparam("at"), "clock": bindparam("clock_")}
    shown |= {  # one that was given up speaks again, on a line that never broke
        "online": or_(node.c.online, node.c.present.is_(None)),
        "present": func.coalesce(node.c.present, node.c.session),
    }
    _each(connection, plain.values(shown), [_plain(row) for row in ordered if row["health"] is None])
    well = {**shown, "health": bindparam("health_")}
    _each(connection, plain.values(well), [_plain(row) for row in ordered if row["health"] is not None])


def fault(connection: Connection, name: str, faults: Mapping[str, Any]) -> list[str]:
    """Note faults of a box, a code and its parameters each; returns the codes that were not there before."""
    there = connection.execute(select(node.c.faults).where(node.c.id == name)).scalar_one_or_none() or {}
    connection.execute(update(node).where(node.c.id == name).values(faults={**there, **faults}))
    return sorted(faults.keys() - there.keys())


def faulty(connection: Connection, wards: Sequence[str] | None) -> list[tuple[Standing, dict[str, Any], datetime]]:
    """Boxes of these wards with a fault noted: each locked, with its faults, and when it was last heard of."""
    columns = (node.c.faults, node.c.heard_at)
    asked = _select().add_columns(*columns).where(node.c.faults.is_not(None))
    if wards is not None:
        asked = asked.where(node.c.ward_id.in_(wards))
    found = connection.execute(asked.with_for_update(skip_locked=True, key_share=True))
    return [(_standing(row), row.faults, row.heard_at) for row in found if row.faults]


def forgive(connection: Connection, name: str, faults: Mapping[str, Any], codes: Collection[str]) -> None:
    """Take these codes off the faults of a box."""
    left = {code: told for code, told in faults.items() if code not in codes}
    connection.execute(update(node).where(node.c.id == name).values(faults=left or null()))


def fallen_silent(
    connection: Connection, before: datetime, unheard: datetime | None, wards: Sequence[str] | None
) -> list[Standing]:
    """Boxes of these wards that said goodbye before `before`, or were last heard before `unheard` whatever they said.

    Only those with a device nobody has marked silent yet, each row locked.
    """
    marked = select(device.c.id).where(device.c.node_id == node.c.id, device.c.state != SILENT)
    gone = and_(node.c.online.is_(False), node.c.status_at < before)
    if unheard is not None:
        heard, said = func.coalesce(node.c.heard_at, node.c.status_at), func.coalesce(node.c.status_at, node.c.heard_at)
        gone = or_(gone, and_(heard < unheard, said < unheard))
    rows = _select().where(
        gone,
        node.c.retired_at.is_(None),
        marked.where(device.c.retired_at.is_(None)).exists(),
    )
    if wards is not None:
        rows = rows.where(node.c.ward_id.in_(wards))
    return [_standing(row) for row in connection.execute(rows.with_for_update(skip_locked=True, key_share=True))]


def give_up(connection: Connection, name: str) -> None:
    """Write that a box is gone though it never said so; its next word, of whichever session, brings it back."""
    connection.execute(update(node).where(node.c.id == name).values(online=False, present=None))


def silence(connection: Connection, name: str, at: datetime) -> list[tuple[str, str, str]]:
    """Mark every device of a box silent; returns (id, kind, ward) of those that were not."""
    changing = (
        update(device)
        .where(device.c.node_id == name, device.c.state != SILENT, device.c.retired_at.is_(None))
        .values(state=SILENT, state_since=at, state_reason={"code": "node_offline", "params": {"node": name}})
        .returning(device.c.id, device.c.kind, device.c.ward_id)
    )
    return [(row.id, row.kind, row.ward_id) for row in connection.execute(changing)]


def heard_again(connection: Connection, watched: Mapping[str, datetime]) -> list[str]:
    """Mark cameras live that were silent, or never heard of, and have watched since; returns those that were silent."""
    if not watched:
        return []
    back = [
        (row.id, row.state)
        for some in portions(sorted(watched))
        for row in connection.execute(_DARK, {"names": some})
        if row.state_since is None or row.state_since < watched[row.id]
    ]
    for id_, _ in back:
        live = {"state": "live", "state_since": watched[id_], "state_reason": None}
        connection.execute(update(device).where(device.c.id == id_).values(live))
    return [id_ for id_, state in back if state == SILENT]


@cache
def _locked() -> Select[Any]:
    return _select().where(node.c.id.in_(bindparam("names", expanding=True))).with_for_update(key_share=True)


def _select() -> Select[Any]:
    columns = (node.c.id, node.c.ward_id, node.c.session, node.c.session_at, node.c.present)
    return select(*columns, node.c.online, node.c.status_at).order_by(node.c.id)


def _standing(row: Row[Any]) -> Standing:
    return Standing(row.id, row.ward_id, row.session, row.session_at, row.present, row.online, row.status_at)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {"of": row["of"], "at": row["at"], "clock_": row["clock"], "health_": row["health"]}


def _each(connection: Connection, statement: Any, rows: list[dict[str, Any]]) -> None:  # noqa: ANN401 - an Update
    if rows:
        connection.execute(statement, rows)
