"""What one row or one message nobody foresaw may bring out, kept from stopping everybody else's.

A bug crashes, and the service manager starts the program again: that helps against what the program holds in memory,
never against a row in the database, which is there again after the start and takes every ward of the process down in
a circle. So what is done for many is done for all at once, in a savepoint; where that fails for what they hold, for
each half, and so on: the one that fails alone is laid aside, logged whole, counted and left for a person, at the price
of a few tries and not of one for each. What is no row's doing (a missing table, a lost connection) passes through.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, IntegrityError

CONTENT: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, DataError, IntegrityError)
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def each_or_all(
    connection: Connection,
    items: Sequence[_Item],
    act: Callable[[Sequence[_Item]], _Result],
    aside: Callable[[_Item, Exception], _Result],
) -> Iterator[_Result]:
    """What acting on all of them gives; where that fails, on halves of them, and `aside` for those that fail alone."""
    if not items:
        return
    try:
        with connection.begin_nested():
            done = act(items)
    except CONTENT as error:
        if len(items) == 1:
            yield aside(items[0], error)
            return
    else:
        yield done
        return
    half = len(items) // 2
    for some in (items[:half], items[half:]):
        yield from each_or_all(connection, some, act, aside)
