"""Broker, centre and node killed with -9, one after the other, at moments drawn by lot, while records flow.

A moment is told in records made, not in seconds, so the machine's speed does not change what is tested. The seed is
fresh in every run and told when a run fails; `WARDSENSE_SEED` plays the same draws again.
"""

import os
import random
from collections.abc import Sequence

from tests.parts.city import EDGE, City
from tests.parts.reckoning import Books, complaints

MOST_BETWEEN = 25


def suffer(city: City, kills: Sequence[str], seed: int) -> Books:
    """Kill these in an order drawn by lot, let everything settle; the books as they stand then."""
    lots = random.Random(seed)  # noqa: S311 - a draw of lots that can be played again
    order = lots.sample(list(kills), len(kills))
    try:
        for name in order:
            city.grown(lots.randint(1, MOST_BETWEEN))
            city.kill(name)
            if name != EDGE:
                city.grown(lots.randint(0, MOST_BETWEEN))
            city.start(name)
        city.grown(lots.randint(1, MOST_BETWEEN))
        return city.settle(last_words=True)
    except BaseException as error:
        error.add_note(f"WARDSENSE_SEED={seed}, killed in this order: {', '.join(order)}")
        raise


def fresh_seed() -> int:
    """The seed of this run."""
    return int(os.environ.get("WARDSENSE_SEED", random.SystemRandom().randrange(10**6)))


def assert_balanced(books: Books, seed: int, node_kills: int = 0) -> None:
    """Nothing lost, nothing twice, everything where it belongs; a failure lists every difference."""
    found = complaints(books, node_kills=node_kills)
    assert not found, "\n".join([f"the books do not balance (WARDSENSE_SEED={seed}):", *found])
