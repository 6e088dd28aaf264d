"""Who judges which rule. A judge is asked at every look what is true now; it may remember, per stay, what it needs."""

from collections.abc import Sequence
from typing import Protocol, assert_never

from edge.analytics.congestion import Congestions
from edge.analytics.crowding import Level
from edge.analytics.happening import Happening
from edge.analytics.left import LeftObjects
from edge.analytics.loitering import Loiterers
from edge.analytics.nearly import Nearly
from edge.analytics.presence import Stay
from edge.analytics.queueing import Queues
from edge.analytics.removed import RemovedObjects
from edge.analytics.speeding import Speeders
from edge.analytics.stopped import Stopped
from edge.analytics.watches import (
    Congestion,
    Crowding,
    Loitering,
    ObjectLeft,
    ObjectRemoved,
    Occupancy,
    Queue,
    Speeding,
    Stayed,
    StoppedVehicle,
    WrongWay,
)
from edge.analytics.wrong_way import WrongWays


class Judge(Protocol):
    """Something that knows when one rule holds."""

    def truths(self, stays: Sequence[Stay], watched: float, elapsed: float) -> list[Happening]:
        """What holds at this look, in any phase: `stays` of the rule's zone, watched and stream seconds."""

    def nearly(self, stays: Sequence[Stay]) -> list[Nearly]:
        """How far the others have come by the last look; `stays` are those of that look."""


def judge_of(watch: Stayed) -> Judge:
    """A judge of this rule that remembers nothing yet."""
    judge: Judge
    match watch:
        case Loitering():
            judge = Loiterers(watch)
        case StoppedVehicle():
            judge = Stopped(watch)
        case Crowding() | Occupancy():
            judge = Level(watch)
        case WrongWay():
            judge = WrongWays(watch)
        case Queue():
            judge = Queues(watch)
        case Congestion():
            judge = Congestions(watch)
        case Speeding():
            judge = Speeders(watch)
        case ObjectLeft():
            judge = LeftObjects(watch)
        case ObjectRemoved():
            judge = RemovedObjects(watch)
        case _:
            assert_never(watch)
    return judge
