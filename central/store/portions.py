"""A long list for an `IN`, a few thousand at a time.

PostgreSQL binds at most 65,535 parameters to a statement, and a group of full batches names more events than that; the
error that comes back looks like weather, and the same group would be tried for ever.
"""

from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

MOST_BOUND: Final = 5_000
_Value = TypeVar("_Value")


def portions(values: Iterable[_Value], most: int = MOST_BOUND) -> Iterator[list[_Value]]:
    """The values in their order, at most `most` in each list; nothing when there are none."""
    ordered = list(values)
    for first in range(0, len(ordered), most):
        yield ordered[first : first + most]
