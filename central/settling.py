"""First the commit, then the receipts: the order on which the whole ledger rests, in one function.

A receipt empties a node's outbox, so one sent for a transaction that then fails is a record lost. The order is a value
handed to the writer, so that a test can hand in the wrong one and see records lost.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from streams.wire.messages import Receipt


@dataclass(frozen=True, slots=True)
class Answer:
    """A receipt and the ward its node is routed through."""

    ward: str
    receipt: Receipt


@dataclass(slots=True)
class Outcome:
    """What one transaction came to: the receipts to send once it is committed, and what to count then."""

    answers: list[Answer] = field(default_factory=list)
    records: Counter[tuple[str, str]] = field(default_factory=Counter)  # (kind, result)
    letters: Counter[str] = field(default_factory=Counter)  # by reason
    unkept: int = 0  # of the letters, those that were only counted
    stored: list[tuple[datetime, datetime, bool]] = field(default_factory=list)  # captured, heard, backlog
    aside: int = 0  # alerts and facts that could not be judged
    changes: int = 0
    more: bool = False  # timers that have come are left for the next turn


Writing = Callable[[], AbstractContextManager[Connection]]
"""Gives a connection in a transaction that commits when the block ends."""
Take = Callable[[Connection], Outcome]
Tell = Callable[[Sequence[Answer]], None]
Settle = Callable[[Writing, Take, Tell], Outcome]


def commit_then_tell(writing: Writing, take: Take, tell: Tell) -> Outcome:
    """Store a group and send its receipts, in this order. Whatever the database raises passes, and nobody is told."""
    with writing() as connection:
        outcome = take(connection)
    tell(outcome.answers)
    return outcome
