"""When a fault of a box is over: pure. What a box has shown once does not stand against it for ever.

A fault is over only on positive evidence, as an alert is: the box was heard of since, for as long as the fault takes
to show itself again, and did not show it. Two boxes under one name each send a keep-alive a minute, so ten minutes
of one name without the other's word mean that one of them is gone. What a box says of a foreign ward, node, camera or
event comes with its batches and tallies, every five minutes at the latest; three of those without it end it. A box
whose name is retired is never heard of, so there the clock on the wall decides.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

TWO_BOXES: Final = "two_boxes"
UNKNOWN: Final = "unknown_node"
THREE_TALLIES: Final = timedelta(minutes=15)
_OVER_AFTER: Final[Mapping[str, timedelta]] = {
    TWO_BOXES: timedelta(minutes=10),
    UNKNOWN: timedelta(minutes=10),
    "fragmented": timedelta(minutes=10),
    "another_node": THREE_TALLIES,
    "another_ward": THREE_TALLIES,
    "foreign_device": THREE_TALLIES,
    "foreign_event": THREE_TALLIES,
}


def over(faults: Mapping[str, Any], heard: datetime | None, now: datetime) -> list[str]:
    """The codes among these that have ended; `heard` is when the box was last taken in, None for never.

    A code this release does not know is left to the release that wrote it.
    """
    return sorted(code for code, told in faults.items() if code in _OVER_AFTER and _over(code, told, heard, now))


def _over(code: str, told: Mapping[str, Any], heard: datetime | None, now: datetime) -> bool:
    spoken = now if code == UNKNOWN else heard
    shown = datetime.fromisoformat(told["at"])
    return spoken is not None and spoken - shown >= _OVER_AFTER[code]
