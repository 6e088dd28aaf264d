"""From a JSON payload to a number and an instant. Pure; whatever a device sends, the answer is a value or a reason.

A path is dotted: `object.water_level_cm`, and digits pick from a list: `rxInfo.0.rssi`. Numbers written as text are
taken, because many devices write them so; true and false are not numbers.
"""

import json
import math
from datetime import UTC, datetime
from typing import Any

from streams.sensors.reading import Reason

MOST_BYTES = 65536
MILLISECONDS_FROM = 1e11  # as seconds this would be the year 5138, so it is milliseconds


class Unreadable(ValueError):  # noqa: N818 - it says what the payload is
    """The payload does not hold what was asked for."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


def document(payload: bytes) -> Any:  # noqa: ANN401 - JSON
    """The JSON document; Unreadable when it is none, or larger than any reading."""
    if len(payload) > MOST_BYTES:
        raise Unreadable(Reason("payload_too_large", {"bytes": len(payload)}))
    try:
        return json.loads(payload)
    except (ValueError, RecursionError):
        raise Unreadable(Reason("not_json")) from None


def number_at(body: Any, path: str) -> float:  # noqa: ANN401 - JSON
    """The number at `path`; Unreadable when there is none."""
    found = _at(body, path)
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        raise Unreadable(Reason("not_a_number", {"path": path}))
    try:
        value = float(found)
    except (ValueError, OverflowError):
        raise Unreadable(Reason("not_a_number", {"path": path})) from None
    if not math.isfinite(value):
        raise Unreadable(Reason("not_a_number", {"path": path}))
    return value


def instant_at(body: Any, path: str) -> datetime:  # noqa: ANN401 - JSON
    """The instant at `path` (RFC 3339 with a zone, or Unix seconds or milliseconds), aware UTC."""
    found = _at(body, path)
    try:
        if isinstance(found, str) and not found.replace(".", "", 1).isdigit():
            read = datetime.fromisoformat(found)
        else:
            seconds = number_at(body, path)
            read = datetime.fromtimestamp(seconds / 1000 if seconds >= MILLISECONDS_FROM else seconds, UTC)
        if read.tzinfo is not None:
            return read.astimezone(UTC)
    except Unreadable:
        raise
    except (ValueError, OverflowError, OSError):
        raise Unreadable(Reason("time_unreadable", {"path": path})) from None
    raise Unreadable(Reason("time_without_zone", {"path": path}))


def _at(body: Any, path: str) -> Any:  # noqa: ANN401 - JSON
    here = body
    for step in path.split("."):
        if isinstance(here, dict) and step in here:
            here = here[step]
        elif isinstance(here, list) and step.isdecimal() and int(step) < len(here):
            here = here[int(step)]
        else:
            raise Unreadable(Reason("value_missing", {"path": path}))
    return here
