"""What gives way when the outbox is full. Pure: it is handed the oldest rows of a weight and picks.

Health first, but never the newest, so that a node that comes back can say how it is; then tallies, readings,
and events and replies last; the oldest first within a weight. The record that wants in counts as the newest of
its weight, so a reading that meets a box full of events is the one that stays outside.
"""

from collections.abc import Callable, Iterator
from typing import Final

from edge.journal import Held, Row, Weight

AT_A_TIME: Final = 64

Oldest = Callable[[Weight, int, int], list[Held]]
"""The oldest rows of a weight, beyond an id, at most so many."""


def making_room(over: int, incoming: Row, oldest: Oldest) -> list[tuple[Weight, Held]]:
    """Which rows to give up so that `over` bytes come free, `incoming` perhaps among them. May fall short."""
    given: list[tuple[Weight, Held]] = []
    for weight in Weight:
        for held in _in_line(weight, incoming, oldest):
            if over <= 0:
                return given
            given.append((weight, held))
            over -= held.size
    return given


def _in_line(weight: Weight, incoming: Row, oldest: Oldest) -> Iterator[Held]:
    last: Held | None = None
    for held in _all(weight, incoming, oldest):
        if last is not None:
            yield last
        last = held
    if last is not None and weight is not Weight.HEALTH:
        yield last


def _all(weight: Weight, incoming: Row, oldest: Oldest) -> Iterator[Held]:
    after = 0
    while page := oldest(weight, after, AT_A_TIME):
        yield from page
        after = page[-1].id
    if incoming.weight is weight:
        yield Held(incoming.id, incoming.size)
