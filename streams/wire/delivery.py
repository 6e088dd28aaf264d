"""The node's end of the delivery ledger: what is owed to the centre, what is in flight, and what to send next.

It holds numbers, never bodies: the outbox keeps the records on disk and tells this module what it committed
and what it had to give up; the publisher asks `offer` what to send, reads it from the outbox, and reports
`sent`; each receipt goes through `receipt`, whose answer the outbox deletes. `now` is any monotonic clock in
seconds. At a start every epoch found on disk is owed; the new one is the session.

* Live goes first. What was committed after the line came up is live, what waited is backlog; each lane has
  its own small window of batches in flight, so a backlog of a week never delays an event by more than one batch.
* No answer means again: after 10 s, doubling to 5 min, jittered. When the centre speaks after a silence,
  everything in flight is due at once and what piled up meanwhile becomes backlog.
* Unreadable is not unanswered. Each repeat is followed by an empty batch; if the centre has `heard` that one
  and still has not settled the repeat, that is a strike. Three strikes halve the batch, down to one record,
  which is set aside on disk with the reason. A dead centre gives no strikes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from streams.wire.messages import MOST_GONE, MOST_HELD, MOST_RECORDS, Gone, Receipt, Why
from streams.wire.ranges import Ranges

FIRST_WAIT_S: Final = 10.0
LONGEST_WAIT_S: Final = 300.0
SILENCE_S: Final = 10.0
ASKED_AFTER_S: Final = 2.0
KEEP_ALIVE_S: Final = 60.0
FAULT_S: Final = 60.0
STRIKES: Final = 3
LIVE_WINDOW: Final = 8
BACKLOG_WINDOW: Final = 2


@dataclass(slots=True)
class Owed:
    """One epoch as the disk has it: `held` can be sent, `gone` cannot, `next` is the number the next record gets."""

    next: int = 1
    held: Ranges = field(default_factory=Ranges)
    gone: dict[Why, Ranges] = field(default_factory=dict)
    told_at: float = float("-inf")  # when the centre was last told of losses with nothing else to send

    def give_up(self, ranges: Ranges, why: Why) -> None:
        """These can no longer be sent."""
        given = ranges & self.held
        self.held = self.held - given
        self.gone[why] = self.gone.get(why, Ranges()) | given

    def settle(self, ranges: Ranges) -> Ranges:
        """The centre has settled these; returns those the disk still held."""
        done = ranges & self.held
        self.held = self.held - ranges
        self.gone = {why: left for why, had in self.gone.items() if (left := had - ranges)}
        return done

    @property
    def empty(self) -> bool:
        """Whether nothing of this epoch is owed any more."""
        return not self.held and not any(self.gone.values())


@dataclass(frozen=True, slots=True)
class Offer:
    """What to send next: at most 500 numbers of one epoch, none for a keep-alive; `repeats` is a flight to repeat."""

    epoch: UUID
    seqs: Ranges
    backlog: bool
    repeats: "Flight | None" = None


@dataclass(frozen=True, slots=True)
class Flight:
    """A batch sent and not yet settled."""

    epoch: UUID
    seqs: Ranges
    number: int
    due: float
    backlog: bool
    tries: int = 1
    strikes: int = 0


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
        self._jitter = jitter
        self._flights: list[Flight] = []
        self._number = 0
        self._live_from = 1
        self._probe: UUID | None = None
        self._last_sent = float("-inf")
        self._silent_since: float | None = None

    def committed(self, first: int, last: int) -> None:
        """The disk has these new records of the session for good."""
        owed = self.epochs[self.session]
        owed.held = owed.held | Ranges(((first, last),))
        owed.next = last + 1

    def gave_up(self, epoch: UUID, ranges: Ranges, why: Why) -> None:
        """The disk no longer has these, and why."""
        self.epochs[epoch].give_up(ranges, why)
        self._land(epoch, ranges)

    def connected(self, now: float) -> None:
        """The line is up: what has waited is backlog, what was in flight is sent again, what comes now is live."""
        self._live_from = self.epochs[self.session].next
        self._flights = [replace(flight, due=now, backlog=True) for flight in self._flights]
        self._last_sent = float("-inf")
        self._silent_since = now
        for owed in self.epochs.values():
            owed.told_at = float("-inf")

    def receipt(self, receipt: Receipt, now: float) -> Ranges:
        """Take the centre's word; returns what the disk may delete of `receipt.epoch`."""
        owed = self.epochs.get(receipt.epoch)
        if owed is None:
            return Ranges()
        if self._silent_since is not None and now - self._silent_since >= SILENCE_S:
            self._wake(now)
        self._silent_since = None
        upto = ((1, receipt.upto),) if receipt.upto else ()
        settled = Ranges.of(*upto, *receipt.have)
        done = owed.settle(settled)
        self._land(receipt.epoch, settled)
        if receipt.session == self.session:
            self._strike(receipt, now)
        self._again(receipt.epoch, Ranges(tuple(receipt.want)), now)
        return done

    def offer(self, now: float) -> Offer | None:
        """What to send now: live, then repeats that are due, then backlog, then a keep-alive; None to wait."""
        return (
            self._live()
            or self._probing()
            or self._repeat(now)
            or self._backlog()
            or self._losses(now)
            or self._keep_alive(now)
        )

    def sent(self, offer: Offer, seqs: Ranges, now: float) -> Terms:
        """`seqs` of an offer are about to leave (fewer when they would not fit); returns the batch's terms."""
        self._number += 1
        self._last_sent = now
        self.epochs[offer.epoch].told_at = now
        if self._silent_since is None and seqs:
            self._silent_since = now
        if offer.repeats is not None:
            self._fly_again(offer, offer.repeats, seqs, now)
        elif seqs:
            wait = FIRST_WAIT_S * self._jitter()
            self._flights.append(Flight(offer.epoch, seqs, self._number, now + wait, offer.backlog))
        return self._terms(offer.epoch, seqs)

    def strays(self) -> list[tuple[UUID, int]]:
        """Records that stood alone through three strikes: to be set aside on disk, then given up as ASIDE."""
        return [(f.epoch, f.seqs.bottom) for f in self._flights if f.strikes >= STRIKES and len(f.seqs) == 1]

    def closed(self) -> list[UUID]:
        """Past epochs of which nothing is owed: the disk may forget them."""
        done = [epoch for epoch, owed in self.epochs.items() if epoch != self.session and owed.empty]
        for epoch in done:
            del self.epochs[epoch]
        return done

    def wait(self, now: float) -> float:
        """Seconds until `offer` may have something without being told of anything new."""
        dues = [flight.due for flight in self._flights]
        tells = [o.told_at + FIRST_WAIT_S for o in self.epochs.values() if o.gone and not o.held]
        return max(0.0, min([*dues, *tells, self._last_sent + KEEP_ALIVE_S]) - now)

    def unanswered(self, now: float) -> float:
        """Seconds the centre has owed an answer; beyond 60 it is a fault the node shows."""
        return 0.0 if self._silent_since is None else now - self._silent_since

    @property
    def made(self) -> dict[UUID, int]:
        """How many records each epoch has made."""
        return {epoch: owed.next - 1 for epoch, owed in self.epochs.items()}

    def _live(self) -> Offer | None:
        if self._in_flight(backlog=False) >= LIVE_WINDOW:
            return None
        owed = self.epochs[self.session]
        fresh = owed.held.within(self._live_from, owed.next - 1)
        return self._cut(self.session, fresh, backlog=False)

    def _backlog(self) -> Offer | None:
        if self._in_flight(backlog=True) >= BACKLOG_WINDOW:
            return None
        for epoch, owed in self.epochs.items():
            old = owed.held if epoch != self.session else owed.held.within(1, self._live_from - 1)
            if (offer := self._cut(epoch, old, backlog=True)) is not None:
                return offer
        return None

    def _losses(self, now: float) -> Offer | None:
        """A past epoch of which only losses are left to tell; told again until a receipt settles them."""
        for epoch, owed in self.epochs.items():
            if epoch != self.session and not owed.held and owed.gone and now - owed.told_at >= FIRST_WAIT_S:
                return Offer(epoch, Ranges(), backlog=True)
        return None

    def _cut(self, epoch: UUID, seqs: Ranges, *, backlog: bool) -> Offer | None:
        """The first unsent 500, cut where the holes between them would not fit in one batch."""
        unsent = seqs - self._flying(epoch)
        chosen = unsent.lowest(MOST_GONE).first(MOST_RECORDS)
        return Offer(epoch, chosen, backlog) if chosen else None

    def _repeat(self, now: float) -> Offer | None:
        for flight in self._flights:
            if flight.due <= now:
                return Offer(flight.epoch, flight.seqs, flight.backlog, flight)
        return None

    def _probing(self) -> Offer | None:
        probe, self._probe = self._probe, None
        return None if probe is None or probe not in self.epochs else Offer(probe, Ranges(), backlog=False)

    def _keep_alive(self, now: float) -> Offer | None:
        due = now - self._last_sent >= KEEP_ALIVE_S
        return Offer(self.session, Ranges(), backlog=False) if due else None

    def _fly_again(self, offer: Offer, flight: Flight, seqs: Ranges, now: float) -> None:
        self._flights.remove(flight)
        tries = flight.tries + 1
        wait = _wait(tries) * self._jitter()
        if seqs:
            again = replace(flight, seqs=seqs, number=self._number, due=now + wait, tries=tries)
            self._flights.append(again)
        self._probe = offer.epoch  # an empty batch follows, so that a readable answer proves the centre alive

    def _strike(self, receipt: Receipt, now: float) -> None:
        kept: list[Flight] = []
        for flight in self._flights:
            passed_over = flight.epoch == receipt.epoch and flight.number < receipt.heard
            if not passed_over:
                kept.append(flight)
            elif flight.strikes + 1 >= STRIKES and len(flight.seqs) > 1:
                half = flight.seqs.first(len(flight.seqs) // 2)
                kept += [replace(flight, seqs=part, due=now, strikes=0) for part in (half, flight.seqs - half)]
            else:
                kept.append(replace(flight, strikes=flight.strikes + 1, due=now))
        self._flights = [replace(f, number=self._number) if f.due <= now else f for f in kept]

    def _wake(self, now: float) -> None:
        """The centre is back: everything in flight is due, and what piled up meanwhile is backlog."""
        self._flights = [replace(flight, due=now, backlog=True) for flight in self._flights]
        self._live_from = self.epochs[self.session].next

    def _again(self, epoch: UUID, wanted: Ranges, now: float) -> None:
        """A number the centre misses and we sent over a second ago is due; what was never sent is in line anyway."""
        asked = [
            replace(f, due=min(f.due, now)) if f.epoch == epoch and f.seqs & wanted and self._settled_in(f, now) else f
            for f in self._flights
        ]
        self._flights = asked

    def _settled_in(self, flight: Flight, now: float) -> bool:
        return flight.due - now <= _wait(flight.tries) - ASKED_AFTER_S

    def _land(self, epoch: UUID, settled: Ranges) -> None:
        landed = [
            replace(flight, seqs=flight.seqs - settled) if flight.epoch == epoch else flight for flight in self._flights
        ]
        self._flights = [flight for flight in landed if flight.seqs]

    def _flying(self, epoch: UUID) -> Ranges:
        return Ranges.of(*(span for flight in self._flights if flight.epoch == epoch for span in flight.seqs.spans))

    def _in_flight(self, *, backlog: bool) -> int:
        return sum(flight.backlog == backlog for flight in self._flights)

    def _terms(self, epoch: UUID, seqs: Ranges) -> Terms:
        owed = self.epochs[epoch]
        holes = sorted((span, why) for why, ranges in owed.gone.items() for span in ranges.spans)
        near = [hole for hole in holes if seqs and seqs.bottom <= hole[0][1] + 1 and hole[0][0] <= seqs.top + 1]
        told = sorted({*near[:MOST_GONE], *holes[: max(0, MOST_GONE - len(near))]})
        untold = [span for span, why in holes if (span, why) not in told]
        bottom = min([owed.held.bottom or owed.next, *(first for first, _ in untold)])
        holds = tuple(self.epochs) if not seqs and len(self.epochs) <= MOST_HELD else None
        gone = tuple(Gone(span=span, why=why) for span, why in told)
        return Terms(self._number, bottom, owed.next, gone, holds)


def _wait(tries: int) -> float:
    return min(FIRST_WAIT_S * 2.0 ** min(tries - 1, 10), LONGEST_WAIT_S)
