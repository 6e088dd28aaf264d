"""A sensor that speaks JSON over MQTT: which topic, where in the payload the value is, and what is possible.

The line to the broker is handed in as `listen(topic) -> (topic, payload, retained)...`, because MQTT has one owner
elsewhere; a lost line is its SourceLost and passes through. A payload that cannot be read is a bad reading with its
reason, so that a device which babbles is seen and not merely missing. The device's own time is believed unless it is
in the future. What the broker had kept comes again with every subscription, hours after the device has died: it is a
reading only if its own time says that it is `FRESH` and newer than the last one; else it is dropped, and counted.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from streams.clocks import Clock
from streams.sensors.judge import Judge, Limits
from streams.sensors.payload import Unreadable, document, instant_at, number_at
from streams.sensors.reading import Quality, Reading, Reason, SensorCounters

FUTURE: Final = timedelta(seconds=60)
FRESH: Final = timedelta(minutes=5)

Listen = Callable[[str], AsyncIterator[tuple[str, bytes, bool]]]
"""Topic, payload, and whether the broker had kept it, of each message under a topic filter."""


@dataclass(frozen=True, slots=True)
class JsonFeed:
    """Where a sensor's value is: the topic filter, dotted paths into the payload, the quantity and its UCUM unit."""

    topic: str
    value: str
    quantity: str
    unit: str
    captured: str | None = None
    limits: Limits = field(default_factory=Limits)


class MqttSensor:
    """Readings from one sensor's messages."""

    def __init__(self, sensor: str, feed: JsonFeed, listen: Listen) -> None:
        self.sensor = sensor
        self._feed, self._listen = feed, listen
        self._judge = Judge(feed.limits)
        self._counters = SensorCounters()
        self._last: datetime | None = None

    @property
    def counters(self) -> SensorCounters:
        """A snapshot."""
        return self._counters

    async def open(self, clock: Clock) -> AsyncIterator[Reading]:
        """A reading for every message under its topic, bad ones included; ends or raises as the line does."""
        async for topic, payload, retained in self._listen(self._feed.topic):
            if not matches(self._feed.topic, topic):
                continue
            if retained and not self._fresh(payload, clock.now()):
                self._counters = replace(self._counters, stale=self._counters.stale + 1)
                continue
            reading = self._read(payload, clock.now())
            self._last = max(reading.captured, self._last or reading.captured)
            heard, of_its_kind = self._counters.heard + 1, getattr(self._counters, reading.quality) + 1
            self._counters = replace(self._counters, heard=heard, **{str(reading.quality): of_its_kind})
            yield reading

    def _read(self, payload: bytes, now: datetime) -> Reading:
        feed = self._feed
        try:
            body = document(payload)
            value = number_at(body, feed.value)
        except Unreadable as broken:
            return Reading(self.sensor, feed.quantity, feed.unit, now, None, Quality.BAD, broken.reason)
        captured, doubt = self._captured(body, now)
        quality, reason = self._judge.judge(value, captured)
        if quality is Quality.GOOD and doubt is not None:
            quality, reason = Quality.SUSPECT, doubt
        return Reading(self.sensor, feed.quantity, feed.unit, captured, value, quality, reason)

    def _fresh(self, payload: bytes, now: datetime) -> bool:
        """Whether a kept payload proves by a time of its own that it is news."""
        if self._feed.captured is None:
            return False
        try:
            captured = instant_at(document(payload), self._feed.captured)
        except Unreadable:
            return False
        return -FUTURE <= now - captured <= FRESH and (self._last is None or captured > self._last)

    def _captured(self, body: object, now: datetime) -> tuple[datetime, Reason | None]:
        if self._feed.captured is None:
            return now, None
        try:
            captured = instant_at(body, self._feed.captured)
        except Unreadable as broken:
            return now, broken.reason
        ahead = captured - now
        if ahead > FUTURE:
            return now, Reason("time_ahead", {"seconds": ahead.total_seconds()})
        return min(captured, now), None


def matches(topic_filter: str, topic: str) -> bool:
    """Whether a subscription to the filter brings the topic: MQTT 3.1.1, 4.7; a shared one by the filter inside it.

    Asked of every message, because a broker still brings what was subscribed under this name before.
    """
    wanted, levels = topic_filter.split("/"), topic.split("/")
    if wanted[0] == "$share":
        wanted = wanted[2:]
    if topic.startswith("$") and wanted[:1] in (["+"], ["#"]):
        return False
    if wanted[-1:] == ["#"]:
        wanted, levels = wanted[:-1], levels[: len(wanted) - 1]
    return len(wanted) == len(levels) and all(want in ("+", level) for want, level in zip(wanted, levels, strict=True))
