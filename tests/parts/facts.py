"""Small true records for tests: the same clock, one of each kind."""

from datetime import UTC, datetime, timedelta

from uuid_utils.compat import uuid7

from streams.wire.records import Event, Health, Minute, Outcome, Phase, Reading, Reply, Tallied, Tally

NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)


def reading(value: float = 1.0, sensor: str = "river-1") -> Reading:
    return Reading(sensor=sensor, quantity="water_level", unit="m", value=value)


def event(kind: str = "loitering", camera: str = "gate") -> Event:
    return Event(id=uuid7(), kind=kind, phase=Phase.OPENED, rev=1, camera=camera, began=NOON)


def health() -> Health:
    return Health(cpu=0.5, memory=0.5, disk=0.5)


def reply() -> Reply:
    return Reply(outcome=Outcome.DONE, command=uuid7())


def tally(nth: int = 0, camera: str = "gate", counted: int = 3) -> Tally:
    """The `nth` five minutes after noon: one minute blind, `counted` people in its third minute."""
    minutes = (Minute(watched=60),) * 4 + (Minute(watched=0, blind={"no_signal": 60}),)
    people = Tallied(what="crossing", place="line-1", subject="person", minute=2, n=counted, direction="in")
    return Tally(camera=camera, start=NOON + timedelta(minutes=5 * nth), minutes=minutes, counts=(people,))
