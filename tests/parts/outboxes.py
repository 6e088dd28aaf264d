"""An outbox that is closed again, and everything it holds read back through the contract."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from pydantic_core import from_json

from edge.outbox import Outbox
from streams.wire.codec import Rejected, read_record
from streams.wire.ranges import Ranges
from streams.wire.records import Body

ROOM = 10_000_000
EVERYTHING = Ranges.of((1, 10_000))


@contextmanager
def outbox(folder: Path, limit: int = ROOM, made: list[tuple[UUID, int]] | None = None) -> Iterator[Outbox]:
    told = None if made is None else lambda epoch, seq: made.append((epoch, seq))
    box = Outbox.open(folder / "outbox.db", limit, told)
    try:
        yield box
    finally:
        box.close()


def bodies(box: Outbox, epoch: UUID | None = None) -> dict[int, Body]:
    """Everything still held, read back through the contract."""
    epoch = epoch or box.session
    (past,) = [past for past in box._shelf.journal.pasts() if past.id == epoch]
    held: dict[int, Body] = {}
    for seq, body in box.read(
        epoch, past.held | Ranges.these(row & 0xFFFFFFFFFF for row in box._shelf.at_risk.rows), 10**9
    ):
        record = read_record(from_json(body))
        assert not isinstance(record, Rejected)
        assert record.seq == seq
        held[seq] = record.body
    return held
