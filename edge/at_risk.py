"""What the disk would not take, in memory until it does: bounded, and counted as at risk.

Rows, deletions and losses wait here in one place, because only together do they bring the disk up to date. Beyond
4 MiB the lightest and oldest row gives way, as on the disk. Losing the process loses these; the centre is then
never told of them, because their numbers were not on the disk either, so they are offered as soon as possible.
"""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from edge.journal import Change, Held, Lost, Row, Weight, keys_of, lost_rows, of_row
from edge.making_room import making_room
from streams.wire.messages import Why
from streams.wire.ranges import Ranges

MOST_BYTES: Final = 4 * 1024 * 1024


@dataclass(slots=True)
class AtRisk:
    """What the disk has refused so far: an epoch to begin, rows to put, ids to drop, losses to write down."""

    epoch: tuple[int, UUID] | None = None
    rows: dict[int, Row] = field(default_factory=dict)
    drop: Ranges = field(default_factory=Ranges)
    lost: list[Lost] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.rows or self.drop or self.lost or self.epoch)

    @property
    def bytes(self) -> int:
        """What the rows weigh."""
        return sum(row.size for row in self.rows.values())

    def of(self, no: int, seqs: Ranges) -> list[Row]:
        """The rows of these numbers."""
        return [row for row in self.rows.values() if of_row(row.id)[0] == no and of_row(row.id)[1] in seqs]

    def forget(self, no: int, seqs: Ranges) -> None:
        """Drop these, here and, when it lets us, from the disk."""
        self._remove([row.id for row in self.of(no, seqs)])
        self.drop = self.drop | keys_of(no, seqs)

    def wait(self, change: Change) -> list[tuple[Weight, Held]]:
        """Take in what the disk refused; returns what had to give way for it."""
        self.rows.update((row.id, row) for row in change.put)
        self._remove([key for key in self.rows if any(first <= key <= last for first, last in change.drop)])
        self.drop = self.drop | Ranges.of(*change.drop)
        self.lost += change.lost
        over = self.bytes - MOST_BYTES
        given = making_room(over, change.put[-1], self._oldest) if over > 0 and change.put else []
        self._remove([held.id for _, held in given])
        self.lost += lost_rows([held.id for _, held in given], Why.FULL)
        return given

    def _remove(self, keys: list[int]) -> None:
        for key in keys:
            self.rows.pop(key, None)

    def _oldest(self, weight: Weight, after: int, most: int) -> list[Held]:
        rows = [row for row in self.rows.values() if row.weight is weight and row.id > after]
        return [Held(row.id, row.size) for row in sorted(rows, key=lambda row: row.id)[:most]]
