import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.clocks import ScriptedClock
from streams.sensors.judge import Limits
from streams.sensors.mqtt import JsonFeed, MqttSensor, matches
from streams.sensors.reading import Quality, Reading
from streams.weather import SourceLost
from streams.wire.words import CODE

T0 = datetime(2026, 1, 1, tzinfo=UTC)
RIVER = JsonFeed("river/+/up", "object.water_level_cm", "water_level", "cm", "time", Limits(0, 900))


class Line:
    """A broker line that plays a list of payloads, then is lost when asked to."""

    def __init__(
        self, payloads: Sequence[bytes], *, lost: bool = False, under: str | None = None, kept: int = 0
    ) -> None:
        self.payloads, self.lost, self.under, self.kept, self.asked = payloads, lost, under, kept, ""

    async def listen(self, topic: str) -> AsyncIterator[tuple[str, bytes, bool]]:
        self.asked = topic
        for number, payload in enumerate(self.payloads):
            yield self.under or topic.replace("+", "1"), payload, number < self.kept
        if self.lost:
            raise SourceLost("broker gone")


def heard(
    payloads: Sequence[bytes], feed: JsonFeed = RIVER, under: str | None = None, kept: int = 0
) -> tuple[list[Reading], MqttSensor]:
    """What is read from these payloads, of which the broker had kept the first `kept`."""
    sensor = MqttSensor("river-1", feed, Line(payloads, under=under, kept=kept).listen)

    async def read() -> list[Reading]:
        return [reading async for reading in sensor.open(ScriptedClock(T0))]

    return asyncio.run(read()), sensor


def uplink(level: object, time: object = "2025-12-31T23:59:00.123456789Z") -> bytes:
    return json.dumps({"time": time, "object": {"water_level_cm": level}, "rxInfo": [{"rssi": -90}]}).encode()


def test_a_message_becomes_a_reading() -> None:
    (reading,), sensor = heard([uplink(312.5)])
    expected = datetime(2025, 12, 31, 23, 59, 0, 123456, tzinfo=UTC)
    assert reading == Reading("river-1", "water_level", "cm", expected, 312.5)
    assert (sensor.counters.heard, sensor.counters.good) == (1, 1)


def test_it_listens_to_its_own_topic() -> None:
    line = Line([])

    async def read() -> None:
        async for _ in MqttSensor("river-1", RIVER, line.listen).open(ScriptedClock()):
            pass

    asyncio.run(read())
    assert line.asked == "river/+/up"


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b"[" * 50_000, "not_json"),
        (b"1" * 70_000, "payload_too_large"),
        (b"null", "value_missing"),
        (b'{"object": []}', "value_missing"),
        (uplink(None), "not_a_number"),
        (uplink(True), "not_a_number"),  # noqa: FBT003 - the value of a device's field
        (uplink("deep"), "not_a_number"),
        (uplink("nan"), "not_a_number"),
        (uplink(10**400), "not_a_number"),
        (uplink(-5), "out_of_range"),
    ],
)
def test_what_cannot_be_believed_is_a_bad_reading_with_its_reason(payload: bytes, code: str) -> None:
    (reading,), sensor = heard([payload])
    assert reading.quality is Quality.BAD
    assert reading.reason is not None
    assert reading.reason.code == code
    assert sensor.counters.bad == 1


def test_a_babbling_device_does_not_stop_the_readings_after_it() -> None:
    readings, sensor = heard([b"?", uplink("12.5"), b"{}", uplink(13)])
    assert [reading.value for reading in readings] == [None, 12.5, None, 13.0]
    assert (sensor.counters.good, sensor.counters.bad) == (2, 2)


@pytest.mark.parametrize(
    ("time", "captured", "code"),
    [
        (1_767_225_000, datetime(2025, 12, 31, 23, 50, tzinfo=UTC), None),
        (1_767_225_000_000, datetime(2025, 12, 31, 23, 50, tzinfo=UTC), None),
        ("1767225000.5", datetime(2025, 12, 31, 23, 50, 0, 500_000, tzinfo=UTC), None),
        ("2026-01-01T06:50:00+07:00", datetime(2025, 12, 31, 23, 50, tzinfo=UTC), None),
        ("2025-12-31T23:50:00", T0, "time_without_zone"),
        ("yesterday", T0, "time_unreadable"),
        (1e300, T0, "time_unreadable"),
        ("2026-01-01T01:00:00Z", T0, "time_ahead"),
        ("2026-01-01T00:00:30Z", T0, None),
    ],
)
def test_the_devices_own_time_is_used_where_it_can_be_true(time: object, captured: datetime, code: str | None) -> None:
    (reading,), _ = heard([uplink(3, time)])
    assert reading.captured == captured
    assert reading.quality is (Quality.GOOD if code is None else Quality.SUSPECT)
    assert (reading.reason.code if reading.reason else None) == code


