"""The centre's end of the delivery ledger: what of one epoch of one node is settled, and what is not.

Theory of operation. A record is `(node, epoch, seq)`. MQTT's own acknowledgement says that a broker took a
message; it does not say that anybody stored it, so nothing here rests on it. The centre keeps one `Intake`
per (node, epoch), locks its row, lets every record of a batch through `take`, stores what is new and the
Intake itself in the same transaction, and only after the commit publishes `receipt()`. Then:

* a record that comes twice is `DUPLICATE`: a no-op, whatever order the copies came in;
* `settled` only grows, so an old receipt says nothing false, and receipts may be lost, repeated or reordered;
* a number below `floor`, or in `gone`, will never come: it is settled as lost (or merged, or set aside), so
  that `upto` can pass it. Lost is a fact that can be taken back: should the record come after all (an older
  copy of the disk had it), it is `LATE`, is stored, and is lost no more. So a receipt covers a loss only to
  the session that told it: another copy of the disk may still hold the record, and must send it first;
* merged is a promise that a coarser tally carries it. A tally that comes although merged is stored (the coarser
  one may have been rolled back) and, like one stored before, gives way to any that names it in `merged`;
* an epoch whose sender runs under another session has ended: what lies at or above its `next` existed once
  and was rolled back with the disk. An epoch a newer session does not even hold any more is `forgotten`.

At every moment  made = stored + refused + lost + merged + aside + outstanding.

The other end is `delivery`; `tests/wire/test_two_ends.py` drives both together through everything above.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from streams.wire.messages import BatchHead, Receipt, Refused, Why
from streams.wire.ranges import Ranges
from streams.wire.words import MOST_RANGES

MOST_FRAGMENTS: Final = 4096


class FragmentedError(ValueError):
    """The node has left more holes than an honest one leaves; its batch is dead-lettered whole."""


class Verdict(StrEnum):
    """What the ledger says to an arriving record."""

    NEW = "new"
    DUPLICATE = "duplicate"
    LATE = "late"  # had been declared lost, merged or set aside; is stored, and is so no more


@dataclass(slots=True)
class Intake:
    """What the centre knows of one epoch. Load it under its row's lock, change it, store it, then send its receipt."""

    epoch: UUID
    session: UUID
    heard: int = 0
    next: int = 1
    over: bool = False
    settled: Ranges = field(default_factory=Ranges)
    lost: Ranges = field(default_factory=Ranges)
    merged: Ranges = field(default_factory=Ranges)
    aside: Ranges = field(default_factory=Ranges)
    refused: dict[str, Ranges] = field(default_factory=dict)
    told: Ranges = field(default_factory=Ranges)  # what `session` itself said is gone; of this transaction, not stored

    def hear(self, head: BatchHead) -> None:
        """Take in what a batch says about its epoch, before its records. Raises FragmentedError."""
        if head.session != self.session:
            self.session, self.heard, self.told = head.session, 0, Ranges()
        self.over = self.over or head.session != head.epoch
        self.heard = max(self.heard, head.number)
        for why in {gone.why for gone in head.gone}:
            spans = Ranges.of(*(gone.span for gone in head.gone if gone.why is why))
            self._told(spans.within(1, head.next - 1), why)
        self._told(Ranges().missing(1, min(head.floor, head.next) - 1), Why.FULL)
        made = max(self.next, head.next)
        if head.session != head.epoch:
            self._settle_unsent(Ranges().missing(head.next, made - 1), Why.FULL)
        self.next = made
        if len(self.settled.spans) > MOST_FRAGMENTS:
            raise FragmentedError(f"{len(self.settled.spans)} separate ranges; an honest node leaves fewer")

    def take(self, seq: int) -> Verdict:
        """Note an arrival. NEW and LATE must be stored in the transaction that stores this Intake."""
        if seq not in self.settled:
            self.settled = self.settled.add(seq)
            return Verdict.NEW
        if seq in self.lost or seq in self.aside or seq in self.merged:
            back = Ranges(((seq, seq),))
            self.lost, self.aside, self.merged = self.lost - back, self.aside - back, self.merged - back
            return Verdict.LATE
        return Verdict.DUPLICATE

    def refuse(self, seq: int, reason: str) -> None:
        """Count a record just taken as dead-lettered."""
        self.refused[reason] = self.refused.get(reason, Ranges()).add(seq)

    def forget(self) -> Ranges:
        """No disk of the node holds this epoch any more: what is outstanding is lost, and returned."""
        outstanding = self.outstanding
        self._settle_unsent(outstanding, Why.FULL)
        self.over = True
        return outstanding

    def receipt(self, node: str) -> Receipt:
        """What to tell the node, once this Intake is committed."""
        spans = self._covered().spans
        upto = spans[0][1] if spans and spans[0][0] == 1 else 0
        have = spans[1:] if upto else spans
        half = MOST_RANGES // 2
        shown = have if len(have) <= MOST_RANGES else (*have[:half], *have[-half:])
        refused = sorted((span, code) for code, ranges in self.refused.items() for span in ranges.spans)
        return Receipt(
            node=node,
            epoch=self.epoch,
            session=self.session,
            heard=self.heard,
            upto=upto,
            have=shown,
            want=self.settled.missing(1, self.settled.top).lowest(MOST_RANGES).spans,
            refused=tuple(Refused(span=span, reason=code) for span, code in refused[-MOST_RANGES:]),
        )

    @property
    def made(self) -> int:
        """How many records the node is known to have made in this epoch."""
        return self.next - 1

    @property
    def outstanding(self) -> Ranges:
        """What was made and is neither settled here nor known to be gone: still on the node, or on its way."""
        return self.settled.missing(1, self.next - 1)

    @property
    def dead(self) -> int:
        """How many were dead-lettered here."""
        return sum(len(ranges) for ranges in self.refused.values())

    @property
    def stored(self) -> int:
        """How many were stored."""
        return len(self.settled) - len(self.lost) - len(self.merged) - len(self.aside) - self.dead

    def _covered(self) -> Ranges:
        """What this session may delete: not what is lost without its word, for its disk may have it."""
        above = self.told.spans[0][1] + 1 if self.told and self.told.bottom == 1 else 1
        absent = [ranges.within(above, self.next) - self.told for ranges in (self.lost, self.merged, self.aside)]
        return self.settled - Ranges.of(*(span for ranges in absent for span in ranges.spans))

    def _told(self, ranges: Ranges, why: Why) -> None:
        self.told = self.told | ranges
        self._settle_unsent(ranges, why)

    def _settle_unsent(self, ranges: Ranges, why: Why) -> None:
        fresh = ranges - self.settled
        self.settled = self.settled | fresh
        if why not in (Why.MERGED, Why.ASIDE):
            self.lost = self.lost | fresh
            return
        for unsent in (self.lost, self.merged, self.aside):  # its node knows better than what was told before
            fresh = fresh | (ranges & unsent)
        self.lost, self.merged, self.aside = self.lost - fresh, self.merged - fresh, self.aside - fresh
        if why is Why.MERGED:
            self.merged = self.merged | fresh
        else:
            self.aside = self.aside | fresh
