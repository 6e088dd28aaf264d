"""A set of whole numbers kept as ranges, because a ledger of a million records is mostly one range.

Immutable, so that a decision can be taken on a copy and thrown away with its transaction. Ranges include
both ends, never touch and stand in order, so a look-up is a bisection and a union with a few is a splice.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Self

Pair = tuple[int, int]
_FEW: Final = 8  # so many ranges are spliced in one by one; more are sorted in


@dataclass(frozen=True, slots=True)
class Ranges:
    """A set of whole numbers. `Ranges.of((1, 5), (9, 9))` holds 1 to 5 and 9."""

    spans: tuple[Pair, ...] = ()

    @classmethod
    def of(cls, *spans: Pair) -> Self:
        """The union of these ranges, in any order, overlapping or not. Raises ValueError for one that runs down."""
        merged: list[Pair] = []
        for first, last in sorted(spans):
            if first > last:
                raise ValueError(f"a range runs upwards, not from {first} to {last}")
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(merged[-1][1], last))
            else:
                merged.append((first, last))
        return cls(tuple(merged))

    @classmethod
    def these(cls, numbers: Iterable[int]) -> Self:
        """The set of these numbers."""
        return cls.of(*((number, number) for number in numbers))

    def __contains__(self, number: int) -> bool:
        at = bisect_right(self.spans, (number, float("inf"))) - 1
        return at >= 0 and self.spans[at][1] >= number

    def __bool__(self) -> bool:
        return bool(self.spans)

    def __len__(self) -> int:
        """How many numbers, which may be far more than how many ranges."""
        return sum(last - first + 1 for first, last in self.spans)

    def __iter__(self) -> Iterator[int]:
        for first, last in self.spans:
            yield from range(first, last + 1)

    def __or__(self, other: Self) -> Self:
        if not other.spans:
            return self
        if not self.spans or len(other.spans) > _FEW:
            return type(self).of(*self.spans, *other.spans)
        spans = list(self.spans)
        for span in other.spans:
            _splice(spans, span)
        return type(self)(tuple(spans))

    def __sub__(self, other: Self) -> Self:
        if not other.spans:
            return self
        start, end = self._bounds(other.bottom, other.top)
        left: list[Pair] = []
        for first, last in self.spans[start:end]:
            low = first
            for gap_first, gap_last in other.within(first, last).spans:
                if gap_first > low:
                    left.append((low, gap_first - 1))
                low = gap_last + 1
            if low <= last:
                left.append((low, last))
        return type(self)((*self.spans[:start], *left, *self.spans[end:]))

    def __and__(self, other: Self) -> Self:
        few, many = (self, other) if len(self.spans) <= len(other.spans) else (other, self)
        shared = [pair for first, last in few.spans for pair in many.within(first, last).spans]
        return type(self)(tuple(shared))

    def add(self, number: int) -> Self:
        """With one more number."""
        return self | type(self)(((number, number),))

    def within(self, first: int, last: int) -> Self:
        """What lies from `first` to `last`; a range that reaches beyond is cut."""
        return type(self)(tuple((max(low, first), min(high, last)) for low, high in self.touching(first, last).spans))

    def touching(self, first: int, last: int) -> Self:
        """The whole ranges that have a number from `first` to `last`."""
        start, end = self._bounds(first, last)
        return type(self)(self.spans[start:end])

    def missing(self, first: int, last: int) -> Self:
        """What is not here from `first` to `last`."""
        return type(self).of((first, last)) - self if first <= last else type(self)()

    def lowest(self, spans: int) -> Self:
        """The first so many ranges."""
        return type(self)(self.spans[:spans])

    def first(self, numbers: int) -> Self:
        """The lowest so many numbers."""
        taken: list[Pair] = []
        left = numbers
        for low, high in self.spans:
            if left <= 0:
                break
            taken.append((low, min(high, low + left - 1)))
            left -= high - low + 1
        return type(self)(tuple(taken))

    @property
    def top(self) -> int:
        """The greatest number, 0 when empty."""
        return self.spans[-1][1] if self.spans else 0

    @property
    def bottom(self) -> int:
        """The least number, 0 when empty."""
        return self.spans[0][0] if self.spans else 0

    def _bounds(self, first: int, last: int) -> tuple[int, int]:
        """Where in `spans` those with a number from `first` to `last` begin and end."""
        if first > last or not self.spans:
            return 0, 0
        start = max(bisect_left(self.spans, (first,)) - 1, 0)
        start += self.spans[start][1] < first
        return start, max(start, bisect_right(self.spans, (last, float("inf"))))


def _splice(spans: list[Pair], span: Pair) -> None:
    first, last = span
    start = bisect_left(spans, (first,))
    start -= start > 0 and spans[start - 1][1] >= first - 1
    end = bisect_right(spans, (last + 1, float("inf")))
    if start < end:
        first, last = min(first, spans[start][0]), max(last, spans[end - 1][1])
    spans[start:end] = [(first, last)]
