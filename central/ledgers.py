"""The ledgers of one group: what the wire's pure rules say about each batch, kept until the transaction ends.

A batch is heard on a page: copies of the rows it touches. The page is turned when the batch has been heard to its end;
a page that is not turned never was. `told` of an Intake lives as long as the group, and no longer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from central.store import intakes, nodes
from central.store.intakes import Entry, Key
from central.store.nodes import Standing
from streams.wire.ledger import Intake, Verdict
from streams.wire.messages import BatchHead, Receipt
from streams.wire.roster import Hearing, Known, Roster


@dataclass(slots=True)
class Page:
    """One batch's view of its node: its own epoch's Intake, and the other rows it changes."""

    head: BatchHead
    heard: datetime
    hearing: Hearing
    entries: dict[Key, Entry]

    @property
    def key(self) -> Key:
        """The batch's own row."""
        return self.head.node, self.head.epoch

    def take(self, seq: int) -> Verdict:
        """Note an arrival."""
        return self.entries[self.key].intake.take(seq)

    def refuse(self, seq: int, reason: str) -> None:
        """Count a record just taken as dead-lettered."""
        self.entries[self.key].intake.refuse(seq, reason)


class Ledgers:
    """The rows of every node of a group, locked; `standings` must be the locked rows of those nodes."""

    def __init__(self, connection: Connection, standings: Mapping[str, Standing], heads: Sequence[BatchHead]) -> None:
        named = {(head.node, epoch) for head in heads for epoch in (head.epoch, head.session, *(head.holds or ()))}
        known = [key for key in named if key[0] in standings]
        self._connection = connection
        self._standings = dict(standings)
        self._entries = intakes.lock(connection, {key[0] for key in known}, known)
        self._changed: set[Key] = set()
        self._receipts: dict[Key, None] = {}
        self._superseding: dict[str, tuple[UUID, datetime, datetime]] = {}
        self._doubled: dict[str, dict[str, Any]] = {}

    def page(self, head: BatchHead, heard: datetime) -> Page:
        """Hear a batch's head, on copies. Raises FragmentedError."""
        standing = self._standings[head.node]
        mine = {key: entry for key, entry in self._entries.items() if key[0] == head.node}
        known = [Known(epoch, entry.over_at, bool(entry.intake.outstanding)) for (_, epoch), entry in mine.items()]
        hearing = Roster.of(standing.session, standing.since, known).hear(head, heard)
        page = Page(head, heard, hearing, {})
        self._open_and_end(page, mine, standing.ward)
        own = page.entries.setdefault(page.key, mine[page.key].copy() if page.key in mine else page.entries[page.key])
        own.intake.hear(head)
        for epoch in hearing.forgets:
            key = (head.node, epoch)
            page.entries.setdefault(key, mine[key].copy() if key in mine else page.entries[key]).intake.forget()
        return page

    def turn(self, page: Page) -> None:
        """The batch is in: its page is what counts now."""
        name, hearing = page.head.node, page.hearing
        self._entries |= page.entries
        self._changed |= page.entries.keys()
        self._receipts[page.key] = None
        standing = self._standings[name]
        if hearing.session != standing.session:
            self._superseding[name] = (hearing.session, hearing.since, page.heard)
            self._standings[name] = nodes.succeeded(standing, hearing.session, hearing.since)
        if hearing.doubled:
            self._doubled[name] = {"session": str(page.head.session), "at": page.heard.isoformat()}

    def refuse(self, key: Key, seq: int, reason: str) -> None:
        """A record already taken turns out to be one that cannot be stored."""
        self._entries[key].intake.refuse(seq, reason)

    def doubled(self, name: str) -> dict[str, Any] | None:
        """The fault 'two boxes, one identity', when a batch of this group showed it."""
        return self._doubled.get(name)

    def write(self, at: datetime) -> Iterator[tuple[str, UUID]]:
        """Store every changed row; gives each node that a new session speaks for now."""
        intakes.keep(self._connection, {key: self._entries[key] for key in self._changed}, at)
        for name, (session, since, heard) in sorted(self._superseding.items()):
            nodes.supersede(self._connection, name, session, since, heard)
            yield name, session

    def receipts(self) -> Iterator[tuple[str, Receipt]]:
        """One receipt for each epoch heard, with the ward its node is routed through. To be sent after the commit."""
        for name, epoch in self._receipts:
            yield self._standings[name].ward, self._entries[name, epoch].intake.receipt(name)

    def _open_and_end(self, page: Page, mine: Mapping[Key, Entry], ward: str) -> None:
        hearing, name = page.hearing, page.head.node
        for epoch in hearing.opens:
            fresh = Intake(epoch, page.head.session, over=epoch != hearing.session)
            since = hearing.since if fresh.over else None
            page.entries[name, epoch] = Entry(ward, fresh, since)
        for epoch in hearing.ends:
            entry = mine[name, epoch].copy()
            entry.intake.over, entry.over_at = True, hearing.since
            page.entries[name, epoch] = entry
