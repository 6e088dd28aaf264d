"""What a batch says about its node as a whole: which session speaks, which epochs are over, which nobody holds.

Every start of a node is a session with an epoch of its own, so of one node's epochs one is alive and the others
drain. A session never heard before supersedes the one before it. Its keep-alives name every epoch the disk
holds, and what they leave out no disk will send: it is forgotten, and what was outstanding there is lost.

* A straggler is a session never heard before that is nevertheless the past: its first batch was overtaken by its
  successor's. It is known by its UUIDv7 and `sent`, both older than the successor's; trusted when the clock is.
* `sent` counts only on a disciplined clock not further ahead of ours than any honest one runs: one box that believes
  it is 2099 must not make every session after it a straggler.
* Two boxes under one identity (a copied card) are known by a superseded session that still speaks, more than two
  minutes past the moment it was superseded. Times in transit are compared on the node's own clock where it runs
  ahead of ours, so a batch held up on its way is no second box. Where the node's clock is not to be believed the order
  of the words alone tells: a node speaks for its present session only, and a broker hands over in order, so what a
  superseded session says `INTERLEAVED_AFTER` its successor was heard, on our own clock, was said after it.

Pure, and small to load: the caller hands over, under the lock of the node's row, the session its node row names
and the facts of the node's epochs (those `over` with nothing outstanding may be left out if `head.epoch`,
`head.session` and `head.holds` are looked up by key), hears the batch, and applies the `Hearing` in the
transaction that stores the batch.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from streams.wire.messages import BatchHead

DOUBLED_AFTER: Final = timedelta(seconds=120)
AHEAD: Final = timedelta(minutes=10)
INTERLEAVED_AFTER: Final = timedelta(minutes=10)
"""Longer than any batch is held up behind one that was sent after it: a broker's own queue keeps their order."""


@dataclass(frozen=True, slots=True)
class Known:
    """The small facts of one epoch's row: when it was superseded (None: alive), and whether anything is outstanding."""

    epoch: UUID
    over_at: datetime | None
    outstanding: bool


@dataclass(frozen=True, slots=True)
class Hearing:
    """What to do about one batch, beside its own epoch's Intake.

    `session` and `since` go to the node's row. `opens` get a row (with `over=True` but for `session`), `ends` get
    `over=True` and `over_at=since`; `opens` but for `session` get the same `over_at`. `forgets` get
    `Intake.forget()`, after the batch's own Intake has heard it. `doubled` is the fault "two boxes, one identity".
    """

    session: UUID
    since: datetime
    opens: tuple[UUID, ...] = ()
    ends: tuple[UUID, ...] = ()
    forgets: tuple[UUID, ...] = ()
    doubled: bool = False


@dataclass(frozen=True, slots=True)
class Roster:
    """A node's epochs as the centre knows them. `session` and `since` are None before the first batch."""

    session: UUID | None
    since: datetime | None
    known: dict[UUID, Known]

    @classmethod
    def of(cls, session: UUID | None, since: datetime | None, known: Iterable[Known]) -> "Roster":
        """From rows."""
        return cls(session, since, {facts.epoch: facts for facts in known})

    def hear(self, head: BatchHead, heard: datetime) -> Hearing:
        """What this batch, heard now, says about the node."""
        believed = head.clock.synced and head.sent - heard <= AHEAD
        spoken = max(head.sent, heard) if believed else heard
        fresh = head.session not in self.known and not self._straggles(head)
        session = head.session if fresh or self.session is None else self.session
        since = spoken if fresh or self.since is None else self.since
        named = dict.fromkeys((session, head.session, head.epoch, *(head.holds or ())))
        return Hearing(
            session=session,
            since=since,
            opens=tuple(epoch for epoch in named if epoch not in self.known),
            ends=tuple(k.epoch for k in self.known.values() if k.over_at is None and k.epoch != session),
            forgets=self._forgotten(head) if head.session == session else (),
            doubled=self._doubled(head, heard, believed=believed),
        )

    def _straggles(self, head: BatchHead) -> bool:
        if self.session is None or self.since is None or not head.clock.synced:
            return False
        return head.session < self.session and head.sent < self.since

    def _forgotten(self, head: BatchHead) -> tuple[UUID, ...]:
        if head.holds is None:
            return ()
        held = {head.session, head.epoch, *head.holds}
        return tuple(facts.epoch for facts in self.known.values() if facts.outstanding and facts.epoch not in held)

    def _doubled(self, head: BatchHead, heard: datetime, *, believed: bool) -> bool:
        facts = self.known.get(head.session)
        if facts is None or facts.over_at is None:
            return False
        if believed:
            return head.sent - facts.over_at > DOUBLED_AFTER
        return heard - facts.over_at > INTERLEAVED_AFTER
