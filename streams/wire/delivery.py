"""The node's end of the delivery ledger: what is owed to the centre, and what to send next.

It holds numbers, never bodies: the outbox keeps the records on disk and tells this module what it committed
and what it had to give up; the publisher asks `offer` what to send, reads it from the outbox, and reports
`sent`; each receipt goes through `receipt`, whose answer the outbox deletes. `now` is any monotonic clock in
seconds. At a start every epoch found on disk is owed; the new one is the session.

* First a word: on connecting and every minute an empty batch says which epochs the node holds and what was made.
* Live goes before backlog. What was committed after the line came up is live, what waited is backlog; each lane
  has its own small window of batches in flight, so a backlog of a week never delays an event by more than one batch.
* What flies and is not settled leaves again: `flights` says when. When the centre speaks after a silence,
  everything in flight is due at once and what piled up meanwhile becomes backlog.
* What the centre wants and the disk does not have is gone, and is said to be: nothing is waited for in vain.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from heapq import merge
from itertools import islice
from typing import Final
from uuid import UUID

from streams.wire.flights import FIRST_WAIT_S, NEVER, Flight, Flights
from streams.wire.messages import MOST_GONE, MOST_HELD, MOST_RECORDS, Gone, Receipt, Why
from streams.wire.ranges import Pair, Ranges

SILENCE_S: Final = 30.0  # a centre that is merely slow must not be sent everything again
KEEP_ALIVE_S: Final = 60.0
FAULT_S: Final = 60.0
LIVE_WINDOW: Final = 8
BACKLOG_WINDOW: Final = 2
MOST_FLIGHTS: Final = 64
_REMEMBERED: Final = 256  # numbers of backlog batches, far more than fly


@dataclass(slots=True)
class Owed:
    """One epoch as the disk has it: `held` can be sent, `gone` cannot, `next` is the number the next record gets."""

    next: int = 1
    held: Ranges = field(default_factory=Ranges)
    gone: dict[Why, Ranges] = field(default_factory=dict)
    told_at: float = -NEVER  # when the centre was last told anything of this epoch, in monotonic seconds

    def give_up(self, ranges: Ranges, why: Why) -> None:
        """These can no longer be sent."""
        given = ranges & self.held
        self.held = self.held - given
        self._lose(given, why)

    def lack(self, wanted: Ranges) -> None:
        """Of what the centre asks for, what the disk does not have is gone."""
        absent = wanted.within(1, self.next - 1) - self.held
        for known in self.gone.values():
            absent = absent - known
        self._lose(absent, Why.UNREADABLE)

    def settle(self, ranges: Ranges) -> Ranges:
        """The centre has settled these; returns those the disk still held."""
        done = ranges & self.held
        self.held = self.held - ranges
        self.gone = {why: left for why, had in self.gone.items() if (left := had - ranges)}
        return done

    def holes(self) -> Iterator[tuple[Pair, Why]]:
        """The ranges that are gone, from the lowest up."""
        return merge(*(_labelled(ranges, why) for why, ranges in self.gone.items()))

    def holes_by(self, seqs: Ranges) -> Iterator[tuple[Pair, Why]]:
        """The ranges that are gone between and beside these numbers."""
        near = {why: ranges.touching(seqs.bottom - 1, seqs.top + 1) for why, ranges in self.gone.items() if seqs}
        return merge(*(_labelled(ranges, why) for why, ranges in near.items()))

    @property
    def empty(self) -> bool:
        """Whether nothing of this epoch is owed any more."""
        return not self.held and not self.gone

    def _lose(self, ranges: Ranges, why: Why) -> None:
        if ranges:
            self.gone[why] = self.gone.get(why, Ranges()) | ranges


@dataclass(frozen=True, slots=True)
class Offer:
    """What to send next: at most 500 numbers of one epoch, none for a keep-alive; `repeats` is a flight to repeat."""

    epoch: UUID
    seqs: Ranges
    backlog: bool
    repeats: Flight | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """The fields of a batch that the ledger decides."""

    number: int
    floor: int
    next: int
    gone: tuple[Gone, ...]
    holds: tuple[UUID, ...] | None


class Delivery:
    """What one node owes the centre. Not thread-safe: it belongs to the publisher."""

    def __init__(self, session: UUID, epochs: dict[UUID, Owed], jitter: Callable[[], float]) -> None:
        """Start with what the disk holds; `jitter` gives a factor around 1 for each wait."""
        self.session = session
        self.epochs = {session: Owed(), **epochs}
        self._flights = Flights(jitter)
        self._number = 0
        self._live_from = 1
        self._backlogged: deque[int] = deque(maxlen=_REMEMBERED)
        self._probe: tuple[UUID, bool] | None = None
        self._word_at = -NEVER
        self._silent_since: float | None = None

    def committed(self, first: int, last: int) -> None:
        """The disk has these new records of the session for good."""
        owed = self.epochs[self.session]
        owed.held = owed.held | Ranges(((first, last),))
        owed.next = last + 1

    def gave_up(self, epoch: UUID, ranges: Ranges, why: Why) -> None:
        """The disk no longer has these, and why."""
        self.epochs[epoch].give_up(ranges, why)
        self._flights.gave_up(epoch, ranges)

    def connected(self, now: float) -> None:
        """The line is up: what has waited is backlog, what was in flight is sent again, what comes now is live."""
        self._wake(now)
        self._word_at = -NEVER
        self._silent_since = now
        for owed in self.epochs.values():
            owed.told_at = -NEVER

    def receipt(self, receipt: Receipt, now: float) -> Ranges:
        """Take the centre's word; returns what the disk may delete of `receipt.epoch`."""
        if receipt.session != self.session:
            return Ranges()  # it may cover losses that session told and this disk, an older copy, can still send
        if self.unanswered(now) >= SILENCE_S:
            self._wake(now, FIRST_WAIT_S)
        self._silent_since = None
        owed = self.epochs.get(receipt.epoch)
        if owed is None:
            return Ranges()
        upto = ((1, receipt.upto),) if receipt.upto else ()
        settled = Ranges.of(*upto, *receipt.have)
        self._flights.land(receipt.epoch, settled, now)
        self._flights.pass_over(receipt, now, backlog=receipt.heard in self._backlogged)
        done = owed.settle(settled)
        owed.lack(Ranges.of(*receipt.want) - settled)
        return done

    def offer(self, now: float) -> Offer | None:
        """What to send now: a word if due, live, repeats that are due, backlog, losses; None to wait."""
        return (
            self._word(now)
            or self._live()
            or self._probing()
            or self._repeat(now)
            or self._backlog()
            or self._losses(now)
        )

    def sent(self, offer: Offer, seqs: Ranges, now: float) -> Terms:
        """`seqs` of an offer are about to leave (fewer when they would not fit); returns the batch's terms."""
        self._number += 1
        if offer.backlog:
            self._backlogged.append(self._number)
        owed = self.epochs[offer.epoch]
        owed.told_at = now
        if self._silent_since is None:
            self._silent_since = now
        if not seqs:
            self._word_at = now if offer.epoch == self.session else self._word_at
            self._probe = None if (offer.epoch, offer.backlog) == self._probe else self._probe
        if seqs or offer.repeats is not None:
            self._launch(offer, seqs & owed.held, now)
        return self._terms(owed, seqs)

    def strays(self) -> list[tuple[UUID, int]]:
        """Records the centre cannot read, each found alone: to be set aside on disk, then given up as ASIDE."""
        return self._flights.strays()

    def closed(self) -> list[UUID]:
        """Past epochs of which nothing is owed: the disk may forget them."""
        done = [epoch for epoch, owed in self.epochs.items() if epoch != self.session and owed.empty]
        for epoch in done:
            del self.epochs[epoch]
        return done

    def wait(self, now: float) -> float:
        """Seconds until `offer` may have something without being told of anything new; 0 when it has."""
        if self.offer(now) is not None:
            return 0.0
        tells = [owed.told_at + FIRST_WAIT_S for owed in self.epochs.values() if owed.gone and not owed.held]
        return min([self._flights.next_due, *tells, self._word_at + KEEP_ALIVE_S]) - now

    def unanswered(self, now: float) -> float:
        """Seconds the centre has owed an answer; beyond 60 it is a fault the node shows."""
        return 0.0 if self._silent_since is None else now - self._silent_since

    @property
    def made(self) -> dict[UUID, int]:
        """How many records each epoch has made."""
        return {epoch: owed.next - 1 for epoch, owed in self.epochs.items()}

    def _word(self, now: float) -> Offer | None:
        due = now >= self._word_at + KEEP_ALIVE_S
        return Offer(self.session, Ranges(), backlog=False) if due else None

    def _live(self) -> Offer | None:
        if self._full(LIVE_WINDOW, backlog=False):
            return None
        owed = self.epochs[self.session]
        return self._cut(self.session, owed.held.within(self._live_from, owed.next - 1), backlog=False)

    def _probing(self) -> Offer | None:
        """After a repeat an empty batch in its lane, so that a readable answer proves the centre alive and past it."""
        if self._probe is None or self._probe[0] not in self.epochs:
            return None
        return Offer(self._probe[0], Ranges(), backlog=self._probe[1])

    def _repeat(self, now: float) -> Offer | None:
        flight = self._flights.due(now)
        return None if flight is None else Offer(flight.epoch, flight.seqs, flight.backlog, flight)

    def _backlog(self) -> Offer | None:
        if self._full(BACKLOG_WINDOW, backlog=True):
            return None
        for epoch, owed in self.epochs.items():
            old = owed.held if epoch != self.session else owed.held.within(1, self._live_from - 1)
            if (offer := self._cut(epoch, old, backlog=True)) is not None:
                return offer
        return None

    def _losses(self, now: float) -> Offer | None:
        """An epoch of which only losses are left to tell; told again until a receipt settles them."""
        for epoch, owed in self.epochs.items():
            if owed.gone and not owed.held and now >= owed.told_at + FIRST_WAIT_S:
                return Offer(epoch, Ranges(), backlog=True)
        return None

    def _full(self, window: int, *, backlog: bool) -> bool:
        return self._flights.unsuspected(backlog=backlog) >= window or len(self._flights) >= MOST_FLIGHTS

    def _cut(self, epoch: UUID, seqs: Ranges, *, backlog: bool) -> Offer | None:
        """The first unsent 500, cut where the holes between them would not fit in one batch."""
        unsent = seqs - self._flights.seqs(epoch)
        chosen = unsent.lowest(MOST_GONE // 2).first(MOST_RECORDS)
        return Offer(epoch, chosen, backlog) if chosen else None

    def _launch(self, offer: Offer, seqs: Ranges, now: float) -> None:
        old = offer.repeats
        if old is None:
            flight = Flight(offer.epoch, seqs, self._number, offer.backlog, born=now, left=now, due=now)
        else:
            flight = replace(old, seqs=seqs, number=self._number, left=now, tries=old.tries + 1)
            self._probe = (offer.epoch, old.backlog)
        self._flights.launch(flight, old)

    def _wake(self, now: float, rested: float = 0.0) -> None:
        """Somebody listens again: what flies is due once it left so long ago; what piled up meanwhile is backlog."""
        self._flights.hurry(now, rested)
        self._live_from = self.epochs[self.session].next

    def _terms(self, owed: Owed, seqs: Ranges) -> Terms:
        told = set(islice(owed.holes(), MOST_GONE // 2))
        for hole in owed.holes_by(seqs):
            if len(told) >= MOST_GONE:
                break
            told.add(hole)
        untold = next((span[0] for span, why in owed.holes() if (span, why) not in told), owed.next)
        holds = tuple(self.epochs) if not seqs and len(self.epochs) <= MOST_HELD else None
        gone = tuple(Gone(span=span, why=why) for span, why in sorted(told))
        return Terms(self._number, min(owed.held.bottom or owed.next, untold), owed.next, gone, holds)


def _labelled(ranges: Ranges, why: Why) -> Iterator[tuple[Pair, Why]]:
    return ((span, why) for span in ranges.spans)
