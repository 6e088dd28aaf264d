"""A node that is wrong on purpose: it goes on in the newest epoch its disk knows, as if the disk never lied.

The true outbox opens a new epoch at every start, so that no number is used twice, whatever happened to the disk. This
one counts on from what it finds: after a disk was rolled back it gives numbers that were given before.
"""

from collections.abc import Callable
from uuid import UUID

from edge import commands, node
from edge.evidence_queue import EvidenceQueue
from edge.outbox import Outbox
from edge.shelf import Shelf


class OldEpoch(Outbox):
    """An outbox without new epochs."""

    def __init__(self, shelf: Shelf, evidence: EvidenceQueue, made: Callable[[UUID, int], None] | None = None) -> None:
        pasts = shelf.journal.pasts()
        super().__init__(shelf, evidence, made)
        if pasts:
            newest = pasts[-1]
            self.session, self._next, self._synced = newest.id, newest.next, newest.next - 1
            self._nos = {**self._nos, newest.id: self._no}
            shelf.journal.begin(self._no, newest.id)


if __name__ == "__main__":
    node.Outbox = OldEpoch  # type: ignore[attr-defined]  # the mutation: what the true node opens
    commands.app()
