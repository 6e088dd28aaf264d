"""Dead letters: what could not be taken in, kept whole with the reason, never dropped on the floor.

A node that gets no receipt sends the same bytes again, for days if need be: the same letter, by node, content and
reason, lies here once and counts. What a node may fill here is bounded, because whoever holds its credential decides
what it sends; beyond the bound the reason is still told, and how often.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite
from uuid_utils.compat import uuid7

from central.store.portions import portions
from central.store.schema import dead_letter

MOST_KEPT: Final = 1_000

_DETAIL: Final = 500
_TOPIC: Final = 500
_RECORDS: Final = b'"records":['


class Why(StrEnum):
    """Why it lies here, beyond what the codec itself says of a batch that cannot be read."""

    NOT_A_TOPIC = "not_a_topic"
    UNKNOWN_NODE = "unknown_node"
    ANOTHER_NODE = "another_node"  # the body names a node that is not the topic's
    ANOTHER_WARD = "another_ward"  # the topic runs through a ward the registry does not give this node
    FOREIGN_DEVICE = "foreign_device"  # a camera or sensor the registry does not give this node
    FOREIGN_EVENT = "foreign_event"  # an event id that another node minted
    FRAGMENTED = "fragmented"
    UNSTORABLE = "unstorable"  # the database itself refuses the content
    FAILED = "failed"  # taking it in failed for a fault of ours; the log has the traceback


ALARMING: Final = frozenset(
    {Why.UNKNOWN_NODE, Why.ANOTHER_NODE, Why.ANOTHER_WARD, Why.FOREIGN_DEVICE, Why.FOREIGN_EVENT, Why.FRAGMENTED}
)
"""A node that speaks of what is not its own: a fault an operator sees, not only a row."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter. `seq` is None when a whole batch lies here."""

    topic: str
    reason: str
    detail: str
    payload: bytes
    heard: datetime
    ward: str | None = None
    node: str | None = None
    epoch: UUID | None = None
    seq: int | None = None


def lay(connection: Connection, letters: Sequence[Letter]) -> int:
    """Keep these, the same one once with how often it came; returns how many are only counted.

    A node has 1,000 letters here. Beyond those there is one row for each reason, without content: its `times` counts.
    """
    if not letters:
        return 0
    rows = _told_once(_row(letter, _fingerprint(letter)) for letter in letters)
    known, room = _known(connection, rows), _room(connection, letters)
    counted = 0
    for fingerprint in [name for name in sorted(rows) if name not in known]:
        room[rows[fingerprint]["node_id"]] -= 1
        if room[rows[fingerprint]["node_id"]] < 0:
            counted += rows[fingerprint]["times"]
            _fold(rows, rows.pop(fingerprint))
    connection.execute(_counting(connection.dialect.name), [rows[name] for name in sorted(rows)])
    return counted


def _told_once(laid: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for row in laid:
        _add(rows, row)
    return rows


def _add(rows: dict[str, dict[str, Any]], row: dict[str, Any]) -> None:
    same = rows.setdefault(row["fingerprint"], row)
    if same is not row:
        same["times"] += row["times"]
        same["last_heard"] = max(same["last_heard"], row["last_heard"])


def _fold(rows: dict[str, dict[str, Any]], row: dict[str, Any]) -> None:
    """Into the row that only counts what this node sends for this reason."""
    name = _digest(row["ward_id"], row["node_id"], row["reason"], "beyond")
    _add(rows, {**row, "fingerprint": name, "epoch": None, "seq": None, "payload": b"", "size": None})


def _known(connection: Connection, rows: Iterable[str]) -> set[str]:
    return {
        name
        for some in portions(rows)
        for name in connection.execute(
            select(dead_letter.c.fingerprint).where(dead_letter.c.fingerprint.in_(some))
        ).scalars()
    }


def _room(connection: Connection, letters: Iterable[Letter]) -> dict[str | None, int]:
    """How many letters more each of these nodes may have here."""
    rows = select(func.count()).select_from(dead_letter)
    return {
        node: MOST_KEPT - connection.execute(rows.where(dead_letter.c.node_id.is_not_distinct_from(node))).scalar_one()
        for node in {letter.node for letter in letters}
    }


@cache
def _counting(dialect: str) -> Any:  # noqa: ANN401 - an Insert of either dialect
    adding = (postgresql if dialect == "postgresql" else sqlite).insert(dead_letter)
    return adding.on_conflict_do_update(
        index_elements=[dead_letter.c.fingerprint],
        set_={"times": dead_letter.c.times + adding.excluded.times, "last_heard": adding.excluded.last_heard},
    )


def _fingerprint(letter: Letter) -> str:
    epoch = "" if letter.epoch is None else str(letter.epoch)
    return _digest(letter.ward, letter.node, letter.reason, epoch, _content(letter))


def _content(letter: Letter) -> bytes:
    """What makes two letters the same: of a batch its records, because a head tells the time it was sent at."""
    at = letter.payload.find(_RECORDS) if letter.seq is None else -1
    return letter.payload[max(at, 0) :]


def _digest(*parts: str | bytes | None) -> str:
    """One hash of these parts, each behind its length so that no two lists read alike."""
    whole = hashlib.sha256()
    for part in parts:
        content = (part or "").encode("utf-8", "replace") if not isinstance(part, bytes) else part
        whole.update(len(content).to_bytes(8, "big") + content)
    return whole.hexdigest()


def _row(letter: Letter, fingerprint: str) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "ward_id": letter.ward,
        "node_id": letter.node,
        "epoch": letter.epoch,
        "seq": letter.seq,
        "topic": _plain(letter.topic, _TOPIC),
        "reason": letter.reason,
        "detail": _plain(letter.detail, _DETAIL),
        "payload": letter.payload,
        "heard": letter.heard,
        "fingerprint": fingerprint,
        "times": 1,
        "last_heard": letter.heard,
        "size": len(letter.payload),
    }


def _plain(text: str, most: int) -> str:
    """PostgreSQL keeps no NUL and no half of a surrogate pair; what a letter quotes may hold both."""
    return text[:most].replace("\0", "�").encode("utf-8", "replace").decode()