def test_digits_in_a_path_pick_from_a_list() -> None:
    (reading,), _ = heard([uplink(3)], JsonFeed("t", "rxInfo.0.rssi", "signal", "dB[mW]"))
    assert reading.value == -90


def test_a_lost_line_is_passed_on() -> None:
    async def read() -> None:
        async for _ in MqttSensor("river-1", RIVER, Line([], lost=True).listen).open(ScriptedClock()):
            pass

    with pytest.raises(SourceLost):
        asyncio.run(read())


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["time", "object", "water_level_cm"]), inner)
    ),
    max_leaves=8,
)


@given(st.lists(st.binary(max_size=80) | documents.map(lambda body: json.dumps(body).encode()), max_size=5))
def test_whatever_a_device_sends_each_message_is_one_reading(payloads: list[bytes]) -> None:
    readings, _ = heard(payloads)
    assert len(readings) == len(payloads)
    for reading in readings:
        assert reading.captured <= T0 + timedelta(seconds=60)
        assert (reading.quality is Quality.GOOD) == (reading.reason is None)
        assert reading.reason is None or re.fullmatch(CODE, reading.reason.code)
        assert reading.value is not None or reading.quality is Quality.BAD


@pytest.mark.shared("a real river's levels and blanks pass through the sensor as readings")
def test_a_real_river_reads_well(shared: Path) -> None:
    table = (shared / "iot" / "mekong_vn" / "Water_Level.Manual_VN_019805__My_Tho_.csv").read_text().splitlines()[1:]
    rows = [row.split(",") for row in table if row.count(",") >= 5][:3000]
    payloads = [json.dumps({"at": row[4], "level": row[5]}).encode() for row in rows]
    readings, sensor = heard(payloads, JsonFeed("river", "level", "water_level", "m", limits=Limits(-5, 10)))
    blanks = sum(row[5] == "" for row in rows)
    assert len(readings) == len(rows) > 1000
    assert sensor.counters.bad == blanks


def test_a_message_of_another_topic_is_no_reading() -> None:
    readings, sensor = heard([uplink(12)], under="rain/1/up")
    assert (readings, sensor.counters.heard) == ([], 0)


@pytest.mark.parametrize(
    ("payload", "fresh"),
    [
        (uplink(3, "2025-12-31T23:56:00Z"), True),
        (uplink(3, "2026-01-01T00:00:30Z"), True),
        (uplink(3, "2025-12-31T23:54:00Z"), False),
        (uplink(3, "2026-01-01T00:02:00Z"), False),
        (uplink(3, None), False),
        (b"?", False),
    ],
)
def test_a_kept_message_is_a_reading_only_where_its_own_time_proves_it(payload: bytes, fresh: bool) -> None:  # noqa: FBT001 - a column of the table
    readings, sensor = heard([payload, uplink(4)], kept=1)
    assert [reading.value for reading in readings] == ([3.0, 4.0] if fresh else [4.0])
    assert sensor.counters.stale == (not fresh)


def test_a_kept_message_without_a_time_of_its_own_is_no_reading() -> None:
    readings, sensor = heard([uplink(3), uplink(4)], JsonFeed("t", "object.water_level_cm", "l", "cm"), kept=1)
    assert [reading.value for reading in readings] == [4.0]
    assert sensor.counters.stale == 1


def test_a_kept_message_is_not_told_again_at_every_subscription() -> None:
    line = Line([uplink(3)], kept=1)
    sensor = MqttSensor("river-1", RIVER, line.listen)

    async def twice() -> list[Reading]:
        clock = ScriptedClock(T0)
        return [reading for _ in range(2) async for reading in sensor.open(clock)]

    assert len(asyncio.run(twice())) == 1
    assert sensor.counters.stale == 1


@pytest.mark.parametrize(
    ("topic_filter", "topic", "brought"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/b/c", False),
        ("a/b", "a", False),
        ("+/b", "a/b", True),
        ("a/+", "a/", True),
        ("a/+", "a", False),
        ("+", "/a", False),
        ("#", "a/b/c", True),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("a/#", "ab/c", False),
        ("a/+/#", "a", False),
        ("#", "$SYS/uptime", False),
        ("+/uptime", "$SYS/uptime", False),
        ("$SYS/#", "$SYS/uptime", True),
        ("$share/us/a/+", "a/b", True),
        ("$share/us/a/+", "b/b", False),
    ],
)
def test_a_filter_brings_what_the_standard_says(topic_filter: str, topic: str, brought: bool) -> None:  # noqa: FBT001 - a column of the table
    assert matches(topic_filter, topic) is brought
