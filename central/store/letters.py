"""Dead letters: what could not be taken in, kept whole with the reason, never dropped on the floor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, insert
from uuid_utils.compat import uuid7

from central.store.schema import dead_letter

_DETAIL: Final = 500
_TOPIC: Final = 500


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


def lay(connection: Connection, letters: Sequence[Letter]) -> None:
    """Keep these."""
    if letters:
        connection.execute(insert(dead_letter), [_row(letter) for letter in letters])


def _row(letter: Letter) -> dict[str, object]:
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
    }


def _plain(text: str, most: int) -> str:
    """PostgreSQL keeps no NUL and no half of a surrogate pair; what a letter quotes may hold both."""
    return text[:most].replace("\0", "�").encode("utf-8", "replace").decode()
