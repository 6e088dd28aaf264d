"""A rule as it stands in a node's file: which one it is, and how often it wants a look where nothing moves.

The rules are `edge.analytics.watches` themselves, so that what they refuse is refused here. Most rules live by what
moves, and the motion gate sees that; what grows or comes slowly (rubbish, a parked row, people who sit down one by one)
is seen only by whoever looks in any case: that is `look_every_s`.
"""

from typing import Self

from pydantic import Field, model_validator

from edge.analytics.watches import (
    Congestion,
    Crowding,
    Loitering,
    ObjectLeft,
    ObjectRemoved,
    Occupancy,
    Queue,
    SlowChange,
    Speeding,
    StoppedVehicle,
    Watch,
    WrongWay,
)
from edge.setting import Setting


class WatchSetting(Setting):
    """One rule over a zone, exactly one of these, and how often it wants a look where nothing moves."""

    loitering: Loitering | None = None
    stopped_vehicle: StoppedVehicle | None = None
    crowding: Crowding | None = None
    occupancy: Occupancy | None = None
    wrong_way: WrongWay | None = None
    queue: Queue | None = None
    congestion: Congestion | None = None
    speeding: Speeding | None = None
    object_left: ObjectLeft | None = None
    object_removed: ObjectRemoved | None = None
    slow_change: SlowChange | None = None
    look_every_s: float | None = Field(
        default=None,
        gt=0,
        le=3600,
        description="a look at the whole picture at least so often; absent: as the gate says",
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len([rule for rule in self._all() if rule]) != 1:
            raise ValueError(f"give one of {', '.join(self.kinds())}")
        return self

    @classmethod
    def kinds(cls) -> list[str]:
        """What a rule may be called in a node's file."""
        return [name for name in cls.model_fields if name != "look_every_s"]

    def _all(self) -> tuple[Watch | None, ...]:
        return tuple(getattr(self, name) for name in self.kinds())

    @property
    def watch(self) -> Watch:
        """The rule itself."""
        return next(rule for rule in self._all() if rule)
