"""How long cameras were watched on a day of the city: added up as tallies come in, read a page at a time.

A day is a day of the city, by when a minute was watched and not by when its tally came, so a minute of a tally that
reaches over midnight counts where it belongs. A record is stored once (that is the ledger's word), so is its sum.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from central.store.schema import watch_day
from central.store.scope import Scope, within
from streams.wire.records import Tally

CITY_ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
WATCHED: Final = "watched"
_MINUTE: Final = timedelta(minutes=1)
_Key = tuple[str, date, str, str]


def add(connection: Connection, tallies: Iterable[tuple[str, Tally]]) -> None:
    """Add these to their cameras' days; each with the ward it belongs to."""
    sums: defaultdict[_Key, float] = defaultdict(float)
    for ward, tally in tallies:
        for number, minute in enumerate(tally.minutes):
            day = day_of(tally.start + number * _MINUTE)
            for cause, seconds in {**minute.blind, WATCHED: minute.watched}.items():
                sums[tally.camera, day, ward, cause] += seconds
    rows = [
        {"device_id": camera, "day": day, "ward_id": ward, "cause": cause, "seconds": sums[camera, day, ward, cause]}
        for camera, day, ward, cause in sorted(sums)
        if sums[camera, day, ward, cause] > 0
    ]
    if rows:
        connection.execute(_adding(connection.dialect.name), rows)


def on(connection: Connection, scope: Scope, cameras: Sequence[str], day: date) -> dict[str, dict[str, float]]:
    """Seconds by cause (`watched`, or why blind) of each of these cameras on that day, in the wards of the scope."""
    found: dict[str, dict[str, float]] = {camera: {} for camera in cameras}
    asked = within(select(watch_day), scope, watch_day)
    asked = asked.where(watch_day.c.day == day, watch_day.c.device_id.in_(cameras))
    for row in connection.execute(asked) if cameras else ():
        causes = found[row.device_id]
        causes[row.cause] = causes.get(row.cause, 0.0) + row.seconds
    return found


def day_of(at: datetime) -> date:
    """The day of the city an instant falls on."""
    return at.astimezone(CITY_ZONE).date()


def midnight(at: datetime) -> datetime:
    """When the day of the city that `at` falls on began."""
    return at.astimezone(CITY_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)


@cache
def _adding(dialect: str) -> Any:  # noqa: ANN401 - an Insert of either dialect
    adding = (postgresql if dialect == "postgresql" else sqlite).insert(watch_day)
    keys = list(watch_day.primary_key.columns)
    return adding.on_conflict_do_update(
        index_elements=keys, set_={"seconds": watch_day.c.seconds + adding.excluded.seconds}
    )
