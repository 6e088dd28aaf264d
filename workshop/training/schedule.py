"""How long to learn and how fast: the budget of a training and the rate that follows it.

Idea: on a borrowed machine it is time that is given, not epochs, so the rate hangs on the share of the budget that is
spent: up over the first steps, then a cosine that ends at a fiftieth, whatever the pace was (arXiv 1608.03983). Several
runs share one budget; a budget that is raised later bends the rate up again, as a warm restart does.
"""

import math
from dataclasses import dataclass
from typing import Final

RATE: Final = 2e-3
WARM_UP_STEPS: Final = 200
LAST_SHARE: Final = 0.02


@dataclass(frozen=True, slots=True)
class Budget:
    """When it is enough: so many seconds of work or pictures, those of earlier runs counted; inf for no limit."""

    seconds: float = math.inf
    pictures: float = math.inf

    def spent(self, seen: int, used_s: float) -> float:
        """0 at the beginning, 1 when it is used up."""
        return min(1.0, max(seen / self.pictures, used_s / self.seconds))

    def left_s(self, seen: int, used_s: float) -> float:
        """Seconds until it is used up, at the pace so far; inf before there is one."""
        spent = self.spent(seen, used_s)
        return used_s * (1 - spent) / spent if spent else math.inf


def rate(steps: int, spent: float) -> float:
    """How fast to learn after so many steps, with the share `spent` of the budget gone."""
    wave = 0.5 * (1 + math.cos(math.pi * spent))
    return RATE * min(1.0, (steps + 1) / WARM_UP_STEPS) * (LAST_SHARE + (1 - LAST_SHARE) * wave)
