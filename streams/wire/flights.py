"""Batches in the air: sent by the node, and not yet settled by the centre.

* No answer means again: after 10 s, doubling to 5 min, jittered.
* Unreadable is not unanswered. Where the centre has `heard` a later batch of the epoch and a flight is still
  unsettled, it was passed over: once per sending that is a strike, and the flight leaves again soon. At three
  strikes it is halved, down to one record; a record that stands alone waits out its full time before each
  further strike, because another batch may merely have been quicker. A dead centre gives no strikes. Nor does a
  live batch that was heard to one of a backlog: the centre takes live first, so that it overtook the other and
  says nothing of it. (A flood of repeats, each repeated because a live one had passed it, held a city up for minutes.)
* A stray (one record, three strikes) is given up to the side only once the centre has settled something else
  since it first left: a centre that can read nothing at all must not make a node set everything aside.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from streams.wire.messages import Receipt
from streams.wire.ranges import Ranges
from streams.wire.words import MOST_RANGES

FIRST_WAIT_S: Final = 10.0
LONGEST_WAIT_S: Final = 300.0
PASSED_WAIT_S: Final = 2.0
STRIKES: Final = 3
NEVER: Final = float("inf")


@dataclass(frozen=True, slots=True)
class Flight:
    """A batch sent and not yet settled. Times are monotonic seconds; `passed`: this sending has had its strike."""

    epoch: UUID
    seqs: Ranges
    number: int
    backlog: bool
    born: float
    left: float
    due: float
    tries: int = 1
    strikes: int = 0
    passed: bool = False


class Flights:
    """All of one node's flights. No two of them share a number of the same epoch."""

    def __init__(self, jitter: Callable[[], float]) -> None:
        """`jitter` gives a factor around 1 for each wait."""
        self._jitter = jitter
        self._all: list[Flight] = []
        self._landed_at = -NEVER

    def __len__(self) -> int:
        return len(self._all)

    def launch(self, flight: Flight, repeats: Flight | None) -> None:
        """A batch leaves: the first time, or as a repeat (of which less may be left than when it was offered)."""
        self._drop(flight.epoch, flight.seqs if repeats is None else flight.seqs | repeats.seqs)
        if flight.seqs:
            wait = min(FIRST_WAIT_S * 2.0 ** min(flight.tries - 1, 10), LONGEST_WAIT_S)
            self._all.append(replace(flight, due=flight.left + wait * self._jitter(), passed=False))

    def land(self, epoch: UUID, settled: Ranges, now: float) -> None:
        """The centre has settled these."""
        if self._drop(epoch, settled):
            self._landed_at = now

    def gave_up(self, epoch: UUID, ranges: Ranges) -> None:
        """These are no longer to be sent."""
        self._drop(epoch, ranges)

    def hurry(self, now: float, rested: float = 0.0) -> None:
        """Everything that left so long ago is due, the rest once it has; and all belongs to the backlog."""
        due = [min(flight.due, max(now, flight.left + rested)) for flight in self._all]
        self._all = [replace(flight, due=at, backlog=True) for flight, at in zip(self._all, due, strict=True)]

    def pass_over(self, receipt: Receipt, now: float, *, backlog: bool) -> None:
        """Strike what a receipt, already landed, shows as heard past and not settled; `backlog`: by one of those."""
        doubtful = _unshown(receipt)
        kept: list[Flight] = []
        for flight in self._all:
            over = flight.epoch == receipt.epoch and flight.number < receipt.heard and not flight.passed
            over = over and (backlog or not flight.backlog)
            kept += _struck(flight, now) if over and not (flight.seqs & doubtful) else [flight]
        self._all = kept

    def due(self, now: float) -> Flight | None:
        """The flight that has waited longest past its time."""
        late = [flight for flight in self._all if flight.due <= now]
        return min(late, key=lambda flight: flight.due, default=None)

    @property
    def next_due(self) -> float:
        """When the next flight is due, in monotonic seconds; infinite when none flies."""
        return min((flight.due for flight in self._all), default=NEVER)

    def seqs(self, epoch: UUID) -> Ranges:
        """The numbers of an epoch that fly."""
        return Ranges.of(*(span for flight in self._all if flight.epoch == epoch for span in flight.seqs.spans))

    def unsuspected(self, *, backlog: bool) -> int:
        """How many flights fill the window of a lane; one with a strike holds nobody up."""
        return sum(flight.backlog == backlog and not flight.strikes for flight in self._all)

    def strays(self) -> list[tuple[UUID, int]]:
        """Records that stood alone through three strikes while others were settled."""
        return [
            (flight.epoch, flight.seqs.bottom)
            for flight in self._all
            if flight.strikes >= STRIKES and len(flight.seqs) == 1 and self._landed_at > flight.born
        ]

    def _drop(self, epoch: UUID, ranges: Ranges) -> bool:
        """Take these numbers out of the air; whether any were there."""
        kept: list[Flight] = []
        dropped = False
        for flight in self._all:
            left = flight.seqs - ranges if flight.epoch == epoch else flight.seqs
            dropped = dropped or left != flight.seqs
            if left:
                kept.append(flight if left == flight.seqs else replace(flight, seqs=left))
        self._all = kept
        return dropped


def _struck(flight: Flight, now: float) -> list[Flight]:
    strikes = flight.strikes + 1
    soon = min(flight.due, max(now, flight.left + PASSED_WAIT_S))
    if len(flight.seqs) == 1:
        return [replace(flight, strikes=strikes, passed=True, due=soon if strikes == 1 else flight.due)]
    if strikes < STRIKES:
        return [replace(flight, strikes=strikes, passed=True, due=soon)]
    lower = flight.seqs.first(len(flight.seqs) // 2)
    halves = (lower, flight.seqs - lower)
    return [replace(flight, seqs=half, due=soon, tries=0, strikes=0, passed=True, backlog=True) for half in halves]


def _unshown(receipt: Receipt) -> Ranges:
    """The numbers a receipt has no room to speak of: between the lowest and the highest ranges it lists."""
    if len(receipt.have) < MOST_RANGES:
        return Ranges()
    half = MOST_RANGES // 2
    return Ranges().missing(receipt.have[half - 1][1] + 1, receipt.have[half][0] - 1)
